"""One recording of one device: asked read-only, as the collector asks, and scrubbed before anything is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from collectors.credentials import open_credential
from collectors.drivers.registry import make_drivers
from collectors.guard import check_target
from collectors.models import Credential, Segment
from collectors.planner import plan_requests
from collectors.profiles.model import Profile
from collectors.profiles.recordings import Registers, register_lines, snmprec_lines
from collectors.requests import Failure, ModbusRead, RawPoll, Request, SnmpTable, SnmpUser, SnmpValue, Target
from collectors.scrubbing import scrub_registers, scrub_snmp

MOST_ROWS = 10_000
USUAL_PORTS = {"snmp": 161, "modbus": 502, "dicom": 104}


class CaptureRefusedError(Exception):
    """Nothing is recorded; the message says why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """``lines`` of a recording, and what was left out of it because it could not be scrubbed."""

    suffix: str
    lines: list[str]
    refused: list[str]


def target_for(
    *,
    host: str,
    protocol: str,
    port: int | None,
    unit_id: int,
    segment: Segment,
    credential: Credential | None,
) -> Target:
    """Whom to ask; :class:`collectors.guard.TargetRefused` unless the segment allows it."""
    port = port or USUAL_PORTS[protocol.partition("_")[0]]
    address = check_target(host, port, segment)
    secret = open_credential(credential) if credential else None
    if protocol.startswith("snmp") and secret is None:
        raise CaptureRefusedError("SNMP needs a credential: name one of those that are registered.")
    return Target(
        endpoint_id=0, protocol=protocol, host=address, port=port, timeout_s=5.0, unit_id=unit_id,
        community=secret if isinstance(secret, bytes) else None,
        user=secret if isinstance(secret, SnmpUser) else None, server_name=host,
    )  # fmt: skip


def record_device(
    target: Target, *, profile: Profile | None, walks: Sequence[str] = (), keep: Collection[str] = ()
) -> Recording:
    """Asks for what the profile reads, or walks below these identifiers. Blocks until the device has answered."""
    if profile is not None and profile.protocol == "dicom":
        raise CaptureRefusedError(
            "Of an answer to C-ECHO there is nothing to record; write the case by hand."
        )
    requests = plan_requests(profile) if profile else tuple(SnmpTable((oid,), MOST_ROWS) for oid in walks)
    raw = asyncio.run(_ask(target, requests))
    failures = [answer.detail for answer in raw.answers.values() if isinstance(answer, Failure)]
    if len(failures) == len(raw.answers):
        raise CaptureRefusedError(
            f"The device gave no answer: {failures[0] if failures else 'nothing was asked'}"
        )
    if profile is not None and profile.protocol == "modbus":
        return Recording("registers", register_lines(scrub_registers(_registers(raw), profile)), [])
    scrubbed = scrub_snmp(_objects(raw), profile, keep)
    return Recording("snmprec", snmprec_lines(scrubbed.values), scrubbed.refused)


def save_case(folder: Path, recording: Recording, *, about: str, has_asset: bool) -> None:
    """A case without its expectation, in a folder that must not be there yet."""
    folder.mkdir(parents=True)
    name = f"recording.{recording.suffix}"
    (folder / name).write_text("\n".join(recording.lines) + "\n", encoding="utf-8")
    told = {"about": about, "recording": name, "asset": has_asset, "capture": True}
    (folder / "case.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


async def _ask(target: Target, requests: Sequence[Request]) -> RawPoll:
    driver = make_drivers()[target.protocol]
    await driver.open()
    try:
        return await driver.poll(target, requests)
    finally:
        await driver.close()


def _objects(raw: RawPoll) -> dict[str, SnmpValue]:
    found: dict[str, SnmpValue] = {}
    for answer in raw.answers.values():
        if isinstance(answer, Mapping):
            found.update(answer)
    return found


def _registers(raw: RawPoll) -> Registers:
    return {
        (request.function, request.address + offset): value
        for request, answer in raw.answers.items()
        if isinstance(request, ModbusRead) and isinstance(answer, tuple)
        for offset, value in enumerate(answer)
    }
