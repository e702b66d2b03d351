"""The product in several processes: workers, clock, tasks, and the servers between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults import product
from tests.faults.product import Process
from tests.faults.servers import PortMapper, RabbitMQ, Redis
from tests.faults.stage import Stage

Broker = Redis | RabbitMQ


@dataclass
class Hospital:
    """Everything is a process of its own. Each worker is a host of its own, with its own folder for its state."""

    stage: Stage
    broker: Broker
    live: Redis
    clock: Process
    tasks: Process
    workers: list[Process]
    hosts: int = 0

    def add_worker(self) -> Process:
        self.hosts += 1
        worker = self.stage.start(a_worker(self.stage, f"worker-{self.hosts}"))
        self.workers.append(worker)
        return worker

    def start_again(self) -> None:
        """All workers that are dead, each on its host."""
        for number, worker in enumerate(self.workers):
            if not worker.is_running:
                self.workers[number] = self.stage.start(a_worker(self.stage, worker.name))


def open_hospital(
    stage: Stage, *, workers: int = 2, make_broker: Callable[[Stage], Broker] | None = None
) -> Hospital:
    """Start all of it, and wait until every device was polled and every worker has its share."""
    broker = (make_broker or redis_broker)(stage)
    live = stage.start(Redis(stage.folder, "live"))
    stage.settings = {
        "DATABASE_URL": stage.database_url,
        "CELERY_BROKER_URL": broker.url,
        "REDIS_URL": live.url,
    }
    clock = stage.start(product.clock(stage.folder, stage.environment("clock")))
    tasks = stage.start(product.tasks(stage.folder, stage.environment("tasks")))
    hospital = Hospital(stage, broker, live, clock, tasks, [])
    for _ in range(workers):
        hospital.add_worker()
    if workers:
        stage.wait_for_first_polls()
    stage.wait_until_all_ask(hospital.workers)
    return hospital


def redis_broker(stage: Stage) -> Broker:
    return stage.start(Redis(stage.folder, "broker"))


def rabbitmq_broker(stage: Stage) -> Broker:
    mapper = stage.start(PortMapper(stage.folder, "port-mapper"))
    return stage.start(RabbitMQ(stage.folder, "broker", mapper))


def a_worker(stage: Stage, name: str) -> Process:
    return product.collector(stage.folder, name, stage.environment(name))
