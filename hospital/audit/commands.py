"""Commands of ``manage.py`` that change what the hospital has: run by hand, and so by somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.apps import apps

from hospital.audit.context import acting_command

CHANGING = frozenset(
    {
        "changepassword",
        "createsuperuser",
        "import_device_records",
        "import_plan",
        "import_recalls",
        "import_receivers",
        "import_survey",
        "loaddata",
        "make_source_token",
        "rotate_credentials",
        "shell",
    }
)
"""Not those that serve: what they write, they write for the people who send requests, or for the system."""


@contextmanager
def recorded_command(argv: Sequence[str]) -> Iterator[None]:
    """Inside, changes are the command's; afterwards the command itself is in the trail, with its outcome.

    The record of a command also stands for what it changed in bulk, row by row unrecorded.
    """
    name = argv[1] if len(argv) > 1 else ""
    if name not in CHANGING:
        yield
        return
    with acting_command(name):
        finished = False
        try:
            yield
            finished = True
        finally:
            _record(argv[1:], finished=finished)


def _record(words: Sequence[str], *, finished: bool) -> None:
    if not apps.ready:  # the settings are wrong: nothing was done, and nothing can be written down
        return
    from hospital.audit.models import Action, Result  # models exist only once the registry is ready
    from hospital.audit.record import record_event

    record_event(
        action=Action.COMMAND, detail=" ".join(words), result=Result.OK if finished else Result.REFUSED
    )
