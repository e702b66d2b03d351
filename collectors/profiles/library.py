"""The profiles at hand: those shipped with the product, and those in the folders of ``PROFILE_DIRS``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from collectors.profiles.load import load_profile
from collectors.profiles.model import Profile
from collectors.profiles.strict import ProfileError

SHIPPED = Path(__file__).parent / "data"


class UnknownProfileError(LookupError):
    """No file defines a profile of that name."""


def get_profile(name: str) -> Profile:
    """The profile of that name, read once.

    :class:`UnknownProfileError` if there is none; :class:`ProfileError` if its file is broken, which leaves
    the others usable.
    """
    path = _files().get(name)
    if path is None:
        raise UnknownProfileError(f"there is no device profile named {name!r}")
    return _loaded(path)


def all_profiles() -> tuple[Profile, ...]:
    """Every profile, by name; :class:`ProfileError` at the first broken one."""
    return tuple(get_profile(name) for name in sorted(_files()))


def broken_profiles() -> list[ProfileError]:
    """What is wrong with the files that cannot be used, at most one error each."""
    errors = []
    try:
        files = _files()
    except ProfileError as error:
        return [error]
    for path in files.values():
        try:
            _loaded(path)
        except ProfileError as error:
            errors.append(error)
    return errors


def forget() -> None:
    """Read the files anew at the next request."""
    _files.cache_clear()
    _loaded.cache_clear()


@cache
def _files() -> dict[str, Path]:
    files: dict[str, Path] = {}
    for folder in (SHIPPED, *(Path(folder) for folder in getattr(settings, "PROFILE_DIRS", []))):
        if not folder.is_dir():
            raise ProfileError(str(folder), "PROFILE_DIRS", "is no folder")
        for path in sorted(folder.glob("*.yaml")):
            if path.stem in files:
                raise ProfileError(path.name, "name", f"stands in {files[path.stem].parent} already")
            files[path.stem] = path
    return files


@cache
def _loaded(path: Path) -> Profile:
    return load_profile(path)
