"""The mappings at hand: those shipped with the product, and those in the folders of ``MQTT_MAPPING_DIRS``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

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
    files, problems = _catalogue()
    errors = list(problems)
    for path in files.values():
        try:
            _loaded(path)
        except ProfileError as error:
            errors.append(error)
    return errors


def forget() -> None:
    """Read the files anew at the next request."""
    _catalogue.cache_clear()
    _loaded.cache_clear()


@cache
def _catalogue() -> tuple[dict[str, Path], tuple[ProfileError, ...]]:
    files: dict[str, Path] = {}
    problems = []
    for folder in (SHIPPED, *map(Path, settings.MQTT_MAPPING_DIRS)):
        if not folder.is_dir():
            problems.append(ProfileError(str(folder), "MQTT_MAPPING_DIRS", "is no folder"))
        for path in sorted(folder.glob("*.yaml")):
            known = files.setdefault(path.stem, path)
            if known != path:
                problems.append(ProfileError(str(path), "name", f"is taken by {known}"))
    return files, tuple(problems)


@cache
def _loaded(path: Path) -> Mapping:
    return load_mapping(path)
