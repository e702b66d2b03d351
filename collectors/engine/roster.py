"""What a collector has to poll, as the database says now, made ready for the loop."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assets.observation import Subject, SubjectKind
from assets.words import Quality
from collectors.credentials import CredentialUnreadableError, open_credential
from collectors.drivers.registry import choose_driver
from collectors.engine.ceiling import Ceiling
from collectors.guard import Policy
from collectors.models import Chunk, Credential, Endpoint, Pause
from collectors.notices import HastenedEndpoints, Mark, Notices, latest_notices
from collectors.planner import limited, plan_requests
from collectors.profiles.library import UnknownProfileError, get_profile
from collectors.profiles.model import Profile
from collectors.profiles.strict import ProfileError
from collectors.requests import MAX_DATAGRAM, Failure, Request, SnmpUser, Target
from collectors.serial_lines import address_words
from collectors.serials import plain_serial

_COLUMNS = (
    "pk", "name", "protocol", "host", "port", "unit_id", "profile", "interval_s", "timeout_s", "asset_id",
    "segment__networks", "segment__ports", "segment__serial_lines",
    "credential_id", "credential__name", "credential__kind", "credential__protocols", "credential__sealed",
    "interval_in_use_s", "driver", "context_name", "max_varbinds", "max_repetitions", "max_message_bytes",
    "pause_between_ms", "line_settings", "called_ae_title", "calling_ae_title", "asset__serial_number",
)  # fmt: skip
_OWN = frozenset({"pk", "name", "host", "asset_id", "asset__serial_number"})
"""Columns that hardly two endpoints have in common."""
READ_ANEW_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """One endpoint to poll. ``problem`` says why it cannot be, whatever the device does."""

    endpoint_id: int
    name: str
    protocol: str
    host: str
    port: int
    unit_id: int
    profile_name: str
    interval_s: float
    timeout_s: float
    subject: Subject | None
    policy: Policy
    profile: Profile | None = None
    requests: tuple[Request, ...] = ()
    secret: SnmpUser | bytes | None = None
    problem: Failure | None = None
    driver: str = ""
    context: str = ""
    max_message_bytes: int = MAX_DATAGRAM
    pause_s: float = 0.0
    line_settings: str = ""
    called: str = ""
    calling: str = ""
    interval_in_use_s: float | None = None
    ceiling: Ceiling | None = None
    serial: str = ""
    """What the register says that its device is, in the form that is compared; empty: nothing."""

    @property
    def device(self) -> tuple[str, int]:
        """What takes one request at a time."""
        return self.host, self.port

    @property
    def address(self) -> str:
        """Where it is reached, for people."""
        return address_words(self.host, self.port)

    @property
    def source(self) -> str:
        return f"endpoint:{self.endpoint_id}"

    def requests_for(self, groups: frozenset[str] | None) -> tuple[Request, ...]:
        """What brings the ordinary readings and those of these groups; None: everything."""
        if groups is None or self.profile is None:
            return self.requests
        return plan_requests(self.profile, groups)

    def target(self, address: str) -> Target:
        return Target(
            endpoint_id=self.endpoint_id,
            protocol=self.protocol,
            host=address,
            port=self.port,
            timeout_s=self.timeout_s,
            unit_id=self.unit_id,
            community=self.secret if isinstance(self.secret, bytes) else None,
            user=self.secret if isinstance(self.secret, SnmpUser) else None,
            driver=self.driver,
            context=self.context,
            max_message_bytes=self.max_message_bytes,
            pause_s=self.pause_s,
            server_name=self.host,
            line_settings=self.line_settings,
            called=self.called,
            calling=self.calling,
            hangs_up=self.profile is not None and "hang-up" in self.profile.quirks,
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look at the database brought: chunks to be read anew, endpoints to be polled soon."""

    chunk_ids: list[int]
    hastened: list[int]


@dataclass(slots=True)
class _Known:
    """What was read of a chunk: its rows and assignments, and the notices up to then."""

    segment_id: int
    marks: tuple[Mark, ...]
    read_at: datetime
    rows: dict[int, tuple[tuple[Any, ...], Assignment]]


