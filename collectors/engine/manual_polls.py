"""Taking the polls that people ask for (see :mod:`collectors.polls`), and handing back what came."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any
from uuid import UUID

from assets.observation import SubjectKind
from collectors.decode import describe_poll
from collectors.engine.health import Verdict
from collectors.engine.roster import Assignment
from collectors.models import ManualPoll
from collectors.polls import GIVEN_UP_AFTER
from collectors.requests import Answer, DicomEchoed, Failure, ModbusIdentity, RawPoll, SnmpTable, SnmpValue

RAW_VALUES_SHOWN = 500


def take_waiting(endpoint_ids: Container[int], now: datetime) -> list[tuple[UUID, int]]:
    """Claim the requests for these endpoints, each once, whatever other collectors do; not the stale ones."""
    waiting = ManualPoll.objects.filter(
        taken_at__isnull=True, finished_at__isnull=True, requested_at__gt=now - GIVEN_UP_AFTER
    )
    taken = []
    for pk, endpoint_id in waiting.order_by("requested_at").values_list("pk", "endpoint_id"):
        if endpoint_id in endpoint_ids and waiting.filter(pk=pk).update(taken_at=now):
            taken.append((pk, endpoint_id))
    return taken


def finish_poll(*, poll_id: UUID, report: dict[str, Any], now: datetime) -> None:
    """Hand back what came."""
    ManualPoll.objects.filter(pk=poll_id).update(report=report, finished_at=now)


def report_of(assignment: Assignment, raw: RawPoll, verdict: Verdict) -> dict[str, Any]:
    """What a person sees: the values decoded, the answers as they came, and how it went. JSON-able.

    Tables of MAC addresses, which are those of whoever is near, are not kept as they came.
    """
    tables = assignment.profile.tables if assignment.profile else ()
    by_address = any(table.subject_kind is SubjectKind.MAC for table in tables)
    described = describe_poll(assignment.profile, raw) if assignment.profile and raw.answers else {}
    return {
        "rows": [],
        "tables": [],
        "failures": [],
        **described,
        "at": raw.at.isoformat(),
        "latency_ms": round(raw.latency_ms, 1),
        "address": assignment.address,
        "profile": assignment.profile_name,
        "quality": str(verdict.quality),
        "detail": verdict.detail,
        "raw": [
            line
            for request, answer in raw.answers.items()
            if not (by_address and isinstance(request, SnmpTable))
            for line in _raw_lines(request, answer)
        ][:RAW_VALUES_SHOWN],
    }  # fmt: skip


def _raw_lines(request: Any, answer: Answer) -> list[dict[str, str]]:
    if isinstance(answer, Failure):
        return []
    if isinstance(answer, tuple):
        return [
            {
                "source": f"function {request.function}, {request.address + offset}",
                "type": "register",
                "value": str(n),
            }
            for offset, n in enumerate(answer)
        ]
    if isinstance(answer, ModbusIdentity):
        return [
            {"source": f"function 43/14, {part}", "type": "text", "value": _text_of(octets)}
            for part in ("vendor", "product", "revision")
            if (octets := getattr(answer, part)) is not None
        ]
    if isinstance(answer, DicomEchoed):
        said = {"status": f"{answer.status:04X}", "implementation version": answer.implementation_version}
        return [
            {"source": f"C-ECHO, {part}", "type": "text", "value": _text_of(v) if isinstance(v, bytes) else v}
            for part, v in said.items()
            if v is not None
        ]
    return [{"source": oid, "type": value.type, "value": _raw_text(value)} for oid, value in answer.items()]


def _raw_text(value: SnmpValue) -> str:
    """Octets as text where they are text, else in hexadecimal."""
    if not isinstance(value.value, bytes):
        return "" if value.value is None else str(value.value)
    return _text_of(value.value)


def _text_of(octets: bytes) -> str:
    text = octets.decode("ascii", errors="replace")
    return text if text.isprintable() and "\ufffd" not in text else octets.hex(" ")
