"""The JSON Schema for editors takes every profile that is sound, and refuses the slips that it can know of."""

from __future__ import annotations

import pytest
import yaml
from django.conf import settings
from jsonschema import Draft202012Validator

from collectors.profiles.library import SHIPPED
from collectors.profiles.schema import profile_schema, schema_text
from collectors.profiles.strict import _PlainLoader
from tests.collectors.test_profiles_alarms import SAMPLE as ALARMS
from tests.collectors.test_profiles_loading import GROUPED, METER, MODBUS, SNMP, TABLE
from tests.collectors.test_profiles_scaling import SAMPLE as SCALED
from tests.every import for_every

VALIDATOR = Draft202012Validator(profile_schema())


def as_json(value):
    """As an editor hands YAML to a schema: keys are texts."""
    if isinstance(value, dict):
        return {str(key): as_json(v) for key, v in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def problems(text: str) -> list[str]:
    found = as_json(yaml.load(text, _PlainLoader))  # noqa: S506 - a SafeLoader, only narrower
    return [error.message for error in VALIDATOR.iter_errors(found)]


def test_the_schema_in_the_documentation_is_up_to_date():
    path = settings.BASE_DIR / "docs" / "profile.schema.json"

    assert path.read_text(encoding="utf-8") == schema_text(), "run manage.py check_profiles --write-schema"
    Draft202012Validator.check_schema(profile_schema())


@for_every(sorted(SHIPPED.glob("*.yaml")), lambda path: path.stem)
def test_every_shipped_profile_is_valid(path):
    assert problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("sample", [SNMP, MODBUS, TABLE, GROUPED, METER, SCALED, ALARMS])
def test_what_the_loader_takes_the_schema_takes(sample):
    assert problems(sample) == []


@pytest.mark.parametrize(
    ("sample", "old", "new"),
    [
        (SNMP, "title: A sample", "titel: A sample"),
        (SNMP, "protocol: snmp", "protocol: telnet"),
        (SNMP, "grade: community", "grade: hearsay"),
        (SNMP, "interval_s: 10", "interval_s: 0"),
        (SNMP, "name: battery_charge", "name: charge"),
        (SNMP, "oid: 1.3.6.1.2.1.33.1.2.4.0", "oid: sysUpTime"),
        (SNMP, "missing: [-1]", "missing: -1"),
        (SNMP, "missing: [-1]", "sacle: 0.1"),
        (SNMP, "missing: [-1]", "function: 3"),
        (SNMP, "3: mains", "3: grid"),
        (SNMP, "states: {2: none, 3: mains, 5: battery}", "scale: 2"),
        (SNMP, "missing: [-1]", "states: {1: none}"),
        (MODBUS, "function: 4, address: 0", "function: 6, address: 0"),
        (MODBUS, "type: int16", "type: int24"),
        (MODBUS, "order: cdab", "order: abdc"),
        (MODBUS, "address: 2", "oid: 1.3.6.1.2.0"),
        (TABLE, "kind: tag", "kind: name"),
        (TABLE, "unit: ms", "unit: h"),
        (TABLE, "entry: 1.3.6.1.4.1.1.1", "entri: 1.3.6.1.4.1.1.1"),
        (TABLE, "column: 8", "column: 0"),
        (GROUPED, "slow: 5m", "slow: 300"),
        (METER, "quirks: [hang-up]", "quirks: [hang]"),
        (SCALED, "8: celsius", "8: percent"),
        (SCALED, ", means: {9: 0}", ""),
        (SCALED, "is: [1, 2]", "is: []"),
        (ALARMS, "severity: warning", "severity: loud"),
        (ALARMS, "in: [absent]}]}\n  - is: Nearly", "in: [gone]}]}\n  - is: Nearly"),
        (ALARMS, "below: 20", "under: 20"),
        (ALARMS, "is: charging", "is: loading"),
    ],
)
def test_a_slip_is_refused_in_the_editor(sample, old, new):
    assert old in sample
    assert problems(sample.replace(old, new, 1))


def test_a_file_without_anything_to_read_is_refused():
    assert problems(SNMP.partition("readings:")[0])
