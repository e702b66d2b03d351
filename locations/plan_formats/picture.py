"""An image of a floor plan as the picture under it: written anew by Pillow, so that nothing else is in it."""

from __future__ import annotations

import io
import math
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from locations.plan_formats.options import DEFAULT, Frame, PlanOptions, check_level, frame_of
from locations.plan_parts import Plan, PlanFloor, PlanPicture, PlanRefused
from locations.polygons import MAX_COORDINATE_M

MOST_BYTES = 30_000_000
MOST_PIXELS = 60_000_000
LONGEST_PX = 4_096
"""A picture is made smaller to this; a plan of 100 m then still has 40 pixels to the metre."""
UPRIGHT_DEGREES = 0.05
FORMATS = ("PNG", "JPEG")
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


def opened(content: bytes) -> Image.Image:
    """The image, upright and within the limits. Raises :class:`PlanRefused`."""
    if len(content) > MOST_BYTES:
        raise PlanRefused([f"the file has {len(content)} bytes; at most {MOST_BYTES} are read"])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise PlanRefused(
                [f"the image has {image.width} x {image.height} pixels; at most {MOST_PIXELS:,} are read"]
            )
        image.load()
        kind = image.format
        image = ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PlanRefused(["the image has more pixels than a plan needs"]) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        if isinstance(error, PlanRefused):
            raise
        raise PlanRefused([f"the image cannot be read: {error}"]) from error
    image.format = kind
    return image


def rewritten(image: Image.Image) -> tuple[bytes, str]:
    """The pixels alone, as PNG or JPEG, with the media type; nothing that the file carried besides."""
    kind = image.format if image.format in FORMATS else "PNG"
    plain = Image.new("RGBA", image.size, (255, 255, 255, 255))
    plain.alpha_composite(image.convert("RGBA"))
    out = io.BytesIO()
    if kind == "JPEG":
        plain.convert("RGB").save(out, "JPEG", quality=85)
    else:
        plain.convert("RGB").quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue(), MEDIA_TYPES[kind]


def smaller(image: Image.Image) -> Image.Image:
    """No side longer than the longest."""
    longest = max(image.size)
    if longest <= LONGEST_PX:
        return image
    share = LONGEST_PX / longest
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    small = image.convert("RGB").resize(size)
    small.format = image.format
    return small


def read_picture(content: bytes, options: PlanOptions = DEFAULT) -> Plan:
    """A floor with a picture and no rooms. Points are told in pixels, counted from the upper left corner."""
    image = opened(content)
    frame = frame_of(options, 0.0, float(image.height))
    floor, level = check_level(options)
    bounds, turned = _upright(image, frame)
    written, media_type = rewritten(smaller(turned))
    size = smaller(turned).size
    picture = PlanPicture(written, media_type, *size, bounds)
    return Plan([PlanFloor(floor, level, {}, picture=picture)], [])


def _upright(image: Image.Image, frame: Frame) -> tuple[tuple[float, float, float, float], Image.Image]:
    """The image turned as it stands in the building, and the corners it then reaches to, in metres."""
    corners = [frame.place(x, y) for x in (0, image.width) for y in (0, image.height)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    bounds = (round(min(xs), 3), round(min(ys), 3), round(max(xs), 3), round(max(ys), 3))
    if max(map(abs, bounds)) > MAX_COORDINATE_M:
        raise PlanRefused([f"the picture would lie {max(map(abs, bounds)):.0f} m from the origin"])
    degrees = math.degrees(frame.turn) % 360
    if min(degrees, 360 - degrees) < UPRIGHT_DEGREES:
        return bounds, image
    small = smaller(image)
    turned = small.convert("RGB").rotate(degrees, expand=True, fillcolor=(255, 255, 255))
    turned.format = image.format
    return bounds, turned
