"""Devices that send traps: octets made by hand, and net-snmp's and pysnmp's own senders."""

from __future__ import annotations

import asyncio
import shutil
import socket
from dataclasses import replace

import pytest

from collectors.requests import SnmpUser
from collectors.snmp.ber import encode_integer, encode_oid, tlv
from tests.collectors.v3_agent import USER, Reply, V3Agent

COMMUNITY = b"canary-community"
UPTIME, TRAP_OID = "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"
ON_BATTERY = "1.3.6.1.2.1.33.2.1"
SIGNED = replace(USER, name="signed", priv_protocol="", priv_key="")
PLAIN = SnmpUser("plain", "", "", "", "")
DES = SnmpUser("old", "sha1", "authentication-canary", "des", "privacy-canary-1")

net_snmp = pytest.mark.skipif(not shutil.which("snmptrap"), reason="net-snmp's tools are not installed")


def binding(oid: str, element: bytes) -> bytes:
    return tlv(0x30, tlv(6, encode_oid(oid)) + element)


def notification_pdu(oid: str = ON_BATTERY, *, tag: int = 0xA7, number: int = 7, uptime: int = 100) -> bytes:
    bindings = binding(UPTIME, tlv(0x43, encode_integer(uptime)[2:]))
    bindings += binding(TRAP_OID, tlv(6, encode_oid(oid)))
    bindings += binding("1.3.6.1.2.1.33.1.2.3.0", b"\x02\x01\x14")
    return tlv(tag, encode_integer(number) + encode_integer(0) * 2 + tlv(0x30, bindings))


def v2c(pdu: bytes, community: bytes = COMMUNITY, version: int = 1) -> bytes:
    return tlv(0x30, encode_integer(version) + tlv(4, community) + pdu)


def v1(enterprise: str, generic: int, specific: int, *, agent: bytes = b"\x0a\x14\x00\x07") -> bytes:
    pdu = tlv(6, encode_oid(enterprise)) + tlv(0x40, agent) + encode_integer(generic)
    pdu += encode_integer(specific) + b"\x43\x01\x2a" + tlv(0x30, b"")
    return v2c(tlv(0xA4, pdu), version=0)


def v3_message(agent: V3Agent, pdu: bytes, *, number: int = 3, reportable: bool = False, **fields) -> bytes:
    """A message of this agent's engine, at its own time."""
    level = agent.level | (4 if reportable else 0)
    name = agent.user.name.encode()
    reply = Reply(
        number, level, agent.engine_id, agent.boots, agent.time, name, agent.engine_id, b"", pdu, agent.keys
    )
    return replace(reply, **fields).encode()


async def run_tool(name: str, *arguments: str) -> tuple[int, str]:
    """How one of net-snmp's tools ended, and what it said; not what it does on a machine where it never ran before."""
    process = await asyncio.create_subprocess_exec(
        name,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={
            "PATH": "/usr/bin:/bin:/usr/sbin",
            "SNMPCONFPATH": "/nonexistent",
            "MIBS": "",
            "HOME": "/nonexistent",
        },
    )
    said, _ = await process.communicate()
    lines = said.decode().splitlines(keepends=True)
    return process.returncode or 0, "".join(
        line for line in lines if not line.startswith("Created directory")
    )


def v3_options(user: SnmpUser) -> list[str]:
    level = ["noAuthNoPriv", "authNoPriv", "", "authPriv"][
        bool(user.auth_protocol) + 2 * bool(user.priv_protocol)
    ]
    names = {"sha256": "SHA-256", "sha1": "SHA", "aes128": "AES", "des": "DES"}
    options = ["-v3", "-l", level, "-u", user.name]
    if user.auth_protocol:
        options += ["-a", names[user.auth_protocol], "-A", user.auth_key]
    if user.priv_protocol:
        options += ["-x", names[user.priv_protocol], "-X", user.priv_key]
    return options


class Device:
    """A socket that sends to a port of loopback, and hears what comes back."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(0)
        self.socket.bind((host, 0))
        self._to = ("127.0.0.1", port)

    def send(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self.socket.sendto(datagram, self._to)

    async def hear(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.socket, 65_535), 10)

    def close(self) -> None:
        self.socket.close()
