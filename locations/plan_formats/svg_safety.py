"""An SVG drawing as a tree of elements, or refused for what has no place in a drawing. Nothing of it is ever shown
as it came: rooms are read out of it, and pages draw those anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError  # parsed by defusedxml below

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from locations.plan_parts import PlanRefused

SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 20_000_000
MOST_ELEMENTS = 100_000
DEEPEST = 100
FORBIDDEN = frozenset(
    {
        "script",
        "foreignobject",
        "iframe",
        "embed",
        "object",
        "handler",
        "listener",
        "audio",
        "video",
        "canvas",
    }
    | {"set", "animate", "animatemotion", "animatetransform", "animatecolor"}
)
_OUTSIDE = re.compile(r"url\(\s*['\"]?\s*(?!#)[^\s'\")]|@import|expression\s*\(|javascript:", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,", re.IGNORECASE)
"""Pictures inside the file are only left out; they are no reference to anywhere."""


def safe_svg(content: bytes) -> Element:
    """The root of the drawing. Raises :class:`PlanRefused`, naming the element, for scripts, event handlers, foreign
    content, references to outside, entities, and files past the limits."""
    if len(content) > MOST_BYTES:
        raise PlanRefused([f"the file has {len(content)} bytes; at most {MOST_BYTES} are read"])
    if re.search(rb"<\?xml-stylesheet", content):
        raise PlanRefused(["the SVG refers to a style sheet outside of it"])
    root = _parsed(content)
    if root.tag != f"{SVG}svg":
        raise PlanRefused(["the file is not an SVG drawing: its root is not svg"])
    for count, element in enumerate(_walked(root)):
        if count >= MOST_ELEMENTS:
            raise PlanRefused([f"the SVG has more than {MOST_ELEMENTS} elements"])
        _check(element)
    return root


def _parsed(content: bytes) -> Element:
    parser = DefusedXMLParser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise PlanRefused(["the SVG has a document type or entities, which drawings do not need"]) from error
    except (ParseError, ValueError, LookupError) as error:
        raise PlanRefused([f"the file is not XML: {error}"]) from error
    return root


def _walked(root: Element) -> Iterator[Element]:
    """Every element, without recursion."""
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > DEEPEST:
            raise PlanRefused([f"the SVG is nested deeper than {DEEPEST} levels"])
        yield element
        waiting += [(child, depth + 1) for child in element]


def local(name: object) -> str:
    """A name without its namespace, in small letters: a browser may take them so."""
    return str(name).rpartition("}")[2].lower()


def _check(element: Element) -> None:
    tag = local(element.tag)
    named = f"the SVG's {tag} element “{element.get('id', 'without an id')}”"
    if tag in FORBIDDEN:
        raise PlanRefused([f"the SVG has a {tag} element, which a floor plan has no need of"])
    if tag == "style" and _OUTSIDE.search("".join(element.itertext()).replace("\\", "")):
        raise PlanRefused([f"{named} refers to something outside the file"])
    for key, value in element.attrib.items():
        name = local(key)
        if name.startswith("on"):
            raise PlanRefused([f"{named} has an event handler ({name})"])
        text = re.sub(r"[\x00-\x20]+", "", value)
        if name in ("href", "src") and not (
            text.startswith("#") or not text or (tag == "image" and _PICTURE.match(text))
        ):
            raise PlanRefused([f"{named} refers to something outside the file ({name})"])
        if name not in ("href", "src") and _OUTSIDE.search(text.replace("\\", "")):
            raise PlanRefused([f"{named} refers to something outside the file ({name})"])
