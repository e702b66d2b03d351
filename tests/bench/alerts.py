"""What rules cost in a hospital of ten thousand assets: recording with fifty rules in turn with recording without
any, their evaluation, and an alert from beginning to end.

``python -m tests.bench.alerts`` prints a JSON list of rows; the database is the one that DATABASE_URL names. Half
of the observations bring nothing new, as polls do; the rest change a room, an activity or a temperature. What the rules
watch for does not last long enough for an alert: those are rare, and stand in a row of their own.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from django.utils import timezone  # noqa: E402

from assets.alerts.channels import add_channel  # noqa: E402
from assets.alerts.lifecycle import raise_alert, resolve_alert  # noqa: E402
from assets.alerts.models import Rule  # noqa: E402
from assets.alerts.sweep import evaluate_rules  # noqa: E402
from assets.alerts.touching import forget_interest  # noqa: E402
from assets.models import Asset, Category, EquipmentModel  # noqa: E402
from assets.observation import (  # noqa: E402
    Evidence,
    Observation,
    Position,
    ReadingValue,
    Subject,
    SubjectKind,
)
from assets.record import record_observations  # noqa: E402
from locations.models import Building, Floor, Site, Zone  # noqa: E402
from tests.bench.meter import Result  # noqa: E402

ASSETS, CATEGORIES, ZONES, RULES, ALERTS = 10_000, 10, 20, 50, 100
BATCH, WARM, BATCHES = 250, 4, 44
KINDS = (
    ("enters", {"for_s": 86400, "clear_s": 0}),
    ("leaves", {"for_s": 86400, "clear_s": 0}),
    ("missing", {"for_s": 86400, "clear_s": 0}),
    ("fault", {"for_s": 0, "clear_s": 0}),
    (
        "reading",
        {
            "reading": "temperature",
            "above": 38.0,
            "below": None,
            "hysteresis": 0.5,
            "for_s": 86400,
            "clear_s": 60,
        },
    ),
)


def hospital() -> list[Asset]:
    site = Site.objects.create(slug="bench", name="Bench")
    building = Building.objects.create(slug="bench", name="Bench", site=site)
    floor = Floor.objects.create(slug="bench", name="Bench", building=building, level=0)
    for number in range(ZONES):
        x = number * 10
        ring = [[x, 0], [x + 10, 0], [x + 10, 10], [x, 10], [x, 0]]
        Zone.objects.create(
            floor=floor, code=f"z{number}", name=f"Z{number}", polygon=[ring], label_x=x + 5, label_y=5
        )
    models = []
    for number in range(CATEGORIES):
        category = Category.objects.create(name=f"C{number}", plural=f"C{number}", slug=f"c{number}")
        models.append(EquipmentModel.objects.create(manufacturer="B", name=f"M{number}", category=category))
    return Asset.objects.bulk_create(
        Asset(asset_tag=f"b-{n}", model=models[n % CATEGORIES], site=site) for n in range(ASSETS)
    )


def make_rules() -> None:
    zones, categories = list(Zone.objects.all()), list(Category.objects.all())
    for number in range(RULES):
        kind, parameters = KINDS[number % len(KINDS)]
        rule = Rule.objects.create(name=f"Rule {number}", kind=kind, parameters=parameters)
        rule.categories.set([categories[number % CATEGORIES]])
        if kind in {"enters", "leaves"}:
            rule.zones.set(zones[number % 7 : number % 7 + 3])


def observations(assets: Sequence[Asset], begin: datetime, rng: random.Random) -> list[list[Observation]]:
    rooms = {asset.pk: rng.randrange(ZONES) for asset in assets}
    made = []
    for number in range(BATCHES):
        at = begin + timedelta(seconds=30 * number)
        batch = []
        for asset in rng.sample(assets, BATCH):
            if rng.random() < 0.25:
                rooms[asset.pk] = rng.randrange(ZONES)
            state = rng.choice((Evidence.IDLE, Evidence.IDLE, Evidence.IN_USE))
            warm = 36.0 if rng.random() < 0.7 else rng.uniform(34, 40)
            batch.append(
                Observation(
                    subject=Subject(SubjectKind.ASSET, str(asset.pk)),
                    source="bench",
                    at=at,
                    received_at=at,
                    activity=state,
                    position=Position("bench", rooms[asset.pk] * 10 + 5, 5, 1),
                    readings=(ReadingValue("temperature", warm),),
                )
            )
        made.append(batch)
    return made


def switch(*, is_on: bool) -> None:
    Rule.objects.update(is_enabled=is_on)
    forget_interest()


def recorded(batch: Sequence[Observation], *, is_on: bool) -> float:
    """Processor seconds that recording it takes."""
    switch(is_on=is_on)
    start = time.process_time()
    record_observations(batch)
    return time.process_time() - start


def measured(batches: Sequence[Sequence[Observation]]) -> tuple[list[float], list[float], float, int]:
    """Processor seconds of each batch recorded without rules, and with them, in turn; of all evaluation; and of how
    many assets that was."""
    without, beside, evaluating, looked_at = [], [], 0.0, 0
    for first, second in zip(batches[::2], batches[1::2], strict=True):
        without.append(recorded(first, is_on=False))
        beside.append(recorded(second, is_on=True))
        start = time.process_time()
        looked_at += evaluate_rules(now=second[0].at)
        evaluating += time.process_time() - start
    return without, beside, evaluating, looked_at


def raised(assets: Sequence[Asset], now: datetime) -> float:
    """Processor milliseconds for an alert that is raised, told to one channel, and resolved."""
    rule = Rule.objects.filter(kind="fault")[0]
    add_channel(kind="email", name="Bench", target="bench@example.org", severity="info")
    start = time.process_time()
    for asset in Asset.objects.with_place().filter(pk__in=[each.pk for each in assets[:ALERTS]]):
        raise_alert(rule=rule, asset=asset, key="bench", at=now, now=now)
        resolve_alert(rule=rule, asset=asset, at=now, now=now)
    return (time.process_time() - start) / ALERTS * 1e3


def main(only: str = "") -> None:
    if not "alerts".startswith(only) and not only.startswith("alerts"):
        print("[]")
        return
    call_command("migrate", verbosity=0)
    assets, begin = hospital(), timezone.now() - timedelta(days=2)
    make_rules()
    batches = observations(assets, begin, random.Random(1))
    for batch in batches[:WARM]:
        recorded(batch, is_on=True)
        evaluate_rules(now=batch[0].at)
    without, beside, evaluating, looked_at = measured(batches[WARM:])
    plain, recording = (statistics.median(each) / BATCH * 1e6 for each in (without, beside))
    rows = [
        Result("alerts.recording.without", round(plain, 1), "µs/observation"),
        Result(
            "alerts.recording.50_rules", round(recording, 1), "µs/observation", "alerts.recording.without",
            round(recording / plain, 3),
        ),
        Result("alerts.evaluation.50_rules", round(evaluating / looked_at * 1e6, 1), "µs/touched asset"),
        Result("alerts.raised_and_resolved", round(raised(assets, batches[-1][0].at), 2), "ms/alert"),
    ]  # fmt: skip
    print(json.dumps([row.as_dict() for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
