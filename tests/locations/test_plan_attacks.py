"""Files that mean harm: each is refused in one sentence, quickly, and without asking anybody else anything."""

import io
import json
import struct
import zipfile
import zlib

import pytest

from locations.plan_formats import archive, read_plan
from locations.plan_formats.options import PlanOptions
from locations.plan_parts import PlanRefused
from tests.locations.plan_files import image, imdf, level, svg, unit

GROUND = PlanOptions(floor="Ground", level=0, scale=0.1)
ROOM = '<rect id="a" width="40" height="40"/>'


def refusal(content):
    with pytest.raises(PlanRefused) as refused:
        read_plan(content, GROUND)
    (problem,) = refused.value.problems
    return problem


BILLION_LAUGHS = "<!DOCTYPE svg [" + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10)
)

SVG_ATTACKS = {
    "script": svg(ROOM, "<script>alert(1)</script>"),
    "script in another namespace's clothes": svg(ROOM, '<x:SCRIPT xmlns:x="http://www.w3.org/2000/svg"/>'),
    "event handler": svg('<rect id="a" onload="alert(1)" width="4" height="4"/>'),
    "event handler in capitals": svg('<rect id="a" OnClick="alert(1)" width="4" height="4"/>'),
    "foreign content": svg("<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>"),
    "animation that sets a link": svg('<a><set attributeName="href" to="javascript:alert(1)"/></a>'),
    "link to a script": svg('<a href="javascript:alert(1)">x</a>'),
    "link to a script, spelled apart": svg('<a href="java&#9;script:alert(1)">x</a>'),
    "link to another host": svg('<image xlink:href="http://169.254.169.254/latest/meta-data"/>'),
    "link to a file": svg('<use href="file:///etc/passwd#x"/>'),
    "link to a picture that is a drawing": svg('<image href="data:image/svg+xml;base64,AAAA"/>'),
    "style sheet from elsewhere": svg(ROOM, head='<?xml-stylesheet href="http://a.example/x.css"?>'),
    "style that imports": svg("<style>@import 'http://a.example/x.css';</style>"),
    "style that fetches": svg('<rect id="a" style="fill:url(http://a.example/x)" width="4" height="4"/>'),
    "attribute that fetches": svg('<rect id="a" fill="url( \'//a.example/x\')" width="4" height="4"/>'),
    "style that fetches in escapes": svg(r"<style>a{b:u\rl(http://a.example)}</style>"),
    "entities": svg(ROOM, head=BILLION_LAUGHS + "]>"),
    "external entity": svg(ROOM, head='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "external document type": svg(ROOM, head='<!DOCTYPE svg SYSTEM "http://a.example/svg.dtd">'),
    "depth": svg("<g>" * 500 + ROOM + "</g>" * 500),
    "number of elements": svg("<g/>" * 100_001),
    "a curve of too many points": svg(f'<path id="a" d="M0 0{"L1 1" * 20_001}z"/>'),
    "numbers past all bounds": svg('<rect id="a" width="1e999" height="1"/>'),
    "no drawing at all": b"<html xmlns='http://www.w3.org/1999/xhtml'><script/></html>",
    "broken": b"<svg xmlns='http://www.w3.org/2000/svg'><g>",
    "an encoding that there is not": b"<?xml version='1.0' encoding='x-evil'?><svg/>",
}


def zipped(entries, **patch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def lying_zip() -> bytes:
    """Its directory says 10 bytes; what is packed are twenty million."""
    content = zipped([("level.geojson", b" " * 20_000_000), ("unit.geojson", b"{}")])
    size = struct.pack("<I", 20_000_000)
    assert content.count(size) == 2
    return content.replace(size, struct.pack("<I", 10))


def locked_zip() -> bytes:
    content = bytearray(zipped([("level.geojson", b"{}")]))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


ZIP_ATTACKS = {
    "bomb": zipped([("level.geojson", b" " * 60_000_000), ("unit.geojson", b"{}")]),
    "bomb that lies about its size": lying_zip(),
    "many files": zipped([(f"{n}.geojson", b"") for n in range(201)]),
    "file outside": zipped([("../../etc/cron.d/x.geojson", b"{}")]),
    "file outside, the other way round": zipped([("..\\level.geojson", b"{}")]),
    "absolute file": zipped([("/etc/passwd.geojson", b"{}")]),
    "the same file twice": zipped([("a/level.geojson", b"{}"), ("b/level.geojson", b"{}")]),
    "locked": locked_zip(),
    "cut off": zipped([("level.geojson", b"{}")])[:40],
    "deep JSON": zipped([("level.geojson", b"[" * 100_000), ("unit.geojson", b"{}")]),
}


def png_bomb(width=60_000, height=60_000) -> bytes:
    """A few bytes that say they are 3.6 billion pixels."""

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


IMAGE_ATTACKS = {
    "pixels": png_bomb(),
    "a few too many pixels": png_bomb(8_000, 8_000),
    "cut off": image()[:100],
    "a script that begins like an image": b"\x89PNG<script>alert(1)</script>",
    "another format by its first bytes": b"\xff\xd8" + b"%PDF-1.7",
}


@pytest.mark.parametrize("name", SVG_ATTACKS | ZIP_ATTACKS | IMAGE_ATTACKS)
def test_a_file_that_means_harm_is_refused_in_one_sentence(name, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", None)
    attacks = [table[name] for table in (SVG_ATTACKS, ZIP_ATTACKS, IMAGE_ATTACKS) if name in table]
    for content in attacks:
        assert refusal(content)


def test_what_is_refused_is_named():
    assert refusal(SVG_ATTACKS["script"]) == "the SVG has a script element, which a floor plan has no need of"
    assert refusal(SVG_ATTACKS["event handler"]) == "the SVG's rect element “a” has an event handler (onload)"
    assert refusal(SVG_ATTACKS["link to another host"]) == (
        "the SVG's image element “without an id” refers to something outside the file (href)"
    )
    assert "document type or entities" in refusal(SVG_ATTACKS["entities"])
    assert "too tightly" in refusal(ZIP_ATTACKS["bomb"])


def test_what_an_archive_unpacks_to_is_bounded_whatever_it_says(monkeypatch):
    monkeypatch.setattr(archive, "MOST_UNPACKED", 10_000)
    content = imdf(level("l", 0), *(unit(f"room{n:04}", "l", n, 0, width=1) for n in range(40)))
    assert refusal(content) == "the archive unpacks to more than 10000 bytes"


def test_pictures_inside_a_drawing_and_references_within_it_do_no_harm():
    harmless = svg(
        ROOM,
        '<image href="data:image/png;base64,iVBORw0KGgo="/>',
        '<use href="#a"/><rect fill="url(#shade)" width="1" height="1"/>',
    )
    assert list(read_plan(harmless, GROUND).floors[0].zones) == ["a"]


def test_names_that_look_like_markup_stay_text():
    content = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"space": "a", "floor": "G", "name": "<script>\u0000alert(1)</script>"},
                    "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 0]]]},
                }
            ],
        }
    ).encode()
    assert read_plan(content).floors[0].zones["a"].name == "<script> alert(1)</script>"
