"""The page of one piece of equipment, and its charts."""

from datetime import timedelta

import pytest

from assets.models import ActivityInterval, AssetNow, Reading, Stay
from assets.words import Activity, Basis, Quality
from tests.latest import put_reading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.fixture
def pump(make_pump, make_zone, floor, noon):
    """In use in bay 1 for two hours; its battery is known, its rate failed ten minutes ago."""
    pump, bay = make_pump("P-104", serial_number="SN-77"), make_zone("Bay 1")
    begin = noon - timedelta(hours=2)
    AssetNow.objects.create(
        asset=pump, activity=Activity.IN_USE, basis=Basis.CONFIRMED, since=begin, floor=floor, zone=bay,
        zone_since=begin, position_at=noon - timedelta(seconds=20), position_confidence=0.9,
        battery_percent=82, heard_at=noon, stale_at=noon + timedelta(minutes=2),
    )  # fmt: skip
    ActivityInterval.objects.create(asset=pump, activity=Activity.IN_USE, basis=Basis.CONFIRMED, begin=begin)
    Stay.objects.create(asset=pump, zone=bay, begin=begin)
    well = noon - timedelta(minutes=10)
    Reading.objects.create(asset=pump, name="infusion_rate", at=well, value=12.5)
    put_reading(asset=pump, name="battery_charge", number=82, at=noon, good_at=noon, source="x")
    put_reading(
        asset=pump, name="infusion_rate", quality=Quality.NO_ANSWER, at=noon, good_at=well, source="x"
    )
    return pump


def test_the_page_answers_what_where_and_since_when(sign_in, biomed, pump):
    text = sign_in(biomed).get("/assets/P-104/").content.decode()
    assert "Meridian Infusa 200" in text
    assert "for 2 h, since" in text
    assert "11:00" in text
    assert "reported by the device" in text
    assert "Bay 1" in text
    assert "20 s ago" in text
    assert "/map/main-1/?asset=P-104" in text
    assert "SN-77" in text


def test_a_failed_reading_is_shown_as_failed_with_its_last_value(sign_in, biomed, pump):
    text = sign_in(biomed).get("/assets/P-104/").content.decode()
    assert "No answer" in text
    assert "12.5 ml/h," in text
    assert "10 min ago" in text


def test_the_day_is_told_as_drawing_and_as_tables(sign_in, biomed, pump):
    page = sign_in(biomed).get("/assets/P-104/?hours=24")
    text = page.content.decode()
    assert "In use (reported by the device), 11:00 to now, 2 h" in text
    assert "Not heard (nothing recorded), Sun 13:00 to 11:00, 22 h" in text
    assert "<caption>Places</caption>" in text


