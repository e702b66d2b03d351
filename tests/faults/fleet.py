"""The simulated devices, by number. Simulator, seed and comparison share it."""

from __future__ import annotations

from dataclasses import dataclass

SNMP_V2C, SNMP_V3, MODBUS = "snmp_v2c", "snmp_v3", "modbus_tcp"
SEGMENTS = 4
BEHIND_ONE_GATEWAY = 5
INTERVALS_S = (1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Device:
    """One endpoint. Those behind a gateway share its address and differ in their unit."""

    number: int
    segment: int
    protocol: str
    address: str
    unit: int
    interval_s: float


def make_fleet(count: int) -> list[Device]:
    """Half speak SNMP v2c, a sixth v3, a third Modbus/TCP, and an eighth of those lie behind gateways."""
    devices = []
    behind = 0
    for number in range(count):
        row = number // 6
        protocol = (SNMP_V2C, MODBUS, SNMP_V2C, SNMP_V3, SNMP_V2C, MODBUS)[number % 6]
        segment, unit = row % SEGMENTS, 1
        address = f"127.{40 + segment}.{number // 250}.{number % 250 + 1}"
        if number % 24 == 1:  # all of them in the first segment
            address = f"127.40.255.{behind // BEHIND_ONE_GATEWAY + 1}"
            unit = behind % BEHIND_ONE_GATEWAY + 1
            behind += 1
        devices.append(Device(number, segment, protocol, address, unit, INTERVALS_S[row % 3]))
    return devices


def network_of(segment: int) -> str:
    return f"127.{40 + segment}.0.0/16"
