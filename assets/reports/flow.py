"""Where equipment stays, for how long, and the ways that it takes between kinds of rooms or between units."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Min, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import Stay
from assets.reports.charts import shades
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table, Told
from assets.utilisation.calendars import calendar_of
from assets.utilisation.figures import NO_TIME, Figure, Unit
from assets.utilisation.measures import Dwell, dwell
from assets.utilisation.packing import Numbers, unpack_all
from assets.utilisation.reports import Choice, whole
from assets.utilisation.selecting import TOO_MANY, rolls
from assets.utilisation.templatetags.utilisation import duration
from locations.models import Zone
from locations.zones import ZoneKind

NOTHING_OPEN = _("nothing is there now")
MOST_BEHIND = 500
LOOKED_AT = 2000
"""The latest arrivals, among which the moves behind a figure are sought."""


COLUMNS = (3, 2, 3)
"""Of the tables of :class:`Past`."""


class TooManyError(Exception):
    """Part of a fleet, too large to be counted from its histories."""


@dataclass(frozen=True)
class Past:
    """Of a period: zone, asset-seconds, arrivals; zone, length of an ended stay; from zone, to zone, how "
    "often."""

    presence: Numbers
    dwells: Numbers
    moves: Numbers


@dataclass(frozen=True)
class Place:
    """Several rooms together. ``open_s`` is how long the piece has been there that came first of those "
    "there now."""

    name: str
    seconds: int
    arrivals: int
    dwell: Dwell
    open_s: Figure


def past_of(choice: Choice) -> Past:
    """By where it was, not by whose it is. Raises :class:`TooManyError`."""
    choice = replace(choice, department=None)
    if choice.is_narrowed:
        found = rolls(choice)
        if found is None:
            raise TooManyError
        days = [day for each in found.values() for day in each]
        tables = [[day.presence for day in days], [day.dwells for day in days], [day.moves for day in days]]
        return Past(*(_stacked(each, n) for each, n in zip(tables, COLUMNS, strict=True)))
    rows = list(choice.rows().values_list("presence", "dwells", "moves"))
    return Past(*(unpack_all((row[at] for row in rows), n) for at, n in enumerate(COLUMNS)))


def _stacked(tables: Sequence[Numbers], columns: int) -> Numbers:
    return np.concatenate([np.zeros((0, columns), np.int64), *tables])


class Flow(Report):
    slug = "flow"
    title = _("Dwell and flow")
    question = _("Where does equipment pile up, and which ways does it take?")
    asks = frozenset({"category", "model", "ownership", "unit", "by"})
    wants_category = True
    chart_columns = (_("From → to"), _("Moves"))
    tables = (
        Table(
            "kinds",
            _("By kind of room, or by unit"),
            (
                Column("name", _("Kind or unit")),
                Column("hours", _("Asset-hours"), Kind.HOURS),
                Column("arrivals", _("Arrivals"), Kind.COUNT),
                Column("stays", _("Stays ended"), Kind.COUNT),
                Column("median", _("Median stay"), Kind.SECONDS),
                Column("p90", _("90 % stay at most"), Kind.SECONDS),
                Column("longest_open", _("Longest there now"), Kind.SECONDS),
            ),
            _("Each opens what is there now, the longest first."),
        ),
        Table(
            "moves",
            _("From where to where"),
            (
                Column("origin", _("From")),
                Column("target", _("To")),
                Column("moves", _("Moves"), Kind.COUNT),
                Column("share", _("Of those that left"), Kind.SHARE),
            ),
            _("Each opens the moves that it counts."),
        ),
        Table(
            "zones",
            _("By room"),
            (
                Column("room", _("Room")),
                Column("floor", _("Floor")),
                Column("kind", _("Kind of room")),
                Column("hours", _("Asset-hours"), Kind.HOURS),
                Column("arrivals", _("Arrivals"), Kind.COUNT),
                Column("stays", _("Stays ended"), Kind.COUNT),
                Column("median", _("Median stay"), Kind.SECONDS),
                Column("p90", _("90 % stay at most"), Kind.SECONDS),
                Column("longest_open", _("Longest there now"), Kind.SECONDS),
            ),
            _("The fullest first. Each room opens its history, “longest there now” what is there."),
        ),
    )

    def answer(self, asked: Asked) -> Answer:
        try:
            found = Found(asked)
        except TooManyError:
            return Answer(reason=TOO_MANY)
        if not len(found.past.presence):
            return Answer(reason=whole(asked.choice).average.reason or NO_TIME)
        return found.answer()

    def behind(self, asked: Asked) -> tuple[Table, Sequence[Row]] | None:
        kind, _colon, rest = asked.of.partition(":")
        if kind == "move" and ">" in rest:
            origin, _sign, target = rest.partition(">")
            return _moves_behind(asked, origin, target)
        return _there_now(asked, rest) if kind in {"zone", "group"} else None


