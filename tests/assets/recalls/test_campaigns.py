"""From a match to a closed campaign: decided, quarantined, corrected, and never closed while something is open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.maintenance.acts import act_on
from assets.maintenance.orders import WorkRefusedError, move_work_order, open_work_order
from assets.maintenance.queries import HistoryError
from assets.maintenance.signatures import Signed
from assets.maintenance.words import ActKind, Kind, Outcome
from assets.models import Asset, AssetNow
from assets.recalls.campaigns import add_evidence, close_campaign, move_items
from assets.recalls.deciding import RecallRefusedError, decide
from assets.recalls.models import Campaign, Evidence, Item, ItemEvent, Match
from assets.recalls.words import Decision, State
from assets.statements import StatementRefusedError, state_activity
from assets.transitions import TransitionRefusedError
from assets.words import Activity
from hospital.audit.context import Actor, acting
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(recalled, biomed, noon):
    """Decides: ``say("confirmed", "P-1", "P-2")``."""

    def do(decision, *tags, note="Looked at the label", by=biomed):
        assets = [Asset.objects.get(asset_tag=tag).pk for tag in tags]
        return decide(notice=recalled, assets=assets, decision=Decision(decision), by=by, now=noon, note=note)

    return do


@pytest.fixture
def move(recalled, biomed, noon):
    """Moves pieces of the campaign: ``move("quarantine", "P-1")``."""

    def do(transition, *tags, after=1, **told):
        assets = [Asset.objects.get(asset_tag=tag).pk for tag in tags]
        campaign, now = Campaign.objects.get(), noon + timedelta(minutes=after)
        return move_items(campaign=campaign, assets=assets, transition=transition, by=biomed, now=now, **told)

    return do


def activity(tag):
    return AssetNow.objects.get(asset__asset_tag=tag).activity


def states():
    return dict(Item.objects.values_list("asset__asset_tag", "state"))


# --- Deciding -------------------------------------------------------------------------------------------------


def test_the_first_confirmed_piece_begins_a_campaign(say, biomed):
    assert say("confirmed", "P-1", "P-4") == 2
    assert states() == {"P-1": State.TODO, "P-4": State.TODO}
    assert Campaign.objects.get().opened_by == biomed


def test_what_is_rejected_needs_a_reason_and_is_no_work(say, biomed):
    with pytest.raises(RecallRefusedError, match="note"):
        say("rejected", "P-3", note=" ")
    assert say("rejected", "P-3") == 1
    match = Match.objects.get(asset__asset_tag="P-3")
    assert (match.decision, match.note, match.decided_by) == ("rejected", "Looked at the label", biomed)
    assert not Campaign.objects.exists()


def test_a_decision_is_taken_back_with_its_campaign(say):
    say("confirmed", "P-1")
    assert say("", "P-1", note="") == 1
    assert not Item.objects.exists()
    assert not Campaign.objects.exists()
    assert Match.objects.get(asset__asset_tag="P-1").decided_at is None


def test_what_was_worked_on_is_not_taken_back_and_nothing_of_the_rest_is(say, move):
    say("confirmed", "P-1", "P-4")
    move("locate", "P-4")
    with pytest.raises(RecallRefusedError, match="P-4"):
        say("", "P-1", "P-4", note="")
    assert states() == {"P-1": State.TODO, "P-4": State.LOCATED}


def test_nobody_decides_of_what_they_do_not_see(say, nurse, other_site):
    nurse.sites.set([other_site])
    with pytest.raises(RecallRefusedError):
        say("confirmed", "P-1", by=nurse)
    assert not Item.objects.exists()


# --- Quarantine -----------------------------------------------------------------------------------------------


def test_in_quarantine_it_is_out_of_service_until_it_is_corrected(say, move):
    say("confirmed", "P-1")
    move("quarantine", "P-1")
    assert activity("P-1") == Activity.DOWN
    move("correct", "P-1", after=2, note="Door replaced")
    assert (activity("P-1"), states()) == (Activity.AVAILABLE, {"P-1": State.CORRECTED})


@pytest.mark.parametrize("stated", [Activity.AVAILABLE, Activity.DIRTY])
def test_nobody_says_that_it_is_ready_while_it_is_in_quarantine(say, move, nurse, noon, stated):
    say("confirmed", "P-1")
    move("quarantine", "P-1")
    with pytest.raises(StatementRefusedError, match="Z-0001-2026"):
        state_activity(asset=Asset.objects.get(asset_tag="P-1"), activity=stated, by=nurse, at=noon)
    assert activity("P-1") == Activity.DOWN


def test_cleaning_it_does_not_bring_it_back(say, move, nurse, noon):
    say("confirmed", "P-1")
    move("quarantine", "P-1")
    asset, later = Asset.objects.get(asset_tag="P-1"), noon + timedelta(minutes=5)
    with pytest.raises(WorkRefusedError, match="quarantine"):
        act_on(asset=asset, kind=ActKind.CLEANED, by=nurse, now=later)
    act_on(asset=asset, kind=ActKind.DIRTY, by=nurse, now=later)
    assert activity("P-1") == Activity.DOWN
    move("correct", "P-1", after=9)
    assert activity("P-1") == Activity.DIRTY


def test_a_repair_that_is_verified_leaves_it_in_quarantine_and_the_other_way_round(
    say, move, biomed, nurse, noon
):
    say("confirmed", "P-1", "P-4")
    first, second = (Asset.objects.get(asset_tag=tag) for tag in ("P-1", "P-4"))
    for asset in (first, second):
        act_on(asset=asset, kind=ActKind.BROKEN, by=nurse, now=noon)
    move("quarantine", "P-1", "P-4")
    order = first.work_orders.get()
    told = {"finish": {"outcome": Outcome.FAILURE, "signature": Signed("Bruno")}, "verify": {}}
    for step, words in told.items():
        move_work_order(order=order, transition=step, by=biomed, now=noon + timedelta(minutes=3), **words)
    assert activity("P-1") == Activity.DOWN
    move("correct", "P-1", "P-4", after=5)
    assert (activity("P-1"), activity("P-4")) == (Activity.AVAILABLE, Activity.DOWN)


def test_what_went_back_to_its_maker_is_not_ready_and_may_come_back_after_the_end(
    say, move, recalled, biomed, noon
):
    say("confirmed", "P-1")
    say("rejected", "P-3", "P-4")
    move("return", "P-1")
    assert activity("P-1") == Activity.DOWN
    close_campaign(campaign=Campaign.objects.get(), by=biomed, now=noon + timedelta(minutes=2))
    move("correct", "P-1", after=3)
    assert (activity("P-1"), states()["P-1"]) == (Activity.AVAILABLE, State.CORRECTED)


def test_opened_again_after_its_return_it_is_in_quarantine(say, move):
    say("confirmed", "P-1")
    move("return", "P-1")
    move("reopen", "P-1", after=2, note="Sent back as it was")
    assert (activity("P-1"), states()["P-1"]) == (Activity.DOWN, State.QUARANTINED)


def test_two_recalls_hold_a_piece_until_both_let_it_go(say, move, take, enforcement, biomed, noon):
    say("confirmed", "P-1")
    move("quarantine", "P-1")
    take(enforcement(recall_number="Z-2"))
    other = Match.objects.get(asset__asset_tag="P-1", notice__number="Z-2")
    decide(notice=other.notice, assets=[other.asset_id], decision=Decision.CONFIRMED, by=biomed, now=noon)
    campaign = Campaign.objects.get(notice=other.notice)

    def both(transition, minutes):
        now = noon + timedelta(minutes=minutes)
        move_items(campaign=campaign, assets=[other.asset_id], transition=transition, by=biomed, now=now)

    both("quarantine", 2)
    both("correct", 3)
    assert activity("P-1") == Activity.DOWN


# --- Working on it --------------------------------------------------------------------------------------------


def test_exempt_needs_a_reason_and_one_refusal_moves_nothing(say, move):
    say("confirmed", "P-1", "P-4")
    with pytest.raises(TransitionRefusedError, match="Exempt"):
        move("exempt", "P-1")
    move("correct", "P-4")
    with pytest.raises(TransitionRefusedError, match="P-4"):
        move("quarantine", "P-1", "P-4", after=2)
    assert states() == {"P-1": State.TODO, "P-4": State.CORRECTED}
    assert not AssetNow.objects.filter(asset__asset_tag="P-1", activity=Activity.DOWN).exists()


def test_a_photo_is_kept_as_evidence_and_nothing_but_its_pixels(say, move, photo):
    say("confirmed", "P-1")
    move("quarantine", "P-1", photo=photo, note="Tagged red")
    evidence = Evidence.objects.get()
    assert (evidence.width_px, evidence.event.note, evidence.event.target) == (
        40,
        "Tagged red",
        "quarantined",
    )


def test_a_note_alone_is_evidence_and_nothing_is_none(say, recalled, biomed, noon):
    say("confirmed", "P-1")
    item = Item.objects.get()
    add_evidence(item=item, by=biomed, now=noon, note="Maker was called")
    with pytest.raises(RecallRefusedError):
        add_evidence(item=item, by=biomed, now=noon, note=" ")
    assert [event.note for event in item.events.all()] == ["Maker was called"]


def test_what_happened_is_neither_changed_nor_deleted(say, move):
    say("confirmed", "P-1")
    move("locate", "P-1")
    event = ItemEvent.objects.get()
    for change in (event.save, event.delete, ItemEvent.objects.all().delete):
        with pytest.raises(HistoryError):
            change()


def test_deciding_and_moving_are_on_the_trail(say, move, biomed):
    with acting(lambda: Actor(name="biomed", user_id=biomed.pk)):
        say("confirmed", "P-1")
        move("quarantine", "P-1")
    told = set(AuditRecord.objects.values_list("object_type", flat=True))
    assert {"recalls.match", "recalls.campaign", "recalls.item", "recalls.itemevent"} <= told


# --- The end --------------------------------------------------------------------------------------------------


def test_it_is_not_closed_while_a_piece_is_open_or_a_match_undecided(say, move, recalled, biomed, noon):
    say("confirmed", "P-1")
    campaign, later = Campaign.objects.get(), noon + timedelta(hours=1)
    with pytest.raises(RecallRefusedError, match="1 piece is still open"):
        close_campaign(campaign=campaign, by=biomed, now=later)
    move("correct", "P-1")
    with pytest.raises(RecallRefusedError, match="2 matches are not decided"):
        close_campaign(campaign=campaign, by=biomed, now=later)
    say("rejected", "P-3", "P-4")
    closed = close_campaign(campaign=campaign, by=biomed, now=later, note="All done")
    assert (closed.closed_at, closed.closed_by, closed.note) == (later, biomed, "All done")
    with pytest.raises(RecallRefusedError, match="closed"):
        move("reopen", "P-1", after=90, note="Again")


def test_a_piece_of_a_site_that_one_does_not_see_keeps_it_open(say, move, recalled, biomed, other_site, noon):
    say("confirmed", "P-1", "P-4")
    say("rejected", "P-3")
    move("correct", "P-1")
    Asset.objects.filter(asset_tag="P-4").update(site=other_site)
    with pytest.raises(RecallRefusedError, match="1 piece"):
        close_campaign(campaign=Campaign.objects.get(), by=biomed, now=noon)


def test_a_piece_that_is_confirmed_later_opens_it_again(say, move, biomed, noon):
    say("confirmed", "P-1")
    say("rejected", "P-3", "P-4")
    move("correct", "P-1")
    close_campaign(campaign=Campaign.objects.get(), by=biomed, now=noon)
    say("confirmed", "P-4")
    assert Campaign.objects.get().is_open


def test_an_open_repair_is_not_needed_to_quarantine(say, move, nurse, noon):
    say("confirmed", "P-1")
    asset = Asset.objects.get(asset_tag="P-1")
    open_work_order(asset=asset, kind=Kind.CORRECTIVE, by=None, now=noon, note="Reported by a label")
    move("quarantine", "P-1")
    move("correct", "P-1", after=2)
    assert activity("P-1") == Activity.AVAILABLE
