"""What several tests of collectors need."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(scope="module")
def sockets_end_here():
    """pynetdicom leaves sockets to the collection of garbage, which must not find them in somebody else's test."""
    yield
    gc.collect()
