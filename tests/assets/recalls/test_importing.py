"""Files of notices: kept once, with every version; what is wrong is named and left out, and the rest is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assets.recalls.contents import RowRefusedError, read_openfda
from assets.recalls.importing import (
    FileRefusedError,
    bring_in,
    choose_columns,
    hand_in,
    work_off,
)
from assets.recalls.models import DeviceRecord, ImportRun, Match, Notice, NoticeVersion
from assets.recalls.words import RunState, Status

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def counts(run):
    return run.made, run.changed, run.unchanged, run.problem_count


def test_the_same_file_twice_is_kept_once(take, enforcement):
    rows = [enforcement(), enforcement(recall_number="Z-0002-2026")]
    assert counts(take(*rows)) == (2, 0, 0, 0)
    assert counts(take(*rows)) == (0, 0, 2, 0)
    assert (Notice.objects.count(), NoticeVersion.objects.count()) == (2, 2)


def test_a_notice_that_says_something_new_has_a_new_version_and_keeps_the_old(take, enforcement):
    take(enforcement())
    assert counts(take(enforcement(code_info="Serial numbers 1001 through 1199"))) == (0, 1, 0, 0)
    notice = Notice.objects.get()
    assert (notice.version, notice.codes) == (2, "Serial numbers 1001 through 1199")
    assert [version.content["codes"] for version in notice.versions.all()] == [
        "Serial numbers 1001 through 1199", "Serial numbers 1001 through 1099",
    ]  # fmt: skip


def test_enforcement_and_recall_of_one_number_are_one_notice(take, enforcement, device_recall):
    """The class is in the one only, the product code in the other, whichever comes first."""
    take(device_recall())
    take(enforcement())
    take(device_recall())
    notice = Notice.objects.get()
    assert (notice.classification, notice.product_codes, notice.action) == (
        2, ["FRN"], "Stop using affected pumps.",
    )  # fmt: skip
    assert notice.version == 2


def test_what_is_over_is_ended(take, enforcement):
    take(enforcement(), enforcement(recall_number="Z-2", status="Terminated", termination_date="20260201"))
    assert dict(Notice.objects.values_list("number", "status")) == {
        "Z-0001-2026": Status.OPEN,
        "Z-2": Status.ENDED,
    }


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"recall_number": ""}, "recall_number"),
        ({"product_description": " "}, "product_description"),
        ({"classification": "Class IV"}, "classification"),
        ({"recall_initiation_date": "20261345"}, "recall_initiation_date"),
        ({"report_date": "01/02/2026"}, "report_date"),
        ({"recalling_firm": ["Meridian"]}, "recalling_firm"),
        ({"recall_number": "Z" * 61}, "number"),
    ],
)
def test_a_bad_row_is_named_and_the_good_ones_are_kept(take, enforcement, told, field):
    run = take(enforcement(), enforcement() | told, enforcement(recall_number="Z-3"))
    assert counts(run) == (2, 0, 0, 1)
    assert [(problem["row"], problem["field"]) for problem in run.problems] == [(2, field)]


def test_a_row_that_is_no_notice_is_named(take, enforcement):
    run = take("notice", enforcement(), None)
    assert [problem["row"] for problem in run.problems] == [1, 3]
    assert run.made == 1


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"{", b"{}", b'{"results": 5}', b"one column\n1\n", b"a,a\n1,2\n"]
)
def test_a_file_that_is_none_is_refused_whole(content, noon):
    with pytest.raises(FileRefusedError):
        hand_in(content=content, file_name="x", by=None, now=noon)
    assert not ImportRun.objects.exists()


# --- Tables ---------------------------------------------------------------------------------------------------

TABLE = (
    "Referenz;Produkt;Hersteller;Seriennummern;Datum;Klasse\n"
    "K-1;Infusa 200;Meridian GmbH;1001, 1002;5.1.2026;II\n"
    "K-2;;Meridian GmbH;;;\n"
    "\n"
    'K-3;"Infusa 200\nPumpe";Meridian GmbH;alle;31.2.2026;I\n'
    "K-4;Infusa 200;Meridian GmbH;7;;I;more\n"
    "K-5;Infusa 200;Meridian GmbH;1001\n"
)  # fmt: skip


def test_columns_of_a_table_are_guessed_and_its_bad_rows_are_named(make_pump, noon, biomed):
    make_pump("P-1", serial_number="1001")
    run = hand_in(content=TABLE.encode(), file_name="k.csv", by=biomed, now=noon)
    assert run.mapping == {
        "number": "Referenz", "description": "Produkt", "firm": "Hersteller", "serials": "Seriennummern",
        "initiated_on": "Datum", "classification": "Klasse",
    }  # fmt: skip
    choose_columns(run=run, mapping=run.mapping, authority="BfArM")
    done = work_off(now=noon)

    assert (done.state, done.total, done.done, counts(done)) == (RunState.DONE, 5, 5, (2, 0, 0, 3))
    assert [(each["row"], each["field"]) for each in done.problems] == [(3, "Produkt"), (5, "Datum"), (7, "")]
    assert [str(notice) for notice in Notice.objects.order_by("number")] == ["BfArM K-1", "BfArM K-5"]
    assert Match.objects.filter(notice__number="K-1").get().certainty == 2


def test_a_table_in_the_letters_of_windows_is_read(noon):
    content = "number,product,firm\nK-1,Spülpumpe,Müller\n".encode("cp1252")
    bring_in(content=content, file_name="k.csv", by=None, now=noon, authority="BfArM")
    assert Notice.objects.get().description == "Spülpumpe"


@pytest.mark.parametrize(
    ("change", "authority", "field"),
    [
        ({"number": ""}, "BfArM", "number"),
        ({"description": "Nowhere"}, "BfArM", "description"),
        ({}, " ", "authority"),
    ],
)
def test_columns_that_cannot_be_are_named(noon, change, authority, field):
    run = hand_in(content=TABLE.encode(), file_name="k.csv", by=None, now=noon)
    with pytest.raises(RowRefusedError) as refused:
        choose_columns(run=run, mapping=run.mapping | change, authority=authority)
    assert refused.value.field == field
    run.refresh_from_db()
    assert run.state == RunState.MAPPING


# --- Who takes a file in --------------------------------------------------------------------------------------


def test_a_file_is_taken_in_once(a_file, enforcement, noon):
    hand_in(content=a_file(enforcement()), file_name="recalls.json", by=None, now=noon)
    assert work_off(now=noon).made == 1
    assert work_off(now=noon) is None


def test_what_a_process_left_half_done_is_taken_over(a_file, enforcement, noon):
    run = hand_in(content=a_file(enforcement()), file_name="recalls.json", by=None, now=noon)
    ImportRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING, beat_at=noon)
    assert work_off(now=noon + timedelta(seconds=100)) is None
    assert work_off(now=noon + timedelta(seconds=130)).made == 1


def test_its_content_is_gone_when_it_is_taken_in_and_what_came_of_it_stays(take, enforcement):
    take(enforcement())
    run = ImportRun.objects.get()
    assert (run.done, run.percent, hasattr(run, "file")) == (1, 100, False)


# --- Commands -------------------------------------------------------------------------------------------------


def test_the_command_brings_a_file_in_and_says_what_is_wrong(tmp_path, a_file, enforcement, capsys):
    path = tmp_path / "recalls.json"
    path.write_bytes(a_file(enforcement(), enforcement(recall_number="")))
    call_command("import_recalls", str(path))
    said = capsys.readouterr()
    assert "1 new, 0 changed, 0 unchanged, 1 rows left out" in said.out
    assert "row 2, recall_number: It is missing." in said.err


def test_the_command_takes_a_table_with_its_columns(tmp_path):
    path = tmp_path / "k.csv"
    path.write_text("A,B,C\nK-1,Infusa 200,x\n")
    call_command(
        "import_recalls",
        str(path),
        "--authority",
        "BfArM",
        "--column",
        "number=A",
        "--column",
        "description=B",
    )
    assert str(Notice.objects.get()) == "BfArM K-1"
    with pytest.raises(CommandError, match="number: Say which column"):
        call_command("import_recalls", str(path), "--authority", "BfArM")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            '{"di": "00812345678901", "company": "Meridian", "model": "IF200", "product_codes": ["FRN"]}\n',
            ["FRN"],
        ),
        (
            "PrimaryDI|companyName|versionModelNumber\n00812345678901|Meridian|IF200\n00812345678918|Else|X\n",
            [],
        ),
    ],
)
def test_records_of_devices_that_the_hospital_owns_are_kept(tmp_path, make_pump, text, codes):
    make_pump("P-1", udi_di="(01)00812345678901")
    path = tmp_path / "device.txt"
    path.write_text(text)
    call_command("import_device_records", str(path))
    record = DeviceRecord.objects.get()
    assert (record.device, record.company, record.model, record.product_codes) == (
        "00812345678901", "Meridian", "IF200", codes,
    )  # fmt: skip


# --- Files of the authority -----------------------------------------------------------------------------------


@pytest.mark.recordings
def test_examples_of_openfda_are_read():
    folder = SHARED / "recall"
    if not folder.is_dir():
        pytest.skip("the recordings in ../shared/data are not here")
    results = json.loads((folder / "openfda_device_recall.json").read_text())["anatomy"]["results"]
    source, content = read_openfda(results[0])
    assert (source, content.number, content.product_codes, content.status) == (
        "recall", "Z-0053-2020", ["FOZ"], Status.ENDED,
    )  # fmt: skip
    report = json.loads((folder / "openfda_device_enforcement.json").read_text())["result"]
    with pytest.raises(RowRefusedError) as refused:  # the documentation's example has no number
        read_openfda(report)
    assert refused.value.field == "recall_number"
    assert read_openfda(report | {"recall_number": "Z-1"})[1].classification == 2
