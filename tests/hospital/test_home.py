"""What each role sees first."""

from datetime import timedelta

import pytest

from assets.alerts.lifecycle import raise_alert
from assets.alerts.models import Rule
from assets.claims import claim_asset
from assets.maintenance.orders import open_work_order
from assets.maintenance.words import Kind, Priority
from assets.models import AssetNow, Category, EquipmentModel
from assets.words import Activity, Basis, Quality
from collectors.models import EndpointHealth
from hospital.homes import bars, equipment_in_trouble, fleet_now, system_state, whole_fleet
from locations.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def is_doing(noon, floor):
    """Says what an asset does: ``is_doing(pump, Activity.DOWN, minutes=5)``."""

    def say(asset, activity, *, minutes=0, basis=Basis.CONFIRMED, **extra):
        return AssetNow.objects.create(
            asset=asset, activity=activity, basis=basis, since=noon - timedelta(minutes=minutes), floor=floor,
            heard_at=noon, position_at=noon, stale_at=noon + timedelta(minutes=2), **extra,
        )  # fmt: skip

    return say


def text(response) -> str:
    return " ".join(response.content.decode().split())


def answer(response) -> str:
    return text(response).split('data-testid="answer">')[1].split("</h1>")[0].strip()


# --- A nurse -------------------------------------------------------------------------------------


def test_a_nurse_can_search_at_once_and_counts_from_her_own_unit(sign_in, nurse, make_zone):
    nurse.home_zone = make_zone("Station 3 West")
    nurse.save()
    page = text(sign_in(nurse).get("/"))
    assert '<form class="home-search" method="get" action="/find/"' in page
    assert f'name="near" value="{nurse.home_zone.pk}"' in page
    assert "Nearest to Station 3 West, Level 1" in page


def test_a_tile_says_how_many_are_ready_and_opens_the_search(sign_in, nurse, make_pump, is_doing):
    is_doing(make_pump("P-1"), Activity.AVAILABLE)
    is_doing(make_pump("P-2"), Activity.IN_USE)
    page = text(sign_in(nurse).get("/"))
    tile = page.split('data-testid="tile"')[1].split("</a>")[0]
    assert "Infusion pumps" in tile
    assert "<strong>1</strong> ready" in tile
    assert 'href="/find/?q=Infusion%20pump"' in page


def test_a_tile_of_which_none_is_ready_says_so(sign_in, nurse, make_pump):
    make_pump("P-1")
    assert "None ready now" in text(sign_in(nurse).get("/"))


def test_a_nurse_sees_no_way_to_the_collectors(sign_in, nurse):
    page = text(sign_in(nurse).get("/"))
    assert 'href="/collectors/"' not in page
    assert 'href="/find/"' in page


# --- A biomedical engineer -------------------------------------------------------------------------


def test_an_engineer_reads_first_what_is_down_and_not_heard(sign_in, biomed, make_pump, is_doing):
    is_doing(make_pump("P-1"), Activity.DOWN, minutes=90)
    is_doing(make_pump("P-2"), Activity.UNKNOWN)
    make_pump("P-3")
    page = sign_in(biomed).get("/")
    assert answer(page) == "1 out of service, 2 not heard"
    assert "1 h 30 min" in text(page)


def test_troubles_come_in_order_of_risk_and_their_rows_newest_first(biomed, make_pump, is_doing, noon):
    is_doing(make_pump("P-1"), Activity.DOWN, minutes=90)
    is_doing(make_pump("P-2"), Activity.DOWN, minutes=5)
    is_doing(make_pump("P-3"), Activity.AVAILABLE, battery_percent=19.9)
    is_doing(make_pump("P-4"), Activity.AVAILABLE, battery_percent=20.0)
    is_doing(make_pump("P-5"), Activity.UNKNOWN, battery_percent=3.0)
    found = [(t.key, t.count, [a.asset_tag for a in t.assets]) for t in equipment_in_trouble(biomed)]
    assert found == [
        ("down", 2, ["P-2", "P-1"]),
        ("unheard", 1, ["P-5"]),
        ("battery", 1, ["P-3"]),
    ]


def test_retired_and_foreign_equipment_is_nobodys_trouble(biomed, make_pump, is_doing, noon, other_site):
    is_doing(make_pump("P-1", retired_at=noon), Activity.DOWN)
    is_doing(make_pump("F-1", site=other_site), Activity.DOWN)
    assert equipment_in_trouble(biomed) == []


