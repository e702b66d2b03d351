"""What each simulated SNMP device answers: the maps of docs/reference-gateways.md and of the RFCs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hospital.demo.day import Day
from hospital.demo.endpoints import EndpointSpec
from hospital.demo.fleet import Item
from hospital.demo.quantities import unit, wave
from hospital.demo.sightings import Ears
from hospital.demo.units import ScannerState
from hospital.demo.wifi import Wifi, access_points

Oid = tuple[int, ...]
SnmpObject = tuple[str, int | bytes | Oid]
"""ASN.1 type in lower case, as in :mod:`collectors.requests`, and value."""
Objects = Mapping[Oid, SnmpObject]
Face = Callable[[float, float], Objects]
"""From the day's present and the seconds since the agent started to what it answers."""

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_REFERENCE: Oid = (1, 3, 6, 1, 4, 1, 32473, 77)
_UPS: Oid = (1, 3, 6, 1, 2, 1, 33, 1)
_HOST: Oid = (1, 3, 6, 1, 2, 1, 25)
_POSEIDON: Oid = (1, 3, 6, 1, 4, 1, 21796, 3, 3)
_AIRESPACE: Oid = (1, 3, 6, 1, 4, 1, 14179)
_ASSOCIATED = 3
_INTERFACES: Oid = (1, 3, 6, 1, 2, 1, 2)


def face_of(spec: EndpointSpec, day: Day, ears: Ears, speed: float) -> Face:
    """How an endpoint answers. ``speed`` is simulated seconds per second, for ages in wall time."""
    if spec.profile == "rtls-gateway":
        return lambda moment, uptime: _rtls(spec, ears, moment, uptime, speed)
    if spec.profile == "infusion-pump-gateway":
        return lambda moment, uptime: _pumps(spec, day, ears, moment, uptime)
    if spec.profile == "wlan-cisco-airespace":
        wifi = Wifi(day)
        return lambda moment, uptime: _wifi(wifi, moment, uptime)
    if spec.item is None:
        raise ValueError(f"{spec.key} is neither a gateway nor a device")
    item, answer = spec.item, _FACES[spec.profile]
    return lambda moment, uptime: {
        **_system(item.model, item.asset_tag, uptime),
        **answer(item, day, moment, uptime),
    }


def _integer(value: float) -> SnmpObject:
    return ("integer", round(value))


def _octets(text: str) -> SnmpObject:
    return ("octets", text.encode())


def _system(description: str, name: str, uptime: float) -> dict[Oid, SnmpObject]:
    return {
        (*_SYSTEM, 1, 0): _octets(description),
        (*_SYSTEM, 2, 0): ("oid", (*_REFERENCE, 0)),
        (*_SYSTEM, 3, 0): ("timeticks", int(uptime * 100) % 2**32),
        (*_SYSTEM, 4, 0): _octets(""),
        (*_SYSTEM, 5, 0): _octets(name),
        (*_SYSTEM, 6, 0): _octets(""),
    }


def _rtls(spec: EndpointSpec, ears: Ears, moment: float, uptime: float, speed: float) -> Objects:
    table: Oid = (*_REFERENCE, 3, 1, 1)
    objects = _system("Location gateway", spec.key, uptime)
    for row, report in ears.reports(spec.scope):
        cells: tuple[SnmpObject, ...] = (
            _octets(report.tag),
            _octets(report.floor),
            _integer(report.x * 1000),
            _integer(report.y * 1000),
            _integer(report.error_m * 1000 if report.error_m >= 0 else -1),
            _octets(report.receiver),
            _integer(report.rssi_dbm),
            _integer(report.battery_percent),
            _integer((moment - report.at) / speed * 1000),
            _integer(1 if report.is_moving else 2),
        )
        objects.update({(*table, column, row): cell for column, cell in enumerate(cells, start=1)})
    return objects


def _pumps(spec: EndpointSpec, day: Day, ears: Ears, moment: float, uptime: float) -> Objects:
    table: Oid = (*_REFERENCE, 1, 1, 1)
    objects = _system("Infusion pump gateway", spec.key, uptime)
    pumps = [
        pump
        for pump in day.pumps.values()
        if pump.item.department == spec.scope and not pump.item.reports_by_hl7
    ]
    for pump in pumps:
        row = ears.numbers[pump.item.asset_tag]
        cells: tuple[SnmpObject, ...] = (
            _octets(pump.item.serial),
            _integer(pump.state),
            _integer(pump.battery.at(moment)),
            _integer(pump.rate_ml_h * 10),
            _integer(pump.alarm_code),
            _integer(pump.heard_s_ago(moment)),
        )
        objects.update({(*table, column, row): cell for column, cell in enumerate(cells, start=1)})
    objects[*_REFERENCE, 1, 2, 0] = _integer(len(pumps))
    return objects


