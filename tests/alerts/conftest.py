"""Rules, channels and a mailbox for the tests of alerts; the cast and the hospital are those of all tests."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from assets.alerts.lifecycle import raise_alert, resolve_alert
from assets.alerts.models import Channel, Rule, Subscription
from assets.alerts.words import ChannelKind, Kind
from assets.observation import Observation, Position, ReadingValue, Subject, SubjectKind
from assets.record import record_observations


@pytest.fixture
def at(noon):
    return lambda seconds: noon + timedelta(seconds=seconds)


@pytest.fixture
def tell(at):
    """Records what a device says so many seconds after noon; ``x`` is where it is, five metres into a zone."""

    def do(asset, seconds, *, x=None, received=None, temperature=None, **said):
        if x is not None:
            said["position"] = Position("main-1", x, 5, 1)
        if temperature is not None:
            said["readings"] = (ReadingValue("temperature", temperature),)
        one = Observation(
            subject=Subject(SubjectKind.ASSET, str(asset.pk)),
            source="endpoint:1",
            at=at(seconds),
            received_at=at(seconds if received is None else received),
            **said,
        )
        record_observations([one], now=at(seconds if received is None else received))

    return do


@pytest.fixture
def make_rule(db):
    """Makes a rule: ``make_rule("enters", for_s=60, severity="critical")``; relations as lists."""

    def make(kind: str = Kind.MISSING, name: str = "", **extra) -> Rule:
        relations = {
            each: extra.pop(each) for each in ("sites", "departments", "categories", "zones") if each in extra
        }
        fields = {f.name for f in Rule._meta.concrete_fields}
        own = {each: extra.pop(each) for each in list(extra) if each in fields}
        rule = Rule(name=name or kind, kind=kind, parameters=extra, **own)
        rule.full_clean()
        rule.save()
        for relation, members in relations.items():
            getattr(rule, relation).set(members)
        return rule

    return make


@pytest.fixture
def rule(make_rule) -> Rule:
    return make_rule(name="Pump not heard of")


@pytest.fixture
def raised(rule, make_pump, noon):
    """An alert: ``raised()`` at noon, of a pump that is made where it is not given."""

    def do(at: datetime = noon, asset=None, **extra):
        pump = asset or make_pump(extra.pop("tag", "P-1"))
        extra = {"key": f"{at:%H:%M:%S}", "now": at, **extra}
        return raise_alert(rule=extra.pop("rule", rule), asset=pump, at=at, **extra)

    return do


@pytest.fixture
def over(rule, noon):
    """Resolves what ``raised()`` made: ``over(alert, 60)`` a minute after noon."""

    def do(alert, after_s: float):
        at = noon + timedelta(seconds=after_s)
        return resolve_alert(rule=alert.rule, asset=alert.asset, at=at, now=at)

    return do


@pytest.fixture
def make_channel(db):
    """Makes a channel that is told of everything: ``make_channel(nurse)``, ``make_channel(kind="webhook")``."""

    def make(person=None, kind: str = ChannelKind.EMAIL, severity: str = "info", **extra) -> Channel:
        name = extra.pop("name", f"{person or 'all'} {kind}")
        target = extra.pop("target", f"{person}@hospital.example" if kind == ChannelKind.EMAIL else "")
        channel = Channel.objects.create(kind=kind, name=name, person=person, target=target)
        Subscription.objects.create(channel=channel, severity=severity, **extra)
        return channel

    return make
