"""What an endpoint of DICOM needs, and how an AE title is spelled."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from assets.identifiers import canonical
from collectors.drivers.registry import choose_driver, make_drivers
from collectors.endpoints import register_endpoint, register_segment
from collectors.engine.roster import _COLUMNS, assign
from collectors.models import Endpoint
from collectors.requests import DicomEcho


@pytest.fixture
def add(site):
    segment = register_segment(name="Imaging", site=site, networks=["10.30.0.0/16"])

    def add(**fields):
        usual = {
            "name": "CT 2", "segment": segment, "host": "10.30.0.7", "port": 11112, "protocol": "dicom",
            "profile": "dicom-modality", "called_ae_title": "CT_ROOM_2",
        }  # fmt: skip
        return register_endpoint(**{**usual, **fields})

    return add


@pytest.mark.django_db
def test_an_endpoint_of_dicom_is_asked_by_its_titles_and_nothing_but_an_echo(add):
    endpoint = add(calling_ae_title="TRACKER")
    row = Endpoint.objects.values_list(*_COLUMNS).get(pk=endpoint.pk)
    assignment = assign(dict(zip(_COLUMNS, row, strict=True)))
    target = assignment.target("10.30.0.7")
    assert (target.called, target.calling, target.driver) == ("CT_ROOM_2", "TRACKER", "pynetdicom")
    assert assignment.requests == (DicomEcho(),)
    assert assignment.interval_s == 60


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"called_ae_title": ""}, "called_ae_title"),
        ({"called_ae_title": "CT\\2"}, "called_ae_title"),
        ({"calling_ae_title": "ümlaut"}, "calling_ae_title"),
        ({"profile": "ups-rfc1628"}, "profile"),
        ({"port": 22}, "host"),
        ({"driver": "pysnmp"}, "driver"),
        (
            {"protocol": "modbus_tcp", "profile": "medical-fridge", "port": 502},
            "called_ae_title",
        ),
    ],
)
def test_what_is_wrong_with_one_is_said_at_its_field(add, fields, field):
    with pytest.raises(ValidationError) as caught:
        add(**fields)
    assert field in caught.value.message_dict
    assert not Endpoint.objects.exists()


def test_dicom_has_one_driver():
    assert str(choose_driver("dicom")) == "pynetdicom, the only driver for DICOM"
    assert make_drivers()["dicom"].name == "pynetdicom"


@pytest.mark.parametrize("title", ["CT_ROOM_2", "a b", "x" * 16, "ct_room_2"])
def test_an_ae_title_is_kept_as_it_is(title):
    assert canonical("ae_title", f" {title} ") == title


@pytest.mark.parametrize("title", ["", " ", "x" * 17, "a\\b", "a\tb", "Röntgen"])
def test_what_is_no_ae_title_is_refused(title):
    with pytest.raises(ValueError, match="AE title has 1 to 16"):
        canonical("ae_title", title)
