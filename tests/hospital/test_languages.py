"""The language of the page: whose choice counts, that nothing is left without words, and what numbers look like."""

import re
from datetime import UTC, datetime, timedelta
from gettext import GNUTranslations
from html.parser import HTMLParser

import pytest
from django.utils import translation
from django.utils.formats import date_format

from assets.ages import age_words, duration_words
from assets.claims import ClaimRefusedError, claim_asset
from assets.maintenance.orders import open_work_order
from assets.maintenance.transitions import TRANSITIONS
from assets.maintenance.words import Kind
from assets.templatetags import equipment
from assets.transitions import TransitionRefusedError, declared
from hospital.audit.models import AuditRecord
from tests.every import for_every
from tests.hospital.addresses import all_addresses
from tests.words.catalogues import DOMAINS, LANGUAGES, bring_in, missing, path_of, read
from tests.words.extraction import Text, texts_of_template

CATALOGUES = [(language, domain) for language in LANGUAGES for domain in DOMAINS]


@for_every(CATALOGUES)
def test_every_text_has_its_words_in_every_language(language, domain):
    catalogue = read(path_of(language, domain), language)
    bring_in(catalogue, DOMAINS[domain]())
    assert not missing(catalogue), "make words brings them into the files of words; then write them there"


@for_every(CATALOGUES)
def test_what_django_reads_is_made_of_the_words_as_they_stand(language, domain):
    catalogue = read(path_of(language, domain), language)
    with path_of(language, domain).with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    for message in catalogue:
        if isinstance(message.id, str) and message.id and not message.context:
            assert compiled.gettext(message.id) == message.string, "make words"


@for_every(CATALOGUES)
def test_words_keep_the_values_of_their_text(language, domain):
    for message in read(path_of(language, domain), language):
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        source = message.id if isinstance(message.id, str) else message.id[1]
        values = set(re.findall(r"%\(\w+\)s", source))
        for words in said:
            assert set(re.findall(r"%\(\w+\)s", words)) <= values, message.id
        assert set(re.findall(r"%\(\w+\)s", said[-1])) >= values - {"%(count)s"}, message.id


def test_texts_of_a_template_are_found_as_django_looks_them_up():
    source = (
        '{% translate "Ready" %} {% include "x.html" with title=_("None") %}{{ _("One")|upper }}'
        '{% translate "for" context "time" %}'
        "{% blocktranslate trimmed count count=n %}\n  {{ count }} pump\n{% plural %}"
        "\n {{ count }} pumps, 5 %\n{% endblocktranslate %}"
    )
    assert list(texts_of_template(source)) == [
        Text("Ready"),
        Text("None"),
        Text("One"),
        Text("for", context="time"),
        Text("%(count)s pump", "%(count)s pumps, 5 %%"),
    ]


def language_of(answer) -> str:
    return re.search(r'<html lang="([\w-]+)"', answer.content.decode())[1]


def test_without_a_choice_the_browser_s_language_counts(client, db):
    assert language_of(client.get("/sign-in/")) == "en-gb"
    assert language_of(client.get("/sign-in/", headers={"Accept-Language": "de-AT,de;q=0.8"})) == "de"
    assert language_of(client.get("/sign-in/", headers={"Accept-Language": "en-US"})) == "en-gb"
    assert language_of(client.get("/sign-in/", headers={"Accept-Language": "fr"})) == "en-gb"


def test_a_person_s_choice_goes_with_the_account_and_is_audited(client, nurse):
    client.force_login(nurse)
    answer = client.post("/language/", {"language": "de", "next": "/find/?q=pump"})
    assert (answer.status_code, answer["Location"]) == (302, "/find/?q=pump")
    nurse.refresh_from_db()
    assert nurse.language == "de"
    assert AuditRecord.objects.filter(actor_id=nurse.pk, changes__has_key="language").exists()
    client.cookies.pop("language")
    assert language_of(client.get("/", headers={"Accept-Language": "es"})) == "de"


def test_before_the_sign_in_the_choice_stays_in_the_browser(client, db):
    client.post("/language/", {"language": "es"})
    answer = client.get("/sign-in/")
    assert language_of(answer) == "es"
    assert "Iniciar sesión" in answer.content.decode()


def test_a_language_that_is_not_offered_is_refused_and_nothing_changes(client, nurse):
    client.force_login(nurse)
    assert client.post("/language/", {"language": "tlh"}).status_code == 400
    nurse.refresh_from_db()
    assert nurse.language == ""
    assert "language" not in client.cookies


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_the_choice_leads_nowhere_else(client, db, elsewhere):
    assert client.post("/language/", {"language": "de", "next": elsewhere})["Location"] == "/"


