"""Counting room by room: what becomes of each line, whoever says what, in whatever order and however often."""

from __future__ import annotations

import uuid
from contextlib import nullcontext, suppress
from datetime import timedelta
from threading import Barrier, Lock, Thread

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset, AssetNow, LocateAttempt, Placement
from assets.signatures import Signed
from assets.stocktake.closing import close_stocktake, decide_tag, tell_unfound
from assets.stocktake.counting import close_room, count_code, reopen_room, take_back
from assets.stocktake.models import Line, Scan, Stocktake
from assets.stocktake.opening import Scope, StocktakeRefusedError, open_stocktake
from assets.stocktake.printing import print_report
from assets.stocktake.queries import HistoryError
from assets.stocktake.report import report_csv, report_of
from assets.stocktake.words import Said

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def now():
    """Places are told of the last minutes, by the clock."""
    return timezone.now().replace(microsecond=0) - timedelta(minutes=5)


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay")


@pytest.fixture
def store(make_zone):
    return make_zone("Store", "clean_store")


@pytest.fixture
def pump(make_pump, bay):
    return make_pump("P-1", home_zone=bay)


@pytest.fixture
def whole(site, bay, store, pump, make_pump, biomed, now):
    make_pump("P-2", home_zone=store)
    return open_stocktake(name="Spring", scope=Scope(site), by=biomed, now=now)


def room_of(whole, zone):
    return whole.rooms.get(zone=zone)


def states(whole):
    return {str(line): line.state for line in whole.lines.shown()}


def count(whole, zone, code, by, now, **told):
    return count_code(room=room_of(whole, zone), code=code, by=by, now=now, **told)


def test_the_list_is_what_should_be_there_when_it_is_opened(whole, bay, store, pump):
    lines = {line.asset_tag: line for line in whole.lines.all()}
    assert (lines["P-1"].room.zone, lines["P-1"].place_by) == (bay, "home")
    assert lines["P-2"].room.zone == store
    Asset.objects.filter(pk=pump.pk).update(home_zone=store)
    assert whole.lines.get(asset=pump).room.zone == bay


def test_where_it_was_last_known_comes_before_where_it_belongs_with_its_age(
    site, bay, store, pump, biomed, now
):
    AssetNow.objects.update_or_create(
        asset=pump,
        defaults={"zone": store, "floor": store.floor, "position_at": now, "position_means": "person"},
    )
    made = open_stocktake(name="Spring", scope=Scope(site), by=biomed, now=now)
    line = made.lines.get(asset=pump)
    assert (line.room.zone, line.place_at, line.place_by) == (store, now, "person")


def test_only_what_is_in_its_rooms_and_of_its_kinds_is_counted(site, bay, store, whole, biomed, now, pumps):
    made = open_stocktake(name="Bay", scope=Scope(site, zones=[bay], categories=[pumps]), by=biomed, now=now)
    assert states(made) == {"P-1": "open"}
    assert made.scope == f"Bay: {pumps.plural}"


def test_found_moved_unexpected_and_unknown(whole, bay, site, make_pump, nurse, now):
    make_pump("P-9")
    for code in ("p-1", "P-2", "P-9", "XK-0815"):
        count(whole, bay, code, nurse, now)
    assert states(whole) == {"P-1": "found", "P-2": "moved", "P-9": "unexpected", "XK-0815": "unknown"}
    assert {each.asset.asset_tag for each in Placement.objects.filter(zone=bay, by=nurse)} == {
        "P-1", "P-2", "P-9",
    }  # fmt: skip
    assert AssetNow.objects.get(asset__asset_tag="P-2").zone == bay


def test_what_is_of_another_site_is_a_code_that_is_not_known(
    whole, bay, other_site, make_pump, administrator, now
):
    administrator.sites.add(other_site)
    make_pump("FAR-1", site=other_site)
    count(whole, bay, "FAR-1", administrator, now)
    assert states(whole)["FAR-1"] == "unknown"
    assert not Placement.objects.exists()


def test_what_is_sent_twice_is_counted_once(whole, bay, nurse, now):
    key = uuid.uuid4()
    first = count(whole, bay, "P-1", nurse, now, key=key)
    assert count(whole, bay, "P-1", nurse, now, key=key) == first
    assert (Scan.objects.count(), Placement.objects.count()) == (1, 1)


def test_two_who_scan_the_same_make_one_line(whole, bay, nurse, biomed, now):
    for person in (nurse, biomed):
        count(whole, bay, "P-1", person, now)
        count(whole, bay, "XK-0815", person, now)
    assert (Line.objects.count(), Scan.objects.count()) == (3, 4)


