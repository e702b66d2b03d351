"""Brings the demo hospital into the database: places, catalogue, equipment, endpoints, accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from assets.models import Asset, Category, EquipmentModel, Identifier
from collectors.credentials import register_credential
from collectors.endpoints import register_endpoint, register_segment
from collectors.models import Credential, Endpoint, Segment, Source
from hospital.demo import endpoints as wire
from hospital.demo.accounts import seed_accounts
from hospital.demo.alert_rules import seed_rules
from hospital.demo.catalogue import KINDS
from hospital.demo.contracts import seed_contracts
from hospital.demo.fleet import the_fleet
from hospital.demo.floors import BUILDING, DEPARTMENTS, SITE, the_plan
from hospital.demo.loans import seed_loans
from hospital.demo.maintenance import seed_maintenance
from hospital.demo.names import further_names
from hospital.demo.par import seed_par_levels
from hospital.demo.prices import seed_prices
from hospital.demo.procedures import seed_procedures
from hospital.demo.replacement import seed_replacement
from hospital.demo.stocktakes import seed_stocktakes
from hospital.demo.wifi import REACH_M, access_points
from locations.models import Building, Department, Floor, Passage, Receiver, Site, Tag, Zone

NURSE_HOME = "main-1/1w-base"
WORKSHOP = "main-0/workshop"
PUMP_SERVER = "Pump server (HL7)"
PUMP_SERVER_QUIET_S = 60
RENTED_FOR = timedelta(days=2)
RENTED_AT = Decimal("38.00")
_CREDENTIALS = {
    "snmp_v3": (
        "Demo SNMP v3 user",
        Credential.Kind.SNMP_USM,
        {
            "name": wire.SNMP_USER,
            "auth_protocol": "sha256",
            "auth_key": wire.SNMP_AUTH_KEY,
            "priv_protocol": "aes128",
            "priv_key": wire.SNMP_PRIV_KEY,
        },
    ),
    "snmp_v2c": ("Demo SNMP community", Credential.Kind.SNMP_COMMUNITY, {"community": wire.COMMUNITY}),
}


class NotADemoDatabaseError(Exception):
    """The database holds a real site; the demo keeps its hands off."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the database holds of the demo after seeding."""

    zones: int
    assets: int
    endpoints: int
    created: int


def seed_demo(*, base: int | None = None) -> Seeded:
    """Creates what is not there yet and moves endpoints and sources to the ports from ``base``; all or nothing.

    Raises NotADemoDatabaseError if any other site than the demo's exists.
    """
    foreign = Site.objects.exclude(slug=SITE[1]).first()
    if foreign is not None:
        raise NotADemoDatabaseError(
            f"The database holds the site “{foreign.name}”; the demo wants one of its own."
        )
    with transaction.atomic():
        site, _ = Site.objects.get_or_create(slug=SITE[1], defaults={"name": SITE[0], "timezone": SITE[2]})
        departments = _seed_departments(site)
        zones, created = _seed_places(site, departments)
        created += _seed_assets(site, departments, zones)
        created += _seed_names()
        created += seed_par_levels(departments)
        created += seed_prices(site)
        created += _seed_endpoints(site, wire.ports_for(base), wire.port_range(base))
        created += _seed_pump_server(site, wire.hl7_port(base))
        created += seed_rules()
        created += seed_accounts(site=site, home_zone=zones[NURSE_HOME])
        seed_procedures(site=site, department=departments["bio"], home=zones[WORKSHOP])
        created += seed_maintenance(timezone.now())
        created += seed_contracts(site, timezone.now())
        created += seed_replacement(site, timezone.now())
        created += seed_loans(site, timezone.now())
        created += seed_stocktakes(site, timezone.now())
    return Seeded(len(zones), Asset.objects.count(), Endpoint.objects.count(), created)


