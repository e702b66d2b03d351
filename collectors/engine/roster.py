"""What a collector has to poll, as the database says now, made ready for the loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assets.observation import Subject, SubjectKind
from assets.words import Quality
from collectors.credentials import CredentialUnreadableError, open_credential
from collectors.drivers.registry import choose_driver
from collectors.guard import Policy
from collectors.models import Credential, Endpoint
from collectors.planner import limited, plan_requests
from collectors.profiles.library import UnknownProfileError, get_profile
from collectors.profiles.model import Profile
from collectors.profiles.strict import ProfileError
from collectors.requests import MAX_DATAGRAM, Failure, Request, SnmpUser, Target

_COLUMNS = (
    "pk", "name", "protocol", "host", "port", "unit_id", "profile", "interval_s", "timeout_s", "asset_id",
    "segment__networks", "segment__ports", "segment__serial_lines",
    "credential_id", "credential__name", "credential__kind", "credential__protocols", "credential__sealed",
    "driver", "context_name", "max_varbinds", "max_repetitions", "max_message_bytes", "pause_between_ms",
    "line_settings",
)  # fmt: skip


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

    @property
    def device(self) -> tuple[str, int]:
        """What takes one request at a time."""
        return self.host, self.port

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
            hangs_up=self.profile is not None and "hang-up" in self.profile.quirks,
        )


class Roster:
    """Reads the endpoints; one that did not change keeps its very Assignment. ``segments``: only those."""

    def __init__(self, segments: Sequence[str] | None = None) -> None:
        self._segments = segments
        self._known: dict[int, tuple[tuple[Any, ...], Assignment]] = {}

    def load(self) -> dict[int, Assignment]:
        """By endpoint. Blocks on the database."""
        endpoints = Endpoint.objects.polled()
        if self._segments is not None:
            endpoints = endpoints.filter(segment__name__in=self._segments)
        known: dict[int, tuple[tuple[Any, ...], Assignment]] = {}
        columns: Sequence[Any]
        for columns in endpoints.order_by("pk").values_list(*_COLUMNS):
            row: tuple[Any, ...] = tuple(
                bytes(value) if isinstance(value, memoryview) else value for value in columns
            )
            before = self._known.get(row[0])
            if before is None or before[0] != row:
                before = row, assign(dict(zip(_COLUMNS, row, strict=True)))
            known[row[0]] = before
        self._known = known
        return {pk: assignment for pk, (_, assignment) in known.items()}


def assign(row: dict[str, Any]) -> Assignment:
    """An assignment from a row; what is wrong with the row becomes its problem, never an exception."""
    common = {
        "endpoint_id": row["pk"],
        "profile_name": row["profile"],
        "subject": Subject(SubjectKind.ASSET, str(row["asset_id"])) if row["asset_id"] else None,
        **{
            name: row[name]
            for name in ("name", "protocol", "host", "port", "unit_id", "interval_s", "timeout_s")
        },
        "driver": choose_driver(row["protocol"], row["driver"], row["credential__protocols"] or "").name,
        "context": row["context_name"],
        "max_message_bytes": row["max_message_bytes"] or MAX_DATAGRAM,
        "pause_s": row["pause_between_ms"] / 1000,
        "line_settings": row["line_settings"],
    }
    try:
        policy = Policy.of(
            _Segment(row["segment__networks"], row["segment__ports"], row["segment__serial_lines"])
        )
    except ValueError as error:
        problem = Failure(Quality.REFUSED, f"The segment cannot be used: {error}")
        return Assignment(**common, policy=Policy(()), problem=problem)
    try:
        profile = limited(get_profile(row["profile"]), row["max_varbinds"], row["max_repetitions"])
        return Assignment(
            **common, policy=policy, profile=profile, requests=plan_requests(profile), secret=_secret(row)
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


def _secret(row: dict[str, Any]) -> SnmpUser | bytes | None:
    if not row["protocol"].startswith("snmp"):
        return None
    if row["credential_id"] is None:
        raise CredentialUnreadableError("The endpoint has no credential; give it one.")
    secret = open_credential(
        Credential(
            pk=row["credential_id"], name=row["credential__name"], kind=row["credential__kind"],
            sealed=row["credential__sealed"],
        )
    )  # fmt: skip
    if isinstance(secret, SnmpUser) != (row["protocol"] == Endpoint.Protocol.SNMP_V3):
        raise CredentialUnreadableError("The credential is for another protocol; choose one that fits.")
    return secret
