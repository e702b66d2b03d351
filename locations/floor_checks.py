"""What stands in the way of storing a floor as it was drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from locations.faults import Fault, outside_faults, overlap_faults
from locations.floor_drawing import Drawing, passages_of
from locations.models import Floor, Receiver, Zone


def check_drawing(floor: Floor, drawing: Drawing) -> list[Fault]:
    """What stands in the way of storing it: codes that come twice, overlaps, what lies outside, ends that are not
    there. Nothing is stored."""
    stored = {zone.pk: zone for zone in Zone.objects.current().filter(floor=floor)}
    keys = {zone.plan.code: zone.key for zone in drawing.zones}
    return [
        *_code_faults(floor, drawing),
        *_identity_faults(floor, drawing, stored),
        *(_with_keys(fault, keys) for fault in _shape_faults(floor, drawing, stored)),
        *_passage_faults(floor, drawing),
        *_receiver_faults(floor, drawing),
    ]


def _code_faults(floor: Floor, drawing: Drawing) -> list[Fault]:
    count = Counter(zone.plan.code for zone in drawing.zones)
    return [
        Fault(
            "code",
            f"{floor.name}: the code “{code}” is given to {times} zones",
            floor.name,
            zones=(code,),
            keys=tuple(zone.key for zone in drawing.zones if zone.plan.code == code),
            shapes=tuple(zone.plan.rings for zone in drawing.zones if zone.plan.code == code),
        )
        for code, times in count.items()
        if times > 1
    ]


def _identity_faults(floor: Floor, drawing: Drawing, stored: Mapping[int, Zone]) -> list[Fault]:
    faults = []
    count = Counter(zone.zone_id for zone in drawing.zones if zone.zone_id is not None)
    for zone in drawing.zones:
        strange = [pk for pk in (zone.zone_id, *zone.drawn_from) if pk is not None and pk not in stored]
        if strange or count[zone.zone_id] > 1:
            words = (
                f"{floor.name}: {zone.plan.name} ({zone.plan.code}) is said to be a zone that it cannot be"
            )
            faults.append(Fault("code", words, floor.name, (zone.plan.code,), (zone.key,)))
    return faults


def _shape_faults(floor: Floor, drawing: Drawing, stored: Mapping[int, Zone]) -> list[Fault]:
    named = [(zone.plan.code, zone.plan.name, zone.plan.polygon) for zone in drawing.zones]
    faults = outside_faults(floor.name, named, floor.outline) if floor.outline_is_told else []
    if drawing.lets_overlaps_in:
        return faults
    untouched = {
        zone.plan.code
        for zone in drawing.zones
        if zone.zone_id in stored and stored[zone.zone_id].polygon == zone.plan.rings
    }
    overlapping = overlap_faults(floor.name, named)
    return faults + [fault for fault in overlapping if not set(fault.zones) <= untouched]


def _with_keys(fault: Fault, keys: Mapping[str, str]) -> Fault:
    return replace(fault, keys=tuple(keys[code] for code in fault.zones))


def _passage_faults(floor: Floor, drawing: Drawing) -> list[Fault]:
    """Both ends are zones of the drawing, or of other floors of the same site; one at least is of the drawing."""
    keys = {zone.key for zone in drawing.zones}
    elsewhere = {end for passage in drawing.passages for end in passage.ends if isinstance(end, int)}
    known = set(
        Zone.objects.current()
        .in_site(floor.building.site_id)
        .exclude(floor=floor)
        .filter(pk__in=elsewhere)
        .values_list("pk", flat=True)
    )
    own = set(passages_of(floor).values_list("pk", flat=True))
    faults = []
    for passage in drawing.passages:
        a, b = passage.ends
        there = all((end in known) if isinstance(end, int) else (end in keys) for end in passage.ends)
        is_known = passage.passage_id is None or passage.passage_id in own
        if not there or a == b or (isinstance(a, int) and isinstance(b, int)) or not is_known:
            words = (
                f"{floor.name}: a {passage.kind} at ({passage.x:g}, {passage.y:g}) does not join two zones"
                " that there are"
            )
            here = tuple(end for end in passage.ends if isinstance(end, str) and end in keys)
            faults.append(Fault("passage", words, floor.name, keys=here, spots=((passage.x, passage.y),)))
    return faults


def _receiver_faults(floor: Floor, drawing: Drawing) -> list[Fault]:
    count = Counter(receiver.identifier for receiver in drawing.receivers)
    there = {
        row.identifier: row
        for row in Receiver.objects.filter(identifier__in=count).select_related("floor__building")
    }
    faults = []
    for receiver in drawing.receivers:
        row = there.get(receiver.identifier)
        elsewhere = row is not None and row.floor.building.site_id != floor.building.site_id
        mistaken = receiver.receiver_id is not None and (row is None or row.pk != receiver.receiver_id)
        if elsewhere or mistaken or count[receiver.identifier] > 1:
            words = f"{floor.name}: “{receiver.identifier}” is not a receiver that can be placed here"
            faults.append(Fault("receiver", words, floor.name, spots=((receiver.x, receiver.y),)))
    return faults
