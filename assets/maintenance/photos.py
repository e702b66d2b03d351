"""Photos that people attach: written anew by Pillow, so that nothing is in them but what they show.

The place and the moment that a phone writes into a picture, its thumbnail and whatever else a file may carry stay
behind; so does everything that is no image.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 15_000_000
MOST_PIXELS = 60_000_000
LONGEST_PX = 1_600
QUALITY = 80
MEDIA_TYPE = "image/jpeg"
_BEGINNINGS: dict[str, bytes] = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF"}


class PhotoRefusedError(ValueError):
    """It is no photo that can be kept; the text says why, for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of ours."""

    content: bytes
    width: int
    height: int


def read_photo(content: bytes) -> Picture:
    """The pixels alone, upright and at most 1,600 wide or high. Raises :class:`PhotoRefusedError`."""
    if len(content) > MOST_BYTES:
        raise PhotoRefusedError(gettext("The photo is larger than %s MB.") % (MOST_BYTES // 1_000_000))
    if not any(content.startswith(beginning) for beginning in _BEGINNINGS.values()):
        raise PhotoRefusedError(gettext("That is no photo: send JPEG, PNG or WebP."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(content), formats=list(_BEGINNINGS))
        if image.width * image.height > MOST_PIXELS:
            words = gettext("The photo has more than %s million pixels.")
            raise PhotoRefusedError(words % (MOST_PIXELS // 1_000_000))
        image.draft("RGB", (LONGEST_PX, LONGEST_PX))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_PX, LONGEST_PX))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRefusedError(gettext("The photo has more pixels than are read.")) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        if isinstance(error, PhotoRefusedError):
            raise
        raise PhotoRefusedError(gettext("The photo cannot be read. Take it again.")) from error
    return _written(upright)


def _written(image: Image.Image) -> Picture:
    plain = Image.new("RGB", image.size, (255, 255, 255))
    seen = image.convert("RGBA")
    plain.paste(seen, mask=seen.getchannel("A"))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY)
    return Picture(out.getvalue(), *plain.size)
