"""What the tests of loans share: moments, programmes, and a check-out in one line."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from assets.loans.lending import Whom, check_out
from assets.loans.models import Programme
from assets.loans.words import LoanKind


@pytest.fixture
def at(noon):
    """``at(2)`` is two days after noon."""
    return lambda days: noon + timedelta(days=days)


@pytest.fixture
def pump(make_pump):
    return make_pump()


@pytest.fixture
def spare(make_pump):
    """So that not all pumps are taken."""
    return make_pump("P-SPARE")


@pytest.fixture
def home(db):
    return Programme.objects.create(name="Heart monitors at home", code="HM", default_days=30)


@pytest.fixture
def photo():
    out = io.BytesIO()
    Image.new("RGB", (20, 10), (200, 0, 0)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def lend(pump, ward, biomed, noon, at):
    """``lend(7)``: the pump to the ward, now, for a week; ``whom`` and anything else may be told."""

    def make(due=7, **told):
        whom = told.pop("whom", None) or Whom(LoanKind.DEPARTMENT, department=ward)
        due_at = at(due) if due is not None else None
        return check_out(**{"asset": pump, "whom": whom, "by": biomed, "now": noon, "due_at": due_at} | told)

    return make
