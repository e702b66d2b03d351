"""What the tests of equipment share: observations as a device would bring them, and sockets."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from assets.observation import Observation, Subject, SubjectKind


@pytest.fixture
def observe(noon: datetime):
    """Makes an observation: ``observe(pump, 30, activity=Evidence.IDLE)`` is 30 seconds after noon."""

    def make(asset=None, seconds: float = 0.0, *, source="endpoint:1", subject=None, received=None, **said):
        at = noon + timedelta(seconds=seconds)
        return Observation(
            subject=subject or Subject(SubjectKind.ASSET, str(asset.pk)),
            source=source,
            at=at,
            received_at=noon + timedelta(seconds=seconds if received is None else received),
            **said,
        )

    return make
