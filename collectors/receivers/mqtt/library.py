"""The mappings at hand: those shipped with the product, and those in the folders of ``MQTT_MAPPING_DIRS``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from collectors.profiles.catalogue import Catalogue, broken_files, read_catalogue
from collectors.profiles.strict import ProfileError
from collectors.receivers.mqtt.load import load_mapping
from collectors.receivers.mqtt.model import Mapping

SHIPPED = Path(__file__).parent / "data"


class UnknownMappingError(LookupError):
    """No file defines a mapping of that name."""


def get_mapping(name: str) -> Mapping:
    """The mapping of that name, read once; :class:`UnknownMappingError`, or :class:`ProfileError` if it is broken."""
    files, _ = _catalogue()
    if name not in files:
        raise UnknownMappingError(f"there is no mapping named “{name}”")
    return _loaded(files[name])


def mapping_names() -> list[str]:
    return sorted(_catalogue()[0])


def broken_mappings() -> list[ProfileError]:
    """What is wrong with files and folders that cannot be used, at most one error each."""
    return broken_files(_catalogue(), _loaded)


def forget() -> None:
    """Read the files anew at the next request."""
    _catalogue.cache_clear()
    _loaded.cache_clear()


@cache
def _catalogue() -> Catalogue:
    return read_catalogue(SHIPPED, settings.MQTT_MAPPING_DIRS, "MQTT_MAPPING_DIRS")


@cache
def _loaded(path: Path) -> Mapping:
    return load_mapping(path)
