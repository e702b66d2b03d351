"""Who is acting right now: set by the middleware for a request, by ``manage.py`` for a command."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a command, as the trail names them; a command, or nobody signed in, has no ``user_id``."""

    name: str
    user_id: int | None = None
    address: str | None = None
    request_id: str = ""


_current: ContextVar[Callable[[], Actor] | None] = ContextVar("whereabouts_actor", default=None)
_request_id: ContextVar[str] = ContextVar("whereabouts_request_id", default="")


def current_actor() -> Actor | None:
    """Who acts, or None while the system works by itself (collectors, tasks, sweeps)."""
    find = _current.get()
    return find() if find else None


def current_request_id() -> str:
    """Names the request under way, in the trail and in the log; empty outside of one."""
    return _request_id.get()


@contextmanager
def acting(find: Callable[[], Actor], *, request_id: str = "") -> Iterator[None]:
    """Inside, changes are recorded as made by whom ``find`` returns; it is asked only when one is made."""
    actor_token, id_token = _current.set(find), _request_id.set(request_id)
    try:
        yield
    finally:
        _current.reset(actor_token)
        _request_id.reset(id_token)


@contextmanager
def recorded_as_one() -> Iterator[None]:
    """Inside, changes are not recorded one by one: whoever calls records them together, afterwards."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def acting_command(name: str) -> Iterator[None]:
    """Inside, changes are recorded as made by ``manage.py <name>``, run by this user of the system."""
    with acting(lambda: Actor(name=f"manage.py {name} ({_system_user()})")):
        yield


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's numeric user has no name
        return "no name"
