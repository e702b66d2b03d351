"""Where observations wait while the database is away: on disk, append-only, in order, bounded, checked, sealed.

Records lie in numbered files (:mod:`collectors.engine.spool_frames`); a file is deleted when all of it was recorded. A
collector that dies in between records it again: recording the same observation twice changes nothing.

A record is on the disk (fsync of the file, and of the folder for a new one) before :meth:`Spool.append` returns. While
the disk takes nothing, records are held in memory instead, up to a bound. Whatever bound is reached, the oldest give
way, and are counted.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from collectors.engine.spool_cipher import RecordSealedError, SpoolCipher, default_cipher
from collectors.engine.spool_folders import FILES, taking_over
from collectors.engine.spool_frames import Frame, Gap, encode_frame, label_of, read_frames

log = logging.getLogger(__name__)

FILE_BYTES = 4 * 1024 * 1024
MAX_BYTES = 512 * 1024 * 1024
HELD_BYTES = 32 * 1024 * 1024
SEALED = "sealed"
"""Ending of files that hold records whose key is not listed: kept, and looked at again at the next start."""


@dataclass(frozen=True, slots=True)
class SpoolState:
    """What waits, and what became of the rest since the process started.

    ``oldest_at`` is when the oldest waiting record was written. ``held`` of the ``records`` are in memory only.
    """

    bytes: int = 0
    records: int = 0
    observations: int = 0
    oldest_at: datetime | None = None
    held: int = 0
    dropped: int = 0  # records given up because there was no room
    dropped_observations: int = 0
    torn: int = 0  # stretches of a file that are no record
    sealed: int = 0  # records whose key is not listed
    replayed: int = 0
    replayed_observations: int = 0


@dataclass(slots=True)
class _File:
    """What a file holds that waits."""

    size: int = 0
    records: int = 0
    observations: int = 0
    oldest_us: int = 0

    def add(self, frame: Frame) -> None:
        self.oldest_us = self.oldest_us or frame.written_us
        self.size += frame.size
        self.records += 1
        self.observations += frame.observations

    def take(self, frame: Frame) -> None:
        self.records -= 1
        self.observations -= frame.observations


class Spool:
    """One collector's own folder; see :func:`collectors.engine.spool_folders.sole_collector`. For one thread.

    No trouble of the disk is an exception here: it shows in :attr:`state`, and is said once in the log.
    """

    def __init__(
        self,
        folder: Path,
        *,
        file_bytes: int = FILE_BYTES,
        max_bytes: int = MAX_BYTES,
        held_bytes: int = HELD_BYTES,
        cipher: SpoolCipher | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder, self._now = folder, now
        self._file_bytes, self._max_bytes, self._held_bytes = file_bytes, max_bytes, held_bytes
        self._cipher = cipher or default_cipher()
        self._files: dict[Path, _File] = {}
        self._held: deque[Frame] = deque()
        self._opened: tuple[Path, deque[Frame]] | None = None  # the oldest file, and what waits in it
        self._current: Path | None = (
            None  # where the next record goes; never a file from before, whose end may be torn
        )
        self._number = 0
        self._is_failing = False
        self._has_sealed = False
        self.state = SpoolState()
        """As of the last call; it may be read from any thread."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob(f"*.{SEALED}"):
            path.rename(path.with_suffix(""))
        for path in sorted(folder.glob(FILES)):
            self._enter(path)
        self._tell()

    @property
    def is_empty(self) -> bool:
        return not self._files and not self._held

    def append(self, record: bytes, observations: int = 1) -> None:
        """Keep ``record``, which holds so many observations; on return it has reached the disk, if the disk works."""
        written_us = int(self._now() * 1e6)
        body = self._cipher.seal(record, label_of(observations, written_us))
        self._held.append(Frame(body, observations, written_us, 0))
        self.settle()

    def settle(self) -> None:
        """Bring to the disk what is held in memory, as far as the disk takes it, and keep to the bounds."""
        while self._held:
            try:
                self._write(self._held[0])
            except OSError as error:
                self._note_failing(error)
                break
            self._held.popleft()
        if not self._held:
            self._note_working()
        self._make_room()
        self._tell()

    def oldest(self) -> bytes | None:
        """The oldest record, or ``None`` if nothing waits. It waits on until :meth:`forget_oldest`."""
        while (frame := self._oldest_frame()) is not None:
            try:
                return self._cipher.open(frame.body, frame.label)
            except RecordSealedError as error:
                log.error("In %s a record cannot be opened: %s", self._folder, error)  # noqa: TRY400  no fault of ours
                self._has_sealed = True
                self._take_oldest()
                self._tell(sealed=self.state.sealed + 1)
        return None

    def oldest_together(self, observations: int) -> list[bytes]:
        """The oldest records with at most so many observations in all, but at least one; none if nothing waits."""
        first = self.oldest()
        if first is None:
            return []
        records = [first]
        frames = self._opened[1] if self._opened else self._held
        size = frames[0].observations
        for frame in itertools.islice(frames, 1, None):
            size += frame.observations
            if size > observations:
                break
            try:
                records.append(self._cipher.open(frame.body, frame.label))
            except RecordSealedError:
                break  # told when it is the oldest
        return records

    def forget_oldest(self) -> None:
        """The record that :meth:`oldest` gave is recorded."""
        frame = self._take_oldest()
        self._tell(
            replayed=self.state.replayed + 1,
            replayed_observations=self.state.replayed_observations + frame.observations,
        )

    def take_up(self, folder: Path) -> int:
        """Make the files of a collector that is gone our own; how many records that are."""
        before = self.state.records
        with taking_over(folder) as files:
            for path in files:
                # Sorts before all files of our own, which are newer.
                ours = self._folder / f"spool-{0:012d}-{folder.name}-{path.stem.partition('-')[2]}.log"
                path.rename(ours)
                self._enter(ours)
        self._files = dict(sorted(self._files.items()))
        _sync_folder(self._folder)
        self._make_room()
        self._tell()
        return self.state.records - before

    def _enter(self, path: Path) -> None:
        self._number = max(self._number, int(path.name.split("-")[1].removesuffix(".log")))
        file = self._files[path] = _File()
        for frame in self._read(path)[0]:
            file.add(frame)
        file.size = path.stat().st_size  # with what is damaged in it

    def _read(self, path: Path) -> tuple[deque[Frame], int]:
        """The frames of a file, and how often something else lay between them."""
        try:
            found = list(read_frames(path.read_bytes()))
        except OSError as error:
            log.error("The spool's file %s cannot be read: %s", path, error)  # noqa: TRY400  no fault of ours
            return deque(), 1
        frames = deque(frame for frame in found if isinstance(frame, Frame))
        return frames, sum(isinstance(gap, Gap) for gap in found)

    def _write(self, frame: Frame) -> None:
        """On the disk, or OSError and nothing of it there."""
        is_new = self._current is None
        if self._current is None:
            self._number += 1
            self._current = self._folder / f"spool-{self._number:012d}.log"
        path = self._current
        file = self._files.get(path) or _File()
        try:
            _append(path, encode_frame(frame.body, frame.observations, frame.written_us), at=file.size)
            if is_new:
                _sync_folder(self._folder)
        except OSError:
            self._current = None  # what the disk made of this file is not known for sure
            if not file.records and path not in self._files:
                with contextlib.suppress(OSError):
                    path.unlink()
            raise
        file.add(frame)
        self._files[path] = file
        if file.size >= self._file_bytes:
            self._current = None

    def _oldest_frame(self) -> Frame | None:
        while self._opened is None and self._files:
            path = next(iter(self._files))
            if path == self._current:
                self._current = None
            frames, gaps = self._read(path)
            self._opened = path, frames
            if gaps:
                self._tell(torn=self.state.torn + gaps)
            if not frames:
                self._close_oldest()
        if self._opened is not None:
            return self._opened[1][0]
        return self._held[0] if self._held else None

    def _take_oldest(self) -> Frame:
        if self._opened is None:
            return self._held.popleft()
        path, frames = self._opened
        frame = frames.popleft()
        self._files[path].take(frame)
        if not frames:
            self._close_oldest()
        return frame

    def _close_oldest(self) -> None:
        path = next(iter(self._files))
        del self._files[path]
        self._opened = None
        # A file that stays, because the disk does not let go of it, is recorded again by the next process.
        with contextlib.suppress(OSError):
            if self._has_sealed:
                path.rename(path.with_name(f"{path.name}.{SEALED}"))
            else:
                path.unlink()
        self._has_sealed = False

    def _make_room(self) -> None:
        while len(self._files) > 1 and sum(file.size for file in self._files.values()) > self._max_bytes:
            self._drop_file()
        while len(self._held) > 1 and sum(frame.size for frame in self._held) > self._held_bytes:
            if self._files:
                self._drop_file()  # which makes room on a disk that is full
                break
            self._drop(1, self._held.popleft().observations)

    def _drop_file(self) -> None:
        path, file = next(iter(self._files.items()))
        self._drop(file.records, file.observations)
        if path == self._current:
            self._current = None
        self._has_sealed = False
        self._close_oldest()

    def _drop(self, records: int, observations: int) -> None:
        if not self.state.dropped:
            log.error("The spool in %s is full: the oldest observations are given up", self._folder)
        self._tell(
            dropped=self.state.dropped + records,
            dropped_observations=self.state.dropped_observations + observations,
        )

    def _note_failing(self, error: OSError) -> None:
        if not self._is_failing:
            log.error("The disk does not take observations; they are held in memory meanwhile: %s", error)
        self._is_failing = True

    def _note_working(self) -> None:
        if self._is_failing:
            log.warning("The disk takes observations again (records given up: %d)", self.state.dropped)
        self._is_failing = False

    def _tell(self, **counts: int) -> None:
        files = self._files.values()
        oldest_us = next((f.written_us for f in self._opened[1]), 0) if self._opened else 0
        oldest_us = oldest_us or next((f.oldest_us for f in files if f.records), 0)
        oldest_us = oldest_us or next((f.written_us for f in self._held), 0)
        self.state = replace(
            self.state,
            bytes=sum(file.size for file in files) + sum(frame.size for frame in self._held),
            records=sum(file.records for file in files) + len(self._held),
            observations=sum(f.observations for f in files) + sum(f.observations for f in self._held),
            oldest_at=datetime.fromtimestamp(oldest_us / 1e6, UTC) if oldest_us else None,
            held=len(self._held),
            **counts,
        )


def _append(path: Path, data: bytes, *, at: int) -> None:
    """``data`` at the end of the file, which lies at ``at``, and on the disk; what was written in part is cut off."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.lseek(descriptor, at, os.SEEK_SET)
        written = 0
        while written < len(data):
            written += os.write(descriptor, data[written:])
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, at)
        raise
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
