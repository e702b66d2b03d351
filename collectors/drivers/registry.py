"""Which driver speaks which protocol, and which of the two for SNMP asks a device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from collectors.drivers.dicom.driver import DicomDriver
from collectors.drivers.modbus.driver import PymodbusDriver
from collectors.drivers.modbus.link import MODBUS_PROTOCOLS
from collectors.drivers.snmp_pysnmp import PysnmpDriver
from collectors.endpoint_rules import NOTHING
from collectors.requests import Driver, RawPoll, Request, Target
from collectors.snmp.driver import FastSnmpDriver
from collectors.snmp.usm import AUTH, PRIV_KEY_OCTETS

if TYPE_CHECKING:
    from collectors.models import Endpoint

SNMP_DRIVERS: dict[str, tuple[Callable[[], Driver], str]] = {
    FastSnmpDriver.name: (FastSnmpDriver, "own codec"),
    PysnmpDriver.name: (PysnmpDriver, "pysnmp"),
}
"""What ``settings.SNMP_DRIVER`` and ``Endpoint.driver`` may name, and how people call it."""


@dataclass(frozen=True, slots=True)
class DriverChoice:
    """The driver that asks a device: its name for programs, its title for people, and why it is this one."""

    name: str
    title: str
    reason: str

    def __str__(self) -> str:
        return f"{self.title}, {self.reason}"


def choice_of(endpoint: Endpoint) -> DriverChoice:
    """Reads the endpoint's credential, so select it along with many."""
    algorithms = endpoint.credential.protocols if endpoint.credential else ""
    return choose_driver(endpoint.protocol, endpoint.driver, algorithms)


def choose_driver(protocol: str, chosen: str = "", algorithms: str = "") -> DriverChoice:
    """The choice for a protocol, ``Endpoint.driver`` and ``Credential.protocols``."""
    if protocol == DicomDriver.protocol:
        return DriverChoice(DicomDriver.name, "pynetdicom", "the only driver for DICOM")
    if not protocol.startswith("snmp"):
        return DriverChoice(PymodbusDriver.name, "pymodbus", "the only driver for Modbus")
    name, reason = chosen, "chosen for this endpoint"
    if not chosen:
        name = default_snmp_driver()
        is_ours = name == FastSnmpDriver.name
        reason = "default" if is_ours else "set for the whole installation by SNMP_DRIVER"
    if name == FastSnmpDriver.name and (lacking := _lacking(algorithms)):
        name, reason = PysnmpDriver.name, f"as the own codec lacks {lacking}"
    return DriverChoice(name, SNMP_DRIVERS[name][1], reason)


def default_snmp_driver() -> str:
    """``settings.SNMP_DRIVER``; ImproperlyConfigured if there is no such driver."""
    name: str = settings.SNMP_DRIVER
    if name not in SNMP_DRIVERS:
        raise ImproperlyConfigured(f"SNMP_DRIVER is “{name}”; it may be {' or '.join(SNMP_DRIVERS)}.")
    return name


def make_drivers() -> dict[str, Driver]:
    """A driver for each protocol of an endpoint; all of SNMP share one, and so do all of Modbus."""
    snmp: Driver = SnmpDrivers()
    modbus: Driver = PymodbusDriver()
    return {
        DicomDriver.protocol: DicomDriver(),
        **dict.fromkeys(("snmp_v1", "snmp_v2c", "snmp_v3"), snmp),
        **dict.fromkeys(MODBUS_PROTOCOLS, modbus),
    }


@runtime_checkable
class CountsRefused(Protocol):
    """A driver that counts by reason what it did not believe, since it was made."""

    @property
    def refused(self) -> Counter[str]: ...


def refused_by(drivers: Iterable[Driver]) -> Counter[str]:
    """What these drivers did not believe since they were made, by reason; one that occurs twice counts once."""
    total: Counter[str] = Counter()
    for driver in {id(driver): driver for driver in drivers}.values():
        if isinstance(driver, CountsRefused):
            total.update(driver.refused)
    return total


class SnmpDrivers:
    """Both SNMP drivers as one: each device is asked by the driver that its target names, or the default."""

    def __init__(self) -> None:
        self.name = default_snmp_driver()
        self._drivers = {name: make() for name, (make, _) in SNMP_DRIVERS.items()}

    async def open(self) -> None:
        for driver in self._drivers.values():
            await driver.open()

    async def close(self) -> None:
        for driver in self._drivers.values():
            await driver.close()

    @property
    def refused(self) -> Counter[str]:
        return refused_by(self._drivers.values())

    def poll(self, target: Target, requests: Sequence[Request]) -> Coroutine[Any, Any, RawPoll]:
        return self._drivers[target.driver or self.name].poll(target, requests)


def _lacking(algorithms: str) -> str:
    """Which of a user's protocols our own codec does not know."""
    known = {*AUTH, *PRIV_KEY_OCTETS, NOTHING, "community", ""}
    return " and ".join(name for name in algorithms.split("/") if name not in known)
