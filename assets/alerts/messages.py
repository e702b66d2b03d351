"""What is told: the same facts for every channel, short enough for a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

from assets.alerts.models import AlertTransition, Delivery
from assets.alerts.telling import FLAPS_TOLD
from assets.alerts.words import Severity, Step

_SAID = {
    Step.RAISED: gettext_lazy("%(severity)s: %(title)s"),
    Step.RELEASED: gettext_lazy("%(severity)s: %(title)s"),
    Step.REOPENED: gettext_lazy("%(severity)s again: %(title)s"),
    Step.ESCALATED: gettext_lazy("Nobody has answered: %(title)s"),
    Step.RESOLVED: gettext_lazy("Over: %(title)s"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """``token`` names the delivery, and is the same on every attempt."""

    token: str
    title: str
    text: str
    address: str
    severity: str
    facts: dict[str, Any]


def message_of(delivery: Delivery) -> Message:
    """What a delivery says, in the language of whoever it is for, or else the site's. One without a transition is a
    test."""
    token = str(delivery.token)
    with translation.override(_language_of(delivery)):
        if delivery.transition is None:
            text = gettext("This is a test. Alerts will reach you this way.")
            title = gettext("Whereabouts: test")
            return Message(token, title, text, settings.PUBLIC_URL, Severity.INFO, {"step": "test"})
        return _of_transition(delivery.transition, token)


def _language_of(delivery: Delivery) -> str:
    person = delivery.channel.person
    language = getattr(person, "language", "")
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _of_transition(transition: AlertTransition, token: str) -> Message:
    alert = transition.alert
    severity = Severity(transition.severity)
    said = {"severity": severity.label, "title": alert.title}
    address = f"{settings.PUBLIC_URL}/alerts/{alert.pk}/"
    at = {"time": _local(transition.at, alert.site.timezone)}
    is_over = transition.step == Step.RESOLVED
    lines = [
        f"{alert.said}." if alert.said else "",
        gettext("Over since %(time)s.") % at if is_over else gettext("Since %(time)s.") % at,
        gettext("Where: %(zone)s.") % {"zone": alert.zone.name} if alert.zone else "",
        alert.rule.advice,
        _about_flapping(alert.flaps) if transition.step == Step.REOPENED else "",
    ]
    facts = {
        "alert": alert.pk,
        "step": transition.step,
        "rule": alert.rule.name,
        "kind": alert.kind,
        "severity": severity.value,
        "subject": alert.title,
        "asset_tag": alert.asset.asset_tag if alert.asset else None,
        "words": alert.words,
        "zone": alert.zone.name if alert.zone else None,
        "began_at": alert.began_at.isoformat(),
        "at": transition.at.isoformat(),
    }
    title = str(_SAID[Step(transition.step)]) % said
    return Message(token, title, " ".join(line for line in lines if line), address, severity, facts)


def _about_flapping(flaps: int) -> str:
    if flaps < FLAPS_TOLD:
        return ""
    return gettext(
        "It has come back %(count)s times: from now on only the page says so, until it has been quiet."
    ) % {"count": flaps}


def _local(moment: datetime, zone: str) -> str:
    return date_format(moment.astimezone(ZoneInfo(zone)), "j M H:i")
