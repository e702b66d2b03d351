"""The JSON Schema of a profile, for editors: made from the tables of words that the loader uses.

An editor learns keys, words and forms from it. What holds between keys, such as registers that overlap, only the
loader knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, get_args

from assets.observation import SubjectKind
from assets.vocabulary import VOCABULARY, Term
from collectors.profiles.lookups import LONGEST_INDEX, LONGEST_WAY, PREFIX
from collectors.profiles.model import (
    ACTIVITIES,
    ECHO_PARTS,
    FORMS,
    GRADES,
    IDENTITY_PARTS,
    ORDERS,
    PICKS,
    QUIRKS,
    REGISTER_TYPES,
    SEVERITIES,
    SHORT_ORDERS,
    SNMP_TYPES,
    Protocol,
)
from collectors.profiles.rules import LONGEST_WORDS, OPERATORS
from collectors.profiles.scaling import LARGEST_POWER, MOST_SHARED
from collectors.profiles.sources import OID, READ_FUNCTIONS
from collectors.profiles.tables import (
    AGE_TYPES,
    MAX_MACS,
    MOST_MACS,
    SUBJECT_KINDS,
    UNITS_OF_AGE,
    UNITS_OF_LENGTH,
)
from collectors.profiles.units import words_for

Schema = dict[str, Any]

NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
GROUP = r"[a-z][a-z0-9-]{0,39}"
DURATION = r"[1-9][0-9]{0,5}[smhd]"

_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_NUMBER: Schema = {"type": "number"}
_WORDS: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}
_OID: Schema = {"type": "string", "pattern": f"^{OID}$"}
_RAW: Schema = {"type": ["integer", "string"]}
_RAW_LIST: Schema = {"type": "array", "items": {"type": ["number", "string"]}}
_ACCEPTED: Schema = {"oneOf": [_RAW, {"type": "array", "items": _RAW, "minItems": 1}]}
_WHEN: Schema = {"$ref": "#/$defs/when"}
_COLUMN: Schema = {"type": "integer", "minimum": 1}
_CELL: Schema = {"oneOf": [_COLUMN, _OID]}
_ARCS: Schema = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1, "maximum": LONGEST_INDEX},
    "minItems": 2,
    "maxItems": 2,
}
_START: Schema = {"oneOf": [{"required": ["column"]}, {"required": ["arcs"]}]}


def profile_schema() -> Schema:
    """Draft 2020-12. The keys of a mapping are text to it, as they are in JSON."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Device profile",
        **_mapping(
            _top(), required=("name", "title", "protocol", "interval_s", "document", "grade", "evidence")
        ),
        "anyOf": [{"required": ["readings"]}, {"required": ["tables"]}],
        "allOf": [
            _if_protocol("snmp", {**_places(_snmp_place()), "tables": _list(_table()), "age": False}),
            _if_protocol(
                "modbus", {**_places(_modbus_place() | _conditions()), "age": _age(), "tables": False}
            ),
            _if_protocol("dicom", {**_places({"echo": _one_of(ECHO_PARTS)}), "age": False, "tables": False}),
        ],
        "$defs": {"of_term": {"allOf": [*_states(), *_units()]}, "when": _when()},
    }


def _if_protocol(protocol: str, properties: Schema) -> Schema:
    return {
        "if": {"properties": {"protocol": {"const": protocol}}},
        "then": {"properties": properties},
    }


def _places(place: Schema) -> Schema:
    return {"readings": _list(_reading(place)), "guards": _list(_guard(place))}


def schema_text() -> str:
    """As it stands in docs/profile.schema.json."""
    return json.dumps(profile_schema(), indent=1, ensure_ascii=False) + "\n"


def _top() -> Schema:
    return {
        "name": _form(NAME),
        "title": _TEXT,
        "protocol": _one_of(get_args(Protocol)),
        "interval_s": _whole(1, 86400),
        "document": _TEXT,
        "grade": _one_of(GRADES),
        "evidence": _TEXT,
        "reference": {"type": "boolean"},
        "caveats": _WORDS,
        "match": _match(),
        "limits": _mapping(
            {
                "varbinds": _whole(1, 100), "repetitions": _whole(1, 100), "registers": _whole(1, 125),
                "gap": _whole(0, 124),
            }
        ),
        "quirks": {"type": "array", "items": _one_of(QUIRKS)},
        "groups": _by_key(_form(DURATION), GROUP),
        "guards": {"type": "array"},
        "readings": {"type": "array"},
        "tables": {"type": "array"},
        "age": {"type": "object"},
        "activity": _rules(),
        "alarms": _alarms(),
        "traps": _by_key(_TEXT, OID),
    }  # fmt: skip


