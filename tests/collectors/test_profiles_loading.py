"""A profile that could mislead is refused, with the file and the key at fault."""

from __future__ import annotations

import textwrap

import pytest

from assets.observation import SubjectKind
from collectors.profiles.load import load_profile
from collectors.profiles.match import profiles_of_identity
from collectors.profiles.model import (
    Arcs,
    Cell,
    Column,
    Identity,
    Lookup,
    ReceiverName,
    Registers,
    Scalar,
    SightingColumns,
    Via,
)
from collectors.profiles.personal import PERSONAL
from collectors.profiles.strict import ProfileError

SNMP = """
name: sample
title: A sample
protocol: snmp
interval_s: 10
document: a document
grade: community
evidence: none
readings:
  - {name: battery_charge, oid: 1.3.6.1.2.1.33.1.2.4.0, missing: [-1]}
  - name: power_source
    oid: 1.3.6.1.2.1.33.1.4.1.0
    states: {2: none, 3: mains, 5: battery}
"""

MODBUS = """
name: sample
title: A sample
protocol: modbus
interval_s: 10
document: a document
grade: community
evidence: none
readings:
  - {name: temperature, function: 4, address: 0, type: int16, scale: 0.1, missing: [-32768]}
  - {name: power, function: 4, address: 2, type: float32, order: cdab}
  - {name: door, function: 2, address: 0, type: bit, states: {0: closed, 1: open}}
"""

TABLE = """
name: sample
title: A sample
protocol: snmp
interval_s: 10
document: a document
grade: community
evidence: none
tables:
  - name: tags
    title: Tags
    entry: 1.3.6.1.4.1.1.1
    subject: {kind: tag, column: 1}
    age: {column: 9, unit: ms}
    position: {floor: 2, x: 3, y: 4, unit: mm, default_error_m: 5.0}
    sighting: {receiver: 6, rssi: 7, rssi_missing: [127]}
    readings:
      - {name: tag_battery, column: 8, missing: [-1]}
"""


CHARGE = "oid: 1.3.6.1.2.1.33.1.2.4.0"


