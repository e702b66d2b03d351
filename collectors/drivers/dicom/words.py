"""What went wrong with a C-ECHO, as a quality and in words that say what to do next."""

from __future__ import annotations

from typing import Any

from pynetdicom.association import Association

from assets.words import Quality
from collectors.requests import Failure, Target

_REASONS = {
    (1, 3): "does not know us by this name: enter {calling} there, with this collector's address",
    (1, 7): "has another title than {called}: correct the called AE title",
    (3, 1): "has no association free just now: poll it less often, or raise its limit",
    (3, 2): "has reached its limit of associations: poll it less often, or raise that limit",
}
"""By source and diagnostic of A-ASSOCIATE-RJ (PS3.8, 9.3.4)."""


def not_associated(association: Association, target: Target) -> Failure:
    if association.is_rejected:
        return _rejected(association, target)
    if association.is_aborted and association.acceptor.primitive is not None:
        return no_verification(target)
    return Failure(
        Quality.NO_ANSWER,
        f"No DICOM application answers at {_where(target)} within {target.timeout_s:g} s: check that the device is "
        "on, the address, and firewalls between.",
    )


def no_verification(target: Target) -> Failure:
    return Failure(
        Quality.DEVICE_ERROR,
        f"The device at {_where(target)} does not offer Verification: let it, or ask its DICOM router instead.",
    )


def no_echo(target: Target) -> Failure:
    return Failure(
        Quality.NO_ANSWER,
        f"The device at {_where(target)} accepted us and then did not answer within {target.timeout_s:g} s: "
        "it may be overloaded.",
    )


def other_status(status: int, target: Target) -> Failure:
    return Failure(
        Quality.DEVICE_ERROR,
        f"The device at {_where(target)} answered C-ECHO with status {status:04X}: its own log may say more.",
    )


def _rejected(association: Association, target: Target) -> Failure:
    said: Any = association.acceptor.primitive
    key = said.result_source, said.diagnostic
    advice = _REASONS.get(key, f"rejects us (source {key[0]}, reason {key[1]}): its own log may say more")
    quality = Quality.AUTHENTICATION if key in ((1, 3), (1, 7)) else Quality.REFUSED
    calling = target.calling or "WHEREABOUTS"
    return Failure(
        quality, f"The device at {_where(target)} {advice.format(calling=calling, called=target.called)}."
    )


def _where(target: Target) -> str:
    return f"{target.host}:{target.port}"
