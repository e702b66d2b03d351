"""The page of receivers: those without a place first, and a file that places many at once."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from hospital.audit.commands import CHANGING
from hospital.audit.models import AuditRecord
from locations.models import Floor, Receiver, ReceiverHeard
from locations.receiver_list import forget_receivers

pytestmark = pytest.mark.django_db
FILE = "access_point,floor,zone\n3-West-12,main-1,bay-12\n3-West-14,main-1,bay-12\n"


@pytest.fixture
def bay(make_zone):
    return make_zone("Bay 12")


@pytest.fixture
def placed(bay):
    return Receiver.objects.create(identifier="rx-1", floor=bay.floor, zone=bay, x=1, y=1)


def heard(name, seconds=20):
    return ReceiverHeard.objects.create(identifier=name, heard_at=timezone.now() - timedelta(seconds=seconds))


def upload(client, text):
    file = SimpleUploadedFile("aps.csv", text.encode(), content_type="text/csv")
    return client.post("/receivers/import/", {"file": file})


def confirm(client, text):
    return client.post("/receivers/import/", {"confirm": "yes", "content": text})


def test_those_heard_that_nobody_placed_come_first(sign_in, biomed, placed):
    heard("ap:3-West-12"), heard("port:SW-4/17", 4000), heard("rx-1", 90)

    page = sign_in(biomed).get("/receivers/")
    text = page.content.decode()

    assert "2 receivers heard, but nobody has said where they stand" in text
    assert [line.name for line in page.context["unplaced"]] == ["3-West-12", "SW-4, port 17"]
    (line,) = page.context["lines"]
    assert (line.name, line.receiver, line.heard_at) == (
        "rx-1",
        placed,
        ReceiverHeard.objects.get(pk="rx-1").heard_at,
    )
    assert text.index("3-West-12") < text.index("rx-1")


@pytest.mark.parametrize(
    ("query", "unplaced", "lines"),
    [
        ("q=west", ["3-West-12"], []),
        ("q=bay", [], ["rx-1"]),
        ("kind=access_point", ["3-West-12"], []),
        ("kind=radio", [], ["rx-1"]),
    ],
)
def test_the_list_is_searched_by_name_place_and_kind(sign_in, biomed, placed, query, unplaced, lines):
    heard("ap:3-West-12")

    page = sign_in(biomed).get(f"/receivers/?{query}")

    assert [line.name for line in page.context["unplaced"]] == unplaced
    assert [line.name for line in page.context["lines"]] == lines


@pytest.mark.parametrize("page", ["0", "7", "x"])
def test_a_page_that_the_list_does_not_have_is_not_there(sign_in, biomed, placed, page):
    assert sign_in(biomed).get("/receivers/", {"page": page}).status_code == 404


def test_receivers_of_another_site_are_not_listed(sign_in, biomed, placed, other_site):
    biomed.sites.set([other_site])
    client = sign_in(biomed)

    assert client.get("/receivers/").context["lines"] == []
    assert "rx-1" not in client.get("/receivers/receivers.csv").content.decode()


def test_a_file_is_looked_over_before_anything_is_stored(sign_in, biomed, bay):
    page = upload(sign_in(biomed), FILE)

    assert page.status_code == 200
    assert "The file would store: 2 new, 0 changed, 0 unchanged" in page.content.decode()
    assert not Receiver.objects.exists()


def test_what_was_looked_over_is_stored_with_one_record_in_the_trail(sign_in, biomed, bay):
    page = confirm(sign_in(biomed), FILE)

    assert page.url == "/receivers/"
    assert Receiver.objects.count() == 2
    (record,) = AuditRecord.objects.filter(object_type="locations.receiver")
    assert (record.actor_name, record.action, record.detail) == (
        "biomed", "change", "Imported: 2 new, 0 changed, 0 unchanged"
    )  # fmt: skip
    assert record.changes["ap:3-West-12"][0] is None
    assert record.changes["ap:3-West-12"][1]["zone_id"] == bay.pk


def test_a_file_with_a_fault_stores_nothing_and_names_line_and_column(sign_in, biomed, bay):
    wrong = FILE + "3-West-16,main-1,bay-99\n"
    client = sign_in(biomed)
    for page in (upload(client, wrong), confirm(client, wrong)):
        text = page.content.decode()
        assert page.status_code == 400
        assert "Nothing was stored: 1 line has a fault" in text
        assert "main-1 has no zone of code or name “bay-99”" in text
    assert not Receiver.objects.exists()
    assert not AuditRecord.objects.filter(object_type="locations.receiver").exists()


def test_without_a_file_the_form_says_so(sign_in, biomed):
    page = sign_in(biomed).post("/receivers/import/", {})

    assert page.status_code == 400
    assert "Choose a file that is not empty." in page.content.decode()


def test_what_a_file_holds_is_shown_as_text(sign_in, biomed, bay):
    text = upload(sign_in(biomed), f"{FILE}<script>alert(1)</script>,main-1,bay-12\n").content.decode()

    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize("person", ["nurse", "facilities"])
def test_who_may_not_import_changes_nothing(sign_in, request, bay, person):
    assert confirm(sign_in(request.getfixturevalue(person)), FILE).status_code == 403
    assert not Receiver.objects.exists()


def test_the_file_out_is_a_file_in(sign_in, biomed, bay, placed):
    client = sign_in(biomed)
    Receiver.objects.create(identifier="=cmd()", label="-1", floor=bay.floor, x=-2.5, y=1)
    heard("ap:new")
    text = client.get("/receivers/receivers.csv").content.decode()

    assert text.splitlines()[:2] == [
        "identifier,kind,label,floor,zone,x,y,reach_m",
        "ap:new,access_point,,,,,,",
    ]
    assert "'=cmd()" in text
    assert (
        "0 new, 0 changed, 2 unchanged, 1 without a place left out" in upload(client, text).content.decode()
    )


def test_the_command_imports_all_of_a_file_or_nothing(tmp_path, bay):
    path, out = tmp_path / "aps.csv", io.StringIO()
    path.write_text(FILE + "3-West-16,main-9,\n")
    with pytest.raises(CommandError, match=r"line 4, floor: there is no floor “main-9”"):
        call_command("import_receivers", path)
    assert not Receiver.objects.exists()

    path.write_text(FILE)
    call_command("import_receivers", path, dry_run=True, stdout=out)
    assert not Receiver.objects.exists()
    call_command("import_receivers", path, stdout=out)
    assert out.getvalue().splitlines() == [
        "would be: 2 new, 0 changed, 0 unchanged; nothing was changed",
        "receivers: 2 new, 0 changed, 0 unchanged",
    ]
    assert Receiver.objects.count() == 2
    assert "import_receivers" in CHANGING


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_receivers", tmp_path / "gone.csv")


def test_receivers_that_nobody_placed_are_forgotten_after_a_month(placed):
    heard("ap:old", 31 * 86400), heard("ap:new"), heard("rx-1", 40 * 86400)

    assert forget_receivers(now=timezone.now()) == 1
    assert set(ReceiverHeard.objects.values_list("identifier", flat=True)) == {"ap:new", "rx-1"}


def test_the_list_asks_no_more_for_more(sign_in, biomed, bay, django_assert_max_num_queries):
    client, counts = sign_in(biomed), []
    for number in range(4):
        Receiver.objects.create(identifier=f"r-{number}", floor=Floor.objects.get(), zone=bay, x=1, y=1)
        heard(f"ap:{number}")
        with django_assert_max_num_queries(14) as queries:
            client.get("/receivers/")
        counts.append(len(queries))
    assert counts[1] == counts[3]
