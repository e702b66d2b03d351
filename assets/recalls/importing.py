"""Bringing files of notices in: handed in, read, kept row by row with its progress; what is wrong is set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.recalls.contents import Content, RowRefusedError, read_openfda
from assets.recalls.matching.keeping import match_notice
from assets.recalls.matching.register import Catalogue
from assets.recalls.models import ImportFile, ImportRun
from assets.recalls.notices import Kept, store_notice
from assets.recalls.tables import Table, TableRefusedError, check_mapping, read_row, read_table
from assets.recalls.words import RunState, Source

MOST_BYTES = 60_000_000
MOST_PROBLEMS = 200
"""So many are kept to be shown; all are counted."""
TELLS_EVERY = 20
"""Rows, after which the progress is written."""
GIVEN_UP_AFTER = timedelta(minutes=2)
"""Without progress, another process takes a file over; what was kept of it is found unchanged."""


_PROGRESS = (
    "total", "done", "made", "changed", "unchanged", "matches", "problem_count", "problems", "source", "state",
    "beat_at", "ended_at",
)  # fmt: skip


class FileRefusedError(ValueError):
    """The file as a whole cannot be taken; the text says why."""


Rows = Iterator[tuple[int, Callable[[], tuple[Source, Content]]]]
"""Row or line, counted from 1, and what reads it."""


def hand_in(*, content: bytes, file_name: str, by: Any, now: datetime, authority: str = "") -> ImportRun:
    """Keeps a file to be taken in. A table waits for its columns to be chosen. Raises :class:`FileRefusedError`."""
    if len(content) > MOST_BYTES:
        raise FileRefusedError(_("The file is larger than %s MB.") % (MOST_BYTES // 1_000_000))
    run = _read(content, file_name, by, now, authority)
    with transaction.atomic():
        run.save()
        ImportFile.objects.create(run=run, content=content)
    return run


def _read(content: bytes, file_name: str, by: Any, now: datetime, authority: str) -> ImportRun:
    if not content.strip():
        raise FileRefusedError(_("The file is empty."))
    run = ImportRun(file_name=file_name[:200], by=by, at=now, authority=authority[:40])
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        run.total = len(_results(content))
    else:
        run.source = Source.TABLE
        run.state = RunState.MAPPING
        try:
            run.mapping = read_table(content).guessed()
        except TableRefusedError as error:
            raise FileRefusedError(str(error)) from error
    return run


def choose_columns(*, run: ImportRun, mapping: Mapping[str, str], authority: str) -> None:
    """Says which column is which, and lets it begin. Raises :class:`RowRefusedError` for a field."""
    if run.state != RunState.MAPPING:
        raise RowRefusedError("", _("This file is on its way already."))
    _choose(run, bytes(run.file.content), mapping, authority)
    run.save(update_fields=["mapping", "authority", "total", "state"])


def _choose(run: ImportRun, content: bytes, mapping: Mapping[str, str], authority: str) -> None:
    table = read_table(content)
    run.mapping = check_mapping(table, mapping)
    run.authority = authority.strip()[:40]
    if not run.authority and "authority" not in run.mapping:
        raise RowRefusedError("authority", _("Say whose notices these are, or choose the column that does."))
    run.total = sum(1 for _row in table.rows())
    run.state = RunState.WAITING


def bring_in(
    *,
    content: bytes,
    file_name: str,
    by: Any,
    now: datetime,
    mapping: Mapping[str, str] | None = None,
    authority: str = "",
    tell: Callable[[int, int], None] | None = None,
) -> ImportRun:
    """A file at once, without a page: ``mapping`` where the names of the columns do not say enough. However large.

    Raises :class:`FileRefusedError` and, for the columns, :class:`RowRefusedError`.
    """
    run = _read(content, file_name, by, now, authority)
    if run.state == RunState.MAPPING:
        _choose(run, content, run.mapping | dict(mapping or {}), authority)
    # Under way from the first moment, so that no worker takes it up besides.
    run.state, run.beat_at = RunState.RUNNING, now
    run.save()
    return take_in(run, content, tell)


def work_off(*, now: datetime) -> ImportRun | None:
    """Takes in the file that has waited longest, if one does."""
    left = Q(state=RunState.RUNNING, beat_at__lt=now - GIVEN_UP_AFTER)
    waiting = ImportRun.objects.filter(Q(state=RunState.WAITING) | left).order_by("at")
    run = waiting.first()
    if run is None:
        return None
    # Whoever is second changes no row.
    mine = ImportRun.objects.filter(pk=run.pk, state=run.state, beat_at=run.beat_at)
    if not mine.update(state=RunState.RUNNING, beat_at=now):
        return None
    return take_in(run, bytes(run.file.content))


def take_in(run: ImportRun, content: bytes, tell: Callable[[int, int], None] | None = None) -> ImportRun:
    """All of a file, row by row, each with what of ours it is about; a bad row is noted and left out.

    ``tell`` hears how many of how many, now and then.
    """
    run.done = run.made = run.changed = run.unchanged = run.matches = run.problem_count = 0
    run.problems, run.state = [], RunState.RUNNING
    try:
        rows = list(_rows_of(run, content))
    except (FileRefusedError, TableRefusedError) as error:
        run.problems = [{"row": 0, "field": "", "words": str(error)}]
        return _end(run, RunState.FAILED)
    run.total = len(rows)
    catalogue = Catalogue.read()
    for number, read in rows:
        _take(run, number, read, catalogue)
        run.done += 1
        if run.done % TELLS_EVERY == 0:
            _tell(run)
            if tell is not None:
                tell(run.done, run.total)
    return _end(run, RunState.DONE)


def _take(
    run: ImportRun, number: int, read: Callable[[], tuple[Source, Content]], catalogue: Catalogue
) -> None:
    try:
        source, content = read()
    except RowRefusedError as refused:
        run.problem_count += 1
        if len(run.problems) < MOST_PROBLEMS:
            run.problems.append({"row": number, "field": refused.field, "words": str(refused)})
        return
    now = timezone.now()
    stored = store_notice(content=content, source=source, by=run.by, now=now)
    run.source = run.source or source
    setattr(run, stored.how.value, getattr(run, stored.how.value) + 1)
    if stored.how != Kept.UNCHANGED or stored.notice.matched_at is None:
        run.matches += match_notice(stored.notice, now=now, catalogue=catalogue)


def _tell(run: ImportRun) -> None:
    """How far it is, past the trail of changes: what a person did is that the file was handed in."""
    run.beat_at = timezone.now()
    ImportRun.objects.filter(pk=run.pk).update(**{name: getattr(run, name) for name in _PROGRESS})


def _end(run: ImportRun, state: RunState) -> ImportRun:
    run.state, run.ended_at = state, timezone.now()
    _tell(run)
    ImportFile.objects.filter(run=run).delete()
    return run


def _rows_of(run: ImportRun, content: bytes) -> Rows:
    if run.source != Source.TABLE:
        for number, result in enumerate(_results(content), start=1):
            yield number, partial(read_openfda, result)
        return
    table = read_table(content)
    for line, cells in table.rows():
        yield line, partial(_read_cells, run, table, cells)


def _read_cells(run: ImportRun, table: Table, cells: list[str]) -> tuple[Source, Content]:
    return Source.TABLE, read_row(table.named(cells), run.mapping, run.authority)


def _results(content: bytes) -> list[Any]:
    """The notices of a file as openFDA writes it, or of a bare list."""
    try:
        whole = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FileRefusedError(_("The file is no JSON: %s.") % error) from error
    results = whole.get("results") if isinstance(whole, dict) else whole
    if not isinstance(results, list):
        raise FileRefusedError(_("results: a list of notices is needed, as openFDA writes it."))
    return results
