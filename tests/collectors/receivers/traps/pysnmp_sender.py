"""pysnmp as a sender of traps and informs."""

from __future__ import annotations

import asyncio
import warnings

from tests.collectors.receivers.traps.senders import COMMUNITY, ON_BATTERY, PLAIN, SIGNED
from tests.collectors.v3_agent import USER

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports an old name of pysmi
    from pysnmp.hlapi.v3arch import asyncio as hlapi

PYSNMP_USERS = {
    "authPriv": (
        USER,
        {"authProtocol": hlapi.USM_AUTH_HMAC192_SHA256, "privProtocol": hlapi.USM_PRIV_CFB128_AES},
    ),
    "authNoPriv": (SIGNED, {"authProtocol": hlapi.USM_AUTH_HMAC192_SHA256}),
    "noAuthNoPriv": (PLAIN, {}),
}


async def send_by_pysnmp(port: int, level: str, kind: str) -> object:
    """What pysnmp says of the attempt: an error, or None."""
    if level in PYSNMP_USERS:
        user, protocols = PYSNMP_USERS[level]
        secret = hlapi.UsmUserData(user.name, user.auth_key or None, user.priv_key or None, **protocols)
    else:
        secret = hlapi.CommunityData("area", COMMUNITY.decode(), mpModel=int(level == "v2c"))
    engine = hlapi.SnmpEngine()
    try:
        told, *_ = await hlapi.send_notification(
            engine,
            secret,
            await hlapi.UdpTransportTarget.create(("127.0.0.1", port), timeout=5, retries=1),
            hlapi.ContextData(),
            kind,
            hlapi.NotificationType(hlapi.ObjectIdentity(ON_BATTERY)),
            lookupMib=False,
        )
    finally:
        engine.close_dispatcher()
        await asyncio.sleep(0)
    return told
