"""Where the cases and the recordings of devices are, for tests."""

from __future__ import annotations

from pathlib import Path

from collectors.profiles.library import SHIPPED_CASES as CASES
from collectors.profiles.recordings import AT, oid_key, plain, read_registers, read_snmprec, replay

__all__ = ["AT", "CASES", "SHARED", "oid_key", "plain", "read_registers", "read_snmprec", "replay"]

SHARED = Path(__file__).parents[3] / "shared" / "data" / "snmp"
