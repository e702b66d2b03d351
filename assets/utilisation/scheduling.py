"""Reports by e-mail: what is due, of which days, and that each is sent once.

What becomes due is written down before it is sent, so that it is sent though the mail server is away or the process
ends; it carries the same Message-ID on every attempt, so that a mailbox that gets it twice shows it once.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets.models import Category
from assets.utilisation.explaining import explain
from assets.utilisation.forms import ReportForm
from assets.utilisation.models import RolledUntil, ScheduledReport, SentReport
from assets.utilisation.printing import printed
from assets.utilisation.reports import Choice, whole

SENT_FROM = time(6)
"""Not in the middle of the night: by then the night's last hours are rolled up, too."""
MOST_TRIES = 6
FIRST_PAUSE = timedelta(minutes=10)
"""Doubled after each attempt."""
KEPT = ("unit", "model", "ownership", "basis", "policy", "hours", "demand", "buffer", "least")
"""Filters that a scheduled report keeps; its days follow from when it is sent."""
Every = ScheduledReport.Every


class NotSendableError(Exception):
    """Why a report cannot be sent, in words for the person."""


def schedule_report(
    *, person: Any, choice: Choice, asked: Mapping[str, str], every: str, now: datetime
) -> ScheduledReport:
    """From the next Monday or first of a month on. Raises :class:`NotSendableError` for one without an address."""
    if not person.email:
        raise NotSendableError(_("Your account has no e-mail address. An administrator can enter one."))
    today = now.astimezone(ZoneInfo(choice.site.timezone)).date()
    kept = {name: asked[name] for name in KEPT if asked.get(name)}
    found = ScheduledReport.objects.filter(
        person=person, site=choice.site, category=choice.category, every=every, asked=kept
    ).first()
    return found or ScheduledReport.objects.create(
        person=person,
        site=choice.site,
        category=choice.category,
        asked=kept,
        every=every,
        next_on=next_day(Every(every), today),
        created_at=now,
    )


def next_day(every: ScheduledReport.Every, day: date) -> date:
    """The first Monday, or first of a month, after ``day``."""
    if every is Every.WEEK:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def days_before(every: ScheduledReport.Every, day: date) -> tuple[date, date]:
    """First and last day of the last whole week or month before ``day``."""
    if every is Every.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday - timedelta(days=7), monday - timedelta(days=1)
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def send_what_is_due(*, now: datetime) -> int:
    """How many were sent."""
    note_what_is_due(now=now)
    waiting = SentReport.objects.filter(sent_at=None, tries__lt=MOST_TRIES, try_at__lte=now)
    return sum(try_to_send(pk, now=now) for pk in list(waiting.values_list("pk", flat=True)))


def note_what_is_due(*, now: datetime) -> None:
    """Those whose day has come, at six by the clock of their site, once the last of their days is rolled up."""
    # A day ahead of the earliest clock there is: sites' own calendars decide below.
    soon = now.date() + timedelta(days=1)
    for report in ScheduledReport.objects.filter(next_on__lte=soon).select_related("site"):
        zone = ZoneInfo(report.site.timezone)
        local = now.astimezone(zone)
        first, last = days_before(Every(report.every), report.next_on)
        if (local.date(), local.time()) < (report.next_on, SENT_FROM) or not _is_rolled_up(report, last):
            continue
        with transaction.atomic():
            SentReport.objects.get_or_create(report=report, first=first, last=last, defaults={"try_at": now})
            report.next_on = next_day(Every(report.every), local.date())
            report.save(update_fields=["next_on"])


def _is_rolled_up(report: ScheduledReport, last: date) -> bool:
    end = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(report.site.timezone))
    return RolledUntil.objects.filter(site=report.site_id, until_s__gte=int(end.timestamp())).exists()


def send_now(*, report: ScheduledReport, now: datetime) -> SentReport:
    """The one that was due last, at once, whether or not it was sent before."""
    today = now.astimezone(ZoneInfo(report.site.timezone)).date()
    first, last = days_before(Every(report.every), today)
    sent, _made = SentReport.objects.update_or_create(
        report=report,
        first=first,
        last=last,
        defaults={"try_at": now, "tries": 0, "sent_at": None, "error": ""},
    )
    try_to_send(sent.pk, now=now)
    sent.refresh_from_db()
    return sent