def test_what_was_said_later_counts_even_if_it_comes_first(whole, bay, store, nurse, biomed, now):
    count(whole, store, "P-1", biomed, now, at=now + timedelta(minutes=2))
    count(whole, bay, "P-1", nurse, now, at=now + timedelta(minutes=1))
    line = whole.lines.get(asset__asset_tag="P-1")
    assert (line.state, line.found_in.zone) == ("moved", store)
    assert AssetNow.objects.get(asset=line.asset).zone == store


def test_the_last_scan_is_taken_back_and_only_ones_own(whole, bay, nurse, biomed, now):
    count(whole, bay, "P-2", nurse, now)
    count(whole, bay, "P-9?", nurse, now + timedelta(seconds=1))
    assert take_back(stocktake=whole, by=biomed, now=now) is None
    take_back(stocktake=whole, by=nurse, now=now, room=room_of(whole, bay))
    assert states(whole) == {"P-1": "open", "P-2": "moved"}
    take_back(stocktake=whole, by=nurse, now=now)
    assert states(whole) == {"P-1": "open", "P-2": "open"}


def test_what_nobody_saw_is_missing_once_its_room_is_closed(whole, bay, store, nurse, now):
    close_room(room=room_of(whole, bay), by=nurse, now=now)
    assert states(whole) == {"P-1": "missing", "P-2": "open"}
    reopen_room(room=room_of(whole, bay), by=nurse)
    assert states(whole)["P-1"] == "open"
    close_room(room=room_of(whole, bay), by=nurse, now=now)
    count(whole, store, "P-1", nurse, now)
    assert states(whole)["P-1"] == "moved"


def test_a_closed_room_takes_what_was_said_before_and_refuses_what_was_said_after(whole, bay, nurse, now):
    close_room(room=room_of(whole, bay), by=nurse, now=now + timedelta(minutes=2))
    count(whole, bay, "P-1", nurse, now + timedelta(minutes=4), at=now + timedelta(minutes=1))
    assert states(whole)["P-1"] == "found"
    with pytest.raises(StocktakeRefusedError, match="room: it is closed"):
        count(whole, bay, "P-2", nurse, now + timedelta(minutes=4))


@pytest.mark.parametrize(
    ("code", "words"), [("  ", "there is nothing in it"), ("Store", "it is the label of a room")]
)
def test_what_is_no_piece_is_refused_with_its_field(whole, bay, store, nurse, now, code, words):
    code = store.code if code == "Store" else code
    with pytest.raises(StocktakeRefusedError, match=words) as refused:
        count(whole, bay, code, nurse, now)
    assert refused.value.field == "code"
    assert not Scan.objects.exists()


def test_a_place_that_cannot_be_corrected_is_remarked_and_counted(whole, store, pump, nurse, now):
    Asset.objects.filter(pk=pump.pk).update(retired_at=now)
    count(whole, store, "P-1", nurse, now)
    line = whole.lines.get(asset=pump)
    assert (line.state, line.remark) == ("moved", "It is no longer in service.")


def all_closed(whole, by, now):
    for room in whole.rooms.all():
        close_room(room=room, by=by, now=now)
    return close_stocktake(stocktake=whole, by=by, now=now, signature=Signed("Bruno Biomed"))


def test_it_is_closed_with_a_signature_when_all_rooms_are(whole, biomed, now):
    with pytest.raises(StocktakeRefusedError, match="2 are not closed yet"):
        close_stocktake(stocktake=whole, by=biomed, now=now, signature=Signed("B"))
    for room in whole.rooms.all():
        close_room(room=room, by=biomed, now=now)
    with pytest.raises(StocktakeRefusedError, match="your name is missing"):
        close_stocktake(stocktake=whole, by=biomed, now=now, signature=None)
    assert Stocktake.objects.get().is_open


def test_a_closed_stocktake_never_changes(whole, bay, pump, nurse, biomed, now):
    count(whole, bay, "P-1", nurse, now)
    count(whole, bay, "XK-0815", nurse, now)
    closed = all_closed(whole, biomed, now)
    before = (report_csv(closed), print_report(report_of(closed)))
    for act in (
        lambda: count(whole, bay, "P-2", nurse, now),
        lambda: take_back(stocktake=whole, by=nurse, now=now),
        lambda: reopen_room(room=room_of(whole, bay), by=biomed),
        lambda: close_stocktake(stocktake=whole, by=biomed, now=now, signature=Signed("B")),
    ):
        with pytest.raises(StocktakeRefusedError, match="closed and signed"):
            act()
    for row in (closed, closed.lines.first(), closed.rooms.first(), closed.scans.first()):
        with pytest.raises(HistoryError):
            row.save()
        with pytest.raises(HistoryError):
            row.delete()
    Asset.objects.filter(pk=pump.pk).update(asset_tag="P-77", serial_number="new")
    closed = Stocktake.objects.get()
    assert (report_csv(closed), print_report(report_of(closed))) == before


