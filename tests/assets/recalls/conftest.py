"""What the tests of recalls share: notices as files say them, pieces that they are about, photos."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from assets.recalls.contents import read_openfda
from assets.recalls.importing import bring_in
from assets.recalls.models import Notice
from assets.recalls.notices import store_notice

DI = "00812345678901"


@pytest.fixture
def enforcement():
    """An enforcement report as openFDA writes it: ``enforcement(code_info="All lots")``."""

    def make(**told) -> dict[str, str]:
        return {
            "recall_number": "Z-0001-2026",
            "event_id": "90001",
            "classification": "Class II",
            "status": "Ongoing",
            "product_description": "Infusa 200 volumetric infusion pump",
            "code_info": "Serial numbers 1001 through 1099",
            "reason_for_recall": "The door may open by itself.",
            "recalling_firm": "Meridian Inc.",
            "recall_initiation_date": "20260105",
            "report_date": "20260120",
        } | told

    return make


@pytest.fixture
def device_recall():
    """The same as ``device/recall`` of openFDA tells it, with the product code and what is to be done."""

    def make(**told) -> dict[str, str]:
        return {
            "product_res_number": "Z-0001-2026",
            "res_event_number": "90001",
            "product_code": "FRN",
            "recall_status": "Open, Classified",
            "product_description": "Infusa 200 volumetric infusion pump",
            "code_info": "Serial numbers 1001 through 1099",
            "reason_for_recall": "The door may open by itself.",
            "recalling_firm": "Meridian Inc.",
            "action": "Stop using affected pumps.",
            "event_date_initiated": "2026-01-05",
        } | told

    return make


@pytest.fixture
def a_file():
    return lambda *rows: json.dumps({"meta": {}, "results": rows}).encode()


@pytest.fixture
def take(a_file, db, noon):
    """Brings notices in and compares them with the equipment; the run: ``take(enforcement())``."""

    def run(*rows, by=None):
        return bring_in(content=a_file(*rows), file_name="recalls.json", by=by, now=noon)

    return run


@pytest.fixture
def store(db, noon):
    """Keeps one notice without comparing it."""

    def keep(row, by=None):
        source, content = read_openfda(row)
        return store_notice(content=content, source=source, by=by, now=noon)

    return keep


@pytest.fixture
def recalled(take, enforcement, make_pump):
    """A recall with four of our pumps: in the range, not in it, without a serial number, and in the range too."""
    for tag, serial in (("P-1", "1001"), ("P-2", "2001"), ("P-3", ""), ("P-4", "1050")):
        make_pump(tag, serial_number=serial)
    take(enforcement())
    return Notice.objects.get()


@pytest.fixture
def photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue()