def _wifi(wifi: Wifi, moment: float, uptime: float) -> Objects:
    """Access points by their names; clients that are associated, with their strength. Nobody's name is in it."""
    objects = _system("Cisco Controller", "WLC-1", uptime)
    objects |= {
        (*_SYSTEM, 2, 0): ("oid", (1, 3, 6, 1, 4, 1, 9, 1, 1069)),
        (*_AIRESPACE, 1, 1, 1, 3, 0): _octets("AIR-CT5508-K9"),
        (*_AIRESPACE, 1, 1, 1, 4, 0): _octets("FCW0000X042"),
        (*_AIRESPACE, 1, 1, 1, 14, 0): _octets("8.5.182.0"),
    }
    objects |= {(*_AIRESPACE, 2, 2, 1, 1, 3, *point.radio): _octets(point.name) for point in access_points()}
    for client in wifi.clients(moment):
        objects |= {
            (*_AIRESPACE, 2, 1, 4, 1, 1, *client.card): ("octets", client.card),
            (*_AIRESPACE, 2, 1, 4, 1, 4, *client.card): ("octets", client.at.radio),
            (*_AIRESPACE, 2, 1, 4, 1, 9, *client.card): _integer(_ASSOCIATED),
            (*_AIRESPACE, 2, 1, 6, 1, 1, *client.card): _integer(client.rssi_dbm),
        }
    return objects


def _modality(item: Item, day: Day, moment: float, _uptime: float) -> Objects:
    scanner = day.scanners[item.asset_tag]
    is_mri = item.kind.slug == "mri-scanner"
    room_c = 20.5 + 0.8 * wave(moment, item.asset_tag, 1800) + (scanner.state is ScannerState.SCANNING) * 0.4
    cells: tuple[SnmpObject, ...] = (
        _octets(item.serial),
        _integer(scanner.state),
        ("counter32", scanner.exams_today),
        _integer(scanner.tube_c.at(moment) * 10),
        _integer(826 - moment / 3600 if is_mri else -1),
        _integer(room_c * 10),
        _integer(1 if scanner.door_open else 2),
    )
    return {(*_REFERENCE, 2, number, 0): cell for number, cell in enumerate(cells, start=1)}


def _ups(item: Item, day: Day, moment: float, _uptime: float) -> Objects:
    ups = day.upses[item.asset_tag]
    on_battery = ups.on_battery_since is not None
    charge = ups.charge.at(moment)
    load = 38 + 30 * unit(item.asset_tag, "load") + 6 * wave(moment, item.asset_tag, 240)
    watts = load * (200 if item.model.endswith("20") else 600)
    battery_state = 2 if charge > 35 else 3
    since = moment - ups.on_battery_since if ups.on_battery_since is not None else 0
    mains_v = 0 if on_battery else 231 + 3 * wave(moment, item.asset_tag + "in", 90)
    return {
        (*_UPS, 1, 1, 0): _octets(item.manufacturer),
        (*_UPS, 1, 2, 0): _octets(item.model),
        (*_UPS, 1, 3, 0): _octets("4.12.0"),
        (*_UPS, 1, 4, 0): _octets("Management card 2.7"),
        (*_UPS, 1, 5, 0): _octets(item.asset_tag),
        (*_UPS, 1, 6, 0): _octets(""),
        (*_UPS, 2, 1, 0): _integer(battery_state),
        (*_UPS, 2, 2, 0): _integer(since),
        (*_UPS, 2, 3, 0): _integer(charge * 60 / load),
        (*_UPS, 2, 4, 0): _integer(charge),
        (*_UPS, 2, 5, 0): _integer(2640 + charge * 0.9 - on_battery * 70),
        (*_UPS, 2, 6, 0): _integer(load * 4 if on_battery else 0),
        (*_UPS, 2, 7, 0): _integer(24 + on_battery * 3 + wave(moment, item.asset_tag + "t", 900)),
        (*_UPS, 3, 1, 0): ("counter32", ups.disturbances),
        (*_UPS, 3, 2, 0): _integer(1),
        (*_UPS, 3, 3, 1, 2, 1): _integer(0 if on_battery else 500),
        (*_UPS, 3, 3, 1, 3, 1): _integer(mains_v),
        (*_UPS, 3, 3, 1, 4, 1): _integer(0 if on_battery else watts / 23.1),
        (*_UPS, 3, 3, 1, 5, 1): _integer(0 if on_battery else watts * 1.06),
        (*_UPS, 4, 1, 0): _integer(5 if on_battery else 3),
        (*_UPS, 4, 2, 0): _integer(500),
        (*_UPS, 4, 3, 0): _integer(1),
        (*_UPS, 4, 4, 1, 2, 1): _integer(230),
        (*_UPS, 4, 4, 1, 3, 1): _integer(watts / 23),
        (*_UPS, 4, 4, 1, 4, 1): _integer(watts),
        (*_UPS, 4, 4, 1, 5, 1): _integer(load),
        (*_UPS, 6, 1, 0): ("gauge32", int(on_battery)),
        (*_UPS, 7, 3, 0): _integer(1),
    }


