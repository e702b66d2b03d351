"""Which of the receivers that hear a tag it is to be placed at."""

from __future__ import annotations

from dataclasses import dataclass, field

SIGHTING_WINDOW_S = 15.0
STRONGER_DB = 5.0
SMOOTH = 0.5  # weight of the newest strength
CONFIRMED = ((1.5, 2),)  # seconds and sightings by which a stronger receiver takes over
ALONE = ((5.5, 4),)  # the same where the other one is not heard meanwhile, however strong
SENSED_STILL = ((30.0, 6),)  # the same for a tag whose own sensor has said for a while that it does not move
ON_THE_MOVE = ((0.0, 1),)  # the same for one whose own sensor says that it moves, or has just come to rest
FRESH_S = 4.0  # what was heard longer ago says nothing of how strongly a tag on the move is heard now


@dataclass(slots=True)
class Hearing:
    """Which receivers heard a tag lately: identifier → strength in dBm (``None`` if not told) and when.

    ``rival`` is the one that may take over from ``chosen``, since when and how often it was heard better.
    """

    receivers: dict[str, tuple[float | None, float]] = field(default_factory=dict)
    chosen: str | None = None
    rival: str | None = None
    rival_since: float = 0.0
    rival_count: int = 0


def locate(
    hearing: Hearing,
    receiver: str,
    rssi_dbm: float | None,
    at: float,
    *,
    in_motion: bool | None = None,
    has_moved: bool = False,
    is_anchor: bool = False,
) -> bool:
    """Take in a sighting; whether the tag is now to be placed at this receiver.

    The strongest receiver of the last seconds wins; another one when it is clearly stronger, or heard alone, and more
    than once: the next moment's shadow may turn it round. A receiver that tells no strength is a choke point: the
    latest one wins. An access point or a port (``is_anchor``) is chosen by the equipment itself: it wins at once where
    it is stronger or heard alone. ``has_moved``: the tag's own sensor said so a moment ago, if not now.
    """
    window = FRESH_S if in_motion or has_moved else SIGHTING_WINDOW_S
    hearing.receivers = {r: s for r, s in hearing.receivers.items() if at - s[1] <= window}
    before = hearing.receivers.get(receiver)
    if before is not None and before[0] is not None and rssi_dbm is not None:
        rssi_dbm = before[0] + SMOOTH * (rssi_dbm - before[0])
    hearing.receivers[receiver] = (rssi_dbm, at)
    if hearing.chosen is None or rssi_dbm is None:
        _choose(hearing, receiver)
        return True
    if hearing.chosen == receiver:
        if not _is_clearly_stronger(hearing, hearing.rival):
            hearing.rival = None
        return True
    if is_anchor:
        is_better = hearing.chosen not in hearing.receivers or _is_clearly_stronger(hearing, receiver)
        if is_better:
            _choose(hearing, receiver)
        return is_better
    rules = CONFIRMED if _is_clearly_stronger(hearing, receiver) else ALONE
    if in_motion is not None:
        rules = ON_THE_MOVE if in_motion or has_moved else SENSED_STILL
        if rules is ON_THE_MOVE and not _is_clearly_stronger(hearing, receiver):
            return False
    return _takes_over(hearing, receiver, at, rules)


def _is_clearly_stronger(hearing: Hearing, receiver: str | None) -> bool:
    """Than the chosen one. One that told no strength was a choke point, which the tag has passed."""
    level, held = _level(hearing, receiver), _level(hearing, hearing.chosen)
    return level is not None and (held is None or level >= held + STRONGER_DB)


def _takes_over(hearing: Hearing, receiver: str, at: float, rules: tuple[tuple[float, int], ...]) -> bool:
    """Whether this receiver, not the chosen one, has been the better one often and long enough."""
    level, rival = _level(hearing, receiver), _level(hearing, hearing.rival)
    is_fresh = at - hearing.receivers.get(hearing.rival or "", (None, 0.0))[1] <= FRESH_S
    if hearing.rival != receiver and is_fresh and rival is not None and level is not None and rival >= level:
        return False
    if hearing.rival != receiver:
        hearing.rival, hearing.rival_since, hearing.rival_count = receiver, at, 0
    hearing.rival_count += 1
    lasted = at - hearing.rival_since
    is_held = any(lasted >= seconds and hearing.rival_count >= count for seconds, count in rules)
    if is_held:
        _choose(hearing, receiver)
    return is_held


def _level(hearing: Hearing, receiver: str | None) -> float | None:
    return hearing.receivers.get(receiver or "", (None, 0.0))[0]


def _choose(hearing: Hearing, receiver: str) -> None:
    hearing.chosen, hearing.rival, hearing.rival_count = receiver, None, 0