# --- Parts --------------------------------------------------------------------------------------------------


def _match() -> Schema:
    identity = _mapping(dict.fromkeys(IDENTITY_PARTS, _TEXT))
    return _mapping({"sys_object_id": _list(_OID), "sys_descr": _TEXT, "probe": _OID, "identity": identity})


def _rules() -> Schema:
    return _list(_mapping({"is": _one_of(ACTIVITIES), "when": _WHEN}, required=("is", "when")))


def _alarms() -> Schema:
    words = {**_TEXT, "maxLength": LONGEST_WORDS}
    parts = {"is": words, "severity": _one_of(SEVERITIES), "when": _WHEN}
    return _list(_mapping(parts, required=tuple(parts)))


def _when() -> Schema:
    numbers = [_condition(_names("number"), {operator: _NUMBER}) for operator in OPERATORS]
    states = [
        _condition([term.name], {"in": {"type": "array", "items": _one_of(term.states), "minItems": 1}})
        for term in _terms("state")
    ]
    return {"type": "array", "minItems": 1, "items": {"oneOf": [*numbers, *states]}}


def _condition(names: Iterable[str], comparison: Schema) -> Schema:
    return _mapping({"reading": _one_of(names), **comparison}, required=("reading", *comparison))


def _guard(place: Schema) -> Schema:
    writing = {"type": _one_of([*SNMP_TYPES, *REGISTER_TYPES]), "missing": _RAW_LIST}
    return _mapping({**writing, **place, "is": _ACCEPTED, "because": _TEXT}, required=("is", "because"))


def _reading(place: Schema, required: tuple[str, ...] = ()) -> Schema:
    """Any reading: which states and units it may have depends on its name."""
    keys = {
        "name": _one_of(VOCABULARY), "group": _form(GROUP), "scale": _NUMBER, "offset": _NUMBER,
        "valid": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
        "missing": _RAW_LIST, "states": {"type": "object", "minProperties": 1},
    }  # fmt: skip
    return {**_mapping({**keys, **place}, required=("name", *required)), "$ref": "#/$defs/of_term"}


def _states() -> list[Schema]:
    """A state names its words, and nothing else has any."""
    return [
        *(
            _if_named([term.name], {"states": _by_key(_one_of(term.states))}, required=("states",))
            for term in _terms("state")
        ),
        _if_named([*_names("number"), *_names("text")], {"states": False}),
    ]


def _units() -> list[Schema]:
    """Which units a reading may be in depends on its own."""
    by_words: dict[tuple[str, ...], list[str]] = {}
    for term in _terms("number"):
        by_words.setdefault(words_for(term), []).append(term.name)
    return [
        _if_named(names, {"unit_from": {"properties": {"means": _by_key(_one_of(words))}}})
        for words, names in by_words.items()
    ]