def test_no_style_stands_in_the_page_and_scripts_carry_the_nonce(sign_in, biomed, pump):
    page = sign_in(biomed).get("/assets/P-104/")
    text = page.content.decode()
    assert "style=" not in text
    assert "<style" not in text
    nonce = page["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assert f'<script type="importmap" nonce="{nonce}">' in text


def test_an_open_page_asks_for_the_live_part_alone(sign_in, biomed, pump):
    text = sign_in(biomed).get("/assets/P-104/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert "Bay 1" in text
    assert "12.5 ml/h," in text


def test_each_numeric_reading_has_a_trend(sign_in, biomed, pump, noon):
    put_reading(asset=pump, name="device_state", text="infusing", at=noon, source="x")
    page = sign_in(biomed).get("/assets/P-104/")
    assert [line.name for line in page.context["trends"]] == ["battery_charge", "infusion_rate"]


def test_an_asset_that_was_never_heard_of_has_a_page(sign_in, biomed, make_pump):
    make_pump("P-1")
    text = sign_in(biomed).get("/assets/P-1/").content.decode()
    assert "Not heard" in text
    assert "Place not known" in text
    assert "It reports no readings" in text


def test_a_retired_asset_says_so(sign_in, biomed, make_pump, noon):
    make_pump("P-1", retired_at=noon)
    assert "retired on 2 Mar 2026" in sign_in(biomed).get("/assets/P-1/").content.decode()


def test_an_asset_of_a_foreign_site_is_not_there(sign_in, biomed, make_pump, other_site):
    make_pump("P-9", site=other_site)
    client = sign_in(biomed)
    assert client.get("/assets/P-9/").status_code == 404
    assert client.get("/assets/P-9/charts/battery_charge.json").status_code == 404


def test_nurses_see_where_it_is_but_not_its_history_or_readings(sign_in, nurse, pump):
    page = sign_in(nurse).get("/assets/P-104/")
    text = page.content.decode()
    assert "Bay 1" in text
    assert "strip" not in page.context
    assert "readings" not in page.context
    assert "12.5 ml/h" not in text
    assert "data-chart" not in text
    assert "/collectors/" not in text


def test_facilities_see_history_but_not_how_it_is_read(sign_in, facilities, pump):
    page = sign_in(facilities).get("/assets/P-104/")
    assert page.context["strip"].stays
    assert "/collectors/of/" not in page.content.decode()


def test_engineers_see_how_it_is_read(sign_in, biomed, pump):
    assert "/collectors/of/P-104/" in sign_in(biomed).get("/assets/P-104/").content.decode()


def test_what_the_network_knows_it_by_is_part_of_its_identity(sign_in, biomed, pump):
    pump.identifiers.create(kind="mac", value="00:1b:c5:00:4f:01")
    page = sign_in(biomed).get("/assets/P-104/").content.decode()
    assert "MAC address" in page
    assert "00:1b:c5:00:4f:01" in page


def test_who_is_not_signed_in_is_sent_to_sign_in(client, pump):
    assert client.get("/assets/P-104/").url.startswith("/sign-in/")
    assert client.get("/assets/P-104/charts/battery_charge.json").url.startswith("/sign-in/")


def test_more_history_needs_no_more_queries(
    sign_in, biomed, pump, noon, make_zone, django_assert_max_num_queries
):
    client, store, counts = sign_in(biomed), make_zone("Store"), []
    names = ["temperature", "humidity"]
    for extra in (0, 2):
        for number in range(extra):
            begin, end = noon - timedelta(hours=9 - number), noon - timedelta(hours=8 - number, minutes=30)
            Stay.objects.create(asset=pump, zone=store, begin=begin, end=end)
            ActivityInterval.objects.create(
                asset=pump, activity=Activity.DIRTY, basis=Basis.ZONE, begin=begin, end=end
            )
            put_reading(asset=pump, name=names[number], number=1, at=noon, source="x")
        client.get("/assets/P-104/?hours=24")
        with django_assert_max_num_queries(20) as queries:
            client.get("/assets/P-104/?hours=24")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_looks_back_as_far_as_something_is_known_or_as_asked(sign_in, biomed, pump):
    client = sign_in(biomed)
    assert client.get("/assets/P-104/").context["hours"] == 6
    page = client.get("/assets/P-104/?hours=24")
    assert page.context["hours"] == 24
    assert "Last 24 hours" in page.content.decode()


@pytest.mark.parametrize("hours", ["7", "-1", "day", "", "24.0"])
def test_a_malformed_period_is_refused(sign_in, biomed, pump, hours):
    assert sign_in(biomed).get("/assets/P-104/", {"hours": hours}).status_code == 400


# --- Charts ---
def chart(client, name, tag="P-104"):
    return client.get(f"/assets/{tag}/charts/{name}.json?hours=24")


def test_a_chart_is_a_specification_with_its_values(sign_in, biomed, pump):
    spec = chart(sign_in(biomed), "infusion_rate").json()
    assert spec["usermeta"] == {
        "finding": "Infusion rate: steady at 12.5 ml/h", "rows": [["Mon 12:00", "12.5", "12.5", "12.5"]],
    }  # fmt: skip
    assert [(value["t"], value["value"]) for value in spec["layer"][1]["data"]["values"]] == [(85800.0, 12.5)]


def test_a_chart_shades_the_silences(sign_in, biomed, pump):
    spec = chart(sign_in(biomed), "infusion_rate").json()
    assert spec["layer"][0]["data"]["values"] == [{"t": 0.0, "end": 79200.0, "words": "Not heard"}]


@pytest.mark.parametrize("name", ["mood", "device_state", "serial_number"])
def test_what_is_no_number_has_no_chart(sign_in, biomed, pump, name):
    assert chart(sign_in(biomed), name).status_code == 404


def test_a_chart_of_nothing_says_so(sign_in, biomed, pump):
    spec = chart(sign_in(biomed), "temperature").json()
    assert spec["usermeta"]["finding"] == "Temperature: no values in this period"


def test_nurses_get_no_chart(sign_in, nurse, pump):
    answer = chart(sign_in(nurse), "infusion_rate")
    assert answer.status_code == 403
    assert b"Infusion rate" not in answer.content
