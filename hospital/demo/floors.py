"""The three floors of St. Elmo General, drawn room by room."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from hospital.demo import drawing as d
from hospital.demo.drawing import Row, Spec
from hospital.demo.plan import Door, Plan, Room, by_key
from locations.zones import ZoneKind as K

SITE = ("St. Elmo General", "st-elmo", "Europe/Berlin")
BUILDING = ("Main building", "main")

DEPARTMENTS = {
    "ed": "Emergency department",
    "img": "Imaging",
    "or": "Operating theatres",
    "icu": "Intensive care unit",
    "1w": "Ward 1 West, medicine",
    "2w": "Ward 2 West, surgery",
    "2e": "Ward 2 East, cardiology",
    "opd": "Outpatients",
    "lab": "Laboratory",
    "pha": "Pharmacy",
    "bio": "Biomedical engineering",
    "it": "Information technology",
    "fac": "Facilities and logistics",
}

_SHAFTS: list[Spec] = [
    (3, "lift-1", "Lift 1", K.LIFT, "fac"),
    (3, "lift-2", "Lift 2", K.LIFT, "fac"),
    (3, "lift-3", "Bed lift", K.LIFT, "fac"),
]
_STAIR: Spec = (5, "stair-main", "Main stairs", K.STAIRS, "fac")
_STAIR_WEST: Spec = (4, "stair-west", "West stairs", K.STAIRS, "fac")
_STAIR_EAST: Spec = (4, "stair-east", "East stairs", K.STAIRS, "fac")


def _bays(
    department: str,
    name: str,
    code: str,
    lengths: Sequence[float],
    *,
    first: int = 1,
    kind: K = K.PATIENT_ROOM,
) -> list[Spec]:
    """Numbered rooms in a row: ``_bays("1w", "Room", "r", [6, 4, 4], first=101)``."""
    return [
        (length, f"{code}{number}", f"{name} {number}", kind, department)
        for number, length in enumerate(lengths, start=first)
    ]


_GROUND: dict[Row, list[Spec]] = {
    d.SOUTH: [
        (8, "ambulance", "Ambulance entrance", K.EXIT, "ed"),
        *_bays("ed", "Resuscitation", "resus-", [5, 5]),
        *_bays("ed", "Treatment", "treat-", [3.5, 3.5, 3.5]),
        (3.5, "triage", "Triage", K.PATIENT_ROOM, "ed"),
    ],
    d.SOUTH_EAST: [
        (6, "opd-wait", "Outpatient waiting", K.OTHER, "opd"),
        *_bays("opd", "Consulting", "consult-", [4, 4, 4, 4]),
        (10, "pharmacy", "Pharmacy", K.LABORATORY, "pha"),
    ],
    d.WEST: [
        *_bays("ed", "Treatment", "treat-", [4, 4, 4, 4], first=4),
        (4, "plaster", "Plaster room", K.PATIENT_ROOM, "ed"),
        (5, "ed-obs", "Emergency observation", K.PATIENT_ROOM, "ed"),
    ],
    d.EAST: [
        (10, "lab", "Laboratory", K.LABORATORY, "lab"),
        (5, "blood-bank", "Blood bank", K.LABORATORY, "lab"),
        (5, "sampling", "Blood sampling", K.PATIENT_ROOM, "lab"),
        (5, "specimen", "Specimen reception", K.OFFICE, "lab"),
    ],
    d.NORTH: [
        (9, "dock", "Loading dock", K.EXIT, "fac"),
        (9, "store", "Central equipment store", K.CLEAN_STORE, "bio"),
        (11, "decon", "Equipment decontamination", K.CLEANING, "bio"),
        (11, "workshop", "Biomedical workshop", K.WORKSHOP, "bio"),
        (9, "mri", "MRI", K.IMAGING, "img"),
        (3, "mri-control", "MRI control", K.OFFICE, "img"),
        (7, "ct-1", "CT 1", K.IMAGING, "img"),
        (3, "ct-control", "CT control", K.OFFICE, "img"),
        (7, "ct-2", "CT 2", K.IMAGING, "img"),
        (5.5, "xray-1", "X-ray 1", K.IMAGING, "img"),
        (5.5, "xray-2", "X-ray 2", K.IMAGING, "img"),
    ],
    d.INNER_SOUTH_WEST: [
        _STAIR_WEST,
        (6, "ed-base", "Emergency staff base", K.NURSE_STATION, "ed"),
        (4.5, "ed-store", "Emergency clean store", K.CLEAN_STORE, "ed"),
        (3, "ed-soiled", "Emergency soiled utility", K.SOILED, "ed"),
        (3.5, "ed-meds", "Emergency medication room", K.LABORATORY, "ed"),
        (7.5, "reception", "Reception", K.OFFICE, "fac"),
    ],
    d.INNER_SOUTH_EAST: [
        (6.5, "cafe", "Café", K.OTHER, "fac"),
        (5, "opd-desk", "Outpatient desk", K.NURSE_STATION, "opd"),
        (4, "opd-store", "Outpatient store", K.CLEAN_STORE, "opd"),
        (5, "admissions", "Admissions", K.OFFICE, "fac"),
        (4, "social", "Social services", K.OFFICE, "fac"),
        (4, "quiet", "Room of silence", K.OTHER, "fac"),
    ],
    d.INNER_NORTH_WEST: [
        (5, "electrical-0", "Electrical room", K.TECHNICAL, "fac"),
        (5, "servers", "Server room", K.TECHNICAL, "it"),
        (5, "linen-0", "Linen store", K.OTHER, "fac"),
        (7, "bed-store", "Bed and wheelchair store", K.CLEAN_STORE, "fac"),
        (6.5, "bio-office", "Biomedical office", K.OFFICE, "bio"),
    ],
    d.INNER_NORTH_EAST: [
        (5.5, "img-desk", "Imaging desk", K.NURSE_STATION, "img"),
        *_bays("img", "Ultrasound", "us-", [4, 4], kind=K.IMAGING),
        (4.5, "reporting", "Reporting room", K.OFFICE, "img"),
        (3.5, "img-plant", "Imaging technical room", K.TECHNICAL, "img"),
        (3, "img-store", "Imaging store", K.CLEAN_STORE, "img"),
        _STAIR_EAST,
    ],
    d.INNER_WEST: [
        (4, "chair-bay", "Wheelchair bay", K.CLEAN_STORE, "ed"),
        (4, "relatives-0", "Relatives' room", K.OTHER, "ed"),
        (4, "ed-office", "Emergency physicians", K.OFFICE, "ed"),
        (3, "cleaner-0", "Cleaner's room", K.OTHER, "fac"),
    ],
    d.INNER_EAST: [
        (5, "lab-office", "Laboratory office", K.OFFICE, "lab"),
        (5, "cold-store", "Medicine cold store", K.LABORATORY, "pha"),
        (5, "img-soiled", "Imaging soiled utility", K.SOILED, "img"),
    ],
    d.CORE_WEST: [
        _STAIR,
        (4, "wc-0", "Visitors' toilets", K.OTHER, "fac"),
        (6, "porters", "Porters' lodge", K.OFFICE, "fac"),
    ],
    d.CORE_EAST: [
        *_SHAFTS,
        (3, "security", "Security", K.OFFICE, "fac"),
        (3, "gases", "Medical gases", K.TECHNICAL, "fac"),
    ],
}

_WEST_WARD_LENGTHS = [6, 4, 4, 4, 4, 4, 4, 4]


def _west_ward(level: int, code: str, name: str) -> dict[Row, list[Spec]]:
    """The western half of an upper floor: 21 patient rooms around a nurse station and its stores."""
    first = level * 100 + 1
    return {
        d.SOUTH: [
            *_bays(code, "Room", "r", _WEST_WARD_LENGTHS, first=first),
            (6, f"{code}-day", f"Day room {name}", K.OTHER, code),
        ],
        d.NORTH: [
            *_bays(code, "Room", "r", _WEST_WARD_LENGTHS, first=first + 8),
            (6, f"{code}-physio", f"Physiotherapy {name}", K.OTHER, code),
        ],
        d.WEST: _bays(code, "Room", "r", [5] * 5, first=first + 16),
        d.INNER_SOUTH_WEST: [
            _STAIR_WEST,
            (6, f"{code}-store", f"Clean store {name}", K.CLEAN_STORE, code),
            (8, f"{code}-base", f"Nurse station {name}", K.NURSE_STATION, code),
            (4, f"{code}-meds", f"Medication room {name}", K.LABORATORY, code),
            (3.5, f"{code}-soiled", f"Soiled utility {name}", K.SOILED, code),
            (3, f"cleaner-{level}", "Cleaner's room", K.OTHER, "fac"),
        ],
        d.INNER_NORTH_WEST: [
            (6, f"{code}-bay", f"Equipment bay {name}", K.CLEAN_STORE, code),
            (5, f"{code}-office", f"Physicians {name}", K.OFFICE, code),
            (5, f"{code}-treat", f"Treatment room {name}", K.PATIENT_ROOM, code),
            (4, f"{code}-pantry", f"Pantry {name}", K.OTHER, code),
            (5, f"{code}-staff", f"Staff room {name}", K.OTHER, code),
            (3.5, f"{code}-linen", f"Linen {name}", K.OTHER, code),
        ],
        d.INNER_WEST: [
            (4, f"{code}-manager", f"Ward manager {name}", K.OFFICE, code),
            (4, f"{code}-talk", f"Consultation {name}", K.OFFICE, code),
            (4, f"{code}-bath", f"Bathroom {name}", K.OTHER, code),
            (3, f"{code}-wc", f"Toilets {name}", K.OTHER, code),
        ],
        d.CORE_WEST: [
            _STAIR,
            (4, f"wc-{level}", "Visitors' toilets", K.OTHER, "fac"),
            (3, f"switch-{level}", "Network room", K.TECHNICAL, "it"),
            (3, f"electrical-{level}", "Electrical room", K.TECHNICAL, "fac"),
        ],
        d.CORE_EAST: [
            *_SHAFTS,
            (3, f"waste-{level}", "Waste room", K.OTHER, "fac"),
            (3, f"waiting-{level}", "Waiting area", K.OTHER, "fac"),
        ],
    }


_THEATRES_AND_ICU: dict[Row, list[Spec]] = {
    d.SOUTH: [
        *_bays("or", "Theatre", "theatre-", [8, 8, 8, 8], kind=K.THEATRE),
        (8, "recovery-1", "Recovery 1", K.PATIENT_ROOM, "or"),
    ],
    d.NORTH: _bays("icu", "ICU bay", "icu-", [5] * 8),
    d.EAST: [
        (6, "recovery-2", "Recovery 2", K.PATIENT_ROOM, "or"),
        (4, "or-anaesthesia", "Anaesthetic store", K.CLEAN_STORE, "or"),
        *_bays("icu", "ICU bay", "icu-", [5, 5], first=9),
        (5, "icu-isolation", "ICU isolation", K.PATIENT_ROOM, "icu"),
    ],
    d.INNER_SOUTH_EAST: [
        (5.5, "or-base", "Theatre control", K.NURSE_STATION, "or"),
        (6, "or-scrub-1", "Scrub and preparation 1", K.OTHER, "or"),
        (6, "or-scrub-2", "Scrub and preparation 2", K.OTHER, "or"),
        (5, "or-store", "Sterile store", K.CLEAN_STORE, "or"),
        (6, "or-soiled", "Theatre soiled utility", K.SOILED, "or"),
    ],
    d.INNER_NORTH_EAST: [
        (4.5, "icu-meds", "Medication room ICU", K.LABORATORY, "icu"),
        (8, "icu-base", "Nurse station ICU", K.NURSE_STATION, "icu"),
        (6, "icu-store", "Clean store ICU", K.CLEAN_STORE, "icu"),
        (3, "icu-soiled", "Soiled utility ICU", K.SOILED, "icu"),
        (3, "relatives-1", "Relatives' room", K.OTHER, "icu"),
        _STAIR_EAST,
    ],
    d.INNER_EAST: [
        (5, "or-staff", "Theatre staff room", K.OTHER, "or"),
        (5, "icu-office", "ICU physicians", K.OFFICE, "icu"),
        (5, "blood-gas", "Blood gas laboratory", K.LABORATORY, "icu"),
    ],
}

_CARDIOLOGY: dict[Row, list[Spec]] = {
    d.SOUTH: [
        (6, "2e-day", "Day room 2 East", K.OTHER, "2e"),
        *_bays("2e", "Room", "r", _WEST_WARD_LENGTHS[::-1], first=222),
    ],
    d.NORTH: [
        (6, "2e-rehab", "Cardiac rehabilitation", K.OTHER, "2e"),
        *_bays("2e", "Room", "r", _WEST_WARD_LENGTHS[::-1], first=230),
    ],
    d.EAST: _bays("2e", "Room", "r", [5] * 5, first=238),
    d.INNER_SOUTH_EAST: [
        (3, "2e-linen", "Linen 2 East", K.OTHER, "2e"),
        (3.5, "2e-soiled", "Soiled utility 2 East", K.SOILED, "2e"),
        (4, "2e-meds", "Medication room 2 East", K.LABORATORY, "2e"),
        (8, "2e-base", "Nurse station 2 East", K.NURSE_STATION, "2e"),
        (6, "2e-store", "Clean store 2 East", K.CLEAN_STORE, "2e"),
        (4, "2e-manager", "Ward manager 2 East", K.OFFICE, "2e"),
    ],
    d.INNER_NORTH_EAST: [
        (5.5, "echo", "Echocardiography", K.IMAGING, "2e"),
        (5, "2e-office", "Physicians 2 East", K.OFFICE, "2e"),
        (5, "2e-treat", "Treatment room 2 East", K.PATIENT_ROOM, "2e"),
        (4, "2e-pantry", "Pantry 2 East", K.OTHER, "2e"),
        (5, "2e-bay", "Equipment bay 2 East", K.CLEAN_STORE, "2e"),
        _STAIR_EAST,
    ],
    d.INNER_EAST: [
        (5, "2e-talk", "Consultation 2 East", K.OFFICE, "2e"),
        (5, "2e-staff", "Staff room 2 East", K.OTHER, "2e"),
        (5, "2e-bath", "Bathroom 2 East", K.OTHER, "2e"),
    ],
}


def _rooms(floor: str, *halves: dict[Row, list[Spec]]) -> list[Room]:
    rows: dict[Row, list[Spec]] = {}
    for half in halves:
        for row, specs in half.items():
            rows[row] = [*rows.get(row, []), *specs]
    return [room for row, specs in rows.items() for room in row.rooms(floor, specs)]


@cache
def the_plan() -> Plan:
    """The building, drawn once per process."""
    floors = [
        [*d.corridors("main-0", lobby=True), *_rooms("main-0", _GROUND)],
        [*d.corridors("main-1"), *_rooms("main-1", _west_ward(1, "1w", "1 West"), _THEATRES_AND_ICU)],
        [*d.corridors("main-2"), *_rooms("main-2", _west_ward(2, "2w", "2 West"), _CARDIOLOGY)],
    ]
    rooms = [room for floor in floors for room in floor]
    doors: list[Door] = [door for floor in floors for door in d.doors_on_floor(floor)]
    return Plan(
        storeys=(
            d.storey(0, "Ground floor"),
            d.storey(1, "First floor"),
            d.storey(2, "Second floor"),
        ),
        rooms=by_key(rooms),
        doors=(*doors, *d.shafts(rooms)),
        listeners=tuple(d.listeners(rooms)),
    )