def _if_named(names: list[str], properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    then: Schema = {"properties": properties}
    return {
        "if": {"properties": {"name": _one_of(names)}, "required": ["name"]},
        "then": {**then, "required": list(required)} if required else then,
    }


def _snmp_place() -> Schema:
    where = _list(_mapping({"column": _OID, "is": _ACCEPTED}, required=("column", "is")))
    return {
        "oid": _OID, "column": _OID, "pick": _one_of(PICKS), "where": where, "share_of": _OID,
        "type": _one_of(SNMP_TYPES), **_besides(_OID),
    }  # fmt: skip


def _besides(at: Schema) -> Schema:
    place = {"at": at, "shared": _whole(0, MOST_SHARED)}
    powers = _by_key(_whole(-LARGEST_POWER, LARGEST_POWER))
    return {
        "digits_from": _mapping(place, required=("at",)),
        "power_from": _mapping({**place, "means": powers}, required=("at", "means")),
        "unit_from": _mapping({**place, "means": _by_key({"type": "string"})}, required=("at", "means")),
        "only_if": _mapping({**place, "is": _ACCEPTED}, required=("at", "is")),
    }


def _modbus_place() -> Schema:
    return {
        "identity": _one_of(IDENTITY_PARTS),
        "function": {"enum": list(READ_FUNCTIONS)},
        "address": _whole(0, 65535),
        "type": _one_of(REGISTER_TYPES),
        "order": _one_of([*ORDERS, *SHORT_ORDERS]),
        "bit": _whole(0, 15),
        "bits": {"type": "array", "items": _whole(0, 15), "minItems": 2, "maxItems": 2},
        "exponent": _whole(0, 65535),
        "length": _whole(1, 60),
        "mask": _whole(1, 2**32 - 1),
        "unit_from": _mapping(
            {"at": _whole(0, 65535), "means": _by_key({"type": "string"})}, required=("at", "means")
        ),
    }


def _conditions() -> Schema:
    """What must be so before registers are believed."""
    condition = _mapping({**_register(), "is": _ACCEPTED, "because": _TEXT}, required=("is", "because"))
    return {"only_if": {**_list(condition), "minItems": 1}}


def _age() -> Schema:
    return _mapping({**_register(), "unit": _one_of(UNITS_OF_AGE)}, required=("unit", "function", "address"))


def _register() -> Schema:
    """Registers that are compared or counted, besides readings."""
    return {**_modbus_place(), "missing": _RAW_LIST}


def _table() -> Schema:
    conditions = _list(_mapping({"column": _CELL, "is": _ACCEPTED}, required=("column", "is")))
    place = {"column": _CELL, "type": _one_of(SNMP_TYPES), **_besides(_CELL)}
    return _mapping(
        {
            "name": _TEXT, "title": _TEXT, "entry": _OID, "max_rows": _whole(1, 100_000),
            "group": _form(GROUP),
            "subject": _subject(), "age": _age_of_row(), "where": conditions, "present": conditions,
            "position": _position(), "sighting": _sighting(),
            "readings": _list(_reading(place, required=("column",))), "activity": _rules(), "alarms": _alarms(),
        },
        required=("name", "title", "entry", "subject"),
    )  # fmt: skip


def _subject() -> Schema:
    """By a column, or for MAC addresses by numbers of the row's index."""
    kinds = [kind.value for kind in SUBJECT_KINDS]
    return {
        **_mapping({"kind": _one_of(kinds), "column": _CELL, "arcs": _ARCS}, ("kind",)),
        "oneOf": [
            {"required": ["column"]},
            {"required": ["arcs"], "properties": {"kind": {"const": SubjectKind.MAC.value}}},
        ],
    }


def _age_of_row() -> Schema:
    return _mapping(
        {
            "column": _CELL, "unit": _one_of(UNITS_OF_AGE), "type": _one_of(AGE_TYPES),
            "at_most": _form(DURATION), "missing": _RAW_LIST,
        },
        ("column", "unit"),
    )  # fmt: skip


def _position() -> Schema:
    cells = dict.fromkeys(("floor", "x", "y", "error"), _CELL)
    rest = {
        "unit": _one_of(UNITS_OF_LENGTH), "default_error_m": _NUMBER, "missing": _RAW_LIST,
        "error_missing": _RAW_LIST,
    }  # fmt: skip
    return _mapping({**cells, **rest}, required=("floor", "x", "y", "unit", "default_error_m"))


def _sighting() -> Schema:
    receiver = _mapping(
        {**_way(), "as": _one_of(FORMS), "prefix": _form(PREFIX), "within": _OID}, required=("prefix",)
    )
    rssi = _mapping(_way(), required=("via",))
    return _mapping(
        {
            "receiver": {"oneOf": [_CELL, {**receiver, **_START}]},
            "rssi": {"oneOf": [_CELL, {**rssi, **_START}]},
            "rssi_missing": _RAW_LIST,
            MAX_MACS: _whole(1, MOST_MACS),
        },
        required=("receiver",),
    )


def _way() -> Schema:
    """From a cell or the index of the row, by columns."""
    step: Schema = {"oneOf": [_OID, _mapping({"equal": _OID}, required=("equal",))]}
    return {
        "column": _CELL, "arcs": _ARCS, "missing": _RAW_LIST,
        "via": {"type": "array", "items": step, "maxItems": LONGEST_WAY},
    }  # fmt: skip


# --- Forms --------------------------------------------------------------------------------------------------


def _terms(kind: str) -> list[Term]:
    return [term for term in VOCABULARY.values() if term.kind == kind]


def _names(kind: str) -> list[str]:
    return [term.name for term in _terms(kind)]


def _mapping(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": list(required)} if required else {}),
    }


def _by_key(value: Schema, key: str | None = None) -> Schema:
    named = {"propertyNames": {"pattern": f"^{key}$"}} if key else {}
    return {"type": "object", "minProperties": 1, "additionalProperties": value, **named}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _one_of(words: Iterable[str]) -> Schema:
    return {"enum": list(words)}


def _form(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$"}


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}