class Found:
    """What the report says, worked out once."""

    def __init__(self, asked: Asked) -> None:
        self._asked, self.past = asked, past_of(asked.choice)

    @cached_property
    def zones(self) -> dict[int, Zone]:
        ids = np.unique(np.concatenate([self.past.presence[:, 0], self.past.moves[:, :2].ravel()]))
        rows = Zone.objects.select_related("floor", "department").defer("polygon", "floor__outline")
        found: dict[int, Zone] = rows.in_bulk(ids.tolist())
        return found

    @cached_property
    def here(self) -> set[int]:
        """Rooms of the unit that is asked for, or all."""
        unit = self._asked.choice.department
        return {key for key, zone in self.zones.items() if unit is None or zone.department_id == unit.pk}

    @cached_property
    def open_since(self) -> dict[int, datetime]:
        """Of all rooms: asked for by room, a database reads every stay that there ever was in them."""
        rows = open_stays(self._asked.choice).order_by()
        return dict(rows.values_list("zone").annotate(first=Min("begin")))

    def answer(self) -> Answer:
        groups = self.groups()
        moves = self.moves()
        rooms = sorted(
            (self.place([key]) for key in self.here), key=lambda each: (-each[1].seconds, each[1].name)
        )
        ways = moves.most_common()
        lasting = self.place(self.here)[1]
        return Answer(
            figures=[
                Told(_("Moves"), sum(moves.values()), Kind.COUNT),
                Told(_("Stays ended"), lasting.dwell.count, Kind.COUNT),
                Told(_("Median stay"), lasting.dwell.median, Kind.SECONDS),
                Told(_("90 % stay at most"), lasting.dwell.p90, Kind.SECONDS),
                Told(_("Longest there now"), lasting.open_s, Kind.SECONDS),
            ],
            sentences=_sentences(groups),
            rows={
                "zones": [self._room_row(keys[0], place) for keys, place in rooms],
                "kinds": [
                    Row(_cells(place), key=f"group:{key}")
                    for key, place in sorted(groups.items(), key=lambda each: -each[1].seconds)
                ],
                "moves": self._move_rows(ways),
            },
            chart=self._chart(ways),
        )

    def groups(self) -> dict[str, Place]:
        """Kind of room, or code of a unit → what it is like there."""
        members: dict[str, list[int]] = defaultdict(list)
        for key in self.here:
            members[group_of(self.zones[key], self._asked.by)].append(key)
        return {key: replace(self.place(keys)[1], name=self.name_of(key)) for key, keys in members.items()}

    def place(self, keys: Iterable[int]) -> tuple[list[int], Place]:
        chosen = sorted(keys)
        presence = self.past.presence[np.isin(self.past.presence[:, 0], chosen)]
        lengths = self.past.dwells[np.isin(self.past.dwells[:, 0], chosen)][:, 1]
        since = [self.open_since[key] for key in chosen if key in self.open_since]
        longest = (
            Figure((self._asked.now - min(since)).total_seconds(), Unit.SECONDS)
            if since
            else Figure(None, Unit.SECONDS, NOTHING_OPEN)
        )
        name = self.zones[chosen[0]].name if chosen else ""
        return chosen, Place(
            name, int(presence[:, 1].sum()), int(presence[:, 2].sum()), dwell(lengths), longest
        )

    def moves(self) -> Counter[tuple[str, str]]:
        """(from group, to group) → how often; between rooms of one group, too; from or to the unit that "
        "is asked."""
        counted: Counter[tuple[str, str]] = Counter()
        for origin, target, count in self.past.moves.tolist():
            if origin in self.zones and target in self.zones and {origin, target} & self.here:
                pair = (
                    group_of(self.zones[origin], self._asked.by), group_of(self.zones[target], self._asked.by)
                )  # fmt: skip
                counted[pair] += count
        return counted

    def name_of(self, group: str) -> str:
        if self._asked.by == "kind":
            return str(ZoneKind(group).label)
        units = {group_of(zone, "unit"): zone.department for zone in self.zones.values()}
        return str(units.get(group) or gettext("No unit"))

    def _room_row(self, key: int, place: Place) -> Row:
        zone = self.zones[key]
        kind = str(ZoneKind(zone.kind).label)
        cells = (zone.name, zone.floor.name, kind, *_cells(place)[1:])
        return Row(cells, key=f"zone:{key}", link=reverse("room-history", args=[key]))

    def _move_rows(self, ways: Sequence[tuple[tuple[str, str], int]]) -> list[Row]:
        left: Counter[str] = Counter()
        for (origin, _target), count in ways:
            left[origin] += count
        return [
            Row(
                (self.name_of(origin), self.name_of(target), count, count / left[origin]),
                key=f"move:{origin}>{target}",
            )
            for (origin, target), count in ways
        ]

    def _chart(self, ways: Sequence[tuple[tuple[str, str], int]]) -> Any:
        if not ways:
            return None
        named = [(self.name_of(origin), self.name_of(target), count) for (origin, target), count in ways]
        most = next((each for each in named if each[0] != each[1]), named[0])
        finding = gettext("Most often from %(origin)s to %(target)s: %(count)d of %(all)d moves") % {
            "origin": most[0], "target": most[1], "count": most[2],
            "all": sum(each[2] for each in named),
        }  # fmt: skip
        return shades(finding, named, across=gettext("to"), down=gettext("from"), told=gettext("moves"))


