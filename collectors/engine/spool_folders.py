"""Whose spool is whose: a collector process has a folder of its own, and those of dead ones are taken up."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LOCK = "lock"
FILES = "spool-*.log"


class CollectorRunningError(Exception):
    """Another collector on this machine has the folder, and so polls the same devices."""


@contextlib.contextmanager
def sole_collector(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process; raises :class:`CollectorRunningError` while another one does."""
    with _locked(folder) as lock:
        if lock is None:
            raise CollectorRunningError(
                f"Another collector polls the same segments already (it holds {folder / LOCK}); stop it first."
            )
        yield


def left_over_spools(root: Path) -> list[Path]:
    """The folders in ``root`` in which records wait that no process on this machine holds any more.

    Give them to :meth:`collectors.engine.writer.Writer.take_up`. Somebody else may be quicker; that loses nothing.
    """
    if not root.is_dir():
        return []
    folders = sorted(folder for folder in root.iterdir() if next(folder.glob(FILES), None) is not None)
    return [folder for folder in folders if not _is_held(folder)]


@contextlib.contextmanager
def taking_over(folder: Path) -> Iterator[list[Path]]:
    """The spool files of a collector that is gone, the oldest first; none while somebody holds them.

    What is left of the folder at the end is removed if it is empty.
    """
    with _locked(folder) as lock:
        if lock is None:
            yield []
            return
        yield sorted(folder.glob(FILES))
        if not any(entry.name != LOCK for entry in folder.iterdir()):
            (folder / LOCK).unlink()
            folder.rmdir()


def _is_held(folder: Path) -> bool:
    with _locked(folder) as lock:
        return lock is None


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[IO[str] | None]:
    """The lock's file, or ``None`` while another process has it. The lock ends with its process, however that ends."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            if not _is_still(folder / LOCK, lock):
                continue  # removed, with its folder, by whoever took it over just now
            yield lock
            return


def _is_still(path: Path, lock: IO[str]) -> bool:
    try:
        return path.stat().st_ino == os.fstat(lock.fileno()).st_ino
    except FileNotFoundError:
        return False