def _seed_departments(site: Site) -> dict[str, Department]:
    existing = set(Department.objects.filter(site=site).values_list("code", flat=True))
    Department.objects.bulk_create(
        Department(site=site, code=code, name=name)
        for code, name in DEPARTMENTS.items()
        if code not in existing
    )
    return {department.code: department for department in Department.objects.filter(site=site)}


def _seed_places(site: Site, departments: dict[str, Department]) -> tuple[dict[str, Zone], int]:
    plan = the_plan()
    building, is_new = Building.objects.get_or_create(
        slug=BUILDING[1], defaults={"site": site, "name": BUILDING[0]}
    )
    if is_new:
        floors = {
            storey.slug: Floor.objects.create(
                building=building,
                name=storey.name,
                slug=storey.slug,
                level=storey.level,
                outline=storey.outline,
            )
            for storey in plan.storeys
        }
        Zone.objects.bulk_create(
            Zone(
                floor=floors[room.floor],
                name=room.name,
                code=room.code,
                kind=room.kind,
                department=departments[room.department],
                polygon=room.rings,
                label_x=room.centre[0],
                label_y=room.centre[1],
            )
            for room in plan.rooms.values()
        )
    zones = {
        f"{zone.floor.slug}/{zone.code}": zone
        for zone in Zone.objects.current().filter(floor__building=building).select_related("floor")
    }
    if is_new:
        _seed_passages_and_receivers(zones)
    points = _seed_access_points(zones)
    return zones, points + (len(zones) if is_new else 0)


def _seed_access_points(zones: dict[str, Zone]) -> int:
    """Also in a demo that was seeded before there was Wi-Fi; not in a room that has been drawn anew since."""
    existing = set(Receiver.objects.values_list("identifier", flat=True))
    missing = [point for point in access_points() if point.identifier not in existing and point.room in zones]
    Receiver.objects.bulk_create(
        Receiver(
            identifier=point.identifier,
            kind=Receiver.Kind.ACCESS_POINT,
            label=point.label,
            floor=zones[point.room].floor,
            zone=zones[point.room],
            x=point.x,
            y=point.y,
            reach_m=REACH_M,
        )
        for point in missing
    )
    return len(missing)


def _seed_passages_and_receivers(zones: dict[str, Zone]) -> None:
    plan = the_plan()
    Passage.objects.bulk_create(
        Passage(
            zone_a=zones[door.a],
            zone_b=zones[door.b],
            kind=door.kind,
            x=door.x,
            y=door.y,
            length_m=door.length_m,
        )
        for door in plan.doors
    )
    Receiver.objects.bulk_create(
        Receiver(
            identifier=listener.identifier,
            floor=zones[listener.room].floor,
            zone=zones[listener.room],
            x=listener.x,
            y=listener.y,
            reach_m=listener.reach_m,
        )
        for listener in plan.listeners
    )


def _seed_models() -> dict[tuple[str, str], EquipmentModel]:
    categories = {category.slug: category for category in Category.objects.all()}
    Category.objects.bulk_create(
        Category(
            slug=kind.slug,
            name=kind.name,
            plural=kind.plural,
            shape=kind.shape,
            synonyms=list(kind.synonyms),
            emdn=kind.emdn,
            stale_after_s=kind.stale_after_s,
            presumed_after_s=kind.presumed_after_s,
            is_mobile=kind.is_mobile,
        )
        for kind in KINDS
        if kind.slug not in categories
    )
    categories = {category.slug: category for category in Category.objects.all()}
    existing = set(EquipmentModel.objects.values_list("manufacturer", "name"))
    EquipmentModel.objects.bulk_create(
        EquipmentModel(manufacturer=manufacturer, name=name, category=categories[kind.slug])
        for kind in KINDS
        for manufacturer, name in kind.models
        if (manufacturer, name) not in existing
    )
    return {(model.manufacturer, model.name): model for model in EquipmentModel.objects.all()}


