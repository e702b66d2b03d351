"""Files of the product and of the site by their names: device profiles, and mappings of what brokers bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from collectors.profiles.strict import ProfileError


class Catalogue(NamedTuple):
    """Files by name, the shipped ones first, and what stands in their way."""

    files: dict[str, Path]
    problems: tuple[ProfileError, ...]


def read_catalogue(shipped: Path, own: Iterable[str], setting: str) -> Catalogue:
    """What lies in these folders; of two files with one name the first counts. ``setting`` named the own ones."""
    files: dict[str, Path] = {}
    problems = []
    for folder in (shipped, *map(Path, own)):
        if not folder.is_dir():
            problems.append(ProfileError(str(folder), setting, "is no folder"))
        for path in sorted(folder.glob("*.yaml")):
            known = files.setdefault(path.stem, path)
            if known != path:
                problems.append(ProfileError(str(path), "name", f"is taken by {known}"))
    return Catalogue(files, tuple(problems))


def broken_files(catalogue: Catalogue, load: Callable[[Path], object]) -> list[ProfileError]:
    """What is wrong with files and folders that cannot be used, at most one error each."""
    errors = list(catalogue.problems)
    for path in catalogue.files.values():
        try:
            load(path)
        except ProfileError as error:
            errors.append(error)
    return errors