@pytest.fixture
def load(tmp_path):
    def write(text, name="sample.yaml"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load_profile(path)

    return write


def refused(load, text, key, problem, name="sample.yaml"):
    with pytest.raises(ProfileError) as caught:
        load(text, name)
    assert caught.value.file == name
    assert caught.value.key == key
    assert problem in caught.value.problem
    assert str(caught.value) == f"{name}: {key}: {caught.value.problem}"


def refused_slip(load, sample, old, new, key, problem):
    """The sample is refused once ``new`` stands where ``old`` stood."""
    assert old in sample
    refused(load, sample.replace(old, new, 1), key, problem)


def test_a_sound_snmp_profile_is_read(load):
    profile = load(SNMP)

    assert (profile.name, profile.protocol, profile.interval_s) == ("sample", "snmp", 10)
    assert [reading.name for reading in profile.readings] == ["battery_charge", "power_source"]
    assert profile.readings[0].source == Scalar("1.3.6.1.2.1.33.1.2.4.0")
    assert profile.readings[0].encoding.missing == {-1}
    assert (profile.readings[0].encoding.low, profile.readings[0].encoding.high) == (0, 100)
    assert profile.readings[1].encoding.states == {2: "none", 3: "mains", 5: "battery"}


def test_a_sound_modbus_profile_is_read(load):
    temperature, power, door = load(MODBUS).readings

    assert temperature.source == Registers(4, 0, 1)
    assert power.source == Registers(4, 2, 2)
    assert power.encoding.order == "cdab"
    assert door.source == Registers(2, 0, 1)


def test_columns_of_a_table_are_numbers_below_its_entry(load):
    (table,) = load(TABLE).tables

    assert table.subject.oid == "1.3.6.1.4.1.1.1.1"
    assert table.age.source.oid == "1.3.6.1.4.1.1.1.9"
    assert table.age.encoding.scale == 0.001
    assert table.position.error is None


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("title: A sample", "titel: A sample", "title", "is missing"),
        ("evidence: none", "evidence: none\nsecret: x", "secret", "no such key"),
        ("interval_s: 10", "interval_s: 0", "interval_s", "from 1 to 86400"),
        ("interval_s: 10", "interval_s: true", "interval_s", "whole number"),
        ("protocol: snmp", "protocol: telnet", "protocol", "one of snmp, modbus"),
        ("name: sample\n", "name: Sample One\n", "name", "not of the form"),
        ("name: sample\n", "name: other\n", "name", "must be that of its file"),
        ("name: battery_charge", "name: charge", "readings[0].name", "not in the vocabulary"),
        ("name: battery_charge", "name: power_source", "readings[0].states", "is missing"),
        ("missing: [-1]", "missing: -1", "readings[0].missing", "list of raw values"),
        ("missing: [-1]", "scale: 0", "readings[0].scale", "between"),
        ("missing: [-1]", "scale: fast", "readings[0].scale", "must be a number"),
        ("missing: [-1]", "valid: [0, 150]", "readings[0].valid", "lie within 0 and 100"),
        ("missing: [-1]", "valid: [90, 10]", "readings[0].valid", "must rise"),
        ("missing: [-1]", "type: text", "readings[0].type", "is a number"),
        ("missing: [-1]", "type: float", "readings[0].type", "must be one of"),
        ("missing: [-1]", "sacle: 0.1", "readings[0].sacle", "no such key"),
        ("missing: [-1]", "function: 3", "readings[0].function", "no such key"),
        ("oid: 1.3.6.1.2.1.33.1.2.4.0", "oid: sysUpTime", "readings[0].oid", "not of the form"),
        ("oid: 1.3.6.1.2.1.33.1.2.4.0", "oid: 1.3.6.1.", "readings[0].oid", "not of the form"),
        ("oid: 1.3.6.1.2.1.33.1.2.4.0", "oid: 1.3", "readings[0].oid", "must be text"),
        ("oid: 1.3.6.1.2.1.33.1.2.4.0, ", "", "readings[0].oid", "is missing"),
        ("oid: 1.3.6.1.2.1.33.1.2.4.0", "column: 1.3.6.9", "readings[0].pick", "is missing"),
        ("1.3.6.1.2.1.33.1.2.4.0", "1.3.6.1.2.1.33.1.4.1.0", "readings[1]", "same object as battery_charge"),
        ("5: battery", "5: batteries", "readings[1].states.5", "must be one of"),
        ("5: battery", "five: battery", "readings[1].states.five", "is a whole number"),
        ("{2: none, 3: mains, 5: battery}", "{}", "readings[1].states", "names no state"),
        ("{2: none, 3: mains, 5: battery}", "[none]", "readings[1].states", "mapping"),
    ],
)
def test_what_is_wrong_in_an_snmp_profile_is_named(load, old, new, key, problem):
    refused_slip(load, SNMP, old, new, key, problem)


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("int16", "int24", "readings[0].type", "must be one of"),
        ("[-32768]", "[0x8000]", "readings[0].missing", "cannot come from int16"),
        ("address: 0, type: int16", "address: 65536, type: int16", "readings[0].address", "from 0 to 65535"),
        (
            "address: 2, type: float32",
            "address: 65535, type: float32",
            "readings[1].address",
            "from 0 to 65534",
        ),
        ("address: 2", "address: -1", "readings[1].address", "from 0"),
        ("order: cdab", "order: big", "readings[1].order", "must be one of abcd, cdab, badc, dcba"),
        (
            "address: 2, type: float32",
            "address: 0, type: float32",
            "readings[1]",
            "overlaps the registers of temp",
        ),
        ("type: int16", "type: bit", "readings[0].bit", "is missing"),
        (
            "function: 2, address: 0, type: bit",
            "function: 2, address: 0, type: uint16",
            "readings[2].type",
            "are bits",
        ),
        ("name: temperature", "name: serial_number", "readings[0].type", "is a text"),
        ("name: power,", "name: door,", "readings[1].type", "is a state"),
    ],
)
def test_what_is_wrong_in_a_modbus_profile_is_named(load, old, new, key, problem):
    refused_slip(load, MODBUS, old, new, key, problem)


