"""Imaging equipment: scanning hours beside staffed hours and beside the customary 50 h a week, exams, "
"idle-on energy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import ActivityInterval, Asset, Reading
from assets.reports.charts import bars
from assets.reports.metering import Span, energy_kwh, exams_counted
from assets.reports.report import Answer, Asked, Column, Kind, Report, Row, Table, Told
from assets.reports.sums import bounds_of, by_asset
from assets.utilisation.explaining import share
from assets.utilisation.figures import NO_STAFFED_HOURS, NO_USE_TOLD, NOT_HEARD, Figure, Unit
from assets.utilisation.measures import Totals, coverage, withheld
from assets.utilisation.models import SECONDS
from assets.utilisation.packing import Numbers
from assets.utilisation.reports import Choice
from assets.vocabulary import VOCABULARY
from assets.words import Activity, Shape

CUSTOMARY_H = 50
"""Hours a week that are customarily taken for full use (CMS)."""
WEEK_H = 168
HOUR_S = 3600
MOST = 500
NO_MODALITIES = _("there is no imaging equipment of this selection that counts in this period")
NOT_COUNTED = _("it does not tell how many examinations it does")
NOT_METERED = _("its power is not metered")


@dataclass(frozen=True)
class Modality:
    """One piece: ``hours`` of all hours, ``staffed`` of staffed hours; exams and energy where they are "
    "told."""

    asset: Asset
    hours: Totals
    staffed: Totals
    exams: int | None
    idle_kwh: float | None
    least: float
    is_told: bool = True
    """Whether anything of its category ever tells that it scans."""

    @property
    def coverage(self) -> Figure:
        return coverage(self.hours)

    @property
    def weekly_h(self) -> Figure:
        """Scanning hours in a week of which everything is heard."""
        return self._given(self._scanned(WEEK_H, Unit.SECONDS, HOUR_S))

    @property
    def of_customary(self) -> Figure:
        return self._given(self._scanned(WEEK_H / CUSTOMARY_H, Unit.SHARE))

    def _scanned(self, factor: float, unit: Unit, seconds: int = 1) -> Figure:
        if not self.hours.heard or not self.is_told:
            return Figure(None, unit, NOT_HEARD if not self.hours.heard else NO_USE_TOLD)
        value = factor * seconds * self.hours.confirmed / self.hours.heard
        return Figure(value, unit, coverage=self.coverage.value)

    @property
    def of_staffed(self) -> Figure:
        """Scanning in staffed hours, of the staffed hours that were heard."""
        if not self.is_told:
            return Figure(None, Unit.SHARE, NO_USE_TOLD)
        if not self.staffed.whole:
            return Figure(None, Unit.SHARE, NO_STAFFED_HOURS)
        if not self.staffed.heard:
            return Figure(None, Unit.SHARE, NOT_HEARD)
        value = self.staffed.confirmed / self.staffed.heard
        return self._given(Figure(value, Unit.SHARE, coverage=coverage(self.staffed).value))

    @property
    def exams_per_staffed_hour(self) -> Figure:
        if self.exams is None:
            return Figure(None, Unit.PIECES, NOT_COUNTED)
        if not self.staffed.whole:
            return Figure(None, Unit.PIECES, NO_STAFFED_HOURS)
        if not self.staffed.heard:
            return Figure(None, Unit.PIECES, NOT_HEARD)
        value = self.exams / (self.staffed.heard / HOUR_S)
        return self._given(Figure(value, Unit.PIECES, coverage=coverage(self.staffed).value))

    def _given(self, figure: Figure) -> Figure:
        return withheld(figure, self.least)


