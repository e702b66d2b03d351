"""A recording at one spot: begun, listened to, ended. Its times are ours, its figures come from recorded evidence.

Between its begin and its end, a recording is a signed text in the browser: nothing is stored until something was heard.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from assets.models import Asset
from assets.recording.moments import from_us, to_us
from assets.surveying import heard_signals, tagged
from locations.models import Floor, SurveyPoint
from locations.survey_models import Signals
from locations.survey_points import record_survey_point

LENGTH = timedelta(seconds=20)
FORGOTTEN = timedelta(minutes=10)
"""A recording that nobody ended in this time is none."""
SALT = "survey-recording"


class RecordingError(ValueError):
    """There is no such recording; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Recording:
    floor: int
    asset: int
    by: int
    x: float
    y: float
    begin_us: int

    @property
    def begin(self) -> datetime:
        return from_us(self.begin_us)

    def end(self, now: datetime) -> datetime:
        """It never lasts longer than :data:`LENGTH`, however late it is ended."""
        return min(now, self.begin + LENGTH)

    def sign(self) -> str:
        return signing.dumps(asdict(self), salt=SALT)


def begin_recording(
    *, floor: Floor, asset: Asset, by: Any, spot: tuple[float, float], now: datetime
) -> Recording:
    return Recording(floor.pk, asset.pk, by.pk, round(spot[0], 2), round(spot[1], 2), to_us(now))


def read_recording(text: str, *, floor: Floor, by: Any, now: datetime) -> Recording:
    """What was signed for this person and this floor, and lately; else :class:`RecordingError`."""
    try:
        recording = Recording(**signing.loads(text, salt=SALT))
    except signing.BadSignature as error:
        raise RecordingError("This recording was not begun here. Record again.") from error
    if (recording.floor, recording.by) != (floor.pk, by.pk):
        raise RecordingError("This recording is of another floor or person. Record again.")
    if now - recording.begin > FORGOTTEN:
        raise RecordingError("This recording was begun more than ten minutes ago. Record again.")
    return recording


def heard_so_far(recording: Recording, *, now: datetime) -> Signals:
    return heard_signals(recording.asset, begin=recording.begin, end=recording.end(now))


def end_recording(recording: Recording, *, floor: Floor, by: Any, now: datetime) -> SurveyPoint | None:
    """The point that is stored of it, or none: where nothing was heard, nothing is stored."""
    asset = tagged(by).filter(pk=recording.asset).select_related("rtls_tag").first()
    if asset is None or asset.rtls_tag is None:
        raise RecordingError("The tag is no longer on equipment that you may see. Choose another.")
    signals = heard_so_far(recording, now=now)
    if not signals:
        return None
    return record_survey_point(
        floor=floor,
        spot=(recording.x, recording.y),
        signals=signals,
        device=asset.rtls_tag.identifier,
        by=by,
        at=recording.begin,
    )