@pytest.mark.parametrize("function", [5, 6, 15, 16, 22, 23, 0, 43, "true", "write", "'3'"])
def test_a_function_that_does_more_than_read_is_refused(load, function):
    text = MODBUS.replace("function: 4, address: 0", f"function: {function}, address: 0")

    refused(load, text, "readings[0].function", "which only read")


def test_two_bits_of_one_register_may_be_read(load):
    bits = """
      - {name: door_alarm, function: 3, address: 5, type: bit, bit: 0, states: {0: clear, 1: alarm}}
      - {name: sensor_alarm, function: 3, address: 5, type: bit, bit: 4, states: {0: clear, 1: alarm}}
    """.replace("      -", "  -")

    assert len(load(MODBUS + textwrap.dedent(bits).replace("\n-", "\n  -")).readings) == 5


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("    subject: {kind: tag, column: 1}\n", "", "tables[0].subject", "is missing"),
        ("kind: tag", "kind: asset", "tables[0].subject.kind", "one of serial, tag"),
        ("column: 1}", "column: 1, unit: s}", "tables[0].subject.unit", "no such key"),
        ("unit: ms", "unit: h", "tables[0].age.unit", "one of s, ms, min"),
        ("unit: mm", "unit: inch", "tables[0].position.unit", "one of m, dm, cm, mm"),
        (", default_error_m: 5.0", "", "tables[0].position.default_error_m", "is missing"),
        ("default_error_m: 5.0", "default_error_m: 0", "tables[0].position.default_error_m", "above 0"),
        (
            "name: tag_battery, column: 8",
            "name: tag_battery, oid: 1.3.6",
            "tables[0].readings[0].column",
            "missing",
        ),
        ("entry: 1.3.6.1.4.1.1.1", "entry: enterprises", "tables[0].entry", "not of the form"),
        ("protocol: snmp", "protocol: modbus", "tables", "only SNMP has tables"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(load, old, new, key, problem):
    refused_slip(load, TABLE, old, new, key, problem)


SEEN = """
name: sample
title: A sample
protocol: snmp
interval_s: 10
document: a document
grade: community
evidence: none
tables:
  - name: clients
    title: Clients
    entry: 1.3.6.1.4.1.1.1
    subject: {kind: mac, arcs: [2, 7]}
    where: [{column: 9, is: [3, 4]}]
    age: {column: 8, type: counter, unit: s, at_most: 1m}
    sighting:
      receiver:
        column: 4
        missing: [0]
        via: [{equal: 1.3.6.1.4.1.1.2.3}, 1.3.6.1.4.1.1.2.4]
        prefix: port
        within: 1.3.6.1.2.1.1.5.0
      rssi: {arcs: [2, 7], via: [1.3.6.1.4.1.1.3.1]}
      max_macs_per_receiver: 6
"""


def test_a_table_of_addresses_says_how_its_rows_lead_to_a_receiver(load):
    (table,) = load(SEEN).tables

    assert (table.subject_kind, table.subject) == (SubjectKind.MAC, Arcs(2, 7))
    assert table.sighting == SightingColumns(
        ReceiverName(
            Lookup(
                Cell("1.3.6.1.4.1.1.1.4"),
                (Via("1.3.6.1.4.1.1.2.3", by_value=True), Via("1.3.6.1.4.1.1.2.4")),
                frozenset({0}),
            ),
            "text",
            "port",
            "1.3.6.1.2.1.1.5.0",
        ),
        Lookup(Arcs(2, 7), (Via("1.3.6.1.4.1.1.3.1"),)),
        table.sighting.rssi_encoding,
        max_macs=6,
    )
    assert (table.age.encoding.type, table.age.at_most_s) == ("counter", 60)
    assert [where.values for where in table.where] == [(3, 4)]


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("kind: mac, arcs: [2, 7]", "kind: mac, arcs: [2, 6]", "subject.arcs", "fills 6 numbers"),
        ("kind: mac, arcs: [2, 7]", "kind: mac, arcs: [7, 2]", "subject.arcs", "must not fall"),
        ("kind: mac, arcs: [2, 7]", "kind: mac, arcs: [0, 5]", "subject.arcs", "must not fall"),
        ("kind: mac, arcs: [2, 7]", "kind: mac, arcs: 2", "subject.arcs", "two whole numbers"),
        ("kind: mac, arcs: [2, 7]", "kind: mac", "subject.column", "is missing"),
        ("kind: mac, arcs: [2, 7]", "kind: serial, arcs: [2, 7]", "subject.column", "is missing"),
        (
            "kind: mac, arcs: [2, 7]",
            "kind: tag, column: 1",
            "sighting.max_macs_per_receiver",
            "MAC addresses",
        ),
        ("column: 4\n", "arcs: [0, 1]\n", "sighting.receiver.arcs", "lie within"),
        ("prefix: port", "prefix: Port 1", "sighting.receiver.prefix", "not of the form"),
        ("        prefix: port\n", "", "sighting.receiver.prefix", "is missing"),
        ("prefix: port", "prefix: port\n        as: ip", "sighting.receiver.as", "one of text, mac"),
        ("prefix: port", "prefix: port\n        into: x", "sighting.receiver.into", "no such key"),
        (", 1.3.6.1.4.1.1.2.4]", "]", "sighting.receiver.via", "ends with the row of a value"),
        ("{equal: ", "{same: ", "sighting.receiver.via[0].equal", "is missing"),
        ("1.3.6.1.4.1.1.2.4]", "ifName]", "sighting.receiver.via[1].column", "not of the form"),
        ("via: [1.3.6.1.4.1.1.3.1]", "via: 1", "sighting.rssi.via", "must be a list"),
        ("{arcs: [2, 7], via: [1.3.6.1.4.1.1.3.1]}", "{column: 5}", "sighting.rssi", "leads nowhere"),
        ("max_macs_per_receiver: 6", "max_macs_per_receiver: 0", "sighting.max_macs_per_receiver", "from 1"),
        ("type: counter", "type: text", "age.type", "one of integer, counter"),
        ("at_most: 1m", "at_most: 60", "age.at_most", "length of time"),
        ("is: [3, 4]", "is: []", "where[0].is", "whole number or a text"),
    ],
)
def test_what_is_wrong_in_a_table_of_addresses_is_named(load, old, new, key, problem):
    refused_slip(load, SEEN, old, new, f"tables[0].{key}", problem)


