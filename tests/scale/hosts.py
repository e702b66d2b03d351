"""Several hosts on one machine: network namespaces, each with a cable to one switch. Linux only, and only as root."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

NETWORK = "10.99.0"
DEVICES = "10.98"
"""The simulated devices are all addresses that begin so; the way to them leads through their host."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host with an address of its own, reached by nothing but the switch."""

    name: str
    namespace: str
    address: str

    def command(self, *command: str) -> list[str]:
        """The command as one to be run on this host, as the very process that is started."""
        renamed = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        return ["ip", "netns", "exec", self.namespace, *renamed, *command]


class Switch:
    """Where cables end. Everything is gone when :func:`switch` is."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._namespaces: list[str] = []
        self._namespace = ""

    def open(self) -> None:
        """Raises CalledProcessError where namespaces cannot be made."""
        self._namespace = self._add_namespace("switch")
        self._ip("link", "add", "bridge", "type", "bridge")
        self._ip("link", "set", "bridge", "up")

    def add_host(self, name: str, number: int) -> Host:
        """``number`` is the last octet of its address."""
        host = Host(name, self._add_namespace(name), f"{NETWORK}.{number}")
        port = f"port{number}"
        _run("ip", "link", "add", "eth0", "netns", host.namespace, "type", "veth",
             "peer", "name", port, "netns", self._namespace)  # fmt: skip
        self._ip("link", "set", port, "master", "bridge")
        self._ip("link", "set", port, "up")
        _run("ip", "-n", host.namespace, "address", "add", f"{host.address}/24", "dev", "eth0")
        _run("ip", "-n", host.namespace, "link", "set", "eth0", "up")
        return host

    def own_devices(self, host: Host) -> None:
        """Every device's address is this host's."""
        _run("ip", "-n", host.namespace, "route", "add", "local", f"{DEVICES}.0.0/16", "dev", "lo")

    def route_devices_from(self, host: Host, devices: Host) -> None:
        """The host knows the way to them."""
        _run("ip", "-n", host.namespace, "route", "add", f"{DEVICES}.0.0/16", "via", devices.address)

    def remove(self) -> None:
        for namespace in reversed(self._namespaces):
            _run("ip", "netns", "del", namespace, check=False)

    def _add_namespace(self, name: str) -> str:
        namespace = f"{self._prefix}-{name}"
        _run("ip", "netns", "add", namespace)
        self._namespaces.append(namespace)
        _run("ip", "-n", namespace, "link", "set", "lo", "up")
        return namespace

    def _ip(self, *arguments: str) -> None:
        _run("ip", "-n", self._namespace, *arguments)


@contextlib.contextmanager
def switch() -> Iterator[Switch]:
    """One that is gone at the end, and all hosts with it."""
    made = Switch(f"whereabouts{os.getpid()}")
    try:
        made.open()
        yield made
    finally:
        made.remove()


def _run(*command: str, check: bool = True) -> None:
    subprocess.run(command, check=check, capture_output=True, text=True)
