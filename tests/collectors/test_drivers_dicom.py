"""C-ECHO against pynetdicom as a modality: reached, named, and what is wrong where it is not."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest
from pynetdicom.sop_class import CTImageStorage, Verification  # type: ignore[attr-defined]

from assets.words import Quality
from collectors.drivers.dicom.driver import DicomDriver
from collectors.planner import plan_requests
from collectors.profiles.library import get_profile
from collectors.requests import DicomEcho, DicomEchoed, Failure, SnmpGet, Target
from tests.collectors.dicom_peers import CT, modality

# pynetdicom leaves a socket that the other side has closed to the garbage collector, which closes it at once.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("sockets_end_here"),
]
REQUEST = DicomEcho()


def target_at(port: int, *, called: str = CT, calling: str = "", timeout_s: float = 5.0) -> Target:
    return Target(1, "dicom", "127.0.0.1", port, timeout_s, called=called, calling=calling)


@pytest.fixture
async def driver():
    driver = DicomDriver()
    await driver.open()
    yield driver
    await driver.close()


@pytest.fixture(autouse=True)
def _quiet():
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("pynetdicom").setLevel(logging.NOTSET)


async def ask(driver, target):
    return (await driver.poll(target, [REQUEST])).answers[REQUEST]


async def test_a_modality_answers_and_names_its_implementation(driver):
    with modality() as (port, _):
        assert await ask(driver, target_at(port)) == DicomEchoed(0, b"SCANNER_71")


async def test_one_that_does_not_name_itself_is_there_all_the_same(driver):
    with modality(version=None) as (port, _):
        assert await ask(driver, target_at(port)) == DicomEchoed(0, None)


async def test_nothing_but_verification_is_ever_proposed_or_asked(driver):
    requests = plan_requests(get_profile("dicom-modality"))
    with modality(contexts=(Verification, CTImageStorage)) as (port, asked):
        for _ in range(3):
            await driver.poll(target_at(port), requests)
    assert set(asked) == {str(Verification), "C_ECHO_RQ"}
    assert asked.count("C_ECHO_RQ") == 3


async def test_nothing_else_can_be_asked(driver):
    with pytest.raises(ValueError, match="only C-ECHO"):
        await driver.poll(target_at(104), [SnmpGet(("1.3.6.1.2.1.1.3.0",))])


@pytest.mark.parametrize(
    ("fields", "called", "quality", "words"),
    [
        ({"knows": ("SOMEBODY",)}, CT, Quality.AUTHENTICATION, "enter WHEREABOUTS there"),
        ({}, "MR_ROOM_1", Quality.AUTHENTICATION, "another title than MR_ROOM_1"),
        ({"contexts": (CTImageStorage,)}, CT, Quality.DEVICE_ERROR, "does not offer Verification"),
        ({"status": 0x0122}, CT, Quality.DEVICE_ERROR, "status 0122"),
    ],
)
async def test_what_is_wrong_is_said_in_words_that_say_what_to_do(driver, fields, called, quality, words):
    with modality(**fields) as (port, _):
        failure = await ask(driver, target_at(port, called=called))
    assert isinstance(failure, Failure)
    assert failure.quality is quality
    assert words in failure.detail


async def test_we_call_by_the_name_that_the_endpoint_says(driver):
    with modality(knows=("TRACKER_1",)) as (port, _):
        assert isinstance(await ask(driver, target_at(port)), Failure)
        assert isinstance(await ask(driver, target_at(port, calling="TRACKER_1")), DicomEchoed)


async def test_a_device_that_is_not_there_or_says_nothing_costs_no_more_than_its_timeouts(driver):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(1)
        async with asyncio.timeout(10):
            failure = await ask(driver, target_at(mute.getsockname()[1], timeout_s=0.3))
    assert failure.quality is Quality.NO_ANSWER
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert (await ask(driver, target_at(port, timeout_s=0.3))).quality is Quality.NO_ANSWER
