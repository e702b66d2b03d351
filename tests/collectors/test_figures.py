"""A collector tells how it does, in a row that every process can read."""

from collections import Counter
from datetime import timedelta

import pytest

from collectors.distribution.attendance import attend, sign_off
from collectors.engine.figures import COLUMNS, figures_of
from collectors.engine.spool import SpoolState
from collectors.engine.writer import WriterState
from collectors.models import CollectorState

STATE = {"queue_length": 3, "lag_s": 0.2, "recorded": 70, "rejected": 1, "is_database_away": False}


def test_every_figure_has_its_column_and_every_column_its_figure(noon):
    spool = SpoolState(bytes=2048, records=6, oldest_at=noon, dropped=2, torn=1)
    figures = figures_of(WriterState(**STATE, spool=spool), Counter(late=4))
    assert figures == {
        "queue_length": 3, "lag_s": 0.2, "recorded": 70, "rejected": 1, "spool_bytes": 2048, "spool_records": 6,
        "spool_oldest_at": noon, "dropped": 2, "torn": 1, "refused": {"late": 4},
    }  # fmt: skip
    assert set(figures) == set(COLUMNS)
    CollectorState(holder="h", started_at=noon, at=noon, **figures).clean_fields(
        exclude=["segments", "stopped_at"]
    )


@pytest.mark.django_db
@pytest.mark.databases
def test_each_attendance_tells_anew_and_signing_off_says_so(noon):
    for recorded in (10, 25):
        figures = figures_of(WriterState(**STATE | {"recorded": recorded}, spool=SpoolState()), {})
        attend(holder="host:1:a", started_at=noon, segments=["Ward"], figures=figures)
    state = CollectorState.objects.get()
    assert (state.holder, state.recorded, state.segments, state.stopped_at) == (
        "host:1:a",
        25,
        ["Ward"],
        None,
    )
    sign_off(holder="host:1:a", chunk_ids=[])
    state.refresh_from_db()
    assert state.stopped_at - state.at < timedelta(seconds=60)