def test_an_index_alone_makes_no_row(load):
    seen = SEEN.index("    where")
    sighting = "    sighting: {receiver: {arcs: [1, 1], prefix: port}}\n"

    refused(load, SEEN[:seen] + sighting, "tables[0].subject", "read a column of it besides")


# --- Personal data ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "oid"), PERSONAL.items(), ids=PERSONAL)
@pytest.mark.parametrize("where", ["itself", "a row of it", "what it stands in"])
def test_no_place_of_a_profile_may_ask_for_personal_data(load, name, oid, where):
    asked = {"itself": oid, "a row of it": f"{oid}.0", "what it stands in": oid.rpartition(".")[0]}[where]
    entry, _, number = oid.rpartition(".")
    table = SEEN.replace("entry: 1.3.6.1.4.1.1.1", f"entry: {entry}")
    by_column = {
        SNMP.replace(CHARGE, f"oid: {asked}"): "readings[0].oid",
        SNMP.replace(CHARGE, f"column: {asked}, pick: max"): "readings[0].column",
        SNMP + f"guards: [{{oid: {asked}, is: 1, because: x}}]\n": "guards[0].oid",
        SNMP + f"match: {{probe: {asked}}}\n": "match.probe",
        SEEN.replace("1.3.6.1.4.1.1.2.4]", f"{asked}]"): "tables[0].sighting.receiver.via[1].column",
        SEEN.replace(
            "equal: 1.3.6.1.4.1.1.2.3", f"equal: {asked}"
        ): "tables[0].sighting.receiver.via[0].equal",
        SEEN.replace("within: 1.3.6.1.2.1.1.5.0", f"within: {asked}"): "tables[0].sighting.receiver.within",
    }
    by_number = {
        table.replace("column: 4\n", f"column: {number}\n"): "tables[0].sighting.receiver.column",
        table.replace("column: 9", f"column: {number}"): "tables[0].where[0].column",
        table.replace(
            "arcs: [2, 7]}\n    where", f"column: {number}}}\n    where"
        ): "tables[0].subject.column",
    }
    for text, key in (by_column | by_number if where == "itself" else by_column).items():
        refused(
            load,
            text,
            key,
            f"{name} is personal data" if where != "what it stands in" else "is personal data",
        )


