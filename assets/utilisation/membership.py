"""Which assets count where, on which days, and noticing when that changed in the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from assets.models import Asset
from assets.utilisation.calendars import EVER
from assets.utilisation.days import Calendar
from assets.utilisation.models import Belonging
from assets.utilisation.sources import first_begins

NEVER_S = 2**40
"""An asset counts from when it was registered, or first heard of, if that was before; and until it is retired."""
_NONE = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Member:
    """An asset in a fleet: in which unit, from when to when, in seconds since 1970."""

    asset: int
    department: int | None
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A fleet of which the register says something else than it did, and from which moment that matters."""

    site: int
    category: int
    since_s: int


def members_of(
    site: int, categories: Sequence[int], calendar: Calendar, since_s: int
) -> list[tuple[int, Member]]:
    """Category and member: everybody who ever belonged to one of these fleets, each time it did.

    Before ``since_s`` beginnings need not be right: when what was registered by then was first heard of is not asked.
    """
    rows = list(
        Belonging.objects.filter(site=site, category__in=categories)
        .order_by("category", "asset", "from_day")
        .values_list(
            "category", "asset", "department", "from_day", "to_day", "asset__created_at", "asset__retired_at"
        )
    )
    begins = first_begins(sorted({row[1] for row in rows if row[5].timestamp() > since_s}))
    members = []
    for category, asset, department, from_day, to_day, created_at, retired_at in rows:
        begin = min(int(created_at.timestamp()), begins.get(asset, NEVER_S))
        end = NEVER_S if retired_at is None else int(retired_at.timestamp())
        if from_day > EVER:
            begin = max(begin, calendar.begin_s(from_day))
        if to_day is not None:
            end = min(end, calendar.begin_s(to_day))
        if begin < end:
            members.append((category, Member(asset, department, begin, end)))
    return members


def note_membership(today: dict[int, date]) -> list[Moved]:
    """Bring memberships up to the register; ``today`` is each site's own. What is to be rolled up anew for it."""
    with transaction.atomic():
        assets = list(_differing(today))
        current = {
            row.asset_id: row
            for row in Belonging.objects.select_for_update().filter(
                asset__in=[asset.pk for asset in assets], to_day__isnull=True
            )
        }
        begins = first_begins([asset.pk for asset in assets])
        moved: list[Moved] = []
        for asset in assets:
            begin = min(int(asset.created_at.timestamp()), begins.get(asset.pk, NEVER_S))
            moved += _bring_up(asset, current.get(asset.pk), today[asset.site_id], begin)
    return _earliest(moved)


def _differing(sites: Iterable[int]) -> Iterable[Asset]:
    same = Belonging.objects.annotate(
        unit=Coalesce("department", Value(0)), left=Coalesce("retired_at", Value(_NONE))
    ).filter(
        asset=OuterRef("pk"),
        to_day__isnull=True,
        site=OuterRef("site"),
        category=OuterRef("model__category"),
        unit=OuterRef("unit"),
        left=OuterRef("left"),
    )
    found: Iterable[Asset] = (
        Asset.objects.filter(site__in=list(sites))
        .annotate(unit=Coalesce("department", Value(0)), left=Coalesce("retired_at", Value(_NONE)))
        .filter(~Exists(same))
        .select_related("model")
        .order_by("pk")
    )
    return found


def _bring_up(asset: Asset, known: Belonging | None, today: date, begin_s: int) -> list[Moved]:
    site, category, department = asset.site_id, asset.model.category_id, asset.department_id
    if known is None:
        Belonging.objects.create(
            asset=asset, site_id=site, category_id=category, department_id=department, from_day=EVER,
            retired_at=asset.retired_at,
        )  # fmt: skip
        return [Moved(site, category, begin_s)]
    moved = []
    if known.category_id != category:  # it was always what it is
        fleets = set(Belonging.objects.filter(asset=asset).values_list("site", "category"))
        Belonging.objects.filter(asset=asset).update(category=category)
        known.category_id = category
        moved += [Moved(*fleet, begin_s) for fleet in fleets | {(at, category) for at, _ in fleets}]
    if known.retired_at != asset.retired_at:
        moments = [int(each.timestamp()) for each in (known.retired_at, asset.retired_at) if each]
        known.retired_at = asset.retired_at
        moved.append(Moved(known.site_id, category, min(moments)))
    if (known.site_id, known.department_id) != (site, department):
        day_s = int(datetime(today.year, today.month, today.day, tzinfo=_NONE.tzinfo).timestamp())
        around = day_s - 86_400  # midnight there is within a day of midnight here
        moved += [Moved(known.site_id, category, around), Moved(site, category, around)]
        if known.from_day < today:
            Belonging.objects.filter(pk=known.pk).update(to_day=today)
            known.pk, known.from_day = None, today
        known.site_id, known.department_id = site, department
    known.save()
    return moved


def _earliest(moved: Sequence[Moved]) -> list[Moved]:
    found: dict[tuple[int, int], int] = {}
    for each in moved:
        key = each.site, each.category
        found[key] = min(each.since_s, found.get(key, each.since_s))
    return [Moved(*key, since) for key, since in found.items()]


def fleets_at(sites: Iterable[int]) -> set[tuple[int, int]]:
    """(site, category) of every fleet there is or was."""
    return set(
        Belonging.objects.filter(Q(site__in=list(sites)))
        .values_list("site", "category")
        .order_by()
        .distinct()
    )


def fleets_of(asset_ids: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Asset, site and category of each fleet that it ever was in, and when it began to count, in seconds since 1970."""
    begins = first_begins(asset_ids)
    rows = Belonging.objects.filter(asset__in=asset_ids).values_list(
        "asset", "site", "category", "asset__created_at"
    )
    return [
        (asset, site, category, min(int(created_at.timestamp()), begins.get(asset, NEVER_S)))
        for asset, site, category, created_at in rows.iterator()
    ]
