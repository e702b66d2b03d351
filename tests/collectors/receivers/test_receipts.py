"""Messages that were taken already."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.models import Receipt, Source
from collectors.receivers.receipts import (
    KEPT_FOR,
    Remembered,
    find_receipt,
    forget_old_receipts,
    receipt_key,
    write_receipts,
)


@pytest.fixture
def source(site):
    return Source.objects.create(name="Pumps", kind="hl7", site=site, networks=["10.20.0.0/16"])


def test_names_side_by_side_are_not_one_name():
    assert receipt_key("AB", "C") != receipt_key("A", "BC")
    assert len(receipt_key("x" * 10_000)) == 64


@pytest.mark.databases
def test_a_receipt_is_written_once_and_stays_as_it_was(source, noon):
    write_receipts(source_id=source.pk, receipts=[("k", {"recorded": 3})], at=noon)
    write_receipts(source_id=source.pk, receipts=[("k", None), ("l", None)], at=noon + timedelta(hours=1))
    found = find_receipt(source_id=source.pk, key="k")
    assert (found.answer, found.at) == ({"recorded": 3}, noon)
    assert find_receipt(source_id=source.pk + 1, key="k") is None


@pytest.mark.databases
def test_after_a_week_nobody_sends_it_again(source, noon):
    write_receipts(source_id=source.pk, receipts=[("old", None)], at=noon - KEPT_FOR - timedelta(seconds=1))
    write_receipts(source_id=source.pk, receipts=[("young", None)], at=noon - KEPT_FOR)
    assert forget_old_receipts(noon) == 1
    assert list(Receipt.objects.values_list("key", flat=True)) == ["young"]


def test_a_process_remembers_the_latest():
    remembered = Remembered(most=2)
    for key in ("a", "b", "a", "c"):
        remembered.add(key, key.upper())
    assert "b" not in remembered
    assert (remembered.answer("a"), remembered.answer("c")) == ("A", "C")
