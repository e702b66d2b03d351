"""Prometheus' snmp_exporter: a scrape over HTTP for each poll, a hundred of them at once, as Prometheus asks."""

from __future__ import annotations

import http.client
import json
import re
import socket
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.bench.peers.process import NotMeasured, cpu_s_of, find_program, running, wait_until
from tests.bench.stages import Fleet

AT_ONCE = 100
_VALUE = re.compile(rb"^v\d+(?:\{[^}]*\})? \S+$", re.MULTILINE)


def polls_per_cpu_s(fleet: Fleet, oids: Sequence[str], *, polls: int, processors: int | None) -> float:
    """Scrapes that brought every value, for each of its processor seconds; ``processors``: its GOMAXPROCS.

    Raises NotMeasured if it is missing, or if a scrape fails or lacks a value.
    """
    with _exporter(fleet, oids, processors) as (pid, port):
        _scrape_all(fleet, port, len(fleet.targets), len(oids))  # first contact is not what is measured
        cpu = cpu_s_of(pid)
        _scrape_all(fleet, port, polls, len(oids))
        return polls / (cpu_s_of(pid) - cpu)


@contextmanager
def _exporter(fleet: Fleet, oids: Sequence[str], processors: int | None) -> Iterator[tuple[int, int]]:
    program = find_program("prometheus-snmp-exporter", "prometheus-snmp-exporter")
    with tempfile.TemporaryDirectory() as folder:
        file, log, port = Path(folder, "snmp.yml"), Path(folder, "log"), _free_port()
        file.write_text(json.dumps({"ten": module_of(fleet, oids)}))  # JSON is YAML
        command = [
            program,
            f"--config.file={file}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ]
        environment = {"GOMAXPROCS": str(processors)} if processors else {}
        with running(command, log=log, environment=environment) as process:
            wait_until(process, lambda: _listens(port), log)
            yield process.pid, port


def module_of(fleet: Fleet, oids: Sequence[str]) -> dict[str, object]:
    """Its configuration for these instances, each a gauge, and the fleet's credential."""
    target = fleet.targets[0]
    if target.user is None:
        identity = {"version": 2, "auth": {"community": (target.community or b"").decode()}}
    else:
        user = target.user
        auth = {
            "security_level": "authPriv", "username": user.name,
            "password": user.auth_key, "auth_protocol": "SHA256",
            "priv_password": user.priv_key, "priv_protocol": "AES",
        }  # fmt: skip
        identity = {"version": 3, "auth": auth}
    metrics = [
        {"name": f"v{number}", "oid": oid.removesuffix(".0"), "type": "gauge", "help": "A value."}
        for number, oid in enumerate(oids)
    ]
    return {"get": list(oids), "metrics": metrics, "retries": 0, "timeout": "2s"} | identity


def _scrape_all(fleet: Fleet, port: int, scrapes: int, values: int) -> None:
    """``AT_ONCE`` connections that are kept, over all devices in turn."""

    def lane(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(first, scrapes, AT_ONCE):
            target = fleet.target(number)
            connection.request("GET", f"/snmp?target={target.host}:{target.port}&module=ten")
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != http.HTTPStatus.OK or len(_VALUE.findall(text)) != values:
                raise NotMeasured(f"snmp_exporter on {target.host}: {text[:200]!r}")
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as lanes:
        list(lanes.map(lane, range(AT_ONCE)))


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