def test_an_engineer_sees_which_endpoints_fail_since_when(sign_in, biomed, make_endpoint, noon):
    EndpointHealth.objects.create(
        endpoint=make_endpoint("UPS cellar"),
        quality=Quality.NO_ANSWER,
        failing_since=noon - timedelta(minutes=17),
    )
    EndpointHealth.objects.create(endpoint=make_endpoint("UPS roof", port=162), quality=Quality.GOOD)
    page = text(sign_in(biomed).get("/"))
    assert "1 endpoint fails to answer" in page
    assert "UPS cellar" in page
    assert "17 min" in page
    assert "UPS roof" not in page


def test_a_quiet_day_says_that_nothing_is_needed(sign_in, biomed):
    page = sign_in(biomed).get("/")
    assert answer(page) == "Everything is in service and heard"
    assert "Nothing needs you" in text(page)


def test_the_workshop_begins_with_the_gravest_alert(sign_in, biomed, make_pump, noon):
    for tag, severity in (("P-1", "info"), ("P-2", "critical")):
        rule = Rule.objects.create(name=severity, kind="fault", severity=severity, parameters={})
        raise_alert(rule=rule, asset=make_pump(tag), key="k", at=noon, saying={"id": "fault"}, now=noon)

    page = text(sign_in(biomed).get("/"))

    assert "2 alerts open" in page
    rows = [row.split("</li>")[0] for row in page.split('data-testid="alert-row"')[1:]]
    assert ["P-2" in row for row in rows] == [True, False]
    assert "The device reports a fault" in rows[0]


def test_the_workshop_sees_open_work_the_most_urgent_first(sign_in, biomed, make_pump, noon):
    for tag, priority in (("P-1", Priority.LOW), ("P-2", Priority.URGENT)):
        open_work_order(
            asset=make_pump(tag), kind=Kind.CORRECTIVE, by=biomed, now=noon, note="Leaks", priority=priority
        )

    page = text(sign_in(biomed).get("/"))

    assert "2 pieces of work open" in page
    rows = [row.split("</li>")[0] for row in page.split('data-testid="home-work"')[1:]]
    assert ["P-2" in row for row in rows] == [True, False]


# --- A facilities manager ---------------------------------------------------------------------------


def test_a_manager_reads_the_share_in_use_of_what_is_heard(sign_in, facilities, make_pump, is_doing):
    is_doing(make_pump("P-1"), Activity.IN_USE)
    is_doing(make_pump("P-2"), Activity.AVAILABLE)
    is_doing(make_pump("P-3"), Activity.UNKNOWN)
    make_pump("P-4")
    page = sign_in(facilities).get("/")
    assert answer(page) == "50 % in use now: 1 of the 2 that are heard"
    assert "2 of 4 are not heard and left out of every share." in text(page)


def test_when_nothing_is_heard_no_share_is_made_up(sign_in, facilities, make_pump):
    make_pump("P-1")
    assert answer(sign_in(facilities).get("/")) == "No equipment is heard"


def test_a_fleet_line_counts_every_piece_exactly_once(facilities, make_pump, is_doing, pumps):
    for number, activity in enumerate(Activity.values):
        is_doing(make_pump(f"P-{number}"), activity)
    make_pump("P-never")
    (line,) = fleet_now(facilities)
    assert (line.category, line.owned) == (pumps, 7)
    assert line.counts == dict.fromkeys(Activity.values, 1) | {Activity.UNKNOWN: 2}
    assert sum(whole_fleet([line]).values()) == line.owned
    assert line.coverage == pytest.approx(500 / 7)
    assert line.in_use_share == 20.0


def test_the_largest_fleet_comes_first(facilities, make_pump, pump_model):
    beds = Category.objects.create(name="Bed", plural="Beds", slug="bed", shape="bed")
    bed = EquipmentModel.objects.create(manufacturer="Lindmark", name="Porter", category=beds)
    make_pump("P-1")
    make_pump("B-1", model=bed)
    make_pump("B-2", model=bed)
    assert [line.category.name for line in fleet_now(facilities)] == ["Bed", "Infusion pump"]


def test_bars_stand_side_by_side_and_leave_the_unheard_open():
    drawn = bars({Activity.IN_USE: 2, Activity.AVAILABLE: 1, Activity.UNKNOWN: 1, Activity.DOWN: 0})
    assert [(bar.look.word, bar.count, bar.offset, bar.width) for bar in drawn] == [
        ("In use", 2, 0.0, 50.0),
        ("Ready", 1, 50.0, 25.0),
    ]


