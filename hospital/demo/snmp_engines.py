"""Making pysnmp engines quickly: one per simulated device, each with an engine ID and keys of its own.

An engine loads some thirty MIB modules, which are Python source, and compiles each of them anew. Two dozen
engines would take seconds that way, so compiled modules are kept.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import pysnmp.smi.mibs
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.proto.rfc1902 import OctetString
from pysnmp.proto.rfc3412 import MsgAndPduDispatcher
from pysnmp.proto.secmod.rfc3414 import localkey
from pysnmp.proto.secmod.rfc7860.auth import hmacsha2
from pysnmp.smi.builder import MibBuilder
from pysnmp.smi.error import MibNotFoundError
from pysnmp.smi.instrum import MibInstrumController

_MIBS = Path(pysnmp.smi.mibs.__path__[0])
_FOLDERS = (_MIBS, _MIBS / "instances")
_ENTERPRISE = 32473  # RFC 5612: for documentation
_TEXT_FORMAT = 4

AUTH_SHA256 = config.USM_AUTH_HMAC192_SHA256
PRIV_AES128 = config.USM_PRIV_CFB128_AES


def make_engine(key: str, boots: int) -> SnmpEngine:
    """An engine whose ID (RFC 3411, SnmpEngineID) is made from ``key``: the same each time it is made.

    ``boots`` is how often it was started: unless this has grown, a manager takes an engine that started anew
    for a forger. The ID is set afterwards, because pysnmp keeps a file for each engine that is given one.
    """
    identity = (0x80000000 | _ENTERPRISE).to_bytes(4, "big") + bytes([_TEXT_FORMAT]) + key.encode()[:27]
    engine = SnmpEngine(msgAndPduDsp=MsgAndPduDispatcher(MibInstrumController(_Builder())))
    names = ("snmpEngineID", "snmpEngineBoots")
    identifier, started = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", *names)
    identifier.syntax = identifier.syntax.clone(OctetString(identity))
    started.syntax = started.syntax.clone(boots)
    engine.snmpEngineID = identifier.syntax
    return engine


def boots_now() -> int:
    """A count of starts that grows without a file to keep it in: seconds since November 2023."""
    return int(time.time()) - 1_700_000_000


def add_user(engine: SnmpEngine, name: str, auth_key: str, priv_key: str) -> None:
    """Lets a user in with SHA-256 and AES-128."""
    config.add_v3_user(
        engine,
        name,
        AUTH_SHA256,
        _master_key(auth_key),
        PRIV_AES128,
        _master_key(priv_key),
        authKeyType=config.USM_KEY_TYPE_MASTER,
        privKeyType=config.USM_KEY_TYPE_MASTER,
    )


@cache
def _master_key(passphrase: str) -> OctetString:
    """RFC 3414, A.2, with SHA-256: a megabyte is hashed, so once for all engines."""
    return localkey.hash_passphrase(passphrase, hmacsha2.HmacSha2.HASH_ALGORITHM[AUTH_SHA256])


class _Builder(MibBuilder):  # type: ignore[misc]  # pysnmp is untyped
    """Loads MIB modules as its parent does, from code compiled once per process."""

    def __init__(self) -> None:
        super().__init__()
        self._loaded: set[str] = set()

    def load_module(self, modName: str, **userCtx: Any) -> _Builder:  # noqa: N803  # pysnmp's names
        if modName in self._loaded:
            return self
        self._loaded.add(modName)
        names = {"mibBuilder": self, "userCtx": userCtx, "__name__": modName}
        exec(_compiled(modName), names)  # noqa: S102  # modules of the installed pysnmp, as pysnmp runs them
        return self


@cache
def _compiled(name: str) -> CodeType:
    for folder in _FOLDERS:
        path = folder / f"{name}.py"
        if path.is_file():
            return compile(path.read_bytes(), str(path), "exec")
    raise MibNotFoundError(f"pysnmp has no MIB module {name}")
