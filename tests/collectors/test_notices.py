"""What holders of chunks hear of through the database."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from collectors.models import Chunk, Credential, Endpoint, Notice, Pause, Segment
from collectors.notices import HastenedEndpoints, forget_old_notices, hasten_endpoint, latest_notices

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def segment(site):
    return Segment.objects.create(name="Lab", site=site, networks=["10.20.0.0/16"])


@pytest.fixture
def chunk(segment):
    return Chunk.objects.create(segment=segment)


@pytest.fixture
def other_chunk(segment):
    return Chunk.objects.create(segment=segment)


@pytest.fixture
def endpoint(chunk):
    return add_endpoint("A", chunk)


def add_endpoint(name, chunk, **extra):
    return Endpoint.objects.create(
        **{
            "name": name,
            "segment": chunk and chunk.segment,
            "chunk": chunk,
            "host": f"10.20.0.{Endpoint.objects.count() + 1}",
            "port": 161,
            "profile": "ups-rfc1628",
            **extra,
        }
    )


@pytest.fixture
def heard_by(segment):
    """Whether a chunk's holder hears of what a function does: ``heard_by(chunk, function)``."""

    def heard(chunk, change) -> bool:
        before = latest_notices().of(chunk.pk, segment.pk)
        change()
        return latest_notices().of(chunk.pk, segment.pk) != before

    return heard


CHANGES: dict = {
    "saved": lambda _at: _at.endpoint.save(),
    "changed in bulk": lambda _at: Endpoint.objects.update(interval_s=5),
    "added": lambda _at: add_endpoint("B", _at.chunk),
    "deleted": lambda _at: _at.endpoint.delete(),
    "deleted in bulk": lambda _at: Endpoint.objects.all().delete(),
    "taken out": lambda _at: Endpoint.objects.update(chunk=None),
    "segment": lambda _at: Segment.objects.update(ports=[1161]),
    "paused": lambda _at: pause(endpoint=_at.endpoint),
    "segment paused": lambda _at: pause(segment=_at.chunk.segment),
    "all paused": lambda _at: pause(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_of_what_is_polled_is_heard_by_who_polls_it(heard_by, chunk, endpoint, change):
    assert heard_by(chunk, lambda: CHANGES[change](SimpleNamespace(chunk=chunk, endpoint=endpoint)))


def pause(**what):
    return Pause.objects.create(reason="Service", begun_at=timezone.now(), **what)


def test_the_end_of_a_pause_and_a_new_secret_are_heard_too(heard_by, chunk, endpoint):
    held_back = pause(endpoint=endpoint)
    assert heard_by(chunk, lambda: Pause.objects.filter(pk=held_back.pk).update(ended_at=timezone.now()))
    secret = Credential.objects.create(name="user", sealed=b"sealed")
    assert heard_by(chunk, lambda: Credential.objects.filter(pk=secret.pk).update(sealed=b"new"))


def test_others_do_not_hear_of_it(heard_by, chunk, other_chunk, endpoint):
    assert not heard_by(other_chunk, lambda: Endpoint.objects.update(interval_s=5))
    assert not heard_by(other_chunk, lambda: pause(endpoint=endpoint))


def test_an_endpoint_that_changes_its_chunk_is_heard_of_in_both(heard_by, chunk, other_chunk, endpoint):
    def move(to):
        Endpoint.objects.filter(pk=endpoint.pk).update(chunk=to)

    assert heard_by(chunk, lambda: move(other_chunk))
    assert heard_by(other_chunk, lambda: move(chunk))


def test_what_is_in_no_chunk_yet_concerns_whoever_deals(chunk):
    before = latest_notices().of_all()
    add_endpoint("New", None, segment=chunk.segment)
    assert latest_notices().of_all() != before


def test_a_thousand_changes_in_one_statement_cost_a_reader_one_query(chunk, django_assert_num_queries):
    Endpoint.objects.bulk_create(
        Endpoint(
            name=f"{n}", segment=chunk.segment, chunk=chunk, host="10.20.1.1", port=1000 + n, profile="x"
        )
        for n in range(300)
    )
    Endpoint.objects.update(interval_s=9)
    with django_assert_num_queries(1):
        assert len(latest_notices().marks) == 1


def test_an_endpoint_is_hastened_once_by_who_holds_its_chunk(chunk, other_chunk, endpoint):
    mine, others = HastenedEndpoints(), HastenedEndpoints()
    assert mine.take({chunk.pk}) == others.take({other_chunk.pk}) == []
    hasten_endpoint(endpoint.pk)
    hasten_endpoint(endpoint.pk)
    assert mine.take({chunk.pk}) == [endpoint.pk]
    assert mine.take({chunk.pk}) == []
    assert others.take({other_chunk.pk}) == []


def test_what_was_hastened_before_a_worker_began_is_past(chunk, endpoint):
    hasten_endpoint(endpoint.pk)
    assert HastenedEndpoints().take({chunk.pk}) == []


def test_hastening_changes_nothing_that_has_to_be_read_anew(heard_by, chunk, endpoint):
    assert not heard_by(chunk, lambda: hasten_endpoint(endpoint.pk))
    hasten_endpoint(endpoint.pk + 999)


def test_old_notices_are_forgotten(chunk, endpoint):
    assert Notice.objects.exists()
    forget_old_notices(timezone.now())
    assert Notice.objects.exists()
    forget_old_notices(timezone.now() + timedelta(hours=2))
    assert not Notice.objects.exists()
