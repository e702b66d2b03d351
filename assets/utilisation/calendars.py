"""Each site's calendar and staffed hours as they are stored, and noticing that a site's time zone changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from assets.utilisation.days import ONE, Calendar, Roster
from assets.utilisation.models import SiteClock, StaffedHours
from assets.utilisation.staffing import as_windows
from locations.models import Site

EVER = date(1970, 1, 2)
"""Stands for since ever."""


def calendar_of(site_id: int) -> Calendar:
    """Its days; where nothing was noted of its time zone yet, by the one that it has now."""
    clocks = tuple(
        SiteClock.objects.filter(site=site_id).order_by("valid_from").values_list("valid_from", "timezone")
    )
    if not clocks:
        clocks = ((EVER, Site.objects.values_list("timezone", flat=True).get(pk=site_id)),)
    return Calendar(clocks)


def roster_of(site_id: int) -> Roster:
    rows = StaffedHours.objects.filter(site=site_id).order_by("valid_from")
    return Roster(tuple((row.department_id, row.valid_from, as_windows(row.week)) for row in rows))


def note_clocks(*, now: datetime) -> None:
    """Keep each site's time zone: one that was changed counts from the next day on, and days before keep theirs."""
    for site in Site.objects.all():
        latest = SiteClock.objects.filter(site=site).order_by("valid_from").last()
        if latest is None:
            SiteClock.objects.create(site=site, valid_from=EVER, timezone=site.timezone)
        elif latest.timezone != site.timezone and latest.valid_from <= _today(latest.timezone, now):
            tomorrow = _today(latest.timezone, now) + ONE
            SiteClock.objects.create(site=site, valid_from=tomorrow, timezone=site.timezone)
        elif latest.timezone != site.timezone:  # changed twice before it counted
            SiteClock.objects.filter(pk=latest.pk).update(timezone=site.timezone)


def _today(name: str, now: datetime) -> date:
    return now.astimezone(UTC).astimezone(ZoneInfo(name)).date()
