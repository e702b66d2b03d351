"""Observations sent over HTTP: by whom, of what, how much, and what each row is answered."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.db import OperationalError

from assets.models import ActivityInterval, Asset, AssetNow, EvidenceLog, Identifier, ReadingNow
from collectors.models import Receipt, Source, SourceHealth, SourceToken
from collectors.receivers.http import api, taking
from collectors.receivers.http.desk import Desks
from collectors.receivers.http.tokens import make_token, revoke_token
from locations.models import Building, Floor, Receiver

pytestmark = pytest.mark.django_db
PATH = "/api/v1/observations/"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch, noon):
    steady = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    monkeypatch.setattr(api.ObservationsView, "desks", Desks(steady))
    return steady


@pytest.fixture
def source(site):
    return Source.objects.create(name="Pump server", kind="http", site=site)


@pytest.fixture
def token(source, noon):
    return make_token(source=source, name="Its vendor", lasts=timedelta(days=30), now=noon)[1]


@pytest.fixture
def post(client, token):
    """Sends rows, or a body as it is: ``post([row], key="a")``."""

    def post(rows, *, key=None, bearer=token, **extra):
        body = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
        headers = {"Authorization": f"Bearer {bearer}"} | ({"Idempotency-Key": key} if key else {})
        return client.post(PATH, body, content_type="application/json", headers=headers, **extra)

    return post


def row(noon, tag="P-1", **changes):
    return {
        "subject": {"kind": "asset_tag", "key": tag},
        "at": noon.isoformat(),
        "readings": {"battery_charge": 80},
    } | changes


def latest(tag="P-1"):
    return {each.name: each.number for each in ReadingNow.objects.filter(asset__asset_tag=tag)}


def health():
    return SourceHealth.objects.get()


# --- what is taken


@pytest.mark.databases
def test_a_sound_row_is_in_the_history_when_it_is_answered(post, make_pump, make_zone, source, noon):
    make_pump("P-1")
    make_zone("Bay 1")
    Receiver.objects.create(identifier="R-1", floor=Floor.objects.get(), x=1, y=1)
    answer = post([
        row(
            noon,
            readings={
                "battery_charge": {"value": 80, "unit": "%"},
                "device_state": "infusing",
                "infusion_rate": {"failed": "no_value"},
            },
            activity="in_use",
            position={"floor": "main-1", "x": 2.5, "y": 3, "error_m": 1},
            sighting={"receiver": "R-1", "rssi_dbm": -61},
        )
    ])  # fmt: skip
    assert answer.status_code == 200
    assert answer.json() == {
        "recorded": 1, "duplicates": 0, "refused": 0, "rows": [{"row": 0, "result": "recorded"}],
    }  # fmt: skip
    now = AssetNow.objects.get()
    assert (now.activity, now.floor.slug, now.battery_percent) == ("in_use", "main-1", 80)
    failed = ReadingNow.objects.get(name="infusion_rate")
    assert (failed.number, failed.quality) == (None, "no_value")
    assert EvidenceLog.objects.get().source == f"source:{source.pk}@R-1"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("serial", "SN 7"),
        ("asset_tag", "P-1"),
        ("mac", "00-1B-C5-00-4F-A2"),
        ("hostname", "Pump7.example."),
    ],
)
def test_equipment_is_known_by_any_of_its_names_however_they_are_spelled(post, make_pump, noon, kind, key):
    pump = make_pump("P-1", serial_number="SN 7")
    Identifier.objects.create(asset=pump, kind="mac", value="00:1b:c5:00:4f:a2")
    Identifier.objects.create(asset=pump, kind="hostname", value="pump7.example")
    assert post([row(noon, subject={"kind": kind, "key": key})]).json()["recorded"] == 1


def test_readings_that_all_failed_are_a_failure_and_no_sign_of_life(post, make_pump, noon):
    make_pump("P-1")
    post([row(noon - timedelta(minutes=1))])
    answer = post([row(noon, readings={"battery_charge": {"failed": "no_answer"}})])
    assert answer.json()["recorded"] == 1
    assert ReadingNow.objects.get().quality == "no_answer"
    assert Asset.objects.get().now.heard_at == noon - timedelta(minutes=1)


@pytest.mark.databases
def test_each_row_has_its_own_answer_and_the_sound_ones_are_recorded(post, make_pump, other_site, noon):
    make_pump("P-1"), make_pump("P-2"), make_pump("FAR-1", site=other_site)
    post([row(noon)])
    answer = post([
        row(noon),
        row(noon, "P-2"),
        row(noon, "P-2"),
        row(noon, "FAR-1"),
        row(noon, "nobody"),
        row(noon + timedelta(minutes=3)),
        row(noon, readings={"battery_charge": 101}),
        row(noon, position={"floor": "nowhere", "x": 1, "y": 1, "error_m": 1}),
    ])  # fmt: skip
    assert answer.status_code == 207
    body = answer.json()
    assert [(each["result"], each.get("reason")) for each in body["rows"]] == [
        ("duplicate", None),
        ("recorded", None),
        ("duplicate", None),
        ("refused", "unknown_equipment"),
        ("refused", "unknown_equipment"),
        ("refused", "ahead"),
        ("refused", "not_understood"),
        ("refused", "unknown_place"),
    ]
    assert (body["recorded"], body["duplicates"], body["refused"]) == (1, 2, 5)
    assert [each["row"] for each in body["rows"]] == list(range(8))
    assert body["rows"][6]["faults"] == {"readings.battery_charge": "must be from 0 to 100"}
    assert latest("P-2") == {"battery_charge": 80.0}
    assert latest("FAR-1") == {}


def test_of_equipment_elsewhere_nothing_is_told_not_even_that_it_is_there(post, make_pump, other_site, noon):
    make_pump("FAR-1", site=other_site)
    rows = post([row(noon, "FAR-1"), row(noon, "NEVER-WAS")]).json()["rows"]
    assert rows[0] == rows[1] | {"row": 0}
    assert not EvidenceLog.objects.exists()


def test_a_place_at_another_site_is_no_place_of_this_one(post, make_pump, other_site, noon):
    make_pump("P-1")
    building = Building.objects.create(site=other_site, name="Far", slug="far")
    floor = Floor.objects.create(building=building, name="Ground", slug="far-0", level=0)
    Receiver.objects.create(identifier="FAR-R", floor=floor, x=1, y=1)
    answer = post([
        row(noon, position={"floor": "far-0", "x": 1, "y": 1, "error_m": 1}),
        row(noon, sighting={"receiver": "FAR-R"}),
    ])  # fmt: skip
    assert [each["reason"] for each in answer.json()["rows"]] == ["unknown_place", "unknown_place"]
    assert not EvidenceLog.objects.exists()


# --- what cannot be understood


TEXT = "must be a text of 1 to 64 characters"
ZONED = "must be a time since 2000 with its zone, as in 2026-03-02T12:00:00Z"


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"at": "2026-03-02T12:00:00"}, {"at": ZONED}),
        ({"at": "2026-02-30T12:00:00Z"}, {"at": ZONED}),
        ({"at": "9999-12-31T23:59:59-14:00"}, {"at": ZONED}),
        ({"at": "0001-01-01T00:00:00+14:00"}, {"at": ZONED}),
        ({"at": 1_772_000_000}, {"at": ZONED}),
        ({"at": None}, {"at": ZONED}),
        ({"subject": "P-1"}, {"subject": "must be an object with kind, key"}),
        ({"subject": {"kind": "asset_tag"}}, {"subject.key": TEXT}),
        ({"subject": {"kind": "asset_tag", "key": "P\u0000"}}, {"subject.key": TEXT}),
        ({"subject": {"kind": "asset_tag", "key": "x" * 65}}, {"subject.key": TEXT}),
        (
            {"subject": {"kind": "asset", "key": "1"}},
            {"subject.kind": "must be one of tag, serial, asset_tag, mac, eui64, hostname, ae_title"},
        ),
        (
            {"subject": {"kind": "mac", "key": "00:11"}},
            {"subject.key": "A MAC address has twelve hexadecimal digits, as in 00:1b:c5:00:4f:a2."},
        ),
        ({"readings": {}}, {"row": "says nothing: give readings, activity, position, sighting or placed"}),
        ({"readings": []}, {"readings": "must be an object: name of the vocabulary to value"}),
        ({"readings": {"patient": "x"}}, {"readings": "name 1 is not in the vocabulary"}),
        ({"readings": {"battery_charge": "80"}}, {"readings.battery_charge": "must be a number"}),
        ({"readings": {"battery_charge": True}}, {"readings.battery_charge": "must be a number"}),
        ({"readings": {"battery_charge": None}}, {"readings.battery_charge": "must be a number"}),
        ({"readings": {"battery_charge": -1}}, {"readings.battery_charge": "must be from 0 to 100"}),
        ({"readings": {"door": "ajar"}}, {"readings.door": "must be one of closed, open"}),
        (
            {"readings": {"alarm_text": "x" * 201}},
            {"readings.alarm_text": "must be a text of 1 to 200 characters"},
        ),
        (
            {"readings": {"alarm_text": "a\nb"}},
            {"readings.alarm_text": "must be a text of 1 to 200 characters"},
        ),
        (
            {"readings": {"temperature": {"value": 4, "unit": "°F"}}},
            {"readings.temperature.unit": "must be °C"},
        ),
        (
            {"readings": {"temperature": {"value": 4, "of": 1}}},
            {"readings.temperature": "may hold value, unit, and nothing else"},
        ),
        (
            {"readings": {"temperature": {"failed": "good"}}},
            {
                "readings.temperature.failed": "must be one of no_answer, refused, authentication, "
                "device_error, missing, wrong_type, malformed, out_of_range, no_value, other_device"
            },
        ),
        ({"activity": "resting"}, {"activity": "must be one of in_use, idle, fault"}),
        ({"activity": []}, {"activity": "must be one of in_use, idle, fault"}),
        (
            {"position": {"floor": "main-1", "x": "1", "y": 10_001, "error_m": -1}},
            {
                "position.x": "must be a number from -10000 to 10000",
                "position.y": "must be a number from -10000 to 10000",
                "position.error_m": "must be a number from 0 to 1000",
            },
        ),
        (
            {"sighting": {"rssi_dbm": -500}},
            {"sighting.receiver": TEXT, "sighting.rssi_dbm": "must be a number from -150 to 30"},
        ),
        (
            {"sighting": {"receiver": "R-1", "range_m": -1, "range_error_m": "x"}},
            {
                "sighting.range_m": "must be a number from 0 to 1000",
                "sighting.range_error_m": "must be a number from 0 to 1000",
            },
        ),
        (
            {"sighting": {"receiver": "R-1", "range_error_m": 0.3}},
            {"sighting.range_error_m": "must come with range_m"},
        ),
        ({"placed": {"floor": "main-1"}}, {"placed.zone": TEXT}),
    ],
)
def test_every_fault_names_its_field(post, make_pump, noon, changes, faults):
    make_pump("P-1")
    answer = post([row(noon, **changes)])
    assert answer.status_code == 207
    assert answer.json()["rows"] == [
        {"row": 0, "result": "refused", "reason": "not_understood", "faults": faults}
    ]
    assert not EvidenceLog.objects.exists()


def test_what_is_unknown_is_refused_and_what_it_said_is_neither_answered_nor_kept(post, make_pump, noon):
    make_pump("P-1")
    answer = post([row(noon, **{"Erika Canary": "ward 3"}), row(noon, readings={"Erika Canary": 1})], key="k")
    assert answer.json()["rows"][0]["faults"] == {
        "row": "may hold subject, at, readings, activity, position, sighting, placed, and nothing else"
    }
    assert "Canary" not in answer.content.decode()
    assert "Canary" not in str(Receipt.objects.values())
    assert not EvidenceLog.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"{}", 400),
        (b"[]", 400),
        (b"[NaN]", 400),
        (b"\xff", 400),
        (b"[" * 50_000, 400),
        (b'[{"subject"', 400),
        (b"[1, null, []]", 207),
        (b"[" + b"1," * 1000 + b"1]", 413),
    ],
)
def test_what_is_no_list_of_rows_is_refused_whole(post, body, status):
    assert post(body).status_code == status


def test_numbers_that_no_machine_holds_are_no_numbers(post, make_pump, noon):
    make_pump("P-1")
    body = json.dumps([row(noon)]).encode()
    for number in (b"1e400", b"-1e400", b"9" * 400, b"18446744073709551615"):
        answer = post(body.replace(b"80", number))
        assert answer.status_code in {207, 400}
    assert not EvidenceLog.objects.exists()


def test_another_kind_of_content_is_not_read(client, token):
    answer = client.post(PATH, {"a": 1}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 415


# --- who may send


def test_without_a_token_nobody_sends_not_even_who_is_signed_in(client, administrator, make_pump, noon):
    make_pump("P-1")
    client.force_login(administrator)
    answer = client.post(PATH, json.dumps([row(noon)]), content_type="application/json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="observations"')
    assert not EvidenceLog.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda token, noon: revoke_token(token=token, now=noon), "This token was revoked"),
        (
            lambda _token, noon: SourceToken.objects.update(expires_at=noon),
            "This token expired on 2026-03-02; ask for a new one.",
        ),
        (lambda _token, _noon: Source.objects.update(is_enabled=False), "This way in is switched off."),
        (lambda _token, _noon: SourceToken.objects.all().delete(), "There is no such token."),
    ],
)
def test_a_token_that_does_not_count_any_more_says_why(post, make_pump, noon, change, words):
    make_pump("P-1")
    change(SourceToken.objects.get(), noon)
    answer = post([row(noon)])
    assert answer.status_code == 401
    assert words in answer.json()["detail"]
    assert not EvidenceLog.objects.exists()


@pytest.mark.parametrize("bearer", ["", "x", "é" * 40, "x" * 100_000])
def test_what_is_no_token_opens_nothing(post, noon, bearer):
    assert post([row(noon)], bearer=bearer).status_code == 401


def test_a_token_is_kept_only_as_a_digest_and_known_by_its_first_characters(token):
    stored = SourceToken.objects.get()
    assert stored.digest == hashlib.sha256(token.encode()).hexdigest()
    assert token.startswith(stored.hint)
    assert len(stored.hint) == 6
    assert len(token) == 43


def test_only_listed_networks_send_where_some_are_listed(post, make_pump, source, noon):
    make_pump("P-1")
    Source.objects.update(networks=["10.20.0.0/16"])
    answer = post([row(noon)], REMOTE_ADDR="10.21.0.1")
    assert answer.status_code == 403
    assert not EvidenceLog.objects.exists()
    assert post([row(noon)], REMOTE_ADDR="10.20.0.1").status_code == 200
    assert health().refused == {"sender not listed": 1}


def test_behind_a_proxy_it_is_the_sender_s_address_that_counts(post, make_pump, settings, noon):
    make_pump("P-1")
    settings.BEHIND_TLS_PROXY = True
    Source.objects.update(networks=["10.20.0.0/16"])
    assert post([row(noon)], HTTP_X_FORWARDED_FOR="10.20.0.9, 10.21.0.1").status_code == 403
    assert post([row(noon)], HTTP_X_FORWARDED_FOR="10.21.0.1, 10.20.0.9").status_code == 200


# --- how much


def test_a_sender_that_is_too_quick_is_told_when_to_come_again(post, make_pump, source, clock, noon):
    make_pump("P-1")
    Source.objects.update(messages_per_s=0.5)
    assert post([row(noon)]).status_code == 200
    answer = post([row(noon)])
    assert (answer.status_code, answer["Retry-After"]) == (429, "2")
    clock.now = 2.0
    assert post([row(noon)]).status_code == 200


def test_a_body_that_is_too_large_is_not_read(post, make_pump, noon):
    Source.objects.update(max_message_bytes=484)
    assert post([row(noon)] * 10).status_code == 413
    assert post([row(noon)], CONTENT_LENGTH="99999999999").status_code == 413
    assert health().refused == {"larger than allowed": 1}  # the second one is told with the next


# --- the same again


@pytest.mark.databases
def test_the_same_key_is_answered_alike_and_nothing_is_recorded_anew(post, make_pump, noon):
    make_pump("P-1")
    first = post([row(noon), row(noon, "nobody")], key="batch-7")
    Asset.objects.update(asset_tag="P-9")
    again = post([row(noon), row(noon, "nobody")], key="batch-7")
    assert (again.status_code, again.json()) == (207, first.json())
    assert first.json()["rows"][0] == {"row": 0, "result": "recorded"}
    assert (health().messages, health().duplicates) == (1, 1)


@pytest.mark.databases
def test_another_body_under_a_known_key_is_refused(post, make_pump, noon):
    make_pump("P-1"), make_pump("P-2")
    post([row(noon)], key="batch-7")
    answer = post([row(noon, "P-2")], key="batch-7")
    assert answer.status_code == 422
    assert latest("P-2") == {}


@pytest.mark.databases
def test_two_at_once_under_one_key_are_recorded_once(post, make_pump, monkeypatch, noon):
    """The other one is committed between our looking for its receipt and writing ours."""
    make_pump("P-1")
    rows = [row(noon)]
    first = post(rows, key="batch-7")
    looked = []
    find = taking.find_receipt
    monkeypatch.setattr(taking, "find_receipt", lambda **names: find(**names) if looked else looked.append(1))
    again = post(rows, key="batch-7")
    assert again.json() == first.json()
    assert Receipt.objects.count() == EvidenceLog.objects.count() == 1


def test_keys_of_different_senders_have_nothing_to_do_with_each_other(post, make_pump, site, noon):
    make_pump("P-1"), make_pump("P-2")
    other = Source.objects.create(name="Beds", kind="http", site=site)
    bearer = make_token(source=other, name="Its vendor", lasts=timedelta(days=1), now=noon)[1]
    assert post([row(noon)], key="1").status_code == 200
    assert post([row(noon, "P-2")], key="1", bearer=bearer).status_code == 200


@pytest.mark.parametrize("key", ["x" * 201, "é"])
def test_a_key_that_cannot_be_one_is_named(post, noon, key):
    answer = post([row(noon)], key=key)
    assert answer.status_code == 400
    assert list(answer.json()) == ["Idempotency-Key"]


# --- nothing half done


@pytest.mark.databases
def test_what_fails_half_way_leaves_nothing_behind_and_can_be_sent_again(post, make_pump, monkeypatch, noon):
    make_pump("P-1")

    def unplugged(*_args, **_names):
        raise OperationalError("the server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(Receipt.objects, "create", unplugged)
        answer = post([row(noon)], key="batch-7")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert not EvidenceLog.objects.exists()
    assert not ActivityInterval.objects.exists()
    assert post([row(noon)], key="batch-7").json()["recorded"] == 1


def test_while_the_database_is_away_the_sender_is_asked_to_come_again(post, monkeypatch, noon):
    def unplugged(*_args, **_names):
        raise OperationalError("could not connect")

    monkeypatch.setattr(api, "find_token", unplugged)
    answer = post([row(noon)])
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


# --- how it goes


def test_what_came_and_what_was_refused_is_told(post, make_pump, source, noon):
    make_pump("P-1")
    post([row(noon), row(noon, "nobody"), row(noon, readings={"patient": 1})])
    post([row(noon + timedelta(seconds=1))])
    told = health()
    assert (told.source, told.state, told.since, told.heard_at) == (source, "open", noon, noon)
    assert (told.messages, told.observations) == (2, 2)
    assert told.refused == {"row: unknown equipment": 1, "row: not understood": 1}
