"""Who and where an observation speaks of: the names that sources use, resolved by a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assets.activity import SECOND, Rules
from assets.models import Asset, Category, EquipmentModel, Identifier
from assets.observation import Observation, Placed, Subject, SubjectKind
from assets.recording.items import Heard, Item, make_item
from assets.recording.latest import Said
from assets.sql import dialect
from locations.models import Floor, Receiver, Zone
from locations.positioning import Fix
from locations.receiver_kinds import ReceiverKind
from locations.rooms import fix_in

_SELECT_FACTS = (
    "SELECT a.id, c.stale_after_s, c.presumed_after_s, c.is_mobile, a.is_fixed, a.rtls_tag_id IS NOT NULL, "  # noqa: S608
    "a.home_zone_id, z.floor_id, z.label_x, z.label_y "
    f'FROM "{Asset._meta.db_table}" a '
    f'JOIN "{EquipmentModel._meta.db_table}" m ON m.id = a.model_id '
    f'JOIN "{Category._meta.db_table}" c ON c.id = m.category_id '
    f'LEFT JOIN "{Zone._meta.db_table}" z ON z.id = a.home_zone_id '
    "WHERE a.id IN {ids}"
)
_IN_SERVICE = " AND a.retired_at IS NULL"


@dataclass(frozen=True, slots=True)
class Installed:
    """Where equipment stands that is not tracked, because it is not moved."""

    zone: int
    floor: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What the register says of an asset, as far as recording needs it."""

    rules: Rules
    installed: Installed | None


def facts_of(asset_ids: Iterable[int]) -> dict[int, Facts]:
    return _select_facts(_SELECT_FACTS, asset_ids)


def _select_facts(query: str, asset_ids: Iterable[int]) -> dict[int, Facts]:
    return {row[0]: _facts(*row[1:]) for row in dialect().select(query, sorted(asset_ids))}


@lru_cache(maxsize=4096)
def _facts(
    stale_s: int,
    presumed_s: int,
    is_mobile: bool,  # noqa: FBT001  columns in their order
    is_fixed: bool,  # noqa: FBT001
    has_tag: bool,  # noqa: FBT001
    zone: int | None,
    floor: int,
    x: float,
    y: float,
) -> Facts:
    """Most equipment shares these with what stands beside it."""
    is_placed_by_hand = is_fixed or not (is_mobile or has_tag)
    return Facts(
        Rules(stale_s * SECOND, presumed_s * SECOND, is_stationary=bool(is_fixed or not is_mobile)),
        Installed(zone, floor, x, y) if is_placed_by_hand and zone is not None else None,
    )


_NOBODY: dict[str, int] = {}


