"""A table of a device in words: which rows there are, whose each one is, where it says that is, what is never asked."""

from __future__ import annotations

from collections.abc import Iterator

from assets.observation import SubjectKind
from collectors.profiles.model import Arcs, Cell, Lookup, PositionColumns, ReceiverName, Table, Via, Where
from collectors.profiles.personal import PERSONAL

_SUBJECTS = {
    SubjectKind.MAC: "the MAC address",
    SubjectKind.SERIAL: "the serial number",
    SubjectKind.ASSET_TAG: "the inventory number",
    SubjectKind.TAG: "the number of the tag",
}
_RECEIVERS = {"ap": "the access point", "port": "the port of the switch"}


def table_words(table: Table) -> Iterator[tuple[str, str]]:
    """What it is, and what is so; nothing of the readings in it."""
    yield "Table", f"{table.entry}, of which at most {table.max_rows:,} rows are read"
    known_by = _SUBJECTS.get(table.subject_kind, f"its {table.subject_kind.value.replace('_', ' ')}")
    yield "A row is", f"the equipment with {known_by} in {_at(table.subject)}"
    if table.where:
        yield "Taken", f"rows in which {_wheres(table.where)}"
    if table.present:
        yield "There", f"while {_wheres(table.present)}; otherwise it counts as absent"
    if table.age:
        yield "As of", _age_words(table)
    if table.position:
        yield "Where it is", _position_words(table.position)
    if table.sighting:
        yield "Heard by", _receiver_words(table.sighting.receiver)
        yield "Signal", f"in {_at(table.sighting.rssi)}" if table.sighting.rssi else "not told"
        yield "How exact", _exactness(table.sighting.receiver)
    left_out = [*_left_out(table)]
    if left_out:
        yield "Left out", "; ".join(left_out)


def _receiver_words(receiver: ReceiverName) -> str:
    what = _RECEIVERS.get(receiver.prefix, "the receiver")
    form = "MAC address of it" if receiver.form == "mac" else "name"
    within = f", together with the device's own name ({receiver.within})" if receiver.within else ""
    return f"{what}; the {form} stands in {_at(receiver.source)}{within}"


def _exactness(receiver: ReceiverName) -> str:
    what = _RECEIVERS.get(receiver.prefix, "the receiver")
    return (
        f"to the reach of {what}, as the list of receivers says; one that is not on the list places nothing"
    )


def _position_words(position: PositionColumns) -> str:
    exact = f"exact to what {_at(position.error)} says, or " if position.error else "exact to "
    return (
        f"x in {_at(position.x)}, y in {_at(position.y)}, floor in {_at(position.floor)}; "
        f"{exact}{position.default_error_m:g} m"
    )


def _age_words(table: Table) -> str:
    if table.age is None:
        return ""
    most = table.age.at_most_s
    older = f"; a row that is older than {most:g} s says nothing" if most is not None else ""
    return f"the poll, less the age in {_at(table.age.source)}{older}"


def _left_out(table: Table) -> Iterator[str]:
    personal = [name for name, oid in PERSONAL.items() if f"{oid}.".startswith(f"{table.entry}.")]
    if personal:
        yield f"what tells of people, and is never asked for: {' and '.join(personal)}"
    if table.subject_kind is SubjectKind.MAC:
        yield "addresses of groups, and those that devices make up for themselves, as people's telephones do"
    if table.sighting and table.sighting.max_macs is not None:
        what = _RECEIVERS.get(table.sighting.receiver.prefix, "receiver").removeprefix("the ")
        yield f"every row of a {what} that hears more than {table.sighting.max_macs} addresses"


def _at(place: Cell | Arcs | Lookup) -> str:
    match place:
        case Cell(oid=oid):
            return f"column {oid.rpartition('.')[2]}"
        case Arcs(first=first, last=last):
            return (
                f"numbers {first} to {last} of its index" if last > first else f"number {first} of its index"
            )
        case Lookup(start=start, via=via):
            return f"{_at(start)}, which leads to " + ", then ".join(map(_step, via)) if via else _at(start)


def _step(via: Via) -> str:
    return f"the row that has it in {via.column}" if via.by_value else via.column


def _wheres(wheres: tuple[Where, ...]) -> str:
    return " and ".join(
        f"column {where.column.rpartition('.')[2]} is {' or '.join(map(str, where.values))}"
        for where in wheres
    )
