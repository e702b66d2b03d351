"""A zip archive, opened within hard bounds: what unpacks to more than it should is refused before it is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from locations.plan_parts import PlanRefused

MOST_PACKED = 50_000_000
MOST_UNPACKED = 150_000_000
MOST_FILES = 200
MOST_RATIO = 200
"""Times that a file may be larger than what is packed of it; text of coordinates packs to a tenth."""
_BLOCK = 1_000_000


def unpacked(content: bytes, ending: str) -> dict[str, bytes]:
    """Name without folders → content, of the files with this ending. Raises :class:`PlanRefused`.

    Nothing is written anywhere, so names that climb out of a folder lead nowhere; they are refused all the same.
    """
    if len(content) > MOST_PACKED:
        raise PlanRefused([f"the archive has {len(content)} bytes; at most {MOST_PACKED} are read"])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check(entries)
            return _read(archive, [entry for entry in entries if entry.filename.lower().endswith(ending)])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as error:
        if isinstance(error, PlanRefused):
            raise
        raise PlanRefused([f"the archive cannot be opened: {error}"]) from error


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_FILES:
        raise PlanRefused([f"the archive holds {len(entries)} files; at most {MOST_FILES} are read"])
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise PlanRefused([f"the archive unpacks to more than {MOST_UNPACKED} bytes"])
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
            raise PlanRefused([f"the archive names a file outside of itself: {entry.filename[:80]}"])
        if entry.flag_bits & 0x1:
            raise PlanRefused([f"the archive is locked with a password: {entry.filename[:80]}"])
        if entry.file_size > MOST_RATIO * max(entry.compress_size, 1) + _BLOCK:
            raise PlanRefused([f"the archive packs {entry.filename[:80]} too tightly to be a plan"])


def _read(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MOST_UNPACKED
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/")).name.lower()
        if name.startswith("._") or "__macosx" in entry.filename.lower():
            continue
        if name in found:
            raise PlanRefused([f"the archive holds {name} twice"])
        with archive.open(entry) as file:
            found[name] = file.read(left + 1)
        left -= len(found[name])
        if left < 0:
            raise PlanRefused([f"the archive unpacks to more than {MOST_UNPACKED} bytes"])
    return found
