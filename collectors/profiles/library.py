"""The profiles at hand: those shipped with the product, and those in the folders of ``PROFILE_DIRS``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from collectors.profiles.casebook import Case, read_cases
from collectors.profiles.catalogue import Catalogue, broken_files, read_catalogue
from collectors.profiles.load import load_profile
from collectors.profiles.model import Profile
from collectors.profiles.strict import ProfileError

SHIPPED = Path(__file__).parent / "data"
SHIPPED_CASES = Path(__file__).parent / "cases"
CASES = "cases"
"""The folder of cases beside the profiles of a site's own folder."""


class UnknownProfileError(LookupError):
    """No file defines a profile of that name."""


def get_profile(name: str) -> Profile:
    """The profile of that name, read once.

    :class:`UnknownProfileError` if there is none; :class:`ProfileError` if its file is broken, which leaves
    the others usable.
    """
    files, _ = _catalogue()
    if name not in files:
        raise UnknownProfileError(f"there is no device profile named {name!r}")
    return _loaded(files[name])


def cases_folder(name: str) -> Path:
    """Where the cases of the profile of that name belong; :class:`UnknownProfileError` if there is none."""
    files, _ = _catalogue()
    if name not in files:
        raise UnknownProfileError(f"there is no device profile named {name!r}")
    folder = files[name].parent
    return (SHIPPED_CASES if folder == SHIPPED else folder / CASES) / name


@cache
def get_cases(name: str) -> tuple[Case, ...]:
    """The cases of the profile of that name, read once."""
    return read_cases(cases_folder(name))


def profile_names() -> list[str]:
    """Of all files, those that are broken among them."""
    return sorted(_catalogue()[0])


def all_profiles() -> tuple[Profile, ...]:
    """Every profile, by name; :class:`ProfileError` at the first broken one."""
    files, problems = _catalogue()
    if problems:
        raise problems[0]
    return tuple(_loaded(files[name]) for name in sorted(files))


def broken_profiles() -> list[ProfileError]:
    """What is wrong with files and folders that cannot be used, at most one error each."""
    return broken_files(_catalogue(), _loaded)


def forget() -> None:
    """Read the files anew at the next request."""
    _catalogue.cache_clear()
    _loaded.cache_clear()
    get_cases.cache_clear()


@cache
def _catalogue() -> Catalogue:
    return read_catalogue(SHIPPED, settings.PROFILE_DIRS, "PROFILE_DIRS")


@cache
def _loaded(path: Path) -> Profile:
    return load_profile(path)
