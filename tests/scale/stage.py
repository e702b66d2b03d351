"""What a scale run starts: a switch, the devices' host, the servers' host, and a host for each collector."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import product
from tests.faults.product import Process
from tests.scale.hosts import DEVICES, Host, Switch, switch
from tests.scale.servers import HostedPostgreSQL, HostedRedis
from tests.soak.stage import PROFILES, simulated_devices, temporary_folder

SERVERS, DEVICE_HOST, OFFICE, FIRST_COLLECTOR = 1, 2, 3, 11


@dataclass
class Collector:
    host: Host
    process: Process


@dataclass
class Stage:
    """``log`` is the devices' own; ``office`` has the clock and the tasks."""

    folder: Path
    log: Path
    switch: Switch
    device_host: Host
    devices: subprocess.Popen[str]
    postgresql: HostedPostgreSQL
    redis: HostedRedis
    office: list[Process] = field(default_factory=list)
    collectors: list[Collector] = field(default_factory=list)

    def settings(self, host: Host) -> dict[str, str]:
        """Of a process of the product on this host."""
        state = self.folder / f"state-{host.name}"
        state.mkdir(exist_ok=True)
        return product.environment(
            state,
            DATABASE_URL=self.postgresql.url("scale"),
            REDIS_URL=self.redis.url,
            CELERY_BROKER_URL=self.redis.url,
            PROFILE_DIRS=str(PROFILES),
            LOG_LEVEL="WARNING",
        )

    def add_host(self, name: str, number: int) -> Host:
        host = self.switch.add_host(name, number)
        self.switch.route_devices_from(host, self.device_host)
        return host

    def start_process(self, host: Host, process: Process) -> Process:
        """The process on this host."""
        moved = Process(
            self.folder, f"{host.name}-{process.name}", host.command(*process.command()), self.settings(host)
        )
        moved.start()
        return moved

    def add_collector(self) -> Collector:
        """On a new host."""
        number = len(self.collectors)
        host = self.add_host(f"collector{number + 1}", FIRST_COLLECTOR + number)
        process = self.start_process(host, product.collector(self.folder, "collect", {}))
        collector = Collector(host, process)
        self.collectors.append(collector)
        return collector

    def seed(self, endpoints: int, port: int, interval_s: float) -> None:
        office = self.add_host("office", OFFICE)
        arguments = [str(endpoints), str(port), DEVICES, str(interval_s)]
        subprocess.run(
            office.command(product.PYTHON, "-m", "tests.soak.seed", *arguments),
            cwd=product.ROOT, env=self.settings(office), check=True,
        )  # fmt: skip
        for process in (product.tasks(self.folder, {}), product.clock(self.folder, {})):
            self.office.append(self.start_process(office, process))

    def stop(self) -> None:
        for process in [*(each.process for each in self.collectors), *self.office]:
            process.stop(within_s=30)


@contextlib.contextmanager
def staged(*, endpoints: int, interval_s: float, delay_s: float) -> Iterator[Stage]:
    """Devices that answer after ``delay_s``; no collector yet. Nothing that it started is left behind."""
    with ExitStack() as stack:
        made = stack.enter_context(switch())
        folder = stack.enter_context(temporary_folder(kept=False))
        servers, device_host = made.add_host("servers", SERVERS), made.add_host("devices", DEVICE_HOST)
        made.own_devices(device_host)
        log = folder / "answers.log"
        devices, port = stack.enter_context(
            simulated_devices(log, str(delay_s), "eth0", prefix=device_host.command())
        )
        data = folder / "postgresql"
        data.mkdir()
        postgresql, redis = HostedPostgreSQL(data, servers), HostedRedis(folder, servers)
        postgresql.make()
        for server in (postgresql, redis):
            server.start()
            stack.callback(server.stop)
        postgresql.create("scale")
        stage = Stage(folder, log, made, device_host, devices, postgresql, redis)
        stack.callback(stage.stop)
        stage.seed(endpoints, port, interval_s)
        yield stage
