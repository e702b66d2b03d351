"""What went wrong, as a quality and in words that say what to do next."""

from __future__ import annotations

from assets.words import Quality
from collectors.requests import Failure, Target
from collectors.snmp.exchange import TRIES

TOO_BIG, NO_SUCH_NAME = 1, 2

_STATUS = {
    2: (Quality.MISSING, "noSuchName", "the profile may be for another device"),
    5: (Quality.DEVICE_ERROR, "genErr", "its own log may say more"),
    6: (Quality.AUTHENTICATION, "noAccess", "let the user or community read this part of the agent"),
    13: (Quality.DEVICE_ERROR, "resourceUnavailable", "it is overloaded: poll it less often"),
    16: (
        Quality.AUTHENTICATION,
        "authorizationError",
        "let the user or community read this part of the agent",
    ),
}
_REPORTS = {
    "unknownUserName": "does not know this user: check the user name in the credential and on the device",
    "wrongDigest": "rejects the authentication key: check key and protocol in the credential",
    "decryptionError": "cannot decrypt: check the privacy key and protocol in the credential",
    "unsupportedSecurityLevel": "does not offer this user {level}: allow that there, or change the credential",
    "notInTimeWindow": "does not agree about the time: its clock of boots may be stuck; restart its agent",
    "unknownContext": "does not know this context: check the context name of the endpoint",
    "unavailableContext": "does not serve this context now: check what stands behind it",
    "unknownEngineID": "keeps changing its engine identifier: check that no two devices share the address",
}

ANSWER_TOO_BIG = Failure(
    Quality.DEVICE_ERROR,
    "The device says that even half of the answer is too big (tooBig): ask for fewer objects.",
)
OTHER_OBJECTS = Failure(
    Quality.MALFORMED, "The device answered, but with none of the objects that were asked for."
)


def device_said(status: int, about: str) -> Failure:
    """An error-status other than tooBig; ``about`` is the object that it blames, or empty."""
    quality, name, advice = _STATUS.get(
        status, (Quality.DEVICE_ERROR, f"error {status}", "its own log may say more")
    )
    where = f" about {about}" if about else ""
    return Failure(quality, f"The device reported {name}{where}: {advice}.")


def reported(report: str, target: Target) -> Failure:
    advice = _REPORTS.get(report, f"reported {report}: check the credential")
    return Failure(
        Quality.AUTHENTICATION, f"The device at {_where(target)} {advice.replace('{level}', _level(target))}."
    )


def unsendable(error: OSError, target: Target) -> Failure:
    return Failure(
        Quality.NO_ANSWER, f"Nothing can be sent to {_where(target)} ({error.strerror}): check the route."
    )


def garbled(target: Target) -> Failure:
    return Failure(
        Quality.MALFORMED,
        f"Something at {_where(target)} answers, but not with a valid reply to this request: "
        "check that it is the right device and credential.",
    )


def silence(target: Target) -> Failure:
    check = "the user" if target.protocol == "snmp_v3" else "the community"
    if target.context:
        check += ", and the context"
    return Failure(
        Quality.NO_ANSWER,
        f"No answer from {_where(target)} in {TRIES} tries of {target.timeout_s:g} s: check that the device "
        f"is on, the address, firewalls between, and {check}.",
    )


def _level(target: Target) -> str:
    if target.user is None or not target.user.auth_protocol:
        return "access without authentication (noAuthNoPriv)"
    if not target.user.priv_protocol:
        return "authentication without privacy (authNoPriv)"
    return "authentication with privacy (authPriv)"


def _where(target: Target) -> str:
    return f"{target.host}:{target.port}"
