"""``manage.py simulate``: the demo hospital's devices, answering on loopback until told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hospital.demo.endpoints import hl7_port, ports_for
from hospital.demo.simulator import PortTakenError, Simulator

PARENT_CHECK_S = 1.0


class Command(BaseCommand):
    help = "Runs the simulated devices of the demo hospital. Needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-port", type=int, help="First port; DEMO_BASE_PORT or 16100 without it.")
        parser.add_argument("--seed", type=int, default=1, help="Another seed, another day.")
        parser.add_argument("--speed", type=float, default=1.0, help="Simulated seconds per second.")
        parser.add_argument("--parent-pid", type=int, help="Stop when this process is no longer the parent.")

    def handle(self, *_args: Any, **options: Any) -> None:
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
        simulator = Simulator(
            ports=ports_for(options["base_port"]),
            seed=options["seed"],
            speed=options["speed"],
            hl7_port=hl7_port(options["base_port"]),
        )
        try:
            asyncio.run(self._run(simulator, options["parent_pid"]))
        except PortTakenError as refusal:
            raise CommandError(str(refusal)) from None

    async def _run(self, simulator: Simulator, parent: int | None) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await simulator.open()
        self.stdout.write(f"simulators ready: {len(simulator)} devices")
        self.stdout.flush()
        await _stopped(stop, parent)
        await simulator.close()


async def _stopped(stop: asyncio.Event, parent: int | None) -> None:
    """Returns when told to stop, or within :data:`PARENT_CHECK_S` of the parent's end."""
    while parent is None or os.getppid() == parent:
        try:
            await asyncio.wait_for(stop.wait(), None if parent is None else PARENT_CHECK_S)
        except TimeoutError:
            continue
        return
