"""A process's own folder on this machine, by which the next process knows whether it lives."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from collectors.engine.spool_folders import LOCK, CollectorRunningError, sole_collector

log = logging.getLogger(__name__)


def spool_root() -> Path:
    """Where each collector on this host has its folder."""
    return Path(settings.STATE_DIR) / "spool"


@contextlib.contextmanager
def own_folder(holder: str) -> Iterator[tuple[Path, list[str]]]:
    """The first folder that no living process has, marked as the holder's, and all who died on this machine."""
    for number in itertools.count(1):
        folder = spool_root() / str(number)
        try:
            with sole_collector(folder):
                dead = [name for name in [_holder_of(folder), *dead_holders()] if name]
                (folder / LOCK).write_text(holder)
                yield folder, dead
                return
        except CollectorRunningError:
            continue


def dead_holders() -> list[str]:
    """Who had a folder here and lives no more."""
    found = []
    root = spool_root()
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        try:
            with sole_collector(folder):
                found.append(_holder_of(folder))
        except (CollectorRunningError, OSError):
            continue
    return [holder for holder in found if holder]


def _holder_of(folder: Path) -> str:
    return (folder / LOCK).read_text().strip()
