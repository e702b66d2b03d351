"""Performed procedure steps of a pynetdicom sender: evidence, statuses, limits, and no trace of anybody."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    CTImageStorage,
    ModalityPerformedProcedureStep,
    Verification,
)

from assets.observation import Evidence, ReadingValue, SubjectKind
from collectors.receivers.doorway import TOO_MANY, UNLISTED, Doorway
from collectors.receivers.mpps import receiver as module
from collectors.receivers.mpps.ledger import Ended, Outcome
from collectors.receivers.mpps.receiver import StepReceiver
from collectors.receivers.receiver import Spec
from collectors.receivers.settings import DicomListen
from collectors.receivers.tally import Tally
from tests.collectors.dicom_peers import CANARY, CANARY_NUMBER, CT, begun, ended

# pynetdicom leaves a socket that the other side has closed to the garbage collector, which closes it at once.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("sockets_end_here"),
]
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


class Ledger:
    """In place of the database: the procedures of one source, by the digest of their names."""

    def __init__(self) -> None:
        self.steps: dict = {}
        self.fails_with: Exception | None = None

    async def run(self, function, *args, **kwargs):
        if self.fails_with is not None and function.__name__ != "zone_of":
            raise self.fails_with
        return getattr(self, function.__name__)(*args, **kwargs)

    def zone_of(self, source_id):
        return ZoneInfo("Europe/Berlin")

    def begin_procedure(self, *, source_id, key, step):
        known = self.steps.setdefault(key, step)
        return Outcome.NEW if known is step else Outcome.REPEATED if known == step else Outcome.CLASHES

    def change_procedure(self, *, source_id, key, step, now, zone):
        if key not in self.steps:
            return Ended(Outcome.UNKNOWN)
        return Ended(Outcome.NEW, self.steps[key].station, step.ended_at, exams_today=3)


@pytest.fixture(autouse=True)
def _quiet():
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("pynetdicom").setLevel(logging.NOTSET)


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def receiving(ledger):
    """``async with receiving() as (receiver, kept)``: one that listens, and what it handed over."""

    @contextlib.asynccontextmanager
    async def begin(*, networks=("127.0.0.0/8",), per_s=1000.0, max_bytes=1_048_576, most=5, keeps=True):
        kept = []

        async def keep(observations):
            kept.extend(observations if keeps else ())
            return keeps

        place = DicomListen("127.0.0.1", 0, ae_title="TRACKER", most_associations=most)
        receiver = StepReceiver(
            Spec(7, "MPPS", "mpps", 3, networks, place, (), per_s, max_bytes),
            keep=keep,
            tally=Tally(lambda: NOW),
            doorway=Doorway(networks, per_s, max_bytes, clock=lambda: 0.0),
            database=ledger,
            now=lambda: NOW,
        )
        task = asyncio.create_task(receiver.run())
        async with asyncio.timeout(20):
            while not receiver.port:  # noqa: ASYNC110  what it waits for has no event
                await asyncio.sleep(0.01)
        try:
            yield receiver, kept
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return begin


def send(port: int, *messages, called: str = "TRACKER", syntax=ExplicitVRLittleEndian) -> list[int | None]:
    """The status of each message, all on one association: ("create" or "set", data, name)."""
    entity = AE("CT_ROOM_2")
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 10
    entity.add_requested_context(ModalityPerformedProcedureStep, syntax)
    association = entity.associate("127.0.0.1", port, ae_title=called)
    if not association.is_established:
        if association.dul.socket and association.dul.socket.socket:
            association.dul.socket.socket.close()
        return []
    statuses = []
    for kind, data, name in messages:
        ask = association.send_n_create if kind == "create" else association.send_n_set
        status, _ = ask(data, ModalityPerformedProcedureStep, name)
        statuses.append(status.get("Status"))
    association.release()
    return statuses


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian], ids=["explicit", "implicit"]
)
async def test_a_machine_is_in_use_from_the_begin_to_the_end_and_its_exams_are_counted(receiving, syntax):
    messages = [("create", begun(), "1.2.3"), ("set", ended(), "1.2.3")]
    async with receiving() as (receiver, kept):
        assert await asyncio.to_thread(send, receiver.port, *messages, syntax=syntax) == [0, 0]
    first, last = kept
    assert (first.subject.kind, first.subject.key, first.source) == (
        SubjectKind.AE_TITLE,
        CT,
        f"source:7/{CT}",
    )
    assert (first.at, first.activity, first.readings) == (TEN + TICK, Evidence.IN_USE, ())
    assert (last.at, last.activity) == (TEN + timedelta(minutes=20) + 2 * TICK, Evidence.IDLE)
    assert last.readings == (ReadingValue("exams_today", 3.0),)
    counts = receiver.tally.take()
    assert (counts.messages, counts.observations, counts.stripped) == (2, 2, 9)


async def test_nothing_of_a_person_leaves_the_door(receiving, ledger, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("pynetdicom").setLevel(logging.DEBUG)
    async with receiving() as (receiver, kept):
        messages = [("create", begun(), f"1.2.3.{4711}"), ("set", ended(), f"1.2.3.{4711}")]
        assert await asyncio.to_thread(send, receiver.port, *messages) == [0, 0]
        broken = begun(PerformedStationAETitle="CT\\2")
        assert await asyncio.to_thread(send, receiver.port, ("create", broken, "1.9")) == [0x0106]
    everything = f"{kept} {ledger.steps} {vars(receiver.tally)} {caplog.text}"
    for canary in (CANARY, CANARY_NUMBER, "Patricia", "19620714", "1.2.3.4711"):
        assert canary not in everything


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (("create", begun(PerformedStationAETitle=""), "1.2.3"), module.MISSING),
        (("create", begun(PerformedProcedureStepStatus="COMPLETED"), "1.2.3"), module.IMPOSSIBLE),
        (("create", begun(), None), module.NO_NAME),
        (("set", ended(), "9.9.9"), module.UNKNOWN),
        (("set", ended(status="LOST"), "9.9.9"), module.IMPOSSIBLE),
    ],
)
async def test_what_cannot_be_taken_is_answered_by_the_status_that_says_why(receiving, message, status):
    async with receiving() as (receiver, kept):
        assert await asyncio.to_thread(send, receiver.port, message) == [status]
        assert kept == []
        assert receiver.tally.take().refused == {module._REASONS[status]: 1}


async def test_the_same_begin_again_is_answered_alike_and_another_by_its_name_is_refused(receiving):
    messages = [("create", data, "1.2.3") for data in (begun(), begun(), begun(at="110100"))]
    async with receiving() as (receiver, kept):
        assert await asyncio.to_thread(send, receiver.port, *messages) == [0, 0, module.DUPLICATE]
        counts = receiver.tally.take()
    assert kept[0] == kept[1]
    assert (counts.messages, counts.duplicates) == (1, 1)


async def test_success_is_said_only_once_it_is_kept(receiving, ledger):
    async with receiving(keeps=False) as (receiver, _):
        assert await asyncio.to_thread(send, receiver.port, ("create", begun(), "1.2.3")) == [module.FAILED]
    ledger.fails_with = module.DatabaseError("gone")
    async with receiving() as (receiver, kept):
        assert await asyncio.to_thread(send, receiver.port, ("create", begun(), "1.2.4")) == [module.FAILED]
        assert kept == []


async def test_a_station_whose_clock_is_ahead_began_no_later_than_now(receiving):
    async with receiving() as (receiver, kept):
        ahead = begun(PerformedProcedureStepStartDate="20270101")
        assert await asyncio.to_thread(send, receiver.port, ("create", ahead, "1.2.3")) == [0]
    assert kept[0].at == NOW + TICK


# --- limits


async def test_an_address_that_is_not_listed_gets_no_association(receiving):
    async with receiving(networks=("10.20.0.0/16",)) as (receiver, _):
        assert await asyncio.to_thread(send, receiver.port, ("create", begun(), "1.2.3")) == []
        await asyncio.sleep(0)
        assert receiver.tally.take().refused == {UNLISTED: 1}


async def test_who_calls_us_by_another_name_is_rejected(receiving):
    async with receiving() as (receiver, kept):
        assert await asyncio.to_thread(send, receiver.port, ("create", begun(), "1"), called="PACS") == []
    assert kept == []


async def test_more_messages_than_a_sender_may_send_are_refused(receiving):
    async with receiving(per_s=1.0) as (receiver, kept):
        messages = [("create", begun(at=f"1100{n:02}"), f"1.2.{n}") for n in range(4)]
        assert await asyncio.to_thread(send, receiver.port, *messages) == [
            0,
            0,
            module.TOO_MUCH,
            module.TOO_MUCH,
        ]
        assert receiver.tally.take().refused == {TOO_MANY: 2}
    assert len(kept) == 2


async def test_a_message_that_is_too_large_ends_the_association(receiving):
    async with receiving(max_bytes=10_000) as (receiver, kept):
        large = begun(TextValue="x" * 200_000)
        assert await asyncio.to_thread(send, receiver.port, ("create", large, "1.2.3")) == [None]
        assert await asyncio.to_thread(send, receiver.port, ("create", begun(), "1.2.3")) == [0]
    assert len(kept) == 1


async def test_a_pdu_that_claims_to_be_gigabytes_is_not_waited_for(receiving):
    async with receiving() as (receiver, _):

        def claim() -> bytes:
            with socket.create_connection(("127.0.0.1", receiver.port), timeout=10) as connection:
                connection.sendall(b"\x01\x00\xff\xff\xff\xff")
                return connection.recv(100)

        assert len(await asyncio.to_thread(claim)) <= 10  # an abort, or nothing but the end


async def test_only_so_many_are_connected_at_once(receiving):
    async with receiving(most=2) as (receiver, _):

        def crowd() -> list[bool]:
            entity = AE("CT")
            entity.add_requested_context(Verification)
            associations = [
                entity.associate("127.0.0.1", receiver.port, ae_title="TRACKER") for _ in range(3)
            ]
            found = [each.is_established for each in associations]
            for each in associations:
                if each.is_established:
                    each.release()
            return found

        assert await asyncio.to_thread(crowd) == [True, True, False]


async def test_a_modality_can_try_the_connection_and_can_send_no_images(receiving):
    async with receiving() as (receiver, _):

        def attempt() -> tuple[int, list[str]]:
            entity = AE("CT")
            entity.add_requested_context(Verification)
            entity.add_requested_context(CTImageStorage)
            association = entity.associate("127.0.0.1", receiver.port, ae_title="TRACKER")
            accepted = [str(each.abstract_syntax) for each in association.accepted_contexts]
            status = association.send_c_echo().Status
            association.release()
            return status, accepted

        assert await asyncio.to_thread(attempt) == (0, [str(Verification)])


def test_the_modules_at_the_door_never_name_an_element_about_people():
    folder = Path(module.__file__).parent
    text = "".join(path.read_text() for path in folder.glob("*.py"))
    for word in ("PatientName", "PatientID", "AccessionNumber", "0x0010_00"):
        assert word not in text