class Roster:
    """Reads the endpoints of chunks; one that did not change keeps its very Assignment. Blocks on the database."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}
        self._hastened = HastenedEndpoints()
        self._looked_at: datetime | None = None
        self._shared: dict[Any, Any] = {}
        self._ceilings: dict[int, Ceiling] = {}

    def look(self, chunk_ids: Collection[int], now: datetime) -> Changes:
        """Whether anything changed in these chunks: three small queries, however many endpoints there are."""
        notices = latest_notices()
        has_pause_ended = Pause.objects.filter(
            until__gt=self._looked_at or now, until__lte=now, ended_at=None
        ).exists()
        self._looked_at = now
        changed = [
            pk for pk in chunk_ids if has_pause_ended or self._has_changed(self._known.get(pk), pk, notices)
        ]
        if not changed:
            # Should a notice ever be missed, it is not missed for long.
            changed = [pk for pk in chunk_ids if now - self._known[pk].read_at > READ_ANEW_AFTER][:1]
        return Changes(changed, self._hastened.take(frozenset(chunk_ids)))

    @staticmethod
    def _has_changed(known: _Known | None, chunk_id: int, notices: Notices) -> bool:
        return known is None or notices.of(chunk_id, known.segment_id) != known.marks

    def load(self, chunk_id: int, now: datetime) -> dict[int, Assignment]:
        """What is to be polled in the chunk, by endpoint."""
        segment_id, requests_per_s = Chunk.objects.filter(pk=chunk_id).values_list(
            "segment_id", "segment__requests_per_s"
        ).first() or (0, None)
        marks = latest_notices().of(chunk_id, segment_id)
        before = self._known[chunk_id].rows if chunk_id in self._known else {}
        ceiling = self._ceilings.setdefault(chunk_id, Ceiling())
        rows: dict[int, tuple[tuple[Any, ...], Assignment]] = {}
        columns: Sequence[Any]
        for columns in (
            Endpoint.objects.polled(now).filter(chunk=chunk_id).order_by("pk").values_list(*_COLUMNS)
        ):
            row = tuple(
                value if name in _OWN else self._share(value)
                for name, value in zip(_COLUMNS, columns, strict=True)
            )
            known = before.get(row[0])
            if known is None or known[0] != row:
                known = row, assign(dict(zip(_COLUMNS, row, strict=True)), self._shared, ceiling)
            rows[row[0]] = known
        self._known[chunk_id] = _Known(segment_id, marks, now, rows)
        ceiling.requests_per_s = requests_per_s and _share_of(requests_per_s, len(rows), segment_id, now)
        return {pk: assignment for pk, (_, assignment) in rows.items()}

    def forget(self, chunk_id: int) -> None:
        self._known.pop(chunk_id, None)
        self._ceilings.pop(chunk_id, None)

    def _share(self, value: Any) -> Any:
        """The same object for equal values: thousands of endpoints have the same segment, user and timeout."""
        if isinstance(value, memoryview):
            value = bytes(value)
        key = str(value) if isinstance(value, list) else value
        return self._shared.setdefault((type(value), key), value)


def _share_of(requests_per_s: float, endpoints: int, segment_id: int, now: datetime) -> float:
    """The part of a segment's ceiling that belongs to so many of its endpoints."""
    of_all = Endpoint.objects.polled(now).filter(chunk__segment=segment_id).count()
    return requests_per_s * endpoints / max(of_all, endpoints, 1)


def assign(
    row: dict[str, Any], shared: dict[Any, Any] | None = None, ceiling: Ceiling | None = None
) -> Assignment:
    """An assignment from a row; what is wrong with the row becomes its problem, never an exception.

    ``shared``: keeps the parts that many endpoints have in common, from one call to the next.
    """
    shared = {} if shared is None else shared
    common = {
        "endpoint_id": row["pk"],
        "profile_name": row["profile"],
        "subject": Subject(SubjectKind.ASSET, str(row["asset_id"])) if row["asset_id"] else None,
        **{
            name: row[name]
            for name in (
                "name",
                "protocol",
                "host",
                "port",
                "unit_id",
                "interval_s",
                "interval_in_use_s",
                "timeout_s",
            )
        },
        "driver": choose_driver(row["protocol"], row["driver"], row["credential__protocols"] or "").name,
        "context": row["context_name"],
        "max_message_bytes": row["max_message_bytes"] or MAX_DATAGRAM,
        "pause_s": row["pause_between_ms"] / 1000,
        "line_settings": row["line_settings"],
        "called": row["called_ae_title"],
        "calling": row["calling_ae_title"],
        "ceiling": ceiling,
        "serial": plain_serial(row["asset__serial_number"] or ""),
    }
    try:
        policy = _policy(
            row["segment__networks"], row["segment__ports"], row["segment__serial_lines"], shared
        )
    except ValueError as error:
        problem = Failure(Quality.REFUSED, f"The segment cannot be used: {error}")
        return Assignment(**common, policy=Policy(()), problem=problem)
    try:
        profile = limited(get_profile(row["profile"]), row["max_varbinds"], row["max_repetitions"])
        return Assignment(
            **common,
            policy=policy,
            profile=profile,
            requests=plan_requests(profile),
            secret=_secret(row, shared),
        )
    except (UnknownProfileError, ProfileError) as error:
        problem = Failure(Quality.MALFORMED, f"The profile cannot be used: {error}")
    except CredentialUnreadableError as error:
        problem = Failure(Quality.AUTHENTICATION, str(error))
    return Assignment(**common, policy=policy, problem=problem)


@dataclass(frozen=True, slots=True)
class _Segment:
    networks: list[str]
    ports: list[int | str]
    serial_lines: list[str]


def _policy(
    networks: list[str], ports: list[int | str], serial_lines: list[str], shared: dict[Any, Any]
) -> Policy:
    key = "policy", str(networks), str(ports), str(serial_lines)
    if key not in shared:
        shared[key] = Policy.of(_Segment(networks, ports, serial_lines))
    found: Policy = shared[key]
    return found


def _secret(row: dict[str, Any], shared: dict[Any, Any]) -> SnmpUser | bytes | None:
    if not row["protocol"].startswith("snmp"):
        return None
    if row["credential_id"] is None:
        raise CredentialUnreadableError("The endpoint has no credential; give it one.")
    key = "secret", row["credential_id"], row["credential__kind"], bytes(row["credential__sealed"])
    if key not in shared:
        shared[key] = open_credential(
            Credential(
                pk=row["credential_id"], name=row["credential__name"], kind=row["credential__kind"],
                sealed=row["credential__sealed"],
            )
        )  # fmt: skip
    secret: SnmpUser | bytes = shared[key]
    if not isinstance(secret, SnmpUser if row["protocol"] == Endpoint.Protocol.SNMP_V3 else bytes):
        raise CredentialUnreadableError("The credential is for another protocol; choose one that fits.")
    return secret
