"""Log lines: one event is one line in UTC, without secrets; what it tells of cannot forge another."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from hospital.audit.context import current_request_id

MASK = "•••"
_WORDS = "password|passwd|passphrase|community|secret|token|api_?key|(?:auth|priv)(?:entication|acy)?_?key"
_COOKIES = "sessionid|csrftoken|csrfmiddlewaretoken|authorization|cookie"
LONGEST_LINE = 8000
"""Characters of a message that are kept; bounds the work of the patterns, which others can feed."""
_NAMED = re.compile(
    rf"""(?ix)
    (?P<name> (?:{_WORDS}|{_COOKIES}) [\w-]{{0,40}} ["']? \s? (?:=|:\s) \s? )
    (?P<value> b?"[^"]*" | b?'[^']*' | (?:bearer|basic|token)\s\S+ | [^\s,;&"')}}\]]+ )
    """
)
_IN_ADDRESS = re.compile(r"(?P<before>://[^\s/:@]{0,200}:)[^\s/@]{1,500}@")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def escape(text: str) -> str:
    r"""Control characters, line breaks and direction marks as ``\x0a`` or ``\u202e``."""
    return _CONTROL.sub(_spelled, text)


def mask_secrets(text: str) -> str:
    """What stands behind the name of a secret, or as password in an address, is replaced."""
    return _IN_ADDRESS.sub(rf"\g<before>{MASK}@", _NAMED.sub(rf"\g<name>{MASK}", text))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


class LineFormatter(logging.Formatter):
    """``2026-03-02T12:00:00.000Z WARNING collectors.engine.loop: …``, with the request's name where there is one.

    A traceback follows on lines that begin with a bar, so that none of them can pass for an event.
    ``secrets`` are masked wherever they appear.
    """

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if len(secret) >= 8)

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6]
        request_id = current_request_id()
        mark = f" [{request_id}]" if request_id else ""
        lines = [f"{at}Z {record.levelname} {record.name}{mark}: {self._clean(record.getMessage())}"]
        if record.exc_info:
            lines += self._trace(self.formatException(record.exc_info))
        if record.stack_info:
            lines += self._trace(record.stack_info)
        return "\n".join(lines)

    def _trace(self, text: str) -> list[str]:
        return [f"    | {self._clean(line)}" for line in text.splitlines()]

    def _clean(self, text: str) -> str:
        if len(text) > LONGEST_LINE:
            text = f"{text[:LONGEST_LINE]}… ({len(text)} characters)"
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return escape(mask_secrets(text))


def passwords_of(*addresses: str) -> tuple[str, ...]:
    """The passwords inside service addresses, as in ``postgresql://user:password@host/name``."""
    return tuple(found for address in addresses if (found := urlsplit(address).password))