def group_of(zone: Zone, by: str) -> str:
    """What a room counts to: its kind, or its unit by number."""
    return str(zone.kind) if by == "kind" else str(zone.department_id or "")


def open_stays(choice: Choice) -> Any:
    """What is where now, of what is in service."""
    rows = Stay.objects.filter(end__isnull=True, asset__site=choice.site, asset__retired_at__isnull=True)
    if choice.category is not None:
        rows = rows.filter(asset__model__category=choice.category)
    if choice.model is not None:
        rows = rows.filter(asset__model=choice.model)
    if choice.ownership:
        rows = rows.filter(asset__ownership=choice.ownership)
    return rows


def _cells(place: Place) -> tuple[Any, ...]:
    return (
        place.name, place.seconds, place.arrivals, place.dwell.count, place.dwell.median, place.dwell.p90,
        place.open_s,
    )  # fmt: skip


def _sentences(groups: Mapping[str, Place]) -> list[str]:
    known = [each for each in groups.values() if each.dwell.p90.value is not None]
    words = [
        gettext(
            "A stay is an uninterrupted presence in one room. Median and ninth tenth are by rank, of the "
            "stays that "
            "ended in the period; a move is a stay that began in it after one in another room, whatever "
            "time lay "
            "between. By where equipment was, not by whose it is; “longest there now” counts up to this "
            "moment."
        )
    ]
    if known:
        slowest = max(known, key=lambda each: each.dwell.p90.value or 0)
        words.insert(
            0,
            gettext("It stays longest in “%(name)s”: one of ten stays lasts longer than %(p90)s.")
            % {"name": slowest.name, "p90": duration(slowest.dwell.p90.value or 0)},
        )
    return words


