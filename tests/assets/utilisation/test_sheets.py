"""Tables of reports as files: what a spreadsheet gets to read."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from defusedxml import ElementTree

from assets.utilisation.sheets import HOURS, SHARE, Sheet, as_csv, as_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def sheet():
    return Sheet(
        "Fleets",
        ("Category", "In use", "Hours"),
        [("Pumps", 0.423, 12.5), ("=SUM(A1)", None, 0)],
        {"Basis": "confirmed use", "Computed at": "2026-03-02T12:00:00Z"},
        {"In use": SHARE, "Hours": HOURS},
    )


def parts_of(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def cells_of(parts: dict[str, str], number: int) -> dict[str, str]:
    """Where → what it says or the number, of one sheet of the workbook."""
    words = ["".join(each.itertext()) for each in ElementTree.fromstring(parts["xl/sharedStrings.xml"])]
    page = ElementTree.fromstring(parts[f"xl/worksheets/sheet{number}.xml"])
    return {
        cell.get("r"): words[int(cell.findtext(f"{MAIN}v"))]
        if cell.get("t") == "s"
        else cell.findtext(f"{MAIN}v")
        for cell in page.iter(f"{MAIN}c")
    }


def test_a_workbook_has_the_table_and_what_was_asked(sheet):
    parts = parts_of(as_workbook(sheet))
    table, about = cells_of(parts, 1), cells_of(parts, 2)
    assert [table[at] for at in ("A1", "B1", "C1")] == ["Category", "In use", "Hours"]
    assert (table["A2"], float(table["B2"]), float(table["C2"])) == ("Pumps", 0.423, 12.5)
    assert [about[at] for at in ("A1", "B1", "A2", "B2")] == [
        "Basis", "confirmed use", "Computed at", "2026-03-02T12:00:00Z",
    ]  # fmt: skip


def test_a_share_is_a_number_shown_in_percent_and_what_is_not_known_an_empty_cell(sheet):
    parts = parts_of(as_workbook(sheet))
    assert SHARE in parts["xl/styles.xml"]
    table = cells_of(parts, 1)
    assert "B3" not in table
    assert float(table["C3"]) == 0


def test_text_that_looks_like_a_formula_stays_text(sheet):
    parts = parts_of(as_workbook(sheet))
    assert cells_of(parts, 1)["A3"] == "=SUM(A1)"
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert list(csv.reader(io.StringIO(as_csv(sheet))))[2][0] == "'=SUM(A1)"


def test_each_line_of_plain_text_says_what_was_asked(sheet):
    headings, first, _second = csv.reader(io.StringIO(as_csv(sheet)))
    assert headings == ["Category", "In use", "Hours", "Basis", "Computed at"]
    assert first == ["Pumps", "0.423", "12.5", "confirmed use", "2026-03-02T12:00:00Z"]


def test_a_table_without_lines_is_a_table(sheet):
    empty = Sheet(sheet.name, sheet.headings, [], sheet.asked)
    assert cells_of(parts_of(as_workbook(empty)), 1) == {"A1": "Category", "B1": "In use", "C1": "Hours"}