@pytest.mark.parametrize(
    ("rule", "key", "problem"),
    [
        (
            "{is: busy, when: [{reading: power_source, in: [mains]}]}",
            "activity[0].is",
            "in_use, idle, charging, fault",
        ),
        ("{is: idle, when: []}", "activity[0].when", "names no condition"),
        ("{is: idle, when: [{reading: door, in: [open]}]}", "activity[0].when[0].reading", "must be one of"),
        (
            "{is: idle, when: [{reading: power_source, in: [open]}]}",
            "activity[0].when[0].in",
            "is never 'open'",
        ),
        ("{is: idle, when: [{reading: power_source, above: 3}]}", "activity[0].when[0].in", "names no state"),
        (
            "{is: idle, when: [{reading: battery_charge, in: [full]}]}",
            "activity[0].when[0].reading",
            "is a number",
        ),
        ("{is: idle, when: [{reading: battery_charge, above: x}]}", "activity[0].when[0].above", "a number"),
        (
            "{is: idle, when: [{reading: battery_charge, above: 3, below: 9}]}",
            "activity[0].when[0].below",
            "no such key",
        ),
        ("{is: idle, when: power_source == mains}", "activity[0].when", "must be a list"),
    ],
)
def test_what_is_wrong_in_an_activity_rule_is_named(load, rule, key, problem):
    refused(load, f"{SNMP}activity:\n  - {rule}\n", key, problem)


@pytest.mark.parametrize(
    ("extra", "key", "problem"),
    [
        ("quirks: [slow]", "quirks", "not one of single-gets, single-rows"),
        ("limits: {varbinds: 0}", "limits.varbinds", "from 1 to 100"),
        ("limits: {registers: 126}", "limits.registers", "from 1 to 125"),
        ("limits: {speed: 1}", "limits.speed", "no such key"),
        ("match: {sys_object_id: [enterprises.9]}", "match.sys_object_id", "no object identifier"),
        ("match: {sys_descr: '('}", "match.sys_descr", "no regular expression"),
        ("reference: 1", "reference", "true or false"),
        ("caveats: mind this", "caveats", "list of texts"),
        ("guards: [{oid: 1.3.6.1.2.0, because: x}]", "guards[0].is", "is missing"),
        ("guards: [{oid: 1.3.6.1.2.0, is: 1}]", "guards[0].because", "is missing"),
        ("activity: {is: idle}", "activity", "must be a list"),
    ],
)
def test_what_is_wrong_around_the_readings_is_named(load, extra, key, problem):
    refused(load, SNMP + extra, key, problem)


def test_a_value_that_no_message_can_hold_is_refused(load):
    refused(load, f"{MODBUS}limits: {{registers: 1}}", "limits.registers", "power fills 2")


def test_two_tables_have_two_names(load):
    again = TABLE[TABLE.index("  - name: tags") :]

    refused(load, TABLE + again.lstrip("\n"), "tables[1].name", "'tags' stands twice")


def test_a_word_stands_once(load):
    text = SNMP + "  - {name: battery_charge, oid: 1.3.6.1.9.0}\n"

    refused(load, text, "readings[2].name", "battery_charge stands twice")


