"""collectd and its snmp and modbus plugins: threads in C, every host at its second, nothing written anywhere."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from collectors.profiles.model import Profile, Registers
from tests.bench.peers.process import NotMeasured, cpu_s_of, find_program, running, wait_until
from tests.bench.stages import Fleet

THREADS = 20
"""More than enough here: a host's answer comes within a millisecond."""
INTERVAL_S = 1
WINDOW_S = 8.0
KEPT = 0.9
"""The share of its schedule that must have been answered for the figure to count."""

Count = Callable[[], int]


def snmp_polls_per_cpu_s(fleet: Fleet, oids: Sequence[str], answered: Count) -> float:
    """One GET of ``oids`` to each host and second. ``answered``: how many messages the devices have answered."""
    if fleet.protocol == "snmp_v3":
        raise NotMeasured("of SNMP v3 it knows MD5 and SHA-1, not SHA-256")
    return _polls_per_cpu_s("snmp", snmp_settings(fleet, oids), len(fleet.targets), 1, answered)


def modbus_polls_per_cpu_s(fleet: Fleet, answered: Count) -> float:
    """All readings of the fleet's profile from each host and second: a request each, as the plugin works."""
    return _polls_per_cpu_s(
        "modbus", modbus_settings(fleet), len(fleet.targets), len(fleet.profile.readings), answered
    )


def _polls_per_cpu_s(plugin: str, settings: str, hosts: int, requests: int, answered: Count) -> float:
    """Raises NotMeasured if it is missing or does not keep its schedule."""
    program = find_program("collectd", "collectd-core")
    with tempfile.TemporaryDirectory() as folder:
        file, log = Path(folder, "collectd.conf"), Path(folder, "log")
        Path(folder, "types.db").write_text(_types())
        file.write_text(_common(folder, plugin) + settings)
        with running([program, "-f", "-C", str(file)], log=log) as process:
            goal = answered() + 2 * hosts * requests
            wait_until(process, lambda: answered() >= goal, log)
            cpu, begun, count = cpu_s_of(process.pid), time.monotonic(), answered()
            time.sleep(WINDOW_S)
            cpu, lasted = cpu_s_of(process.pid) - cpu, time.monotonic() - begun
            polls = (answered() - count) / requests
    wanted = hosts * lasted / INTERVAL_S
    if polls < KEPT * wanted:
        raise NotMeasured(f"collectd completed {polls:.0f} polls of the {wanted:.0f} on its schedule")
    return polls / cpu


def _types() -> str:
    values = ", ".join(f"v{number}:GAUGE:U:U" for number in range(10))
    return f"ten {values}\ngauge value:GAUGE:U:U\n"


def _common(folder: str, plugin: str) -> str:
    return f"""\
BaseDir "{folder}"
PIDFile "{folder}/pid"
TypesDB "{folder}/types.db"
Hostname "bench"
FQDNLookup false
Interval {INTERVAL_S}
ReadThreads {THREADS}
LoadPlugin {plugin}
"""


def snmp_settings(fleet: Fleet, oids: Sequence[str]) -> str:
    values = " ".join(f'"{oid}"' for oid in oids)
    hosts = "".join(
        f"""\
  <Host "h{number}">
    Address "{target.host}:{target.port}"
    Version 2
    Community "{(target.community or b"").decode()}"
    Collect "ten"
    Interval {INTERVAL_S}
    Timeout 2
    Retries 0
  </Host>
"""
        for number, target in enumerate(fleet.targets)
    )
    return f"""\
<Plugin snmp>
  <Data "ten">
    Type "ten"
    Table false
    Values {values}
  </Data>
{hosts}</Plugin>
"""


def modbus_settings(fleet: Fleet) -> str:
    readings = _input_registers(fleet.profile)
    data = "".join(
        f"""\
  <Data "{name}">
    RegisterBase {address}
    RegisterType Float
    RegisterCmd ReadInput
    Type "gauge"
    Instance "{name}"
  </Data>
"""
        for name, address in readings
    )
    collect = "".join(f'      Collect "{name}"\n' for name, _ in readings)
    hosts = "".join(
        f"""\
  <Host "h{number}">
    Address "{target.host}"
    Port "{target.port}"
    Interval {INTERVAL_S}
    <Slave {target.unit_id}>
      Instance "one"
{collect}    </Slave>
  </Host>
"""
        for number, target in enumerate(fleet.targets)
    )
    return f"<Plugin modbus>\n{data}{hosts}</Plugin>\n"


def _input_registers(profile: Profile) -> list[tuple[str, int]]:
    """Name and address of each reading, all of them numbers of two registers."""
    sources = [(each.name, each.source, each.encoding.type) for each in profile.readings]
    return [
        (name, source.address)
        for name, source, kind in sources
        if isinstance(source, Registers) and kind == "float32"
    ]
