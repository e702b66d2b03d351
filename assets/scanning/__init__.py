"""What a scanned code means: a piece of equipment, a room, or nothing that is registered."""

from assets.scanning.resolving import Scanned, resolve_code

__all__ = ["Scanned", "resolve_code"]
