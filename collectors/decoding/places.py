"""What a row calls its device, where that is, and what hears it: decoders chosen once for each table."""

from __future__ import annotations

from collections.abc import Callable

from assets.observation import Position, Sighting, SubjectKind
from assets.words import Quality
from collectors.decoding.addresses import NO_ADDRESS, network_card, octets_of
from collectors.decoding.lookups import arcs_of, finder, receiver_reader
from collectors.decoding.scaling import Rows
from collectors.decoding.snmp import decode_name, snmp_decoder
from collectors.profiles.model import Arcs, Cell, PositionColumns, SightingColumns, Table
from collectors.requests import Failure

Name = Callable[[Rows, str], str | Failure]


def nothing(rows: Rows, index: str) -> None:  # noqa: ARG001 - stands in for a locator
    return None


def locator(columns: PositionColumns) -> Callable[[Rows, str], Position | Failure | None]:
    number, error_of = snmp_decoder(columns.coordinate), snmp_decoder(columns.error_encoding)

    def locate(rows: Rows, index: str) -> Position | Failure | None:
        floor = decode_name(rows[columns.floor.oid].get(index))
        if isinstance(floor, Failure):
            return None if floor.quality is Quality.NO_VALUE else floor
        x, y = number(rows[columns.x.oid].get(index)), number(rows[columns.y.oid].get(index))
        if isinstance(x, Failure):
            return None if x.quality is Quality.NO_VALUE else x
        if isinstance(y, Failure):
            return None if y.quality is Quality.NO_VALUE else y
        error = error_of(rows[columns.error.oid].get(index)) if columns.error else columns.default_error_m
        if isinstance(error, Failure):
            if error.quality is not Quality.NO_VALUE:
                return error
            error = columns.default_error_m
        return Position(floor, float(x), float(y), float(error))

    return locate


def sighter(columns: SightingColumns) -> Callable[[Rows, str], Sighting | Failure | None]:
    number, receiver_of = snmp_decoder(columns.rssi_encoding), receiver_reader(columns.receiver)
    find_rssi = finder(columns.rssi) if columns.rssi else None

    def sight(rows: Rows, index: str) -> Sighting | Failure | None:
        receiver = receiver_of(rows, index)
        if isinstance(receiver, Failure):
            return None if receiver.quality is Quality.NO_VALUE else receiver
        found = find_rssi(rows, index) if find_rssi else None
        if find_rssi is None or isinstance(found, Failure):
            return Sighting(
                receiver
            )  # that another table does not tell the strength takes nothing from this one
        rssi = number(found)
        if isinstance(rssi, Failure):
            return Sighting(receiver) if rssi.quality is Quality.NO_VALUE else rssi
        return Sighting(receiver, float(rssi))

    return sight


def namer(table: Table) -> Name:
    subject = table.subject
    if table.subject_kind is not SubjectKind.MAC:
        assert isinstance(subject, Cell)  # noqa: S101 - for the type checker; the loader sees to it
        column = subject.oid
        return lambda rows, index: decode_name(rows[column].get(index))

    def address(rows: Rows, index: str) -> str | Failure:
        octets = address_octets(subject, rows, index)
        return octets if isinstance(octets, Failure) else network_card(octets)

    return address


def address_octets(subject: Cell | Arcs, rows: Rows, index: str) -> bytes | Failure:
    """Those that a row's MAC address is written by."""
    if isinstance(subject, Arcs):
        return octets_of(arcs_of(subject, index))
    value = rows[subject.oid].get(index)
    if value is None or not isinstance(value.value, bytes) or value.type != "octets":
        refusal = decode_name(value)
        return refusal if isinstance(refusal, Failure) else NO_ADDRESS
    return value.value