def test_every_number_opens_its_list(sign_in, facilities, make_pump):
    make_pump("P-1")
    page = text(sign_in(facilities).get("/"))
    assert 'href="/assets/?category=infusion-pump&amp;activity=unknown">1</a>' in page


# --- An administrator ---------------------------------------------------------------------------------


def test_an_administrator_learns_that_nothing_is_asked_yet(sign_in, administrator):
    assert answer(sign_in(administrator).get("/")) == "No device is asked yet"


@pytest.mark.parametrize(
    ("quality", "answered", "words"),
    [
        (Quality.GOOD, timedelta(seconds=10), "All is well: 1 endpoint answers"),
        (Quality.GOOD, timedelta(minutes=3), "No device has answered lately"),
        (Quality.NO_ANSWER, timedelta(seconds=90), "1 of 1 endpoints fail"),
    ],
)
def test_an_administrator_reads_first_whether_devices_answer(
    sign_in, administrator, make_endpoint, noon, quality, answered, words
):
    EndpointHealth.objects.create(
        endpoint=make_endpoint(),
        quality=quality,
        attempted_at=noon,
        answered_at=noon - answered,
        failing_since=None if quality is Quality.GOOD else noon,
    )
    assert answer(sign_in(administrator).get("/")) == words


def test_the_system_counts_what_cannot_be_heard_and_who_may_sign_in(
    administrator, nurse, make_pump, make_endpoint
):
    make_pump("P-1")
    make_pump("P-2", is_fixed=True)
    make_endpoint(asset=make_pump("P-3"))
    state = system_state()
    assert state.untracked == 1
    assert (state.polled, state.never_asked, state.answering, state.failing) == (1, 1, 0, 0)
    assert dict(state.people) == {
        "Nurse": 1, "Biomedical engineer": 0, "Facilities manager": 0, "Administrator": 1,
    }  # fmt: skip


# --- Everybody ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["nurse", "biomed", "facilities", "administrator"])
def test_every_home_keeps_itself_current_and_lets_people_sign_out(request, sign_in, person):
    page = text(sign_in(request.getfixturevalue(person)).get("/"))
    assert 'id="answer" hx-get="/" hx-select="#answer" hx-trigger="every 15s"' in page
    assert '<form method="post" action="/sign-out/" data-sign-out>' in page


@pytest.mark.parametrize("person", ["nurse", "biomed", "facilities", "administrator"])
def test_a_home_costs_the_same_for_more_equipment(
    request, sign_in, person, make_pump, is_doing, django_assert_max_num_queries
):
    browser = sign_in(request.getfixturevalue(person))
    for number in range(4):
        is_doing(make_pump(f"P-{number}"), Activity.DOWN, battery_percent=5.0)
    with django_assert_max_num_queries(19):  # the engineer's: alerts and urgent work in their own panels
        browser.get("/")


def test_without_signing_in_home_is_the_sign_in_page(client, db):
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_a_nurse_sees_what_she_holds_and_what_to_do_when_she_holds_nothing(
    sign_in, nurse, make_pump, is_doing, noon
):
    client = sign_in(nurse)
    assert "You hold nothing now." in text(client.get("/"))
    pump = make_pump("P-1")
    is_doing(pump, Activity.AVAILABLE)
    claim_asset(asset=pump, by=nurse, at=noon)
    page = text(client.get("/"))
    assert 'data-testid="my-claim"' in page
    assert "You hold nothing now." not in page


def test_times_are_told_by_the_clock_of_the_site(sign_in, nurse, make_pump, make_zone, noon):
    nurse.home_zone = make_zone("Station 3 West")
    nurse.save()
    Site.objects.update(timezone="Asia/Kolkata")
    claim_asset(asset=make_pump("P-1"), by=nurse, at=noon)
    assert "Yours until 17:40" in text(sign_in(nurse).get("/"))


def test_a_nurse_without_levels_or_unit_is_told_why_there_are_none(sign_in, nurse, make_zone):
    client = sign_in(nurse)
    assert "Name your unit, and you see here" in text(client.get("/"))
    nurse.home_zone = make_zone("Station 3 West")
    nurse.save()
    assert "No level is set for your unit." in text(client.get("/"))


def test_a_tile_says_when_it_was_counted(sign_in, nurse, make_pump, is_doing, noon):
    is_doing(make_pump("P-1"), Activity.AVAILABLE)
    page = text(sign_in(nurse).get("/"))
    assert 'datetime="2026-03-02T13:00:00+01:00"' in page.split('data-testid="tiles-age"')[1].split("</p>")[0]
