"""What makes an endpoint of DICOM acceptable. Each returns words, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.identifiers import canonical

if TYPE_CHECKING:
    from collectors.models import Endpoint

OUR_TITLE = "WHEREABOUTS"
"""As whom we call where the endpoint does not say."""


def wrong_called(endpoint: Endpoint) -> str:
    if endpoint.protocol == "dicom" and not endpoint.called_ae_title:
        return "Name the device's application entity title (AE title): it hears nobody who calls another."
    return _wrong_title(endpoint, endpoint.called_ae_title)


def wrong_calling(endpoint: Endpoint) -> str:
    return _wrong_title(endpoint, endpoint.calling_ae_title)


def _wrong_title(endpoint: Endpoint, title: str) -> str:
    if not title:
        return ""
    if endpoint.protocol != "dicom":
        return "Only DICOM has application entity titles; leave it empty."
    try:
        canonical("ae_title", title)
    except ValueError as error:
        return str(error)
    return ""