class Register:
    """The subjects, floors and receivers that a batch names, as the database knows them now."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        keys: dict[SubjectKind, set[str]] = {kind: set() for kind in SubjectKind}
        floors: set[str] = set()
        receivers: set[str] = set()
        rooms: set[Placed] = set()
        for observation in observations:
            keys[observation.subject.kind].add(observation.subject.key)
            if observation.position is not None:
                floors.add(observation.position.floor)
            if observation.sighting is not None:
                receivers.add(observation.sighting.receiver)
            if observation.placed is not None:
                rooms.add(observation.placed)
        self.facts: dict[int, Facts] = {}
        self.receivers = {name for name in receivers if "\0" not in name}  # PostgreSQL has no such character
        self._ids: dict[SubjectKind, dict[str, int]] = {}
        self.read_subjects(keys)
        self._floors = _read_floors(floors)
        self._receivers = _read_receivers(self.receivers)
        self._rooms = _read_rooms(rooms)

    def asset_id(self, subject: Subject) -> int | None:
        """The one asset of that name that the hospital still has; ``None`` for nobody, and for several."""
        asset_id = self._ids.get(subject.kind, _NOBODY).get(subject.key)
        return asset_id if asset_id in self.facts else None

    def keep_to_site(self, site_id: int) -> None:
        """Forget equipment, floors and receivers of every other site, as if there were none."""
        own = Asset.objects.filter(pk__in=list(self.facts), site=site_id).order_by()
        self.facts = {pk: self.facts[pk] for pk in own.values_list("pk", flat=True)}
        floors = Floor.objects.filter(building__site=site_id).order_by()
        here = set(floors.values_list("pk", flat=True))
        self._floors = {slug: pk for slug, pk in self._floors.items() if pk in here}
        self._receivers = {name: fix for name, fix in self._receivers.items() if fix.floor in here}
        self._rooms = {placed: fix for placed, fix in self._rooms.items() if fix.floor in here}

    def make_item(self, observation: Observation, said: Said, facts: Facts) -> Item:
        """Its evidence. Equipment that is installed is where it was installed, whatever is reported."""
        if facts.installed is not None:
            return make_item(observation, said, None, None)
        return make_item(observation, said, self._fix(observation), self._heard(observation))

    def lacks_place(self, observation: Observation) -> bool:
        """Whether it names a floor, a room or a receiver that nobody has entered."""
        position, sighting, placed = observation.position, observation.sighting, observation.placed
        return (
            (position is not None and position.floor not in self._floors)
            or (sighting is not None and sighting.receiver not in self._receivers)
            or (placed is not None and placed not in self._rooms)
        )

    def _fix(self, observation: Observation) -> Fix | None:
        if observation.placed is not None:
            return self._rooms.get(observation.placed)
        position = observation.position
        floor = None if position is None else self._floors.get(position.floor)
        if position is None or floor is None:
            return None
        return Fix(floor, float(position.x), float(position.y), float(position.error_m))

    def _heard(self, observation: Observation) -> Heard | None:
        sighting = observation.sighting
        fix = None if sighting is None else self._receivers.get(sighting.receiver)
        if sighting is None or fix is None:
            return None
        return Heard(sighting.receiver, sighting.rssi_dbm, fix, sighting.range_m, sighting.range_error_m)

    def read_subjects(self, keys: Mapping[SubjectKind, set[str]]) -> None:
        """Look these up, so that :meth:`asset_id` knows them."""
        named = {int(key) for key in keys[SubjectKind.ASSET] if key.isdecimal()}
        ids = set(named)
        for kind, column in (
            (SubjectKind.TAG, "rtls_tag__identifier"),
            (SubjectKind.SERIAL, "serial_number"),
            (SubjectKind.ASSET_TAG, "asset_tag"),
        ):
            if names := keys[kind] - {""}:
                self._ids[kind] = _sole_ids(column, names)
                ids.update(self._ids[kind].values())
        for kind in (SubjectKind.MAC, SubjectKind.EUI64, SubjectKind.HOSTNAME, SubjectKind.AE_TITLE):
            if names := keys[kind] - {""}:
                self._ids[kind] = _ids_by_identifier(kind, names)
                ids.update(self._ids[kind].values())
        if ids:
            self.facts = _select_facts(_SELECT_FACTS + _IN_SERVICE, ids)
        self._ids[SubjectKind.ASSET] = {str(pk): pk for pk in self.facts if pk in named}


def known_subjects(subjects: Iterable[Subject]) -> set[Subject]:
    """Those whose asset would be found. Blocks on the database, for the same few queries however many there are."""
    subjects = set(subjects)
    keys: dict[SubjectKind, set[str]] = {kind: set() for kind in SubjectKind}
    for subject in subjects:
        keys[subject.kind].add(subject.key)
    register = Register(())
    register.read_subjects(keys)
    return {subject for subject in subjects if register.asset_id(subject) is not None}


def _sole_ids(column: str, names: Iterable[str]) -> dict[str, int]:
    """Name → asset, without names that several assets share."""
    rows = Asset.objects.in_service().filter(**{f"{column}__in": list(names)}).order_by()
    found: dict[str, list[int]] = {}
    for name, pk in rows.values_list(column, "pk"):
        found.setdefault(name, []).append(pk)
    return {name: pks[0] for name, pks in found.items() if len(pks) == 1}


def _ids_by_identifier(kind: str, names: Iterable[str]) -> dict[str, int]:
    rows = Identifier.objects.filter(kind=kind, value__in=list(names)).order_by()
    return dict(rows.values_list("value", "asset_id"))


def _read_floors(slugs: set[str]) -> dict[str, int]:
    if not slugs:
        return {}
    return dict(Floor.objects.filter(slug__in=slugs).order_by().values_list("slug", "pk"))


def _read_receivers(identifiers: set[str]) -> dict[str, Fix]:
    if not identifiers:
        return {}
    rows = Receiver.objects.filter(identifier__in=identifiers).order_by()
    return {
        identifier: _fix_at(ReceiverKind(kind), *place)
        for identifier, kind, *place in rows.values_list(
            "identifier", "kind", "floor_id", "x", "y", "reach_m", "zone_id"
        )
    }


def _read_rooms(rooms: set[Placed]) -> dict[Placed, Fix]:
    if not rooms:
        return {}
    floors, codes = {room.floor for room in rooms}, {room.zone for room in rooms}
    found = Zone.objects.current().filter(floor__slug__in=floors, code__in=codes).select_related("floor")
    placed = {Placed(zone.floor.slug, zone.code): fix_in(zone) for zone in found.order_by()}
    return {room: fix for room, fix in placed.items() if room in rooms}


def _fix_at(kind: ReceiverKind, floor: int, x: float, y: float, reach: float, zone: int | None) -> Fix:
    """What being heard there says of a place: within reach of it, or in its zone where it stands for one."""
    return Fix(floor, x, y, reach, zone if kind.stands_for_zone else None, kind.is_anchor)