def test_columns_that_are_compared_belong_to_one_table(load):
    column = "column: 1.3.6.1.2.1.2.2.1.8, pick: max, where: [{column: 1.3.6.1.2.1.31.1.1.1.1, is: 6}]"
    text = SNMP.replace(CHARGE, column)

    refused(load, text, "readings[0].where", "columns of the same table")


@pytest.mark.parametrize(
    ("reading", "pick", "picks"),
    [
        ("name: power_source, states: {3: mains}", "max", "state: pick one of first, worst"),
        ("name: power_source, states: {3: mains}", "count", "state: pick one of first, worst"),
        ("name: model_name, type: text", "worst", "text: pick one of first"),
        ("name: output_load", "worst", "number: pick one of first, max, min, mean, sum, count"),
    ],
)
def test_only_numbers_are_summed_and_only_states_have_a_worst(load, reading, pick, picks):
    text = (
        SNMP[: SNMP.index("readings:")] + f"readings:\n  - {{{reading}, column: 1.3.6.1.2.5, pick: {pick}}}\n"
    )

    refused(load, text, "readings[0].pick", picks)


def test_a_share_is_of_a_column_of_the_same_table(load):
    text = SNMP.replace(
        "oid: 1.3.6.1.2.1.33.1.2.4.0", "column: 1.3.6.1.2.5, pick: max, share_of: 1.3.6.1.3.5"
    )

    refused(load, text, "readings[0].share_of", "column of the same table")


def test_a_share_keeps_what_it_is_a_share_of(load):
    text = SNMP.replace(
        "oid: 1.3.6.1.2.1.33.1.2.4.0", "column: 1.3.6.1.2.5, pick: max, share_of: 1.3.6.1.2.4"
    )

    assert load(text).readings[0].source == Column("1.3.6.1.2.5", "max", (), "1.3.6.1.2.4")


def test_nothing_to_read_is_no_profile(load):
    refused(load, SNMP.split("readings:")[0], "readings", "nothing to read")


# --- The file itself ----------------------------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ProfileError, match=r"gone\.yaml: the file: cannot be read"):
        load_profile(tmp_path / "gone.yaml")


def test_words_that_other_readers_take_for_truth_stay_words(load):
    text = MODBUS.replace("name: door,", "name: alarm_sound,").replace(
        "0: closed, 1: open", "0: on, 1: muted"
    )

    assert load(text).readings[2].encoding.states == {0: "on", 1: "muted"}


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("", "the file", "mapping"),
        ("- a\n- b", "the file", "mapping"),
        ("name: [", "line 1", "expected"),
        ("name: a\nname: b", "line 2", "stands twice"),
        ("name: &x sample\ntitle: *x", "line 2", "references are not allowed"),
        ("name: !!python/object:os.system sample", "line 1", "could not determine a constructor"),
        ("name: " + "x" * 300_000, "the file", "larger than"),
        ("a: " + "[" * 1200, "the file", "not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(load, text, key, problem):
    refused(load, text, key, problem)


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "sample.yaml"
    path.write_bytes(b"name: \xff\xfe")

    with pytest.raises(ProfileError, match=r"sample\.yaml: the file: cannot be read"):
        load_profile(path)


# --- Groups of readings -------------------------------------------------------------------------------------

GROUPED = """
name: sample
title: A sample
protocol: modbus
interval_s: 10
document: a document
grade: community
evidence: none
groups: {slow: 5m, daily: 12h}
readings:
  - {name: power, function: 4, address: 2, type: float32}
  - {name: energy, function: 4, address: 4, type: float32, group: slow}
  - {name: serial_number, function: 4, address: 6, type: ascii, length: 4, group: daily}
activity:
  - is: in_use
    when: [{reading: power, above: 100}]
"""


def test_groups_have_intervals_and_readings_a_group(load):
    profile = load(GROUPED)

    assert profile.groups == {"slow": 300.0, "daily": 43_200.0}
    assert [reading.group for reading in profile.readings] == ["", "slow", "daily"]


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("slow: 5m", "slow: 300", "groups.slow", "a length of time like 90s, 5m, 1h or 1d"),
        ("slow: 5m", "slow: 0m", "groups.slow", "a length of time"),
        ("slow: 5m", "slow: 10s", "groups.slow", "longer than interval_s, 10 s"),
        ("daily: 12h", "daily: 2d", "groups.daily", "at most a day"),
        ("slow: 5m", "Slow: 5m", "groups.Slow", "small letters"),
        ("group: slow", "group: fast", "readings[1].group", "must be one of slow, daily"),
        ("group: slow", "group: daily", "readings[1].group", "energy belongs into the history every 3600 s"),
        (", group: slow", "", "groups.slow", "has no reading"),
        ("type: float32}\n", "type: float32, group: slow}\n", "groups", "leave no reading to ask for"),
        ("reading: power, above", "reading: energy, above", "activity[0].when", "asked for with every poll"),
    ],
)
def test_groups_that_could_mislead_are_refused(load, old, new, key, problem):
    refused_slip(load, GROUPED, old, new, key, problem)