THERE_NOW = Table(
    "behind",
    _("What is there now"),
    (
        Column("asset", _("Tag")),
        Column("room", _("Room")),
        Column("since", _("Since"), Kind.MOMENT),
        Column("length", _("For"), Kind.SECONDS),
        Column("heard", _("Last heard"), Kind.MOMENT),
    ),
)
MOVED = Table(
    "behind",
    _("The moves that it counts"),
    (
        Column("asset", _("Tag")),
        Column("origin", _("From")),
        Column("left", _("Left"), Kind.MOMENT),
        Column("target", _("To")),
        Column("came", _("Came"), Kind.MOMENT),
    ),
)


def _there_now(asked: Asked, group: str) -> tuple[Table, Sequence[Row]]:
    rows = open_stays(asked.choice)
    if asked.of.startswith("zone:"):
        rows = rows.filter(zone=group) if group.isdecimal() else rows.none()
    else:
        rows = rows.filter(_in_group(asked.by, group, "zone"))
    if asked.choice.department is not None:
        rows = rows.filter(zone__department=asked.choice.department)
    found = rows.select_related("asset__now", "zone").defer("zone__polygon").order_by("begin", "asset")
    return THERE_NOW, [
        Row(
            (
                stay.asset.asset_tag, stay.zone.name, stay.begin, (asked.now - stay.begin).total_seconds(),
                stay.asset.now.heard_at if hasattr(stay.asset, "now") else None,
            ),
            link=reverse("asset", args=[stay.asset.asset_tag]),
        )
        for stay in found[:MOST_BEHIND]
    ]  # fmt: skip


def _moves_behind(asked: Asked, origin: str, target: str) -> tuple[Table, Sequence[Row]]:
    """The latest of those moves."""
    choice = asked.choice
    bounds = calendar_of(choice.site.pk).bounds(choice.first, choice.last)
    begin, end = (datetime.fromtimestamp(each, UTC) for each in (bounds[0], bounds[-1]))
    stays = Stay.objects.filter(asset__site=choice.site, begin__gte=begin, begin__lt=end)
    if choice.category is not None:
        stays = stays.filter(asset__model__category=choice.category)
    if choice.model is not None:
        stays = stays.filter(asset__model=choice.model)
    if choice.ownership:
        stays = stays.filter(asset__ownership=choice.ownership)
    before = Stay.objects.filter(asset=OuterRef("asset"), begin__lt=OuterRef("begin")).order_by("-begin")
    found = (
        stays.filter(_in_group(asked.by, target, "zone"))
        .annotate(former=Subquery(before.values("pk")[:1]))
        .order_by("-begin", "asset")
        .values_list("asset__asset_tag", "zone", "zone__name", "zone__department", "begin", "former")[
            :LOOKED_AT
        ]
    )
    rows = list(found)
    formers = (
        Stay.objects.select_related("zone")
        .defer("zone__polygon")
        .in_bulk([row[-1] for row in rows if row[-1]])
    )
    shown: list[Row] = []
    for tag, zone, name, unit, begun, former in rows:
        was = formers.get(former)
        if was is None or was.zone_id == zone or group_of(was.zone, asked.by) != origin:
            continue
        if choice.department is None or choice.department.pk in {unit, was.zone.department_id}:
            shown.append(Row((tag, was.zone.name, was.end, name, begun), link=reverse("asset", args=[tag])))
    return MOVED, shown[:MOST_BEHIND]


def _in_group(by: str, group: str, name: str) -> Any:
    if by == "kind":
        return Q(**{f"{name}__kind": group})
    return Q(**{f"{name}__department": group}) if group.isdecimal() else Q(**{f"{name}__department": None})
