"""Bringing what rules found in line with the alerts that there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from assets.alerts.episodes import Episode, Outcome
from assets.alerts.lifecycle import raise_alert, resolve_alert
from assets.alerts.models import Alert, Rule, RuleState
from assets.alerts.sentences import saying_of
from assets.alerts.words import TOLD, State
from assets.models import Asset

NOT_SO = "Later reports show that it was not so."
SWITCHED_OFF = "The rule is not about it any more."
LOOKED_BACK = timedelta(days=2)
"""What ended longer ago than this is not compared with what was raised."""
Key = tuple[int, int]
"""Rule and asset."""


@dataclass(slots=True)
class Findings:
    """What a look at some assets finds. :meth:`parts` compares it with the alerts there are; :meth:`write` raises,
    resolves and remembers."""

    rules: Mapping[int, Rule]
    states: Mapping[Key, RuleState]
    asset_ids: Collection[int]
    now: datetime
    outcomes: dict[Key, Outcome] = field(default_factory=dict)
    _known: dict[Key, list[Alert]] = field(default_factory=dict)

    def since(self, rule_id: int, asset_id: int) -> datetime | None:
        """Since when the condition is known to hold."""
        state = self.states.get((rule_id, asset_id))
        return None if state is None else state.since

    def take(self, rule_id: int, asset_id: int, outcome: Outcome) -> None:
        if outcome.episodes or outcome.since is not None:
            self.outcomes[rule_id, asset_id] = outcome

    def parts(self, most: int) -> list[set[int]]:
        """The assets in parts that are written one by one: first all about which nothing is raised or resolved, then
        at most ``most`` at a time."""
        self._known = self._alerts()
        busy = sorted({key[1] for key in self._known.keys() | self.outcomes.keys() if self._changes(key)})
        quiet = set(self.asset_ids) - set(busy)
        parts = [set(busy[start : start + most]) for start in range(0, len(busy), most)]
        return [quiet, *parts] if quiet else parts

    def write(self, part: Collection[int]) -> None:
        """Part of the caller's transaction."""
        keys = sorted(
            key for key in self._known.keys() | self.outcomes.keys() if key[1] in part and self._changes(key)
        )
        assets = Asset.objects.with_place().in_bulk({asset_id for _, asset_id in keys}) if keys else {}
        # What is over ends before anything begins: one look may find the end of one episode and the next one.
        for key in keys:
            for alert in self._known.get(key, ()):
                if (end := self._end_of(alert, self.outcomes.get(key, Outcome()))) is not None:
                    resolve_alert(
                        rule=alert.rule, subject=alert.subject, at=end[0], note=end[1], now=self.now
                    )
        for key in keys:
            for episode in self._new_episodes(key):
                self._raise(self.rules[key[0]], assets[key[1]], episode)
        self._remember(part)

    def _alerts(self) -> dict[Key, list[Alert]]:
        """Those that are open, and those that ended lately."""
        lately = Q(ended_at__gte=self.now - LOOKED_BACK) | ~Q(state=State.RESOLVED)
        found: dict[Key, list[Alert]] = defaultdict(list)
        of_these = Alert.objects.filter(lately, asset__in=self.asset_ids).exclude(kind__in=TOLD)
        for alert in of_these.select_related("rule"):
            if alert.asset_id is not None and alert.subject == f"asset:{alert.asset_id}":
                found[alert.rule_id, alert.asset_id].append(alert)
        return dict(found)

    def _changes(self, key: Key) -> bool:
        outcome = self.outcomes.get(key, Outcome())
        is_ending = any(self._end_of(alert, outcome) is not None for alert in self._known.get(key, ()))
        return is_ending or bool(self._new_episodes(key))

    def _end_of(self, alert: Alert, outcome: Outcome) -> tuple[datetime, str] | None:
        """When an open alert ended, with a note; ``None`` while it lasts."""
        if not alert.is_open:
            return None
        begin = datetime.fromisoformat(alert.key)
        episode = next((each for each in outcome.episodes if each.overlaps(begin, None)), None)
        if episode is not None:
            return None if episode.end is None else (episode.end, "")
        if outcome.since is not None and outcome.since <= begin:
            return None
        return self.now, NOT_SO if alert.rule_id in self.rules else SWITCHED_OFF

    def _new_episodes(self, key: Key) -> list[Episode]:
        """Those that no alert is about yet, leaving out what was over before the rule was in force."""
        outcome = self.outcomes.get(key)
        if outcome is None or not outcome.episodes:
            return []
        told = [(alert.began_at, self._ended(alert, outcome)) for alert in self._known.get(key, ())]
        bound = max(self.rules[key[0]].in_force_from, self.now - LOOKED_BACK)
        return [
            episode
            for episode in outcome.episodes
            if (episode.end is None or episode.end > bound)
            and not any(episode.overlaps(begin, end) for begin, end in told)
        ]

    def _ended(self, alert: Alert, outcome: Outcome) -> datetime | None:
        end = self._end_of(alert, outcome)
        return alert.ended_at if end is None else max(end[0], alert.began_at)

    def _raise(self, rule: Rule, asset: Asset, episode: Episode) -> None:
        raise_alert(
            rule=rule,
            asset=asset,
            key=episode.begin.isoformat(),
            at=episode.begin,
            saying=saying_of(rule, episode),
            now=self.now,
        )
        if episode.end is not None:
            resolve_alert(rule=rule, asset=asset, at=episode.end, now=self.now)

    def _remember(self, part: Collection[int]) -> None:
        kept = {key: each for key, each in self.outcomes.items() if each.since is not None and key[1] in part}
        gone = [state.pk for key, state in self.states.items() if key not in kept and key[1] in part]
        if gone:
            RuleState.objects.filter(pk__in=gone).delete()
        rows = [
            RuleState(rule_id=rule_id, asset_id=asset_id, since=each.since, due_at=each.due_at)
            for (rule_id, asset_id), each in kept.items()
            if each.since is not None and _differs(self.states.get((rule_id, asset_id)), each)
        ]
        RuleState.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["rule", "asset"],
            update_fields=["since", "due_at"],
        )


def _differs(state: RuleState | None, outcome: Outcome) -> bool:
    return state is None or (state.since, state.due_at) != (outcome.since, outcome.due_at)
