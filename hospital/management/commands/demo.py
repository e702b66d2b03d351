"""The demo hospital in one command: prepare the database, start the simulated devices, serve."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from assets.utilisation.tasks import roll_up
from hospital.management.commands.serve import Command as Serve
from hospital.server.embedded import AddressTakenError, ensure_free

SIMULATORS_STOP_WITHIN_S = 5


class Command(Serve):
    help = "Prepares the demo hospital, starts its simulated devices and serves everything."

    def handle(self, *, host: str, port: int, **_options: Any) -> None:
        try:
            ensure_free(host, port)
        except AddressTakenError as error:
            raise CommandError(str(error)) from error
        with own_terminal(), simulated_devices():
            call_command("migrate", verbosity=0, interactive=False)
            call_command("seed_demo", past=True, verbosity=0)
            super().handle(host=host, port=port, **_options)

    def announce(self, address: str) -> None:
        self.stdout.write(
            f"Whereabouts is at {address} – sign in as nurse, biomed, facilities or admin, password demo. "
            "Ctrl-C stops it."
        )
        self.stdout.flush()
        roll_up.delay()  # of the past there are reports at once, not with the clock's first turn


@contextmanager
def simulated_devices() -> Iterator[None]:
    """The demo's devices in a process of their own, reachable by sockets alone."""
    process = subprocess.Popen(  # noqa: S603  our own command, no outside input
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "simulate", "--parent-pid", str(os.getpid())],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for us: the devices outlive the last poll
    )
    try:
        assert process.stdout is not None  # noqa: S101  asked for above
        if not process.stdout.readline():
            raise CommandError("The simulated devices did not start; their reason stands above.")
        yield
    finally:
        process.terminate()
        try:
            process.wait(SIMULATORS_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def own_terminal() -> Iterator[None]:
    """Take the terminal's Ctrl-C for ourselves while we run.

    Started by ``make``, we would otherwise end with status 0 while make, hit by the same Ctrl-C, reports an
    interrupt. Without a terminal nothing changes.
    """
    if not sys.stdin.isatty() or os.getpgrp() == os.getpid():
        yield
        return
    before = os.tcgetpgrp(sys.stdin.fileno())
    # Only the shell could wake us after Ctrl-Z, and it waits for make.
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(sys.stdin.fileno(), before)
