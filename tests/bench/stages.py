"""The first river in stages, each with all that stands before it: codec, driver, decode."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from assets.observation import Observation, Subject, SubjectKind
from collectors.decode import decode_poll
from collectors.drivers.registry import make_drivers
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.profiles.load import load_profile
from collectors.profiles.model import Profile
from collectors.requests import RawPoll, SnmpGet, Target
from collectors.snmp.exchange import CommunityExchange, Exchange
from collectors.snmp.messages import VERSION_2C, prepare_get
from collectors.snmp.session import Session
from collectors.snmp.transport import Transport
from collectors.snmp.v3 import V3Exchange
from tests.bench.agents import USER, Changing

Work = Callable[[int], Awaitable[None]]
Take = Callable[[int, RawPoll], None]

SNMP_PROFILE = Path(__file__).with_name("ten-values.yaml")


class Fleet:
    """Endpoints of one kind on loopback addresses, all with one profile."""

    def __init__(self, profile: Profile, protocol: str, addresses: Sequence[str], port: int) -> None:
        self.profile, self.protocol = profile, protocol
        self.requests = plan_requests(profile)
        is_v3 = protocol == "snmp_v3"
        self.targets = [
            Target(
                number, protocol, address, port, timeout_s=2.0,
                community=None if is_v3 else b"bench", user=USER if is_v3 else None,
            )
            for number, address in enumerate(addresses)
        ]  # fmt: skip

    def target(self, number: int) -> Target:
        return self.targets[number % len(self.targets)]


SNMP_VALUES: dict[str, int | Changing] = {
    "1.3.6.1.2.1.33.1.2.2.0": Changing(2**20, 2**19, 16),  # seconds on battery
    "1.3.6.1.2.1.33.1.2.3.0": Changing(2**13, 2**12, 2),  # minutes left
    "1.3.6.1.2.1.33.1.2.4.0": 100,
    "1.3.6.1.2.1.33.1.2.5.0": Changing(2**12, 2**12, 4),  # tenths of a volt
    "1.3.6.1.2.1.33.1.2.7.0": 24,
    "1.3.6.1.2.1.33.1.3.3.1.2.1": 500,
    "1.3.6.1.2.1.33.1.3.3.1.3.1": Changing(2**8, 2**8, 8),  # volts
    "1.3.6.1.2.1.33.1.4.4.1.2.1": Changing(2**8, 2**8, 4),  # volts
    "1.3.6.1.2.1.33.1.4.4.1.5.1": 37,
    "1.3.6.1.2.1.33.1.4.1.0": 3,
}
"""Half of them differ from device to device and from poll to poll, as those of real devices do: by little, so that
one belongs into the history about every third poll."""


def snmp_fleet(addresses: Sequence[str], port: int, *, protocol: str = "snmp_v2c") -> Fleet:
    return Fleet(load_profile(SNMP_PROFILE), protocol, addresses, port)


def modbus_fleet(addresses: Sequence[str], port: int) -> Fleet:
    return Fleet(get_profile("modality-power-meter"), "modbus_tcp", addresses, port)


@asynccontextmanager
async def codec(fleet: Fleet) -> AsyncIterator[Work]:
    """Our own SNMP codec on its socket, with nothing around it that decides what to ask whom."""
    transport = Transport()
    (request,) = fleet.requests
    assert isinstance(request, SnmpGet)
    prepared = prepare_get(request.oids)
    sessions = [Session(target.user, time.monotonic) if target.user else None for target in fleet.targets]

    async def poll(number: int) -> None:
        target, session = fleet.target(number), sessions[number % len(sessions)]
        exchange: Exchange = (
            V3Exchange(session, prepared, prepared.read_answer, target.timeout_s)
            if session
            else CommunityExchange(VERSION_2C, b"bench", prepared, prepared.read_answer, target.timeout_s)
        )
        await transport.converse(target.host, target.port, exchange)
        if exchange.answer is None or len(exchange.answer) != len(request.oids):
            raise RuntimeError(f"{target}: {exchange.report or exchange.status}")

    yield poll
    transport.close()


@asynccontextmanager
async def driven(fleet: Fleet, take: Take | None = None) -> AsyncIterator[Work]:
    """Our driver; ``take`` gets what each poll brought."""
    driver = make_drivers()[fleet.protocol]
    await driver.open()

    async def poll(number: int) -> None:
        raw = await driver.poll(fleet.target(number), fleet.requests)
        if take:
            take(number, raw)

    yield poll
    await driver.close()


def decoding(fleet: Fleet, subjects: Sequence[Subject], keep: Callable[[list[Observation]], None]) -> Take:
    """Decodes, checks that every value came, and hands the observations on."""
    sources = [f"endpoint:{number}" for number in range(len(subjects))]

    def take(number: int, raw: RawPoll) -> None:
        place = number % len(subjects)
        observations = decode_poll(
            fleet.profile,
            raw,
            source=sources[place],
            subject=subjects[place],
            received_at=datetime.now(UTC),
        )
        if any(reading.value is None for reading in observations[0].readings):
            raise RuntimeError(str(observations[0]))
        keep(observations)

    return take


def anybody(count: int) -> list[Subject]:
    return [Subject(SubjectKind.ASSET, str(number)) for number in range(count)]
