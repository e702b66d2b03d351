"""What the process keeps of memory that it does not need any more."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping

ARENAS = 2
_M_ARENA_MAX = -8  # of malloc.h
_NAME = "MALLOC_ARENA_MAX"


def keep_memory_together(environment: Mapping[str, str] = os.environ) -> bool:
    """Let all threads of this process share ``ARENAS`` arenas of memory; False where that cannot be said.

    The C library of most Linux systems otherwise gives eight per processor to threads as they come, and what is free
    in one serves no other: with a thread for each request, half of what is held may be free. Whoever sets
    ``MALLOC_ARENA_MAX`` has decided already.
    """
    if _NAME in environment:
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS))
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return False
