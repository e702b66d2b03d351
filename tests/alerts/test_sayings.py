"""One alert, said to each in their own language; what is stored is the same for all."""

from __future__ import annotations

import pytest
from django.utils import translation

from assets.alerts.messages import message_of
from assets.alerts.models import Delivery
from assets.alerts.sayings import say, spoken_time, words_kept

TOO_WARM = {
    "id": "above", "reading": "Temperature", "value": 8.4, "decimals": 1, "limit": 8.0, "unit": "°C",
}  # fmt: skip


@pytest.mark.parametrize(
    ("saying", "words"),
    [
        ({"id": "missing", "seconds": 900}, "Not heard of for 15 min"),
        ({"id": "missing", "seconds": 172_800}, "Not heard of for 2 days"),
        ({"id": "enters", "zone": "Dock"}, "Came to Dock"),
        (TOO_WARM, "Temperature 8.4 °C, above 8 °C"),
        ({"id": "par_critical", "count": 0, "limit": 2}, "Below critical: 0 ready, critical 2"),
        ({"id": "rental", "day": "2026-03-10"}, "Was to be returned by 10 Mar 2026"),
    ],
)
def test_what_is_the_matter_in_english(saying, words):
    assert words_kept(saying) == words


def test_the_same_in_german_with_its_comma():
    with translation.override("de"):
        assert say({"id": "missing", "seconds": 900}) == "Seit 15 min nicht gehört"
        assert "8,4 °C" in say(TOO_WARM)
        assert spoken_time(172_800) == "2 Tage"


def test_an_id_that_nobody_knows_says_nothing():
    assert say({"id": "of another version"}) == say({}) == ""


@pytest.mark.django_db
def test_a_page_says_it_in_the_language_of_its_reader(raised, biomed, sign_in):
    alert = raised(saying={"id": "missing", "seconds": 900})
    biomed.language = "de"
    biomed.save()

    page = sign_in(biomed).get(f"/alerts/{alert.pk}/").content.decode()

    assert "Seit 15 min nicht gehört" in page
    assert alert.words == "Not heard of for 15 min"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"), [("de", "Seit 15 min nicht gehört"), ("", "Not heard of for 15 min")]
)
def test_a_message_is_in_the_language_of_whoever_it_is_for(raised, make_channel, biomed, language, said):
    biomed.language = language
    biomed.save()
    make_channel(biomed)
    raised(saying={"id": "missing", "seconds": 900})

    assert said in message_of(Delivery.objects.get()).text


@pytest.mark.django_db
def test_an_alert_of_before_there_were_sayings_keeps_its_words(raised):
    assert raised(words="The link is down").said == "The link is down"