def test_scripts_get_their_words_in_the_language_of_the_page(client, nurse):
    nurse.language = "de"
    nurse.save()
    client.force_login(nurse)
    address = re.search(r'<script src="(/words/[^"]+)"', client.get("/").content.decode())[1]
    answer = client.get(address)
    assert answer["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer["Cache-Control"]
    assert '"Show all": "Alle zeigen"' in answer.content.decode()
    assert client.get("/words/1/tlh.js").status_code == 404


@pytest.mark.parametrize(
    ("language", "ago", "lasted", "far", "up"),
    [
        ("en-gb", "2 days ago", "1 day 1 h", "1.2 km", "1 floor up"),
        ("de", "vor 2 Tagen", "1 Tag 1 h", "1,2 km", "1 Stockwerk höher"),
        ("es", "hace 2 días", "1 día 1 h", "1,2 km", "1 planta arriba"),
    ],
)
def test_ages_lengths_and_distances_are_said_in_the_language(noon, language, ago, lasted, far, up):
    with translation.override(language):
        assert age_words(noon - timedelta(days=2), noon) == ago
        assert duration_words(noon - timedelta(hours=25), noon) == lasted
        assert equipment.metres(1240) == far
        assert equipment.storeys(1) == up


@pytest.mark.parametrize(
    ("language", "day", "clock"),
    [("en-gb", "2 Mar 2026", "14:05"), ("de", "2. Mär 2026", "14:05"), ("es", "2 Mar 2026", "14:05")],
)
def test_days_follow_the_language_and_hours_count_to_24(language, day, clock):
    moment = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
    with translation.override(language):
        assert date_format(moment, "DATE_FORMAT") == day
        assert date_format(moment, "TIME_FORMAT") == clock


@pytest.mark.parametrize(
    "path",
    [
        "/", "/find/", "/find/?q=pump", "/find/way/P-1/", "/assets/P-1/locate/", "/equipment/", "/map/main-1/",
        "/assets/P-1/", "/scan/", "/scan/?do=place", "/requests/", "/requests/ask/", "/assets/P-1/hand-over/",
        "/assets/P-1/reservations/", "/alerts/", "/alerts/subscriptions/", "/offline/",
    ],
)  # fmt: skip
def test_a_page_in_german_has_no_english_of_the_house_left(client, nurse, floor, make_pump, path):
    make_pump("P-1")
    nurse.language = "de"
    nurse.save()
    client.force_login(nurse)
    said = " ".join(texts_shown(client.get(path).content.decode()))
    assert not re.findall(r"\b(?:the|ready|with|not|and|from|page|Sign|Close)\b", said), said


@pytest.mark.parametrize(
    ("language", "verb", "state"),
    [("en-gb", "Open", "Open"), ("de", "Öffnen", "Offen"), ("es", "Abrir", "Abiertas")],
)
def test_to_open_and_to_be_open_are_told_apart(client, nurse, language, verb, state):
    nurse.language = language
    nurse.save()
    client.force_login(nurse)
    assert verb in texts_shown(client.get("/scan/").content.decode())
    assert state in texts_shown(client.get("/alerts/").content.decode())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en-gb",
            "“Verified: ready for use” is not possible while it is “Requested”. You can do here: nothing.",
        ),
        ("de", "„Geprüft: einsatzbereit“ geht nicht, solange es auf „Gemeldet“ steht. Hier geht: nichts."),
        (
            "es",
            "«Verificado: listo para usar» no es posible mientras esté en «Solicitada». Aquí puede: nada.",
        ),
    ],
)
def test_what_is_refused_is_said_in_the_language_with_the_names_of_its_steps(
    nurse, noon, make_pump, language, words
):
    order = open_work_order(asset=make_pump("P-1"), kind=Kind.CORRECTIVE, by=nurse, now=noon).order
    with translation.override(language), pytest.raises(TransitionRefusedError) as refused:
        declared(TRANSITIONS, order, "verify", nurse)
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Jemand hat es schon vorgemerkt."), ("es", "Alguien ya lo ha apartado.")]
)
def test_a_claim_that_comes_second_is_told_so_in_the_language(nurse, biomed, make_pump, language, words):
    pump = make_pump("P-1")
    claim_asset(asset=pump, by=nurse)
    with translation.override(language), pytest.raises(ClaimRefusedError) as refused:
        claim_asset(asset=pump, by=biomed)
    assert str(refused.value) == words


def texts_shown(html: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        skipped = False

        def handle_starttag(self, tag, attributes):
            self.skipped = tag in {"script", "style", "symbol"}
            for name, value in attributes:
                if name in {"aria-label", "title", "placeholder"} and not self.skipped:
                    found.append(value or "")

        def handle_data(self, data):
            if data.strip() and not self.skipped:
                found.append(data.strip())

    Reader().feed(html)
    return found


def test_no_attribute_that_a_browser_counts_with_has_a_comma(
    client, administrator, floor, make_pump, make_zone
):
    """A width of “12,5%” is none. What is said to people has them."""
    make_zone("Bay 1", id=1)
    make_pump("P-1")
    administrator.language = "de"
    administrator.save()
    client.force_login(administrator)
    for address in all_addresses():
        if address.is_admin or address.is_api or address.name in {"sign-out", "words"}:
            continue
        answer = client.get(address.path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            html = answer.content.decode()
            attribute = (
                r'\s(?:x|y|x1|x2|y1|y2|width|height|cx|cy|r|value|min|max|step|data-[\w-]+)="-?\d+,\d+%?"'
            )
            assert not re.findall(attribute, html), address


def test_a_script_from_right_to_left_turns_the_page(client, nurse, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "العربية")]
    client.force_login(nurse)
    page = client.get("/find/", headers={"Accept-Language": "ar"}).content.decode()
    assert '<html lang="ar" dir="rtl">' in page
