"""What the tests of maintenance share: photos as phones send them."""

from __future__ import annotations

import io

import pytest
from PIL import Image


@pytest.fixture
def picture():
    """Makes a photo with what a phone writes into it: ``picture()``, ``picture("PNG", (40, 30))``."""

    def make(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **extra) -> bytes:
        out = io.BytesIO()
        exif = Image.Exif()
        exif[0x010E] = "Ward 3 West, bed 12"  # description
        exif[0x0132] = "2026:03:02 12:00:00"
        image = Image.new("RGB", size, (200, 30, 30))
        image.save(out, kind, **({"exif": exif} if kind != "PNG" else {}), **extra)
        return out.getvalue()

    return make