def test_a_table_may_be_read_less_often_unless_it_tells_of_place_or_use(load):
    slow = TABLE.replace(
        "tables:", "groups: {slow: 2m}\nreadings: [{name: uptime, oid: 1.3.6.1.2.1.1.3.0}]\ntables:"
    )
    slow = slow.replace("title: Tags\n", "title: Tags\n    group: slow\n")

    refused(load, slow, "tables[0].group", "read with every poll")
    plain = "\n".join(line for line in slow.splitlines() if "position" not in line and "sighting" not in line)
    assert load(plain).tables[0].group == "slow"


# --- Modbus, less common ------------------------------------------------------------------------------------

METER = """
name: sample
title: A sample
protocol: modbus
interval_s: 10
document: a document
grade: community
evidence: none
match: {identity: {vendor: ^Schneider, product: iEM3}}
quirks: [hang-up]
readings:
  - {name: model_name, identity: product}
  - {name: power, function: 3, address: 18, type: int16, exponent: 22, missing: [-32768]}
  - {name: power_l1, function: 3, address: 19, type: int16, exponent: 22, missing: [-32768]}
  - {name: energy, function: 3, address: 46, type: bcd32}
  - {name: device_state, function: 3, address: 60, type: bits, bits: [4, 7], states: {1: running, 2: fault}}
  - {name: serial_number, function: 3, address: 70, type: ascii, length: 4, order: ba}
"""


def test_less_common_registers_are_read(load):
    model, power, _, energy, state, serial = load(METER).readings

    assert model.source == Identity("product")
    assert power.source == Registers(3, 18, 1, exponent=22)
    assert (energy.source.count, energy.encoding.type) == (2, "bcd32")
    assert (state.encoding.bit, state.encoding.bits) == (4, 4)
    assert serial.encoding.order == "badc"


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("identity: product}", "identity: url}", "readings[0].identity", "one of vendor, product, revision"),
        ("name: model_name", "name: uptime", "readings[0].type", "uptime is a number"),
        ("bits: [4, 7]", "bits: [7, 4]", "readings[4].bits", "must rise"),
        ("bits: [4, 7]", "bits: [4, 16]", "readings[4].bits", "within 0 and 15"),
        ("bits: [4, 7],", "bits: [4, 7], missing: [16],", "readings[4].missing", "16 cannot come from bits"),
        ("exponent: 22, missing: [-32768]}\n  - {name: power_l1", "exponent: 18}\n  - {name: power_l1",
         "readings[1].exponent", "lies inside the value"),
        ("address: 46, type: bcd32", "address: 21, type: bcd32", "readings[3]", "fills the exponent of, power"),
        ("address: 46", "address: 400, exponent: 100", "limits.registers", "too few: energy fills 302"),
        ("order: ba", "order: abcd", "readings[5].order", "one of ab, ba"),
        ("type: bcd32", "type: bcd16, order: cdab", "readings[3].order", "one of ab, ba"),
        ("product: iEM3}", "product: '('}", "match.identity.product", "no regular expression"),
        ("bits: [4, 7]", "bits: [4, 7], exponent: 3", "readings[4].exponent", "for numbers in registers"),
    ],
)  # fmt: skip
def test_less_common_registers_that_could_mislead_are_refused(load, old, new, key, problem):
    refused_slip(load, METER, old, new, key, problem)


