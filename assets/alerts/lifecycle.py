"""An alert's life: raised, acknowledged, resolved, raised again. Every step is written down with who has to be told.

Whoever finds a fact calls :func:`raise_alert` and :func:`resolve_alert`, as often as they like: nothing is raised
twice. What a person does is :func:`acknowledge_alert`, :func:`take_back` and :func:`close_alert`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from assets.alerts.earlier import alert_to_reopen, earlier_alerts, known_alert
from assets.alerts.holding import cover, hold_of, release_covered
from assets.alerts.models import Alert, AlertTransition, Rule
from assets.alerts.sayings import Saying, words_kept
from assets.alerts.telling import tell
from assets.alerts.words import Hold, State, Step
from assets.live.feed import send_alerts_change
from assets.models import Asset
from locations.models import Department, Site, Zone


def raise_alert(
    *,
    rule: Rule,
    key: str,
    at: datetime,
    asset: Asset | None = None,
    zone: Zone | None = None,
    subject: str = "",
    title: str = "",
    words: str = "",
    saying: Saying | None = None,
    address: str = "",
    site: Site | None = None,
    department: Department | None = None,
    covers: Iterable[str] = (),
    now: datetime | None = None,
) -> Alert:
    """Something that ``rule`` watches for is so since ``at``. The alert: new, reopened, or the one there is already.

    ``key`` names the episode: one that was raised once is not raised again, however it ended. ``subject`` says what
    it is about, by default the asset or else the zone: one word with a number, as in ``par:3``. There is at most one
    open alert of a rule about a subject. ``title`` and ``site`` are needed where neither asset nor zone tells them.
    What is the matter is told by ``saying``, for every language, or else by ``words``.
    What returns within the rule's ``reopen_within_s`` reopens the alert. ``covers``: subjects whose silence this
    explains.
    One transaction, which also holds the deliveries to whoever has to be told.
    """
    about = subject or subject_of(asset=asset, zone=zone)
    moment = now or timezone.now()
    said = (words_kept(saying) if saying else words)[:300]
    with transaction.atomic():
        earlier = earlier_alerts(rule, about, key, at)
        if (known := known_alert(earlier, key, at)) is not None:
            return known
        if (former := alert_to_reopen(earlier, rule, at)) is not None:
            former.words, former.saying = said or former.words, dict(saying or {})
            return _reopen(former, key, at, covers, moment)
        place = zone or (_place_of(asset) if asset else None)
        alert = Alert(
            rule=rule,
            rule_version=rule.version,
            kind=rule.kind,
            severity=rule.severity,
            subject=about,
            key=key[:80],
            title=(title or _title_of(asset, zone))[:160],
            words=said,
            saying=dict(saying or {}),
            address=address,
            asset=asset,
            zone=place,
            department=department or _department_of(asset, place),
            site=site or (asset.site if asset else _site_of(zone)),
            began_at=at,
            raised_at=moment,
        )
        return _enter(alert, covers, moment)


def resolve_alert(
    *,
    rule: Rule,
    at: datetime,
    asset: Asset | None = None,
    zone: Zone | None = None,
    subject: str = "",
    note: str = "",
    now: datetime | None = None,
) -> Alert | None:
    """It is over since ``at``: resolves the open alert of the rule about that; the alert, or ``None`` without one."""
    about = subject or subject_of(asset=asset, zone=zone)
    with transaction.atomic():
        alert: Alert | None = (
            Alert.objects.select_for_update(of=("self",)).open().filter(rule=rule, subject=about).first()
        )
        if alert is not None:
            _resolve(alert, at, now or timezone.now(), by=None, note=note)
        return alert


def acknowledge_alert(*, alert: Alert, by: Any, note: str = "", now: datetime | None = None) -> Alert:
    """Somebody sees to it. One that is acknowledged or resolved already stays as it is."""
    moment = now or timezone.now()
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
        if alert.state != State.NEW:
            return alert
        alert.state, alert.acknowledged_at, alert.acknowledged_by = State.ACKNOWLEDGED, moment, by
        _step(alert, Step.ACKNOWLEDGED, moment, moment, by=by, note=note)
        return alert


def take_back(*, alert: Alert, by: Any, now: datetime | None = None) -> Alert:
    """Undo an acknowledgement, while the alert is open."""
    moment = now or timezone.now()
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
        if alert.state != State.ACKNOWLEDGED:
            return alert
        alert.state, alert.acknowledged_at, alert.acknowledged_by = State.NEW, None, None
        _step(alert, Step.UNACKNOWLEDGED, moment, moment, by=by)
        return alert


def close_alert(*, alert: Alert, by: Any, note: str = "", now: datetime | None = None) -> Alert:
    """A person says that it is over. The same episode is not raised again."""
    moment = now or timezone.now()
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
        if alert.is_open:
            _resolve(alert, moment, moment, by=by, note=note)
        return alert


def subject_of(*, asset: Asset | None = None, zone: Zone | None = None) -> str:
    if asset is not None:
        return f"asset:{asset.pk}"
    if zone is not None:
        return f"zone:{zone.pk}"
    raise ValueError("an alert is about an asset, a zone or a subject of its own")


def _reopen(alert: Alert, key: str, at: datetime, covers: Iterable[str], now: datetime) -> Alert:
    alert.state, alert.key = State.NEW, key[:80]
    alert.ended_at = alert.resolved_at = alert.acknowledged_at = alert.acknowledged_by = None
    alert.escalated_at = None
    alert.flaps += 1
    alert.held, alert.parent = hold_of(alert, now)
    cover(alert, covers)
    _step(alert, Step.REOPENED, at, now)
    return alert


def _enter(alert: Alert, covers: Iterable[str], now: datetime) -> Alert:
    alert.held, alert.parent = hold_of(alert, now)
    alert.revision = 1
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
    except IntegrityError:  # somebody else raised it at the same moment
        earlier = earlier_alerts(alert.rule, alert.subject, alert.key, alert.began_at)
        known = known_alert(earlier, alert.key, alert.began_at)
        if known is None:
            raise
        return known
    cover(alert, covers)
    _note(alert, Step.RAISED, alert.began_at, now)
    return alert


def _resolve(alert: Alert, at: datetime, now: datetime, *, by: Any, note: str) -> None:
    alert.state, alert.resolved_at, alert.ended_at = State.RESOLVED, now, max(at, alert.began_at)
    _step(alert, Step.RESOLVED, alert.ended_at, now, by=by, note=note)
    alert.covers.all().delete()
    for child in release_covered(alert, now):
        _step(child, Step.RELEASED, now, now)


def release_held(*, alert: Alert, now: datetime) -> bool:
    """Tell of an alert that was held back, if nothing holds it back any more; whether that was so."""
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
        if not alert.is_open or not alert.held:
            return False
        alert.held, alert.parent = hold_of(alert, now)
        if alert.held == Hold.NONE:
            _step(alert, Step.RELEASED, now, now)
        else:
            alert.save(update_fields=["held", "parent"])
        return not alert.held


def escalate_alert(*, alert: Alert, now: datetime) -> bool:
    """Tell whoever is on call, once; whether that was so."""
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",)).select_related("rule").get(pk=alert.pk)
        if alert.state != State.NEW or alert.held or alert.escalated_at is not None:
            return False
        alert.escalated_at = now
        _step(alert, Step.ESCALATED, now, now)
        return True


def _step(
    alert: Alert, step: Step, at: datetime, now: datetime, *, by: Any = None, note: str = ""
) -> AlertTransition:
    """Save the alert and write down its step, with the deliveries that this asks for."""
    alert.revision += 1
    alert.save(force_update=True)
    return _note(alert, step, at, now, by=by, note=note)


def _note(
    alert: Alert, step: Step, at: datetime, now: datetime, *, by: Any = None, note: str = ""
) -> AlertTransition:
    taken = AlertTransition.objects.create(
        alert=alert, step=step, at=at, noted_at=now, by=by, note=note[:200], severity=alert.severity
    )
    tell(transition=taken, now=now)
    for witness in WITNESSES:
        witness(taken)
    transaction.on_commit(send_alerts_change, robust=True)
    return taken


def _title_of(asset: Asset | None, zone: Zone | None) -> str:
    return str(asset or zone or "")


def _place_of(asset: Asset) -> Zone | None:
    row = getattr(asset, "now", None)
    return row.zone if row is not None and row.zone is not None else asset.home_zone


def _department_of(asset: Asset | None, place: Zone | None) -> Department | None:
    """Whose the equipment is, or else whose the room is."""
    if asset is not None and asset.department is not None:
        return asset.department
    return None if place is None else place.department


def _site_of(zone: Zone | None) -> Site:
    if zone is None:
        raise ValueError("an alert that is about no asset and no zone needs its site")
    return zone.floor.building.site


WITNESSES: list[Callable[[AlertTransition], None]] = []
"""Who has to hear of a step, in its own transaction; each adds itself when the program starts."""
