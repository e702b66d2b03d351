"""Photos: what is kept is the picture alone, and what is no picture is not kept."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from assets.maintenance import photos
from assets.maintenance.photos import PhotoRefusedError, read_photo
from tests.every import for_every


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_written_anew_as_jpeg_without_what_the_phone_wrote_into_it(picture, kind):
    sent = picture(kind)
    kept = read_photo(sent)

    image = Image.open(io.BytesIO(kept.content))
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (40, 30), {})
    assert b"Ward 3 West" not in kept.content
    assert b"Exif" not in kept.content


def test_a_photo_taken_upright_is_kept_upright(picture):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG", exif=exif)

    kept = read_photo(out.getvalue())
    assert (kept.width, kept.height) == (30, 40)


def test_a_large_photo_is_made_smaller(picture):
    kept = read_photo(picture(size=(4000, 3000)))
    assert (kept.width, kept.height) == (1600, 1200)


def test_what_is_seen_through_is_white(picture):
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    image = Image.open(io.BytesIO(read_photo(out.getvalue()).content))
    assert image.getpixel((0, 0)) == (255, 255, 255)


HOSTILE = {
    "nothing": b"",
    "a page": b"<html><script>alert(1)</script></html>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "a GIF": b"GIF89a" + b"\0" * 40,
    "a PDF": b"%PDF-1.7",
    "a program": b"MZ" + b"\0" * 100,
    "a JPEG that ends": b"\xff\xd8\xff\xe0" + b"\0" * 20,
    "a PNG that ends": b"\x89PNG\r\n\x1a\n" + b"\0" * 20,
    "a sound": b"RIFF\x24\0\0\0WAVEfmt ",
}


@for_every(HOSTILE)
def test_what_is_no_photo_is_refused(content):
    with pytest.raises(PhotoRefusedError):
        read_photo(content)


def test_too_many_bytes_and_too_many_pixels_are_refused(picture, monkeypatch):
    monkeypatch.setattr(photos, "MOST_PIXELS", 1000)
    with pytest.raises(PhotoRefusedError, match="pixels"):
        read_photo(picture())
    monkeypatch.setattr(photos, "MOST_BYTES", 100)
    with pytest.raises(PhotoRefusedError, match="larger"):
        read_photo(picture())
