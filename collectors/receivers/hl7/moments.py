"""When something was true, as HL7 writes times; in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_TIME = re.compile(
    r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:\.(\d{1,6})\d*)?)?(?:([+-])(\d\d)(\d\d))?", re.ASCII
)


def read_zone(text: str) -> tzinfo | None:
    """The offset that a time names, as that in the header does for all that name none."""
    found = _TIME.fullmatch(text)
    return None if found is None else _offset(found)


def read_moment(text: str, zone: tzinfo, *, near: datetime) -> datetime | None:
    """``None`` if the text is no time, or none to the minute.

    ``zone`` is for a time that names none. Where the clock was put back such a time came twice: the one nearer to
    ``near`` is meant.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction = found.groups()[:7]
    own = _offset(found)
    if found[8] and own is None:
        return None
    try:
        local = datetime(  # noqa: DTZ001  its zone follows
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0),
            int((fraction or "").ljust(6, "0")),
        )  # fmt: skip
        moments = [local.replace(tzinfo=own or zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    except (ValueError, OverflowError):
        return None
    return min(moments, key=lambda moment: abs(moment - near))


def _offset(found: re.Match[str]) -> tzinfo | None:
    sign, hours, minutes = found.groups()[7:]
    if sign is None or int(hours) > 14 or int(minutes) > 59:
        return None
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)
