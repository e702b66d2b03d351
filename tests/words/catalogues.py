"""The files of words, by language: what the sources say is brought in, and what Django reads is made of them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.words.extraction import ROOT, Text, texts_of_pages, texts_of_scripts

LOCALE = ROOT / "hospital" / "locale"
LANGUAGES = ("de", "es")
DOMAINS = {"django": texts_of_pages, "djangojs": texts_of_scripts}
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
"""In every head, so that a file changes only when its words do."""


def path_of(language: str, domain: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def bring_in(catalogue: Catalog, texts: dict[Text, set[str]]) -> None:
    """New texts come in without words, those that nobody says any more go out; nothing is guessed."""
    template = Catalog()
    for text, files in sorted(texts.items()):
        said = (text.one, text.many) if text.many else text.one
        template.add(said, locations=[(file, 0) for file in sorted(files)], context=text.context or None)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()


def as_po(catalogue: Catalog) -> bytes:
    _head(catalogue)
    out = io.BytesIO()
    write_po(out, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b'"Generated-By'))


def as_mo(catalogue: Catalog) -> bytes:
    """What Django reads."""
    _head(catalogue)
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """Texts without words in this language, or with words of which one form is empty."""
    return [str(message.id) for message in catalogue if message.id and not all(_forms(message.string))]


def _forms(said: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return list(said) if isinstance(said, list | tuple) else [said or ""]


def _head(catalogue: Catalog) -> None:
    catalogue.project, catalogue.version, catalogue.fuzzy = "Whereabouts", "1", False
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    catalogue.header_comment = (
        "# Words of Whereabouts. `make words` brings in what is new and makes what is read."
    )
    catalogue.creation_date = catalogue.revision_date = _BEGUN
