"""Our engine of SNMP v3, in a small file: the same name at each start, and one boot more (RFC 3414, 2.2).

Without its file it is another engine, under a name that nobody has used: so a lost file never makes a boot come
twice. Each host has its own.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.conf import settings

from collectors.snmp.own_engine import new_engine_id
from collectors.snmp.usm import MAX_BOOTS


def engine_path(source_id: int) -> Path:
    return Path(settings.STATE_DIR) / "traps" / f"{source_id}.json"


def next_boot(path: Path) -> tuple[bytes, int]:
    """Engine identifier and boots for this start, which are on disk when this returns. OSError if they cannot be."""
    engine_id, boots = _read(path)
    _write(path, engine_id, boots + 1)
    return engine_id, boots + 1


def _read(path: Path) -> tuple[bytes, int]:
    try:
        kept = json.loads(path.read_text())
        engine_id, boots = bytes.fromhex(kept["engine_id"]), int(kept["boots"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return new_engine_id(), 0
    if not 5 <= len(engine_id) <= 32 or not 0 <= boots < MAX_BOOTS - 1:
        return new_engine_id(), 0
    return engine_id, boots


def _write(path: Path, engine_id: bytes, boots: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("w") as file:
        json.dump({"engine_id": engine_id.hex(), "boots": boots}, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
