"""One name for everything that a browser may keep: it changes exactly when one of our files or packages does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def static_version(folders: Iterable[Path], lock_file: Path) -> str:
    """Twelve hexadecimal digits of the contents of all files in ``folders`` and of the packages' lock file."""
    digest = hashlib.sha256(lock_file.read_bytes() if lock_file.exists() else b"")
    for folder in sorted(folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
