"""Secrets that the installation makes for itself on first use, in files that only its user can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def read_or_make(path: Path, *, size: int = 48) -> str:
    """The secret in ``path``; made there, readable by its owner alone, if there is none yet."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:  # another process was first
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        value = secrets.token_urlsafe(size)
        file.write(value)
    return value
