"""Signatures on work orders: what is none is refused as everything else about an order is."""

from __future__ import annotations

from assets.maintenance.events import WorkRefusedError
from assets.signatures import NAME_LENGTH, SignatureRefusedError, Signed
from assets.signatures import read_signature as read_any_signature

__all__ = ["NAME_LENGTH", "Signed", "read_signature"]


def read_signature(name: str, drawing: str = "") -> Signed | None:
    """Raises :class:`~assets.maintenance.events.WorkRefusedError` for what is no drawing."""
    try:
        return read_any_signature(name, drawing)
    except SignatureRefusedError as refused:
        raise WorkRefusedError(str(refused)) from refused
