"""net-snmp's tools: a process for each poll, as scripts and plugins around them work."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Sequence

from tests.bench.peers.process import NotMeasured, find_program
from tests.bench.stages import Fleet

POLLS = 100


def snmpget_per_cpu_s(fleet: Fleet, oids: Sequence[str]) -> float:
    """Polls of ``oids`` for each processor second of ``snmpget``, MIB files not read.

    Raises NotMeasured unless each poll brings every value.
    """
    program = find_program("snmpget", "snmp")
    before = _children_cpu_s()
    for number in range(POLLS):
        target = fleet.target(number)
        agent = f"{target.host}:{target.port}"
        finished = subprocess.run(
            [program, *_identity(fleet), "-m", "", "-r", "0", "-t", "2", "-Onq", agent, *oids],
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode or len(finished.stdout.splitlines()) != len(oids):
            raise NotMeasured(f"snmpget of {agent}: {finished.stderr.strip() or finished.stdout.strip()}")
    return POLLS / (_children_cpu_s() - before)


def _identity(fleet: Fleet) -> list[str]:
    target = fleet.targets[0]
    if target.user is None:
        return ["-v2c", "-c", (target.community or b"").decode()]
    user = target.user
    return [
        "-v3", "-l", "authPriv", "-u", user.name,
        "-a", "SHA-256", "-A", user.auth_key,
        "-x", "AES", "-X", user.priv_key,
    ]  # fmt: skip


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
