"""GS1: element strings from a scanner, the form with parentheses that people type, and Digital Link addresses."""

from __future__ import annotations

import re

from biip import ParseConfig, ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementStrings
from biip.gs1_messages import GS1Message

from assets.scanning.marks import SEPARATOR, Mark, NotAMarkError

_LENIENT = ParseConfig(gs1_element_strings_verify_date=False)
_BEGINS = re.compile(r"(?:01|02)\d{14}|800[34]|21[\dA-Za-z]")
_DATES = re.compile(r"\(1[1-7]\)\d{6}|(?<=^01\d{14})1[1-7]\d{6}")
_NUMBER = re.compile(r"\d{8}|\d{12,14}")


def read_gs1(text: str) -> Mark:
    """Raises :class:`NotAMarkError`. A wrong check digit is a warning: printers smudge, registers were typed."""
    if _NUMBER.fullmatch(text) and not (_BEGINS.match(text) and _check(text)):
        return Mark("GS1", device=text.zfill(14), devices=_spellings(text), warnings=_check(text))
    parse = GS1Message.parse_hri if text.startswith("(") else GS1Message.parse
    if not (text.startswith("(") or SEPARATOR in text or _BEGINS.match(text)):
        raise NotAMarkError("no element string of GS1")
    try:
        message = parse(text, config=_LENIENT)
    except ParseError as error:
        without = _DATES.sub("", text)  # a date that no calendar has hides the device beside it
        if without == text:
            raise NotAMarkError(str(error)) from None
        return read_gs1(without)
    return _mark(message.element_strings)


def read_digital_link(address: str) -> Mark:
    """An address on whatever host: what counts is its path, and nothing is asked there."""
    try:
        return _mark(GS1DigitalLinkURI.parse(address, config=_LENIENT).element_strings)
    except (ParseError, ValueError) as error:  # the latter: brackets that no address has
        raise NotAMarkError(str(error)) from None


def _mark(elements: GS1ElementStrings) -> Mark:
    values = {each.ai.ai: each for each in reversed(elements)}
    said = {name: each.value for name, each in values.items()}
    device = said.get("01", said.get("02", ""))
    own_number = said.get("8004") or said.get("8003", "")
    if not (device or own_number or said.get("21")):
        raise NotAMarkError("it names no device")
    dates = {name: each.date for name, each in values.items()}
    return Mark(
        "GS1",
        device=device,
        devices=_spellings(device) if device else (),
        serial=said.get("21", ""),
        lot=said.get("10", ""),
        made=dates.get("11"),
        expires=dates.get("17"),
        own_number=own_number,
        warnings=_check(device) if device else (),
    )


def _spellings(number: str) -> tuple[str, ...]:
    """A GTIN has 14 digits, and is written without its leading zeros too."""
    full = number.zfill(14)
    short = [full[-length:] for length in (13, 12, 8) if not full[:-length].strip("0")]
    return (full, *short, f"01{full}", f"(01){full}")


def _check(number: str) -> tuple[str, ...]:
    full = number.zfill(14)
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(full[:13]))
    if (10 - total % 10) % 10 == int(full[13]):
        return ()
    return ("The check digit of the UDI-DI is wrong: it may have been misread.",)