def modalities(choice: Choice, now: datetime) -> list[Modality]:
    """Imaging equipment that counts in the period, by tag; at most :data:`MOST`."""
    rows = Asset.objects.filter(site=choice.site, model__category__shape=Shape.IMAGING)
    if choice.category is not None:
        rows = rows.filter(model__category=choice.category)
    found = {asset.pk: asset for asset in rows.select_related("model__category", "department")}
    sums: dict[int, Numbers] = {}
    for category in {asset.model.category for asset in found.values()}:
        sums |= by_asset(replace(choice, category=category))
    ids = sorted((key for key in sums if key in found), key=lambda key: found[key].asset_tag)[:MOST]
    exams = _exams(ids, *bounds_of(choice, now))
    energy = _idle_energy(ids, *bounds_of(choice, now))
    size = len(SECONDS)
    telling = {found[key].model.category_id for key in ids if sums[key][0]}
    return [
        Modality(
            found[key], Totals(*sums[key][:size].tolist()), Totals(*sums[key][size:].tolist()), exams.get(key),
            energy.get(key), choice.least, found[key].model.category_id in telling,
        )
        for key in ids
    ]  # fmt: skip


def _exams(ids: Sequence[int], begin: datetime, end: datetime) -> dict[int, int]:
    values: dict[int, list[float]] = defaultdict(list)
    history = Reading.objects.filter(name="exams_today")
    rows = history.filter(asset__in=ids, at__gte=begin, at__lt=end).order_by("asset", "at")
    for asset, value in rows.values_list("asset", "value").iterator():
        values[asset].append(value)
    earlier = history.filter(asset=OuterRef("pk"), at__lt=begin).order_by("-at").values("value")[:1]
    before = dict(Asset.objects.filter(pk__in=ids).annotate(was=Subquery(earlier)).values_list("pk", "was"))
    counted = {key: exams_counted(before.get(key), values[key]) for key in ids}
    return {key: count for key, count in counted.items() if count is not None}


def _idle_energy(ids: Sequence[int], begin: datetime, end: datetime) -> dict[int, float]:
    """Of those whose power is metered: kWh while they were ready and did not scan."""
    points: dict[int, list[tuple[float, float]]] = defaultdict(list)
    rows = Reading.objects.filter(asset__in=ids, name="power", at__gte=begin, at__lt=end).order_by(
        "asset", "at"
    )
    for asset, at, value in rows.values_list("asset", "at", "value").iterator():
        points[asset].append((at.timestamp(), value))
    spans: dict[int, list[Span]] = defaultdict(list)
    on = ActivityInterval.objects.filter(asset__in=list(points), activity=Activity.AVAILABLE, begin__lt=end)
    on = on.filter(Q(end__gt=begin) | Q(end__isnull=True)).order_by("asset", "begin")
    for asset, first, last in on.values_list("asset", "begin", "end"):
        spans[asset].append((max(first, begin).timestamp(), min(last or end, end).timestamp()))
    patience_s = 2 * VOCABULARY["power"].heartbeat_s
    return {key: energy_kwh(points[key], spans[key], patience_s)[0] for key in points}


