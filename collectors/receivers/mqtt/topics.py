"""Templates of topics: ``hospital/{asset_tag}/state`` subscribes, and takes the names out of what comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LONGEST_TOPIC = 300
_PART = re.compile(r"\{([a-z][a-z_]{0,19})\}")
_LEVEL = re.compile(r"(?P<before>[^{}+#\0]*)\{(?P<part>[a-z][a-z_]{0,19})\}(?P<after>[^{}+#\0]*)")
_LITERAL = re.compile(r"[^{}+#\0]*")


class TemplateError(ValueError):
    """This is no template of a topic; the message says why."""


@dataclass(frozen=True, slots=True)
class Template:
    """A topic in which whole levels, or the middle of one, are names; ``+`` is a level that nobody needs."""

    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(_PART.findall(self.text))

    @property
    def filter(self) -> str:
        """What to subscribe to: it may bring more than the template, never less."""
        return "/".join("+" if "{" in level else level for level in self.text.split("/"))

    def match(self, topic: str) -> dict[str, str] | None:
        """The names in a topic; None if it is another one, or leaves a name out."""
        if len(topic) > LONGEST_TOPIC:
            return None
        found = _pattern(self.text).fullmatch(topic)
        return None if found is None else found.groupdict()


def parse_template(text: str) -> Template:
    """Raises :class:`TemplateError`."""
    levels = text.split("/")
    for level in levels:
        if level != "+" and not _LEVEL.fullmatch(level) and not _LITERAL.fullmatch(level):
            raise TemplateError("a level is a plain text, + for any, or holds one {name} in small letters")
    if len(text) > LONGEST_TOPIC or text.startswith("$"):
        raise TemplateError("a topic does not begin with $, and has 300 characters at most")
    template = Template(text)
    if len(set(template.parts)) < len(template.parts):
        raise TemplateError("the same {name} stands twice")
    return template


@lru_cache(maxsize=1000)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("/".join(_level_pattern(level) for level in text.split("/")))


def _level_pattern(level: str) -> str:
    if level == "+":
        return "[^/]*"
    found = _LEVEL.fullmatch(level)
    if found is None:
        return re.escape(level)
    return f"{re.escape(found['before'])}(?P<{found['part']}>[^/]+){re.escape(found['after'])}"
