"""Traps on a socket: noted, the device polled, informs acknowledged, and nothing else ever changed."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from collectors.receivers.doorway import TOO_LARGE, TOO_MANY, UNLISTED
from collectors.receivers.traps import receiver as module
from collectors.snmp import hearing
from tests.collectors.receivers.traps.conftest import NOON, until
from tests.collectors.receivers.traps.pysnmp_sender import PYSNMP_USERS, send_by_pysnmp
from tests.collectors.receivers.traps.senders import (
    COMMUNITY,
    DES,
    ON_BATTERY,
    PLAIN,
    SIGNED,
    Device,
    net_snmp,
    notification_pdu,
    run_tool,
    v1,
    v2c,
    v3_message,
    v3_options,
)
from tests.collectors.v3_agent import USER, V3Agent


def counts(receiver) -> dict[str, int]:
    counted = receiver.tally._counts
    return {"taken": counted.messages, "again": counted.duplicates, **counted.refused}


async def until_counted(receiver, **wanted) -> None:
    await until(lambda: sum(counts(receiver).values()) >= sum(wanted.values()))
    found = {key: count for key, count in counts(receiver).items() if count}
    assert found == {key.replace("_", " "): count for key, count in wanted.items()}


async def test_a_trap_is_noted_at_its_endpoint_which_is_polled_at_once(receiving, notebook):
    async with receiving() as receiver:
        device = Device(receiver.port)
        device.send(v2c(notification_pdu()))
        await until(lambda: notebook.hastened)
    device.close()
    assert notebook.hastened == [1]
    (note,) = notebook.notes
    assert (note.oid, note.at, note.hosts) == (ON_BATTERY, NOON, ("127.0.0.1",))
    assert (note.version, note.is_inform, note.is_authenticated) == ("v2c", False, False)


@net_snmp
@pytest.mark.parametrize(
    ("options", "version", "is_authenticated"),
    [
        (["-v1", "-c", COMMUNITY.decode()], "v1", False),
        (["-v2c", "-c", COMMUNITY.decode()], "v2c", False),
        ([*v3_options(PLAIN), "-e", "0x8000000001020304"], "v3", False),
        ([*v3_options(SIGNED), "-e", "0x8000000001020304"], "v3", True),
        ([*v3_options(USER), "-e", "0x8000000001020304"], "v3", True),
        ([*v3_options(DES), "-e", "0x8000000001020304"], "v3", True),
    ],
    ids=["v1", "v2c", "noAuthNoPriv", "authNoPriv", "authPriv", "sha-des"],
)
async def test_traps_of_net_snmp_are_taken(receiving, notebook, options, version, is_authenticated):
    rest = (
        ["1.3.6.1.4.1.318", "10.1.2.3", "6", "5", "42"] if version == "v1" else ["42", "1.3.6.1.4.1.318.0.5"]
    )
    async with receiving() as receiver:
        assert await run_tool("snmptrap", *options, f"127.0.0.1:{receiver.port}", *rest) == (0, "")
        await until(lambda: notebook.notes)
    (trap,) = notebook.notes
    assert (trap.oid, trap.version, trap.is_inform) == ("1.3.6.1.4.1.318.0.5", version, False)
    assert trap.is_authenticated is is_authenticated


@net_snmp
@pytest.mark.parametrize(
    "options",
    [["-v2c", "-c", COMMUNITY.decode()], *map(v3_options, (PLAIN, SIGNED, USER, DES))],
    ids=["v2c", "noAuthNoPriv", "authNoPriv", "authPriv", "sha-des"],
)
async def test_informs_of_net_snmp_find_our_engine_and_are_acknowledged(receiving, notebook, options):
    async with receiving() as receiver:
        status, said = await run_tool(
            "snmpinform", *options, "-r", "2", "-t", "5", f"127.0.0.1:{receiver.port}", "42", ON_BATTERY
        )
    assert (status, said) == (0, "")
    assert [(note.oid, note.is_inform) for note in notebook.notes] == [(ON_BATTERY, True)]


@net_snmp
async def test_an_inform_with_the_wrong_key_learns_why_and_is_counted(receiving, notebook):
    options = [each.replace(USER.auth_key, "another-canary-9") for each in v3_options(USER)]
    async with receiving() as receiver:
        status, said = await run_tool(
            "snmpinform", *options, "-r", "0", f"127.0.0.1:{receiver.port}", "42", ON_BATTERY
        )
        assert counts(receiver)[hearing.WRONG_DIGEST] >= 1
    assert status != 0
    assert "Authentication failure" in said
    assert notebook.notes == []
    assert notebook.hastened == []


async def test_the_boots_rise_with_each_start_and_the_engine_stays_the_same(receiving, notebook):
    seen = []
    for _ in range(3):
        async with receiving() as receiver:
            engine = receiver._hearing._engine
            seen.append((engine.engine_id, engine.boots))
    assert [boots for _, boots in seen] == [1, 2, 3]
    assert len({engine_id for engine_id, _ in seen}) == 1


@pytest.mark.parametrize("spoiled", ["", "{", "[]", '{"engine_id": "80", "boots": 3}', '{"engine_id": "zz"}'])
async def test_an_engine_whose_file_is_lost_or_spoiled_is_another(receiving, tmp_path, spoiled):
    async with receiving() as receiver:
        before = receiver._hearing._engine.engine_id
    (tmp_path / "traps" / "7.json").write_text(spoiled)
    async with receiving() as receiver:
        engine = receiver._hearing._engine
        assert engine.engine_id != before
        assert engine.boots == 1


# --- who is heard


async def test_a_sender_that_is_not_listed_is_not_even_read(receiving, notebook):
    async with receiving(networks=("10.20.0.0/16",)) as receiver:
        device = Device(receiver.port)
        device.send(v2c(notification_pdu()), b"\xff" * 100)
        await until_counted(receiver, **{UNLISTED: 2})
    device.close()
    assert notebook.notes == []


async def test_what_is_too_large_or_too_much_is_refused(receiving, notebook):
    async with receiving(per_s=1.0, max_bytes=484) as receiver:
        device = Device(receiver.port)
        device.send(bytes(485), *(v2c(notification_pdu(number=n)) for n in range(5)))
        await until_counted(receiver, taken=2, **{TOO_LARGE: 1, TOO_MANY: 3})
    device.close()


async def test_a_sender_without_an_endpoint_is_counted_and_nothing_is_kept(receiving, notebook):
    notebook.endpoints = {"127.0.0.9": (1,)}
    async with receiving() as receiver:
        device = Device(receiver.port)
        device.send(v2c(notification_pdu()))
        await until_counted(receiver, **{module.UNKNOWN_SENDER: 1})
    device.close()
    assert notebook.notes == []


async def test_an_agent_addr_that_names_somebody_else_is_not_believed(receiving, notebook):
    """A v1 trap carries an address of its own, in which anybody can write anything."""
    notebook.endpoints = {"127.0.0.1": (1,), "127.0.0.7": (2,)}
    async with receiving() as receiver:
        device = Device(receiver.port)
        device.send(v1("1.3.6.1.4.1.318", 6, 5, agent=b"\x7f\0\0\x07"))
        await until(lambda: notebook.hastened)
    device.close()
    assert notebook.hastened == [1]


async def test_all_endpoints_at_the_address_are_polled(receiving, notebook):
    notebook.endpoints = {"127.0.0.1": (3, 4)}
    async with receiving() as receiver:
        device = Device(receiver.port)
        device.send(v2c(notification_pdu()))
        await until(lambda: len(notebook.hastened) == 2)
    device.close()
    assert sorted(notebook.hastened) == [3, 4]


async def test_an_endpoint_entered_by_name_is_found_by_its_address(receiving, notebook, monkeypatch):
    monkeypatch.setattr(module.Names, "__init__", _resolving({"ups-3.example": ["127.0.0.1"]}))
    notebook.endpoints = {"ups-3.example": (1,)}
    async with receiving() as receiver:
        await until(lambda: receiver._names.hosts_of("127.0.0.1") == ("127.0.0.1", "ups-3.example"))
        device = Device(receiver.port)
        device.send(v2c(notification_pdu()))
        await until(lambda: notebook.hastened)
    device.close()
    assert notebook.hastened == [1]


def _resolving(known):
    def make(self):
        self._resolve, self._names = known.__getitem__, {}

    return make


# --- repetitions, floods, and a database that is away


async def test_the_same_datagram_twice_is_one_trap(receiving, notebook):
    async with receiving() as receiver:
        device = Device(receiver.port)
        device.send(*[v2c(notification_pdu())] * 3)
        await until_counted(receiver, taken=1, again=2)
        replayed = v3_message(V3Agent({}), notification_pdu())
        device.send(*[replayed] * 4)
        await until_counted(receiver, taken=2, again=2, sent_before=3)
    device.close()
    assert len(notebook.notes) == 2


async def test_an_inform_that_is_sent_again_is_answered_again_and_noted_once(receiving, notebook):
    async with receiving() as receiver:
        device = Device(receiver.port)
        inform = v2c(notification_pdu(tag=0xA6))
        device.send(inform)
        first = await device.hear()
        device.send(inform)
        assert await device.hear() == first
    device.close()
    assert len(notebook.notes) == 1


async def test_each_endpoint_is_polled_once_a_second_at_the_most_and_never_missed(receiving, notebook):
    async with receiving() as receiver:
        now = [1000.0]
        receiver._clock = lambda: now[0]
        device = Device(receiver.port)
        for number in range(20):
            device.send(v2c(notification_pdu(number=number)))
        await until_counted(receiver, taken=20)
        await until(lambda: notebook.hastened)
        assert notebook.hastened == [1]
        assert receiver._hastening.next_at() == 1001.0 or receiver._hastening.next_at() == float("inf")
    device.close()


async def test_a_flood_fills_no_more_than_the_queue(receiving, notebook, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    async with receiving() as receiver:
        notebook.is_open.clear()
        device = Device(receiver.port)
        device.send(v2c(notification_pdu(number=999)))
        await until(lambda: not receiver._waiting and receiver._repeats._since)
        for number in range(50):
            device.send(v2c(notification_pdu(number=number)))
        await until(lambda: counts(receiver).get(module.BUSY) == 40)
        assert len(receiver._waiting) == 10
        notebook.is_open.set()
        await until_counted(receiver, taken=11, **{module.BUSY: 40})
    device.close()


async def test_an_inform_is_not_acknowledged_while_the_database_is_away_and_is_when_it_comes_again(
    receiving, notebook
):
    async with receiving() as receiver:
        notebook.fails_with = OperationalError("gone")
        device = Device(receiver.port)
        inform = v2c(notification_pdu(tag=0xA6))
        device.send(inform)
        await until(lambda: counts(receiver).get(module.NOT_NOTED) == 1)
        notebook.fails_with = None
        device.send(inform)
        assert await device.hear()
    device.close()
    assert len(notebook.notes) == 1


async def test_a_port_that_somebody_else_has_is_an_error_that_says_so(receiving, notebook):
    async with receiving() as receiver:
        place = type(receiver.spec.settings)("127.0.0.1", receiver.port)
        with pytest.raises(OSError, match="in use"):
            module.open_socket(place)


async def test_a_sender_by_ipv4_on_a_socket_for_both_is_known_by_its_plain_address(receiving, notebook):
    async with receiving(host="::") as receiver:
        device = Device(receiver.port)
        device.send(v2c(notification_pdu()))
        await until(lambda: notebook.hastened)
    device.close()
    assert notebook.hastened == [1]


# --- pysnmp as a sender


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")  # pysnmp uses old names of pysmi
@pytest.mark.parametrize(
    ("level", "kind"),
    [("v1", "trap"), *((level, kind) for level in ("v2c", *PYSNMP_USERS) for kind in ("trap", "inform"))],
)
async def test_pysnmp_is_understood_and_understands(receiving, notebook, level, kind):
    async with receiving() as receiver:
        assert await send_by_pysnmp(receiver.port, level, kind) is None
        await until(lambda: notebook.notes)
    (note,) = notebook.notes
    assert (note.version, note.is_inform) == ("v3" if level in PYSNMP_USERS else level, kind == "inform")
    assert note.is_authenticated is level.startswith("auth")
