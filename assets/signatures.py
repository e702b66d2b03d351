"""Signatures: a name as typed and, where somebody drew one, the drawing, written anew."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

NAME_LENGTH = 120
MOST_BYTES = 300_000
SIZE_PX = (600, 240)
_BEGINNING = "data:image/png;base64,"


class SignatureRefusedError(ValueError):
    """It is none; the text begins with the field and says why."""


@dataclass(frozen=True, slots=True)
class Signed:
    """``drawing``: a PNG of ours, or nothing."""

    name: str
    drawing: bytes | None = None


def read_signature(name: str, drawing: str = "") -> Signed | None:
    """Of the name and of a canvas's ``data:image/png`` address; nothing without a name.

    Raises :class:`SignatureRefusedError` for what is no drawing.
    """
    plain = " ".join(name.replace("\0", "").split())
    if len(plain) > NAME_LENGTH:
        raise SignatureRefusedError(_("signature: at most %s characters.") % NAME_LENGTH)
    return Signed(plain, _drawing(drawing) if drawing else None) if plain else None


def _drawing(address: str) -> bytes:
    refused = SignatureRefusedError(_("signature: the drawing cannot be read. Sign again."))
    if not address.startswith(_BEGINNING) or len(address) > MOST_BYTES * 4 // 3:
        raise refused
    try:
        content = base64.b64decode(address.removeprefix(_BEGINNING), validate=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(content), formats=["PNG"])
        if image.width > 4 * SIZE_PX[0] or image.height > 4 * SIZE_PX[1]:
            raise refused
        seen = image.convert("RGBA")
    except (
        binascii.Error, Image.DecompressionBombError, Image.DecompressionBombWarning, UnidentifiedImageError, OSError,
        SyntaxError, EOFError,
    ) as error:  # fmt: skip
        raise refused from error
    seen.thumbnail(SIZE_PX)
    plain = Image.new("RGB", seen.size, (255, 255, 255))
    plain.paste(seen, mask=seen.getchannel("A"))
    out = io.BytesIO()
    plain.convert("L").save(out, "PNG", optimize=True)
    return out.getvalue()