class Modalities(Report):
    slug = "modalities"
    title = _("Imaging")
    question = _("How many hours is each modality scanning, and how full are the hours that are staffed?")
    asks = frozenset({"category", "unit", "model", "ownership"})
    counts_by = frozenset({"least"})
    chart_columns = (_("Modality"), _("Scanning, h a week"))
    tables = (
        Table(
            "modalities",
            _("By modality"),
            (
                Column("asset", _("Tag")),
                Column("category", _("Category")),
                Column("unit", _("Unit")),
                Column("scanning", _("Scanning, h"), Kind.HOURS),
                Column("weekly", _("Scanning, h a week"), Kind.HOURS),
                Column("of_customary", _("Of 50 h a week"), Kind.SHARE),
                Column("of_staffed", _("Of its staffed hours"), Kind.SHARE),
                Column("exams", _("Examinations"), Kind.COUNT),
                Column("exams_per_hour", _("Examinations per staffed hour"), Kind.NUMBER),
                Column("idle_kwh", _("On without scanning, kWh"), Kind.NUMBER),
                Column("coverage", _("Coverage"), Kind.SHARE),
            ),
            _("Each opens its intervals."),
        ),
    )

    def answer(self, asked: Asked) -> Answer:
        found = modalities(asked.choice, asked.now)
        if not found:
            return Answer(reason=NO_MODALITIES)
        known = [each for each in found if each.weekly_h.value is not None]
        telling = [each for each in found if each.is_told]
        whole = _together(telling or found, asked.choice, is_told=bool(telling))
        counted = [each.exams for each in found if each.exams is not None]
        metered = [each.idle_kwh for each in found if each.idle_kwh is not None]
        return Answer(
            figures=[
                Told(_("Scanning, h a week and modality"), whole.weekly_h, Kind.HOURS),
                Told(_("Of 50 h a week"), whole.of_customary, Kind.SHARE),
                Told(_("Of staffed hours"), whole.of_staffed, Kind.SHARE),
                Told(
                    _("Examinations"),
                    sum(counted) if counted else Figure(None, Unit.PIECES, NOT_COUNTED),
                    Kind.COUNT,
                ),
                Told(
                    _("On without scanning, kWh"),
                    sum(metered) if metered else Figure(None, Unit.PIECES, NOT_METERED),
                    Kind.NUMBER,
                ),
            ],
            sentences=[
                gettext(
                    "Scanning is use that the machine itself confirms. A week counts with the share of it "
                    "that was heard; 50 h "
                    "a week are customarily taken for full use. Of staffed hours: scanning in them / those "
                    "that were heard, by "
                    "the hours of the site or of its unit. Examinations are counted by what the machine or "
                    "its procedure steps "
                    "(MPPS) report, of %(counted)d of %(all)d; energy is metered of %(metered)d."
                )
                % {"counted": len(counted), "metered": len(metered), "all": len(found)}
            ],
            rows={
                "modalities": [
                    _row(each, asked.choice) for each in sorted(found, key=lambda each: not each.is_told)
                ]
            },
            chart=_chart(known),
        )  # fmt: skip


def _together(found: Sequence[Modality], choice: Choice, *, is_told: bool) -> Modality:
    def added(name: str) -> Totals:
        return Totals(*(sum(getattr(getattr(each, name), kind) for each in found) for kind in SECONDS))

    return Modality(found[0].asset, added("hours"), added("staffed"), None, None, choice.least, is_told)


def _row(each: Modality, choice: Choice) -> Row:
    asset = each.asset
    exams = each.exams if each.exams is not None else Figure(None, Unit.PIECES, NOT_COUNTED)
    idle_kwh = each.idle_kwh if each.idle_kwh is not None else Figure(None, Unit.PIECES, NOT_METERED)
    cells = (
        asset.asset_tag, asset.model.category.name, asset.department and str(asset.department),
        each.hours.confirmed if each.is_told else Figure(None, Unit.SECONDS, NO_USE_TOLD),
        each.weekly_h, each.of_customary, each.of_staffed, exams, each.exams_per_staffed_hour, idle_kwh, each.coverage,
    )  # fmt: skip
    return Row(cells, link=intervals_link(asset, choice))


def intervals_link(asset: Asset, choice: Choice) -> str:
    """The strip of one piece, over the same period."""
    asked: Mapping[str, Any] = {"from": choice.first, "to": choice.last}
    return f"{reverse('utilisation-asset', args=[asset.asset_tag])}?{urlencode(asked)}"


def _chart(known: Sequence[Modality]) -> Any:
    if not known:
        return None
    ordered = sorted(known, key=lambda each: -(each.weekly_h.value or 0))
    hours = [(each.weekly_h.value or 0) / HOUR_S for each in ordered]
    finding = gettext("Scanning most: %(name)s, %(hours).1f h a week, %(share)s of 50 h") % {
        "name": ordered[0].asset.asset_tag, "hours": hours[0], "share": share(ordered[0].of_customary.value or 0),
    }  # fmt: skip
    rows = [(each.asset.asset_tag, h, f"{h:.1f} h") for each, h in zip(ordered, hours, strict=True)]
    return bars(finding, rows, title=gettext("scanning, h a week"), mark=CUSTOMARY_H)