def _seed_assets(site: Site, departments: dict[str, Department], zones: dict[str, Zone]) -> int:
    models = _seed_models()
    existing = set(Asset.objects.values_list("asset_tag", flat=True))
    missing = [item for item in the_fleet() if item.asset_tag not in existing]
    Tag.objects.bulk_create([Tag(identifier=item.tag) for item in missing if item.tag], ignore_conflicts=True)
    tags = {tag.identifier: tag for tag in Tag.objects.all()}
    Asset.objects.bulk_create(
        Asset(
            asset_tag=item.asset_tag,
            serial_number=item.serial,
            udi_di=item.udi_di,
            model=models[item.manufacturer, item.model],
            site=site,
            department=departments[item.department],
            home_zone=zones[item.home],
            rtls_tag=tags[item.tag] if item.tag else None,
            is_fixed=not item.kind.is_mobile,
            ownership=item.ownership,
            day_rate=None if item.ownership == "owned" else RENTED_AT,
            return_due_on=None if item.ownership == "owned" else timezone.localdate() + RENTED_FOR,
        )
        for item in missing
    )
    return len(missing)


def _seed_names() -> int:
    """Further names of equipment, also of such as an older demo brought."""
    existing = set(Identifier.objects.values_list("kind", "value"))
    missing = [
        (item.asset_tag, kind, value)
        for item in the_fleet()
        for kind, value in further_names(item)
        if (kind, value) not in existing
    ]
    if missing:
        assets = dict(Asset.objects.values_list("asset_tag", "pk"))
        Identifier.objects.bulk_create(
            Identifier(asset_id=assets[tag], kind=kind, value=value) for tag, kind, value in missing
        )
    return len(missing)


def _seed_endpoints(site: Site, ports: dict[str, int], port_range: str) -> int:
    segment = _segment(site, port_range)
    credentials = {protocol: _credential(*facts) for protocol, facts in _CREDENTIALS.items()}
    assets = {asset.asset_tag: asset for asset in Asset.objects.all()}
    existing = {endpoint.name: endpoint for endpoint in Endpoint.objects.filter(segment=segment)}
    moved, created = [], 0
    for spec in (spec for spec in wire.the_endpoints() if spec.is_entered):
        known = existing.get(spec.name)
        if known is not None:
            if known.port != ports[spec.key] or known.profile == spec.former_profile:
                known.port = ports[spec.key]
                known.profile = spec.profile if known.profile == spec.former_profile else known.profile
                moved.append(known)
            continue
        register_endpoint(
            name=spec.name,
            segment=segment,
            protocol=spec.protocol,
            host=wire.HOST,
            port=ports[spec.key],
            profile=spec.profile,
            credential=credentials.get(spec.protocol),
            asset=assets[spec.item.asset_tag] if spec.item else None,
            interval_s=spec.interval_s,
            exception_reason=spec.exception_reason,
        )
        created += 1
    Endpoint.objects.bulk_update(moved, ["port", "profile"])
    return created


def _seed_pump_server(site: Site, port: int) -> int:
    source = Source.objects.filter(name=PUMP_SERVER).first()
    if source is None:
        source = Source(
            name=PUMP_SERVER,
            kind=Source.Kind.HL7,
            site=site,
            networks=[wire.NETWORK],
            settings={"host": wire.HOST, "port": port},
            quiet_after_s=PUMP_SERVER_QUIET_S,
        )
        source.full_clean()
        source.save()
        return 1
    if source.settings.get("port") != port:
        source.settings = source.settings | {"port": port}
        source.save(update_fields=["settings"])
    return 0


def _segment(site: Site, port_range: str) -> Segment:
    segment: Segment | None = Segment.objects.filter(name="demo").first()
    if segment is None:
        return register_segment(name="demo", site=site, networks=[wire.NETWORK], ports=[port_range])
    if segment.ports != [port_range]:
        segment.ports = [port_range]
        segment.full_clean()
        segment.save(update_fields=["ports"])
    return segment


def _credential(name: str, kind: str, secret: dict[str, str]) -> Credential:
    existing = Credential.objects.filter(name=name).first()
    return existing or register_credential(name=name, kind=kind, secret=secret)
