"""From a YAML file to a :class:`Mapping`, or to a :class:`ProfileError` that names file and key."""

from __future__ import annotations

import re
from pathlib import Path as File

from assets.observation import SubjectKind
from assets.vocabulary import VOCABULARY, Term
from collectors.profiles.model import GRADES, Encoding
from collectors.profiles.rules import read_rules
from collectors.profiles.strict import Section, read_section
from collectors.profiles.tables import LARGEST_ERROR_M, UNITS_OF_LENGTH
from collectors.receivers.mqtt.model import (
    MappedPosition,
    MappedReading,
    MappedSighting,
    Mapping,
    MessageMap,
    Moment,
    Part,
    Path,
    Place,
    Presence,
)
from collectors.receivers.mqtt.topics import Template, TemplateError, parse_template
from collectors.receivers.saying import KINDS

NAME = r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?"
MESSAGE_NAME = r"[a-z][a-z0-9-]{0,19}"
FORMS = ("iso", "unix_s", "unix_ms")
TYPES = ("number", "number-text", "text", "flag")
"""A number, a number written as text, a text, true or false."""
DEEPEST = 12
_PART = re.compile(r"\{([a-z_]+)\}")


def load_mapping(file: File) -> Mapping:
    section = read_section(file)
    name = section.text("name", pattern=NAME)
    if name != file.stem:
        section.fail("name", f"must be that of its file, {file.stem!r}")
    mapping = Mapping(
        name=name,
        title=section.text("title"),
        document=section.text("document"),
        grade=section.choice("grade", GRADES),
        evidence=section.text("evidence"),
        caveats=section.words("caveats"),
        messages=tuple(_message(item) for item in section.sections("messages")),
    )
    section.done()
    names = [message.name for message in mapping.messages]
    if not names:
        section.fail("messages", "there is none, and so nothing to hear")
    for index, each in enumerate(names):
        if each in names[:index]:
            section.fail(f"messages[{index}].name", f"{each!r} stands twice")
    return mapping


def _message(section: Section) -> MessageMap:
    template = _template(section)
    is_json = section.choice("payload", ("json", "plain"), "json") == "json"
    kind, subject = _subject(section, template, is_json=is_json)
    readings = tuple(_reading(item, is_json=is_json) for item in section.sections("readings"))
    for index, reading in enumerate(readings):
        if reading.name in [earlier.name for earlier in readings[:index]]:
            section.fail(f"readings[{index}].name", f"{reading.name} stands twice")
    message = MessageMap(
        name=section.text("name", pattern=MESSAGE_NAME),
        template=template,
        is_json=is_json,
        subject_kind=kind,
        subject=subject,
        moment=_moment(section.section("at")),
        readings=readings,
        activity=read_rules(section, readings),
        position=_position(section.section("position"), template),
        sighting=_sighting(section.section("sighting"), template),
        presence=_presence(section.section("presence"), is_json=is_json),
    )
    _check(section, message)
    section.done()
    return message


def _check(section: Section, message: MessageMap) -> None:
    says = message.readings or message.position or message.sighting
    if not message.is_json and (message.moment or message.position or len(message.readings) > 1):
        section.fail("payload", "a plain payload is one value, and has no places to look into")
    if message.presence and (says or message.moment):
        section.fail("presence", "a message of birth and last will tells of nothing else")
    if not says and not message.presence:
        section.fail("readings", "it tells of nothing: no readings, position, sighting or presence")


def _template(section: Section) -> Template:
    try:
        return parse_template(section.text("topic"))
    except TemplateError as error:
        section.fail("topic", str(error))


def _subject(section: Section, template: Template, *, is_json: bool) -> tuple[SubjectKind, Place]:
    subject = section.section("subject")
    if subject is None:
        section.fail("subject", "is missing: what names the equipment")
    kind = SubjectKind(subject.choice("kind", KINDS))
    place = _place(subject, "key", template)
    if not is_json and not isinstance(place, Part):
        subject.fail("key", "of a plain payload stands in the topic, as in {asset_tag}")
    subject.done()
    return kind, place


def _place(section: Section, key: str, template: Template) -> Place:
    """A ``{name}`` of the topic, or a path into the payload."""
    text = section.text(key)
    part = _PART.fullmatch(text)
    if part is None:
        return _as_path(section, key, text)
    if part[1] not in template.parts:
        section.fail(key, f"{text} is not in the topic")
    return Part(part[1])


