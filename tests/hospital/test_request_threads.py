"""Requests and the threads that they run in."""

from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async

from hospital.asgi import application
from hospital.request_threads import RequestThreads
from hospital.settings import DATABASES


def thread_number() -> int:
    return threading.get_ident()


class Pages:
    """An application that does its work as Django does, in the thread of its request."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.held = threading.Event()
        self.begun = asyncio.Event()

    async def __call__(self, scope, receive, send):
        mine = await sync_to_async(thread_number)()
        self.threads.append(mine)
        if scope == "slow":
            self.begun.set()
            await sync_to_async(self.held.wait)()
        assert await sync_to_async(thread_number)() == mine


async def until_idle(requests: RequestThreads, count: int = 1) -> None:
    async with asyncio.timeout(20):
        while requests.idle < count:
            await asyncio.to_thread(thread_number)


async def test_one_request_after_the_other_has_the_same_thread():
    pages = Pages()
    requests = RequestThreads(pages)
    for _ in range(3):
        await requests("page", None, None)
        await until_idle(requests)

    assert len(set(pages.threads)) == 1


async def test_requests_at_once_do_not_wait_for_each_other():
    pages = Pages()
    requests = RequestThreads(pages)
    slow = asyncio.create_task(requests("slow", None, None))
    await pages.begun.wait()
    await requests("page", None, None)
    pages.held.set()
    await slow

    assert len(set(pages.threads)) == 2


async def test_the_thread_of_a_request_that_was_given_up_is_free_only_when_its_work_is_done():
    pages = Pages()
    requests = RequestThreads(pages)
    given_up = asyncio.create_task(requests("slow", None, None))
    await pages.begun.wait()
    given_up.cancel()
    await requests("page", None, None)
    await until_idle(requests)
    assert requests.idle == 1

    pages.held.set()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    await until_idle(requests, 2)
    assert len(set(pages.threads)) == 2


async def test_no_more_threads_are_kept_than_asked_for():
    requests = RequestThreads(Pages(), kept=1)
    await asyncio.gather(*(requests("page", None, None) for _ in range(5)))
    await until_idle(requests)

    assert requests.idle == 1


async def test_pages_use_their_connection_to_the_database_again():
    """As the product serves them: Django closes nothing between two requests."""
    assert isinstance(application.application_mapping["http"], RequestThreads)
    assert DATABASES["default"]["CONN_MAX_AGE"] > 0
