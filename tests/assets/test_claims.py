"""For some minutes it is somebody's: the database decides between two, the clock ends it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from threading import Barrier, Lock, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from assets.claims import ClaimRefusedError, claim_asset, claims_of, end_claim, holder_name
from assets.models import AssetNow, Claim
from assets.words import Activity, Basis
from hospital.audit.models import AuditRecord
from locations.zones import ZoneKind

pytestmark = pytest.mark.databases


@pytest.fixture
def base(make_zone, ward):
    return make_zone("Staff base", ZoneKind.NURSE_STATION, department=ward)


@pytest.mark.django_db
def test_it_is_one_s_own_for_ten_minutes(make_pump, nurse, base, noon, django_assert_num_queries):
    pump = make_pump()
    claim = claim_asset(asset=pump, by=nurse, unit=base, at=noon)
    assert (claim.by, claim.unit, claim.until) == (nurse, base, noon + timedelta(minutes=10))
    assert holder_name(claim) == "Ward 3 West"
    with django_assert_num_queries(1):
        assert claims_of(nurse, noon + timedelta(seconds=599)) == [claim]
    assert claims_of(nurse, noon + timedelta(minutes=10)) == []


@pytest.mark.django_db
def test_how_long_is_a_setting(make_pump, nurse, noon, settings):
    settings.CLAIM_MINUTES = 3
    assert claim_asset(asset=make_pump(), by=nurse, at=noon).until == noon + timedelta(minutes=3)


@pytest.mark.django_db
def test_the_second_is_told_who_was_first_and_nothing_changes(make_pump, nurse, biomed, base, noon):
    pump = make_pump()
    first = claim_asset(asset=pump, by=nurse, unit=base, at=noon)
    with pytest.raises(ClaimRefusedError) as refused:
        claim_asset(asset=pump, by=biomed, at=noon + timedelta(minutes=9))
    assert refused.value.held == first
    assert list(Claim.objects.all()) == [first]


@pytest.mark.django_db
def test_the_database_holds_one_open_claim_of_an_asset(make_pump, nurse, biomed, noon):
    pump = make_pump()
    claim_asset(asset=pump, by=nurse, at=noon)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(asset=pump, by=biomed, at=noon, until=noon + timedelta(minutes=1))


@pytest.mark.django_db
def test_whoever_comes_second_in_the_same_moment_is_told_by_the_database(
    make_pump, nurse, biomed, noon, monkeypatch
):
    pump, first = make_pump(), []

    def meanwhile(asset, now):
        first.append(Claim.objects.create(asset=asset, by=biomed, at=now, until=now + timedelta(minutes=5)))

    monkeypatch.setattr("assets.claims._close_those_run_out", meanwhile)
    with pytest.raises(ClaimRefusedError) as refused:
        claim_asset(asset=pump, by=nurse, at=noon)
    assert refused.value.held == first[0] == Claim.objects.get()


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_wins_and_the_others_learn_who(make_pump, nurse, biomed, administrator, noon):
    """Each with a connection of its own, where the database has room for more than one at a time."""
    pump, people = make_pump(), (nurse, biomed, administrator)
    start, won, lost = Barrier(len(people)), [], []
    one_by_one = Lock() if connection.vendor == "sqlite" else nullcontext()

    def claim(person):
        start.wait()
        try:
            with one_by_one:
                won.append(claim_asset(asset=pump, by=person, at=noon).by)
        except ClaimRefusedError as refused:
            lost.append(refused.held.by)
        finally:
            connection.close()

    threads = [Thread(target=claim, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert lost == won * 2
    assert Claim.objects.count() == 1


@pytest.mark.django_db
def test_what_ran_out_is_free_without_any_job(make_pump, nurse, biomed, noon):
    pump = make_pump()
    old = claim_asset(asset=pump, by=nurse, at=noon)
    later = noon + timedelta(minutes=10)
    new = claim_asset(asset=pump, by=biomed, at=later)
    old.refresh_from_db()
    assert (old.ended_at, old.ending) == (old.until, Claim.Ending.RAN_OUT)
    assert claims_of(biomed, later) == [new]


@pytest.mark.django_db
def test_claiming_one_s_own_again_begins_the_minutes_anew(make_pump, nurse, noon):
    pump = make_pump()
    claim_asset(asset=pump, by=nurse, at=noon)
    again = claim_asset(asset=pump, by=nurse, at=noon + timedelta(minutes=5))
    assert Claim.objects.get() == again
    assert again.until == noon + timedelta(minutes=15)


@pytest.mark.django_db
def test_it_ends_by_fetching_or_releasing_and_only_by_whose_it_is(make_pump, nurse, biomed, noon):
    pump = make_pump()
    claim_asset(asset=pump, by=nurse, at=noon)
    assert not end_claim(asset=pump, by=biomed, at=noon)
    assert claims_of(nurse, noon)
    assert end_claim(asset=pump, by=nurse, ending=Claim.Ending.FETCHED, at=noon + timedelta(minutes=1))
    assert claims_of(nurse, noon + timedelta(minutes=1)) == []
    assert Claim.objects.get().ending == Claim.Ending.FETCHED
    assert claim_asset(asset=pump, by=biomed, at=noon + timedelta(minutes=2))


@pytest.mark.django_db
def test_retired_equipment_is_not_claimed(make_pump, nurse, noon):
    with pytest.raises(ClaimRefusedError, match="no longer in service"):
        claim_asset(asset=make_pump(retired_at=noon), by=nurse, at=noon)


@pytest.mark.django_db
def test_the_api_claims_names_the_next_and_releases(
    sign_in, nurse, biomed, make_pump, base, noon, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    pump, other = make_pump("P-1"), make_pump("P-2")
    AssetNow.objects.create(
        asset=other, activity=Activity.AVAILABLE, basis=Basis.ZONE, stale_at=noon + timedelta(seconds=1)
    )
    address = "/api/v1/assets/P-1/claim/"
    answer = sign_in(nurse).post(address, {"unit": base.pk}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (
        200,
        {"asset": "P-1", "by": "Ward 3 West", "at": "2026-03-02T12:00:00Z", "until": "2026-03-02T12:10:00Z"},
    )
    assert AuditRecord.objects.get(object_type="assets.claim").actor_name == "nurse"
    taken = sign_in(biomed).post(address, content_type="application/json")
    assert (taken.status_code, taken.json()["next"]) == (409, "P-2")
    assert taken.json()["claim"]["by"] == "Ward 3 West"
    assert sign_in(biomed).delete(address).status_code == 404
    assert sign_in(nurse).delete(address).status_code == 204
    assert Claim.objects.get(asset=pump).ending == Claim.Ending.RELEASED


@pytest.mark.django_db
def test_who_may_not_claim_changes_nothing(sign_in, facilities, make_pump):
    make_pump("P-1")
    assert sign_in(facilities).post("/api/v1/assets/P-1/claim/").status_code == 403
    assert not Claim.objects.exists()


@pytest.mark.django_db
def test_a_unit_of_another_site_is_named_as_the_fault(sign_in, nurse, make_pump):
    make_pump("P-1")
    answer = sign_in(nurse).post("/api/v1/assets/P-1/claim/", {"unit": 999}, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["unit"])
    assert not Claim.objects.exists()