def _path(section: Section, key: str) -> Path:
    return _as_path(section, key, section.text(key))


def _as_path(section: Section, key: str, text: str) -> Path:
    path = tuple(text.split("."))
    if not all(path) or len(path) > DEEPEST or "{" in text:
        section.fail(key, f"{text!r} is no path like sensor.values.0.temperature")
    return path


def _moment(section: Section | None) -> Moment | None:
    if section is None:
        return None
    moment = Moment(_path(section, "path"), section.choice("form", FORMS))
    section.done()
    return moment


def _presence(section: Section | None, *, is_json: bool) -> Presence | None:
    if section is None:
        return None
    path = _path(section, "path") if is_json else ()
    online, offline = section.words("online"), section.words("offline")
    if not online or not offline or set(online) & set(offline):
        section.fail("online", "online and offline need each a word of their own")
    section.done()
    return Presence(path, dict.fromkeys(online, True) | dict.fromkeys(offline, False))


def _reading(section: Section, *, is_json: bool) -> MappedReading:
    name = section.text("name")
    if name not in VOCABULARY:
        section.fail("name", f"{name!r} is not in the vocabulary")
    term = VOCABULARY[name]
    path = _path(section, "path") if is_json else ()
    reading = MappedReading(term, path, _encoding(section, term, is_json=is_json))
    section.done()
    return reading


def _encoding(section: Section, term: Term, *, is_json: bool) -> Encoding:
    usual = ("number" if is_json else "number-text") if term.kind == "number" else "text"
    kind = section.choice("type", TYPES if is_json else ("number-text", "text"), usual)
    missing = section.raw_values("missing")
    if term.kind == "text":
        if kind != "text":
            section.fail("type", f"{term.name} is a text, {kind} is none")
        return Encoding(kind, missing=missing)
    if term.kind == "state":
        if kind == "number-text":
            section.fail("type", f"{term.name} is a state, {kind} cannot enumerate one")
        return Encoding(kind, missing=missing, states=_states(section, term, kind))
    if kind not in ("number", "number-text"):
        section.fail("type", f"{term.name} is a number, {kind} is none")
    low, high = section.span("valid", term.low, term.high)
    scale = section.number("scale", 1.0)
    if not 1e-9 <= abs(scale) <= 1e9:
        section.fail("scale", "must be between 1e-9 and 1e9")
    return Encoding(kind, scale, section.number("offset", 0.0), low, high, missing)


def _states(section: Section, term: Term, kind: str) -> dict[int | str, str]:
    states = section.section("states")
    if states is None:
        section.fail("states", f"is missing: which raw value means which of {', '.join(term.states)}")
    wanted = {"text": str, "flag": bool, "number": int}[kind]
    words: dict[int | str, str] = {}
    for raw in states.keys():  # noqa: SIM118 - a section, not a dict
        if type(raw) is not wanted or not isinstance(raw, int | str):
            states.fail(raw, f"a raw value of type {kind} is written otherwise")
        words[raw] = states.choice(raw, term.states)
    if not words:
        section.fail("states", "names no state")
    return words


def _position(section: Section | None, template: Template) -> MappedPosition | None:
    if section is None:
        return None
    position = MappedPosition(
        floor=_place(section, "floor", template),
        x=_path(section, "x"),
        y=_path(section, "y"),
        error=_path(section, "error") if "error" in section else None,
        default_error_m=section.number("default_error_m"),
        scale=UNITS_OF_LENGTH[section.choice("unit", UNITS_OF_LENGTH, "m")],
    )
    if not 0 < position.default_error_m <= LARGEST_ERROR_M:
        section.fail("default_error_m", f"must be above 0 and at most {LARGEST_ERROR_M:g}")
    section.done()
    return position


def _sighting(section: Section | None, template: Template) -> MappedSighting | None:
    if section is None:
        return None
    rssi, metres, error = (
        _path(section, name) if name in section else None for name in ("rssi", "range", "range_error")
    )
    unit = section.choice("unit", UNITS_OF_LENGTH, "m")
    sighting = MappedSighting(
        _place(section, "receiver", template), rssi, metres, error, UNITS_OF_LENGTH[unit]
    )
    if sighting.range_error is not None and sighting.range is None:
        section.fail("range_error", "must come with range")
    section.done()
    return sighting