def test_a_person_says_that_missing_pieces_were_looked_for_in_vain_once(whole, bay, biomed, now):
    closed = all_closed(whole, biomed, now)
    assert not LocateAttempt.objects.exists()
    line = closed.lines.get(asset__asset_tag="P-1")
    assert [tell_unfound(stocktake=closed, lines=[line.pk], by=biomed) for _time in range(2)] == [1, 0]
    attempt = LocateAttempt.objects.get()
    assert (attempt.asset, attempt.outcome, list(attempt.looked_in.all())) == (line.asset, "not_found", [bay])


def test_an_unknown_tag_is_registered_or_dismissed_later(whole, bay, make_pump, nurse, biomed, now):
    count(whole, bay, "XK-0815", nurse, now)
    closed = all_closed(whole, biomed, now)
    line = closed.lines.get(state="unknown")
    for tag, note, field in (("P-50", "", "tag"), ("", " ", "note")):
        with pytest.raises(StocktakeRefusedError) as refused:
            decide_tag(line=line, tag=tag, note=note, by=biomed, now=now)
        assert refused.value.field == field
    make_pump("P-50")
    assert decide_tag(line=line, tag="p-50", note="", by=biomed, now=now).asset.asset_tag == "P-50"


def test_the_report_says_where_no_cost_was_told_instead_of_nothing(whole, bay, nurse, now):
    count(whole, bay, "P-1", nurse, now)
    report = report_of(whole)
    assert (report.found.count, report.found.value, report.found.unpriced) == (1, None, 1)
    assert [(unit.name, unit.expected, unit.found) for unit in report.units] == [("", 2, 1)]


@pytest.mark.django_db(transaction=True)
def test_several_who_scan_at_once_lose_and_double_nothing(whole, bay, nurse, biomed, administrator, now):
    """Each with a connection of its own, where the database has room for more than one at a time."""
    people, room = (nurse, biomed, administrator), room_of(whole, bay)
    start, failures = Barrier(len(people)), []
    one_by_one = Lock() if connection.vendor == "sqlite" else nullcontext()

    def scan(person):
        start.wait()
        try:
            for number, code in enumerate(("P-1", "P-2", "XK-0815", f"OWN-{person.pk}")):
                with one_by_one:
                    count_code(room=room, code=code, by=person, now=now + timedelta(seconds=number))
        except Exception as error:  # noqa: BLE001  told below, in the thread that asserts
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=scan, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Scan.objects.count() == 12
    assert states(whole) == {
        "P-1": "found", "P-2": "moved", "XK-0815": "unknown", **{f"OWN-{each.pk}": "unknown" for each in people}
    }  # fmt: skip


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["found", "missing", "back", "close", "open"]), st.integers(0, 1), st.integers(0, 2)
    ),
    max_size=10,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_lines_are_what_a_slow_second_count_says(steps, site, bay, store, make_pump, nurse, now):
    """Told anew from the beginning: per piece, the last thing that was said and not taken back."""
    for tag, zone in (("R-1", bay), ("R-2", store)):
        if not Asset.objects.filter(asset_tag=tag).exists():
            make_pump(tag, home_zone=zone)
    made = open_stocktake(name="Any", scope=Scope(site), by=nurse, now=now)
    zones, told, closed = [bay, store], [], set()
    # What earlier examples placed is where it is by now, and so where it is expected.
    homes = [zones.index(made.lines.get(asset__asset_tag=tag).room.zone) for tag in ("R-1", "R-2")]
    for number, step in enumerate(steps):
        at = now + timedelta(seconds=number + 1)
        with suppress(StocktakeRefusedError):
            _do(step, made, room_of(made, zones[step[1]]), nurse, at)
            _tell(step, told, closed)
    lines = made.lines.shown()
    assert {str(line): line.state for line in lines if line.asset_id} == {
        "R-1": _expected(0, homes[0], told, closed),
        "R-2": _expected(1, homes[1], told, closed),
    }
    unknown = {zone for _said, zone, code in told if code == 2}
    assert {zones.index(line.found_in.zone) for line in lines if not line.asset_id} == unknown


def _do(step, made, room, by, at):
    match step[0]:
        case "found" | "missing" as said:
            count_code(room=room, code=["R-1", "R-2", "??"][step[2]], said=Said(said), by=by, now=at)
        case "back":
            take_back(stocktake=made, by=by, now=at)
        case "close":
            close_room(room=room, by=by, now=at)
        case "open":
            reopen_room(room=room, by=by)


def _tell(step, told, closed):
    match step[0]:
        case "found" | "missing":
            told.append(step)
        case "back" if told:
            told.pop()
        case "close":
            closed.add(step[1])
        case "open":
            closed.discard(step[1])


def _expected(piece, home, told, closed):
    said = [step for step in told if step[2] == piece]
    if not said:
        return "missing" if home in closed else "open"
    if said[-1][0] == "missing":
        return "missing"
    return "found" if said[-1][1] == home else "moved"
