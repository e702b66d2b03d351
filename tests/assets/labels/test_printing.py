"""What is printed is what a scanner reads: every code on every sheet, at the size that it has on paper."""

from __future__ import annotations

import pytest

from assets.labels.content import Label, labels_of_assets, labels_of_rooms
from assets.labels.printing import Job, preview, print_labels
from assets.labels.sheets import SHEETS
from assets.labels.symbols import Symbology
from tests.assets.labels.reading import LABEL_PRINTER_DPI, OFFICE_DPI, pages_of, read, words_of


def label(tag: str, *lines: str, title: str = "") -> Label:
    return Label(
        tag,
        title or tag,
        lines or ("Meridian Infusa 200", "St. Elmo"),
        f"https://where.st-elmo.example/report/{tag:A<16.16}/",
    )


LABELS = [label(f"INF-{number:03}") for number in range(1, 5)]


@pytest.mark.parametrize("symbology", Symbology)
@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_every_label_of_every_sheet_is_read_at_the_size_it_is_printed(sheet, symbology):
    dpi = LABEL_PRINTER_DPI if sheet.is_roll else OFFICE_DPI
    job = Job(LABELS, sheet, symbology)
    pages = pages_of(print_labels(job), dpi)

    assert job.warnings == []
    assert len(pages) == (4 if sheet.is_roll else 1)
    found = [text for page in pages for text in read(page, sheet, dpi)]
    assert found[:4] == [each.coded(symbology) for each in LABELS]
    assert set(found[4:]) <= {""}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_a_page_is_as_large_as_its_sheet_and_every_label_lies_on_it(sheet):
    (page, *_) = pages_of(print_labels(Job(LABELS, sheet, Symbology.QR)), 72)

    assert page.width == pytest.approx(sheet.page_width / 25.4 * 72, abs=1.01)
    assert page.height == pytest.approx(sheet.page_height / 25.4 * 72, abs=1.01)
    for x, y in sheet.corners():
        assert x + sheet.width <= sheet.page_width + 0.01
        assert y + sheet.height <= sheet.page_height + 0.01
    assert len(set(sheet.corners())) == sheet.count


def test_the_name_stands_beside_the_code_as_words():
    (words,) = words_of(print_labels(Job(LABELS[:1], SHEETS["l7160"], Symbology.QR)))
    assert words.splitlines() == ["INF-001", "Meridian Infusa 200", "St. Elmo"]


def test_a_partly_used_sheet_is_used_up_from_the_label_named():
    sheet = SHEETS["l7160"]
    job = Job(LABELS, sheet, Symbology.DATAMATRIX, start=19)
    first, second = pages_of(print_labels(job))

    assert read(first, sheet) == [""] * 18 + ["INF-001", "INF-002", "INF-003"]
    assert read(second, sheet) == ["INF-004"] + [""] * 20


def test_a_full_last_sheet_is_followed_by_no_empty_one():
    sheet = SHEETS["l7160"]
    assert Job([LABELS[0]] * 21, sheet, Symbology.QR).pages == 1
    assert Job([LABELS[0]] * 21, sheet, Symbology.QR, start=2).pages == 2
    assert Job([], sheet, Symbology.QR, start=5).pages == 0


def test_any_script_is_printed_and_read():
    names = ["Ünit à l’étage", "Отделение 3", "Κλινική", "Łóżko dziecięce"]
    labels = [label("main-1/bay", title=name) for name in names]
    job = Job(labels, SHEETS["l7160"], Symbology.QR)
    (words,) = words_of(print_labels(job))

    assert job.warnings == []
    assert [name for name in names if name in words] == names


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["病棟", "חדר 12", "غرفة 12"])
def test_a_name_that_no_printer_writes_is_said_by_its_code_in_latin_letters(make_zone, name):
    job = Job(labels_of_rooms([make_zone(name, code="bay-12")]), SHEETS["l7160"], Symbology.QR)
    (words,) = words_of(print_labels(job))

    assert "bay-12" in words
    assert name not in words
    assert job.warnings == [
        f"Not in Latin script, so the label says it by code: {name}. The code is right all the same."
    ]


@pytest.mark.django_db
def test_a_model_and_a_site_that_no_printer_writes_are_said_otherwise(make_pump, pump_model, site):
    pump_model.manufacturer, site.name = "שרון", "مستشفى"
    pump = make_pump("P-1", model=pump_model, site=site)
    (label,) = labels_of_assets([pump], {pump.pk: "https://where.st-elmo.example/report/x/"})
    assert (label.title, label.lines) == ("P-1", ("(model: see its page)", site.slug))
    assert label.left_out == (str(pump_model), "مستشفى")


@pytest.mark.parametrize("symbology", [Symbology.CODE128, Symbology.DATAMATRIX])
def test_a_name_with_letters_that_a_code_cannot_hold_is_left_out_and_said(symbology):
    job = Job([label("main-1/säal"), *LABELS], SHEETS["l7160"], symbology)
    assert len(job.drawn) == 4
    assert job.warnings == [
        "Left out, because the code would be too fine to be read: main-1/säal. Take a larger label or a QR code."
    ]
    assert Job([label("main-1/säal")], SHEETS["l7160"], Symbology.QR).warnings == []


def test_a_code_that_would_be_too_fine_is_left_out_and_counted():
    long = [label("A" * 39 + str(number)) for number in range(5)]
    small, large = (Job(long, SHEETS[key], Symbology.CODE128) for key in ("l7651", "roll-4x2"))

    assert (len(small.drawn), len(large.drawn)) == (0, 5)
    assert small.warnings[0].endswith(" and 2 more. Take a larger label or a QR code.")
    (page, *_) = pages_of(print_labels(large), LABEL_PRINTER_DPI)
    assert read(page, SHEETS["roll-4x2"], LABEL_PRINTER_DPI) == ["A" * 39 + "0"]


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_words_stay_on_their_label(sheet):
    wordy = label("A-VERY-LONG-TAG-OF-FORTY-CHARACTERS-XYZ1", "Maker " * 20, "Site " * 30)
    job = Job([wordy], sheet, Symbology.QR)
    for text in job.drawn[0].texts:
        assert 0 < text.x < sheet.width
        assert 0 < text.y < sheet.height
        assert text.size >= 2


def test_the_same_labels_are_the_same_file():
    assert print_labels(Job(LABELS, SHEETS["5160"], Symbology.QR)) == print_labels(
        Job(LABELS, SHEETS["5160"], Symbology.QR)
    )


def test_the_preview_shows_the_first_page_with_used_labels_in_grey():
    picture = preview(Job([label("P-1", "<b>Maker & son")], SHEETS["l7160"], Symbology.QR, start=3))

    assert picture.count("#e3e5e7") == 2
    assert "&lt;b&gt;Maker &amp; son" in picture
    assert "P-1" in picture
    assert "style=" not in picture