def _host(item: Item, _day: Day, moment: float, uptime: float) -> Objects:
    """Two processors, memory of 32 GiB, a disk of 1 TiB; up for weeks."""
    tag = item.asset_tag
    ram, disk = (*_HOST, 2, 1, 2), (*_HOST, 2, 1, 4)
    busy = 0.35 + 0.25 * unit(tag, "busy")
    objects: dict[Oid, SnmpObject] = {
        (*_HOST, 1, 1, 0): ("timeticks", int((uptime + 86400 * (9 + 20 * unit(tag, "up"))) * 100) % 2**32),
        (*_HOST, 1, 5, 0): ("gauge32", 1 + (wave(moment, tag + "users", 1200) > 0.3)),
        (*_HOST, 1, 6, 0): ("gauge32", round(212 + 20 * wave(moment, tag + "processes", 300))),
    }
    storage = (
        (1, ram, "Physical memory", 4096, 8388608, busy + 0.1 + 0.08 * wave(moment, tag + "ram", 420)),
        (2, disk, "System disk", 8192, 134217728, busy + 0.2 + moment / 864000 * 0.01),
    )
    for row, kind, description, size, units, share in storage:
        objects |= {
            (*_HOST, 2, 3, 1, 1, row): _integer(row),
            (*_HOST, 2, 3, 1, 2, row): ("oid", kind),
            (*_HOST, 2, 3, 1, 3, row): _octets(description),
            (*_HOST, 2, 3, 1, 4, row): _integer(size),
            (*_HOST, 2, 3, 1, 5, row): _integer(units),
            (*_HOST, 2, 3, 1, 6, row): _integer(units * min(0.97, share)),
        }
    for processor in (1, 2):
        load = 35 + 25 * wave(moment, f"{tag}cpu{processor}", 70)
        objects[*_HOST, 3, 3, 1, 2, processor] = _integer(max(1, load))
    return objects


def _probe(item: Item, day: Day, moment: float, _uptime: float) -> Objects:
    """A sensor in the chamber, in alarm above -70 °C, and one for the humidity of the room, which ices it up.

    A contact that nobody has connected is at rest.
    """
    humidity = 41 + 3 * wave(moment, item.asset_tag + "humidity", 1500)
    inside = day.freezers[item.asset_tag].inside_c.at(moment) + 0.6 * wave(moment, item.asset_tag, 340)
    sensor = (*_POSEIDON, 3, 1)
    return {
        (*_SYSTEM, 1, 0): _octets("Poseidon environment monitor"),
        (*_SYSTEM, 2, 0): ("oid", _POSEIDON),
        (*_SYSTEM, 5, 0): _octets(f"{item.asset_tag}-chamber"),
        (*_POSEIDON, 1, 1, 5, 1): _integer(0),
        (*sensor, 4, 1): _integer(2 if inside > -70 else 1),
        (*sensor, 6, 1): _integer(inside * 10),
        (*sensor, 9, 1): _integer(0),
        (*sensor, 4, 2): _integer(1),
        (*sensor, 6, 2): _integer(humidity * 10),
        (*sensor, 9, 2): _integer(3),
    }


def _switch(item: Item, _day: Day, moment: float, uptime: float) -> Objects:
    """Twenty-four Ethernet ports at 1 Gbit/s, most of them up, and a loopback."""
    tag = item.asset_tag
    objects: dict[Oid, SnmpObject] = {(*_INTERFACES, 1, 0): _integer(25)}
    for port in range(1, 26):
        is_loopback = port == 25
        is_up = is_loopback or unit(tag, port, "up") < 0.8
        rate = 0 if not is_up else 2e4 + 4e5 * unit(tag, port, "rate") ** 3
        octets = int(rate * (uptime + 4e5 + 60 * wave(moment, f"{tag}{port}", 300)))
        entry = (
            (1, _integer(port)),
            (2, _octets("lo" if is_loopback else f"Port {port}")),
            (3, _integer(24 if is_loopback else 6)),
            (5, ("gauge32", 10_000_000 if is_loopback else 1_000_000_000 if is_up else 0)),
            (7, _integer(1)),
            (8, _integer(1 if is_up else 2)),
            (9, ("timeticks", 0)),
            (10, ("counter32", octets % 2**32)),
            (14, ("counter32", int(unit(tag, port, "errors") ** 6 * (4000 + uptime / 60)))),
            (16, ("counter32", int(octets * 0.7) % 2**32)),
        )
        objects |= {(*_INTERFACES, 2, 1, column, port): cell for column, cell in entry}
    return objects


_FACES: dict[str, Callable[[Item, Day, float, float], Objects]] = {
    "imaging-modality": _modality,
    "ups-rfc1628": _ups,
    "host-resources": _host,
    "interfaces": _switch,
    "env-hwg-poseidon": _probe,
}