def test_bits_of_one_register_may_be_several_readings_but_not_twice(load):
    apart = (
        METER
        + "  - {name: door, function: 3, address: 60, type: bit, bit: 3, states: {0: closed, 1: open}}\n"
    )

    assert len(load(apart).readings) == 7
    refused(load, apart.replace("bit: 3", "bit: 6"), "readings[6]", "overlaps the registers of device_state")


def test_a_device_that_says_what_it_is_finds_its_profile(load):
    profile = load(METER)

    assert profiles_of_identity([profile], {"vendor": "Schneider Electric", "product": "iEM3155"}) == [
        profile
    ]
    assert profiles_of_identity([profile], {"vendor": "Schneider Electric", "product": "PM5560"}) == []
    assert profiles_of_identity([profile], {"product": "iEM3155"}) == []


# --- Conditions of registers, and their age -----------------------------------------------------------------

CONDITIONAL = """
name: sample
title: A sample
protocol: modbus
interval_s: 10
document: a document
grade: community
evidence: none
age: {function: 3, address: 9, type: uint16, unit: min, missing: [0xFFFF]}
readings:
  - name: oxygen
    function: 3
    address: 2
    type: float32
    only_if: [{function: 3, address: 6, type: ascii, length: 4, is: [OXY, O2], because: it is another gas}]
"""


def test_registers_may_hold_a_value_on_a_condition_only(load):
    (oxygen,) = load(CONDITIONAL).readings

    (condition,) = oxygen.source.only_if
    assert condition.source == Registers(3, 6, 4)
    assert (condition.values, condition.because) == (("OXY", "O2"), "it is another gas")
    assert oxygen.source.span == (2, 10)


def test_a_device_may_say_how_old_its_readings_are(load):
    age = load(CONDITIONAL).age

    assert age.source == Registers(3, 9)
    assert (age.encoding.type, age.encoding.scale, age.encoding.missing) == ("uint16", 60.0, {0xFFFF})


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("only_if: [{function: 3,", "only_if: [{function: 4,", "readings[0].only_if[0].function", "must be 3"),
        ("only_if: [{function: 3,", "only_if: [{function: 6,", "readings[0].only_if[0].function", "only read"),
        ("function: 3, address: 6, type: ascii, length: 4,", "identity: vendor,",
         "readings[0].only_if[0].function", "read at once"),
        (", because: it is another gas", "", "readings[0].only_if[0].because", "is missing"),
        ("is: [OXY, O2]", "is: []", "readings[0].only_if[0].is", "whole number or a text"),
        ("is: [OXY, O2],", "is: OXY, only_if: [],", "readings[0].only_if[0].only_if", "no such key"),
        ("only_if: [{", "only_if: []\n    and: [{", "readings[0].only_if", "names no condition"),
        ("address: 6", "address: 200", "limits.registers", "too few: oxygen fills 202"),
        ("unit: min", "unit: h", "age.unit", "one of s, ms, min"),
        ("unit: min, ", "", "age.unit", "is missing"),
        ("address: 9, type: uint16", "address: 9, type: float32", "age.type", "one of uint16, uint32"),
        ("age: {function: 3, address: 9, type: uint16", "age: {identity: vendor", "age.type", "one of uint16"),
        ("unit: min,", "unit: min, scale: 2,", "age.scale", "no such key"),
    ],
)  # fmt: skip
def test_a_condition_or_an_age_that_could_mislead_is_refused(load, old, new, key, problem):
    refused_slip(load, CONDITIONAL, old, new, key, problem)


def test_what_a_modbus_device_says_that_it_is_has_no_condition(load):
    text = METER.replace("identity: product}", "identity: product, only_if: []}")

    refused(load, text, "readings[0].only_if", "is for registers")


def test_a_device_of_snmp_has_no_age_of_its_own(load):
    refused(load, f"{SNMP}age: {{unit: s}}", "age", "is for Modbus")
