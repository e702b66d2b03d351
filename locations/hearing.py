"""Which of the receivers that hear a tag it is to be placed at.

How much a strength is off its distance belongs to the place where a tag lies, and stays while it lies there. So what
tells a move from noise is not that another receiver is stronger for a moment, but that receivers are heard otherwise
than they have been: each keeps the mean of the tag's present stay, and evidence against that adds up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BLINK_S = 1.0  # what is heard within so long is one report of the tag, by several receivers
FRESH_S = 4.0  # what was heard longer ago says nothing of how strongly a tag on the move is heard now
STRONGER_DB = 5.0  # by which another receiver takes over on the move
SETTLES_S = 40.0  # so long after its last movement the receiver with the best mean wins
SETTLING_DB = 1.0

AVERAGED_S = 1200.0  # of a stay's mean: people and doors change it slowly
LEAST_SHARE = 0.25  # the most that one sighting after a long silence changes a mean that rests on many
UNHEARD_DB = 6.0  # how much not being heard at all says: reports get lost
BELOW_DB = 3.0  # a receiver that is not among those reported is weaker than they are, by about so much
KEPT_S, MOST = 900.0, 16  # receivers that are remembered

MOVED_DB = 14.0  # what a move changes typically: the one receiver's rise and the other one's fall
SPREAD_DB = 5.5  # by how much that scatters in one report of a tag that lies still
SHARE = 0.5  # reports in a row are not independent: people stay where they stand
MOST_AT_ONCE = 3.0
CALM_DB, CALM_S, KNOWN, CALM_SHARE = (
    5.0,
    60.0,
    4,
    0.3,
)  # others within so much of their means: less likely a move
MOVED = 10.0  # logarithm of how much likelier a move is than noise
MOVED_THOUGH_SENSED = 30.0  # the same for a tag whose own sensor says that it lies still
ALONE, ALONE_THOUGH_SENSED = (
    (20.0, 8),
    (60.0, 12),
)  # seconds and reports by receivers alone that are new to the stay
MOST_BEFORE = 10  # reports before that say of a receiver which was not in them that it was weak
BETTER_DB, MANY = (
    10.0,
    60,
)  # between means of so many reports: it was misjudged, or its receiver has been moved
GONE_S = 1800.0  # so long unheard while others hear the tag, a receiver has it no more


@dataclass(slots=True)
class Heard:
    """What one receiver says: the latest strength (None: it tells none) and when, the mean of so many in a stay, and
    when it was heard first there."""

    level: float | None
    at: float
    mean: float = 0.0
    count: int = 0
    first: float = 0.0


@dataclass(slots=True)
class Hearing:
    """Which receivers heard a tag in its present stay, and which of them has it.

    ``since``: the end of its last movement; ``begun``, ``weakest``: of its latest report; ``doubted``: evidence that
    it has moved to ``rival``, up to the report before. ``strange``: reports since ``familiar``, all of them by
    receivers that had not heard it in this stay before.
    """

    receivers: dict[str, Heard] = field(default_factory=dict)
    chosen: str | None = None
    since: float = 0.0
    begun: float = 0.0
    weakest: float = 0.0
    usual_weakest: float = 0.0
    reports: int = 0
    rival: str | None = None
    doubt: float = 0.0
    doubted: float = 0.0
    familiar: float = 0.0
    strange: int = 0

    def __post_init__(self) -> None:
        self.receivers = {n: h if isinstance(h, Heard) else Heard(*h) for n, h in self.receivers.items()}


def locate(
    hearing: Hearing,
    receiver: str,
    rssi_dbm: float | None,
    at: float,
    *,
    in_motion: bool | None = None,
    is_anchor: bool = False,
) -> bool:
    """Take in a sighting; whether the tag is now to be placed at this receiver.

    A receiver that tells no strength is a choke point: the latest one wins. An access point or a port (``is_anchor``)
    is chosen by the equipment itself: it wins at once where it is stronger or heard alone. ``in_motion``: what is
    known of whether the tag moves.
    """
    if not hearing.receivers or at - hearing.begun > BLINK_S:
        _begin_report(hearing, at)
    if hearing.chosen is None or rssi_dbm is None:
        _move_to(hearing, receiver, at)
        hearing.receivers[receiver] = Heard(rssi_dbm, at, rssi_dbm or 0.0, int(rssi_dbm is not None), at)
        return True
    if in_motion:
        hearing.since = at
    is_fresh = bool(in_motion) or (in_motion is False and hearing.begun - hearing.since <= FRESH_S)
    _take(hearing, receiver, rssi_dbm, at, is_fresh=is_fresh)
    if receiver == hearing.chosen:
        return True
    is_better = _is_better(hearing, receiver, at, in_motion=in_motion, is_anchor=is_anchor)
    if is_better:
        hearing.chosen, hearing.rival, hearing.doubt, hearing.doubted = receiver, None, 0.0, 0.0
    return is_better


def _take(hearing: Hearing, receiver: str, level: float, at: float, *, is_fresh: bool) -> None:
    before = hearing.receivers.get(receiver)
    hearing.weakest = min(hearing.weakest, level)
    if before is None or before.level is None or is_fresh:
        hearing.receivers[receiver] = _heard_first(hearing, level, at, is_fresh=is_fresh)
        return
    if before.first <= hearing.familiar or receiver == hearing.chosen:
        hearing.familiar, hearing.strange = at, 0
    if before.at >= hearing.begun:  # the same report, heard once more
        before.level += (level - before.level) / 2
        before.mean += (level - before.mean) / (2 * before.count)
        return
    before.count += 1
    share = min(max(1 / before.count, (at - before.at) / AVERAGED_S), LEAST_SHARE if before.count > 4 else 1)
    before.mean += share * (level - before.mean)
    before.level, before.at = level, at


def _heard_first(hearing: Hearing, level: float, at: float, *, is_fresh: bool) -> Heard:
    """In the reports before, it was weaker than those that were in them."""
    if is_fresh:
        hearing.familiar, hearing.strange = at, 0
        return Heard(level, at, level, 1, at)
    count = min(max(hearing.reports, 1), MOST_BEFORE)
    low = min(level, hearing.usual_weakest - BELOW_DB) if count > 1 else level
    return Heard(level, at, low + (level - low) / count, count, at)


def _begin_report(hearing: Hearing, at: float) -> None:
    """What the report before says of receivers that were not in it; forget those of long ago."""
    if hearing.reports:
        share = 1 / min(hearing.reports, 30)
        hearing.usual_weakest += share * (hearing.weakest - hearing.usual_weakest)
        for heard in hearing.receivers.values():
            if heard.at < hearing.begun and heard.level is not None:
                low = min(heard.mean, max(hearing.weakest - BELOW_DB, heard.mean - UNHEARD_DB))
                heard.mean += (low - heard.mean) / (heard.count + 1)
    if len(hearing.receivers) > MOST or any(at - heard.at > KEPT_S for heard in hearing.receivers.values()):
        kept = sorted(hearing.receivers.items(), key=lambda row: -row[1].at)[:MOST]
        hearing.receivers = {n: h for n, h in kept if at - h.at <= KEPT_S or n == hearing.chosen}
    hearing.begun, hearing.weakest, hearing.reports = at, 0.0, hearing.reports + 1
    hearing.doubted = hearing.doubt
    hearing.strange += 1


def _is_better(
    hearing: Hearing, receiver: str, at: float, *, in_motion: bool | None, is_anchor: bool
) -> bool:
    mine, other = hearing.receivers[receiver], hearing.receivers.get(hearing.chosen or "")
    if other is None or other.level is None or mine.level is None:
        return True  # it was a choke point, which the tag has passed
    if in_motion or is_anchor:
        return at - other.at > FRESH_S or mine.level >= other.level + STRONGER_DB
    if hearing.begun - hearing.since <= FRESH_S:
        unheard = UNHEARD_DB if other.at < hearing.begun else 0.0
        return mine.level >= other.level - unheard + SETTLING_DB
    if at - hearing.since <= SETTLES_S:
        return other.at < hearing.since or mine.mean >= other.mean + SETTLING_DB
    is_sensed_still = in_motion is False
    seconds, reports = ALONE_THOUGH_SENSED if is_sensed_still else ALONE
    is_known = hearing.reports - hearing.strange >= KNOWN
    is_alone = is_known and hearing.strange >= reports and at - hearing.familiar >= seconds
    if is_alone or _has_moved(hearing, receiver, mine, other, is_sensed_still=is_sensed_still):
        _move_to(hearing, receiver, at)
        return True
    is_misjudged = mine.mean >= other.mean + BETTER_DB or at - other.at > GONE_S
    return is_misjudged and mine.count >= MANY


def _has_moved(hearing: Hearing, receiver: str, mine: Heard, other: Heard, *, is_sensed_still: bool) -> bool:
    """A sequential test (Page's) of whether this receiver's rise and the chosen one's fall are a move."""
    rival = hearing.receivers.get(hearing.rival or "")
    level = mine.level or 0.0
    if hearing.rival != receiver:
        is_held = rival is not None and rival.at >= hearing.begun and (rival.level or 0.0) >= level
        if is_held:
            return False
        hearing.rival, hearing.doubted = receiver, hearing.doubted if rival is not None else 0.0
    fall = other.mean - (other.level or 0.0) if hearing.begun - other.at < 60 else UNHEARD_DB
    change = level - mine.mean + max(fall, 0.0)
    least = MOVED_DB if is_sensed_still else MOVED_DB / 2
    gain = SHARE * MOVED_DB * (change - least) / SPREAD_DB**2
    if gain > 0 and _are_others_calm(hearing, receiver):
        gain *= CALM_SHARE
    hearing.doubt = max(0.0, hearing.doubted + min(max(gain, -MOST_AT_ONCE), MOST_AT_ONCE))
    limit = MOVED_THOUGH_SENSED if is_sensed_still else MOVED
    return hearing.doubt >= limit and level >= (other.level or 0.0)


def _are_others_calm(hearing: Hearing, receiver: str) -> bool:
    """Whether the receivers beside the two go on hearing the tag as they did: a move would change them all."""
    off = [
        abs(heard.level - heard.mean)
        for name, heard in hearing.receivers.items()
        if heard.level is not None
        and heard.count >= KNOWN
        and hearing.begun - heard.at <= CALM_S
        and name not in (receiver, hearing.chosen)
    ]
    return len(off) >= 2 and sum(off) < CALM_DB * len(off)


def _move_to(hearing: Hearing, receiver: str, at: float) -> None:
    """Another stay begins."""
    hearing.chosen, hearing.since, hearing.reports = receiver, at, 1
    hearing.rival, hearing.doubt, hearing.doubted = None, 0.0, 0.0
    hearing.usual_weakest, hearing.familiar, hearing.strange = hearing.weakest, at, 0
    for heard in hearing.receivers.values():
        heard.count, heard.first = 1, at
        if heard.level is not None:
            heard.mean = heard.level
