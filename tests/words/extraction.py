"""Every text that a person reads in the language of the page: what the sources mark, without gettext's own tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_javascript, extract_python
from django.template.base import Lexer, Token, TokenType
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

ROOT = Path(__file__).resolve().parents[2]
APPS = ("hospital", "collectors", "assets", "locations")
_PYTHON = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
_SCRIPT = {"gettext": None, "ngettext": (1, 2)}
_IN_A_TAG = re.compile(r"""\b_\((?:"([^"]*)"|'([^']*)')\)""")


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One text as the source has it, with the form for many and the context where it has them."""

    one: str
    many: str = ""
    context: str = ""


def texts_of_pages() -> dict[Text, set[str]]:
    """What the server says (the domain ``django``), with the files that say it."""
    found: dict[Text, set[str]] = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                _note(found, path, texts_of_python(path))
    for path in sorted((ROOT / "templates").rglob("*.html")):
        _note(found, path, texts_of_template(path.read_text()))
    return found


def texts_of_scripts() -> dict[Text, set[str]]:
    """What scripts say in the browser (the domain ``djangojs``)."""
    found: dict[Text, set[str]] = {}
    for app in APPS:
        for path in sorted((ROOT / app / "static").rglob("*.js")):
            _note(found, path, texts_of_script(path))
    return found


def _note(found: dict[Text, set[str]], path: Path, texts: Iterator[Text]) -> None:
    for text in texts:
        found.setdefault(text, set()).add(path.relative_to(ROOT).as_posix())


def texts_of_python(path: Path) -> Iterator[Text]:
    source = path.read_bytes()
    if b"gettext" not in source:
        return
    with path.open("rb") as file:
        for _line, function, said, _comments in extract_python(file, list(_PYTHON), [], {}):
            yield _text(_PYTHON[function], said)


def texts_of_script(path: Path) -> Iterator[Text]:
    with path.open("rb") as file:
        options = {"parse_template_string": True}
        for _line, function, said, _comments in extract_javascript(file, list(_SCRIPT), [], options):
            yield _text(_SCRIPT[function], said)


def _text(form: Any, said: Any) -> Text:
    parts = said if isinstance(said, tuple) else (said,)
    if form is None:
        return Text(parts[0])
    if form == (1, 2):
        return Text(parts[0], parts[1])
    return Text(parts[1], parts[2] if len(form) > 2 else "", parts[0])


def texts_of_template(source: str) -> Iterator[Text]:
    """``translate``, ``blocktranslate`` and ``_("…")`` as Django's own tags look them up."""
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        if token.token_type not in {TokenType.BLOCK, TokenType.VAR}:
            continue
        words = list(smart_split(token.contents))
        if token.token_type is TokenType.BLOCK and words[0] in {"translate", "trans"}:
            yield Text(words[1].strip("\"'").replace("%", "%%"), context=_context(words))
        elif token.token_type is TokenType.BLOCK and words[0] in {"blocktranslate", "blocktrans"}:
            yield _block(words, tokens)
        else:
            for double, single in _IN_A_TAG.findall(token.contents):
                yield Text((double or single).replace("%", "%%"))


def _context(words: list[str]) -> str:
    return words[words.index("context") + 1].strip("\"'") if "context" in words else ""


def _block(words: list[str], tokens: Iterator[Token]) -> Text:
    forms = [""]
    for token in tokens:
        if token.token_type is TokenType.TEXT:
            forms[-1] += token.contents.replace("%", "%%")
        elif token.token_type is TokenType.VAR:
            forms[-1] += f"%({token.contents})s"
        elif token.contents.strip() == "plural":
            forms.append("")
        elif token.contents.split()[0].startswith("endblocktrans"):
            break
    if "trimmed" in words:
        forms = [trim_whitespace(form) for form in forms]
    return Text(forms[0], forms[1] if len(forms) > 1 else "", _context(words))
