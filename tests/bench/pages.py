"""What a page costs the server: in a thread and with a connection of its own for every request, as Django serves it,
and with those that earlier requests left, as :mod:`hospital.request_threads` does.

``python -m tests.bench.pages`` prints a JSON list of rows: milliseconds of processor time for each request, by the
database that DATABASE_URL names, with nothing but people in it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from hospital.asgi import application  # noqa: E402
from hospital.models import User  # noqa: E402
from hospital.request_threads import Application  # noqa: E402
from hospital.roles import Role  # noqa: E402
from tests.bench.meter import Result  # noqa: E402

PAGES = {"health": "/health/", "find": "/find/", "equipment": "/assets/"}
WARM_UP, REQUESTS, ROUNDS = 5, 30, 3


def signed_in() -> bytes:
    """The cookie of a nurse's session."""
    person = User.objects.create_user(username="bench", role=Role.NURSE, all_sites=True)
    browser = Client()
    browser.force_login(person)
    return f"sessionid={browser.cookies['sessionid'].value}".encode()


async def get(pages: Application, path: str, cookie: bytes) -> None:
    """One request; raises where it is not answered with 200."""
    told: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if told:
            return told.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"cookie", cookie)]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await pages(scope, receive, send)
    if answers[0]["status"] != 200:
        raise RuntimeError(f"{path}: {answers[0]['status']}")


async def cost_ms(pages: Application, path: str, cookie: bytes, *, is_kept: bool) -> float:
    connections.settings["default"]["CONN_MAX_AGE"] = 60 if is_kept else 0
    for _ in range(WARM_UP):
        await get(pages, path, cookie)
    begun = time.process_time()
    for _ in range(REQUESTS):
        await get(pages, path, cookie)
    return 1000 * (time.process_time() - begun) / REQUESTS


async def measure(cookie: bytes) -> list[Result]:
    """The best of some rounds of each, taken in turn."""
    kept = application.application_mapping["http"]
    rows: list[Result] = []
    for name, path in PAGES.items():
        rounds = [
            (
                await cost_ms(kept.application, path, cookie, is_kept=False),
                await cost_ms(kept, path, cookie, is_kept=True),
            )
            for _ in range(ROUNDS)
        ]
        new, ours = (min(each) for each in zip(*rounds, strict=True))
        against = f"pages.{name}.new_thread_ms"
        rows += [
            Result(f"pages.{name}.cpu_ms", round(ours, 2), "ms", against, round(ours / new, 3)),
            Result(against, round(new, 2), "ms"),
        ]
    return rows


def main(only: str = "") -> None:
    rows: list[Result] = []
    if "pages".startswith(only) or only.startswith("pages"):
        call_command("migrate", verbosity=0)
        rows = asyncio.run(measure(signed_in()))
    print(json.dumps([row.as_dict() for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