def try_to_send(pk: int, *, now: datetime) -> bool:
    """Whether it was sent: who comes first sends, and a failure is written down and tried again later."""
    with transaction.atomic():
        sent = (
            SentReport.objects.select_for_update(of=("self",))
            .filter(pk=pk, sent_at=None, try_at__lte=now)
            .first()
        )
        if sent is None:
            return False
        # Whoever looks now leaves it alone until the pause is over.
        sent.try_at = now + FIRST_PAUSE * 2**sent.tries
        sent.tries = F("tries") + 1
        sent.save(update_fields=["try_at", "tries"])
    sent = SentReport.objects.select_related("report__person", "report__site", "report__category").get(pk=pk)
    try:
        _send(sent, now)
    except NotSendableError as error:
        sent.error, sent.tries = str(error)[:300], MOST_TRIES
    except (smtplib.SMTPException, OSError) as error:
        sent.error = f"The mail server did not take it: {error}"[:300]
    else:
        sent.error, sent.sent_at = "", now
    sent.save(update_fields=["error", "sent_at", "tries"])
    return sent.sent_at is not None


def _send(sent: SentReport, now: datetime) -> None:
    report, person = sent.report, sent.report.person
    with translation.override(person.language or settings.LANGUAGE_CODE):
        if not (person.is_active and person.has_perm("utilisation.view_fleetday")):
            raise NotSendableError(_("This account may not see utilisation."))
        if not person.email:
            raise NotSendableError(_("Your account has no e-mail address. An administrator can enter one."))
        if not settings.EMAIL_HOST:
            raise NotSendableError(_("No mail server is set: EMAIL_URL names it."))
        choice = choice_of(report, sent.first, sent.last, now)
        mail = EmailMessage(
            subject=_("%(what)s, %(site)s, %(first)s to %(last)s")
            % {
                "what": _name(report.category),
                "site": report.site,
                "first": date_format(sent.first, "j F Y"),
                "last": date_format(sent.last, "j F Y"),
            },
            body=_body(report, choice, sent),
            to=[person.email],
            headers={
                "Message-ID": f"<report-{report.pk}-{sent.first}-{sent.last}@whereabouts>",
                "Auto-Submitted": "auto-generated",
            },
        )
        name = (
            f"utilisation-{report.category.slug if report.category else 'all'}-{sent.first}-{sent.last}.pdf"
        )
        mail.attach(name, printed(choice, now=now), "application/pdf")
        mail.send()


def choice_of(report: ScheduledReport, first: date, last: date, now: datetime) -> Choice:
    """What is asked for. Raises :class:`NotSendableError` where it is not to be had any more."""
    today = now.astimezone(ZoneInfo(report.site.timezone)).date()
    form = ReportForm(_asked(report, first, last), user=report.person, today=today, category=report.category)
    if not form.is_valid():
        wrong = "; ".join(f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items())
        raise NotSendableError(wrong)
    choice = form.choice(report.category)
    if choice.site != report.site:
        raise NotSendableError(_("There is no site that you may see."))
    return choice


def address_of(report: ScheduledReport, first: date, last: date) -> str:
    """Of the same report as a page."""
    path = (
        reverse("utilisation")
        if report.category is None
        else reverse("utilisation-fleet", args=[report.category.slug])
    )
    return f"{settings.PUBLIC_URL}{path}?{urlencode(_asked(report, first, last))}"


def _asked(report: ScheduledReport, first: date, last: date) -> dict[str, str]:
    return {**report.asked, "site": report.site.slug, "from": first.isoformat(), "to": last.isoformat()}


def _name(category: Category | None) -> str:
    return _("Utilisation") if category is None else category.plural


def _body(report: ScheduledReport, choice: Choice, sent: SentReport) -> str:
    lines = [] if report.category is None else [explain(whole(choice)), ""]
    lines += [
        f"{choice.basis.label} · {choice.policy.label} · {choice.clock.label}",
        "",
        _("Open this report:"),
        address_of(report, sent.first, sent.last),
        "",
        _("End or change what you are sent:"),
        settings.PUBLIC_URL + reverse("utilisation-by-mail"),
        "",
    ]
    return "\n".join(lines)
