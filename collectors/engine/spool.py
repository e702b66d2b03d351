"""Where observations wait on disk while the database is away: append-only, in order, bounded, checked.

A record is its length, the CRC-32 of its bytes, and the bytes. Records lie in numbered files; a file is
deleted when all of it was recorded. A collector that stops in between records it again: recording the same
observation twice changes nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEAD = struct.Struct(">II")
MAX_RECORD_BYTES = 64 * 1024 * 1024
FILE_BYTES = 4 * 1024 * 1024
MAX_BYTES = 512 * 1024 * 1024


@dataclass(slots=True)
class Losses:
    """What could not be kept."""

    torn: int = 0
    """Files that ended in the middle of a record, or in a damaged one: what follows in that file is lost."""
    dropped: int = 0
    """Files given up, oldest first, because the spool was full."""


class CollectorRunningError(Exception):
    """Another collector on this machine has the folder, and so polls the same devices."""


@contextlib.contextmanager
def sole_collector(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process; raises :class:`CollectorRunningError` while another one does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CollectorRunningError(
                f"Another collector polls the same segments already (it holds {lock.name}); stop it first."
            ) from None
        yield


class Spool:
    """One collector's own folder; see :func:`sole_collector`."""

    def __init__(self, folder: Path, *, file_bytes: int = FILE_BYTES, max_bytes: int = MAX_BYTES) -> None:
        self._folder, self._file_bytes, self._max_bytes = folder, file_bytes, max_bytes
        self.losses = Losses()
        folder.mkdir(parents=True, exist_ok=True)
        # A file from before may end torn: new records go into a new one.
        self._current: Path | None = None
        self._has_files = bool(self._files())

    @property
    def is_empty(self) -> bool:
        return not self._has_files

    def append(self, record: bytes) -> None:
        """Keep ``record``; on return it has reached the disk. The oldest give way when the spool is full."""
        if self._current is None or self._current.stat().st_size >= self._file_bytes:
            self._current = self._next_file()
        with self._current.open("ab") as file:
            file.write(_HEAD.pack(len(record), zlib.crc32(record)) + record)
            file.flush()
            os.fsync(file.fileno())
        self._has_files = True
        self._make_room()

    def oldest(self) -> Iterator[bytes]:
        """The records of the oldest file, in order; once recorded, :meth:`forget_oldest` deletes it."""
        files = self._files()
        if not files:
            return
        data = files[0].read_bytes()
        at = 0
        while at < len(data):
            record = _record_at(data, at)
            if record is None:
                self.losses.torn += 1
                return
            yield record
            at += _HEAD.size + len(record)

    def forget_oldest(self) -> None:
        files = self._files()
        if files:
            files[0].unlink()
            if files[0] == self._current:
                self._current = None
        self._has_files = len(files) > 1

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("spool-*.log"))

    def _next_file(self) -> Path:
        files = self._files()
        number = int(files[-1].stem.partition("-")[2]) + 1 if files else 1
        return self._folder / f"spool-{number:012d}.log"

    def _make_room(self) -> None:
        files = self._files()
        sizes = [file.stat().st_size for file in files]
        while len(files) > 1 and sum(sizes) > self._max_bytes:
            files.pop(0).unlink()
            sizes.pop(0)
            self.losses.dropped += 1


def _record_at(data: bytes, at: int) -> bytes | None:
    """The record that begins at ``at``; None if it is torn or damaged."""
    if at + _HEAD.size > len(data):
        return None
    length, checksum = _HEAD.unpack_from(data, at)
    record = data[at + _HEAD.size : at + _HEAD.size + length]
    if length > MAX_RECORD_BYTES or len(record) < length or zlib.crc32(record) != checksum:
        return None
    return record
