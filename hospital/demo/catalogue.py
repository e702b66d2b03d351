"""What kinds of equipment St. Elmo General has, by which makers. Makers and models are invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A category as the catalogue keeps it, with the letters its asset tags begin with."""

    slug: str
    name: str
    plural: str
    shape: str
    prefix: str
    emdn: str
    synonyms: tuple[str, ...]
    models: tuple[tuple[str, str], ...]
    stale_after_s: int = 60
    presumed_after_s: int = 120
    is_mobile: bool = True


def _fixed(slug: str, name: str, plural: str, shape: str, prefix: str, emdn: str,
           synonyms: tuple[str, ...], models: tuple[tuple[str, str], ...]) -> Kind:  # fmt: skip
    """Installed equipment: polled every ten seconds or so, and never presumed in use from where it stands."""
    return Kind(slug, name, plural, shape, prefix, emdn, synonyms, models, 90, 0, is_mobile=False)


KINDS: tuple[Kind, ...] = (
    Kind(
        "infusion-pump", "Infusion pump", "Infusion pumps", "pump", "INF", "Z12030301",
        ("IV pump", "volumetric pump", "drip", "infusion device"),
        (("Meridian", "Infusa 200"), ("Meridian", "Infusa 300"), ("Halvard", "Volumat V4")),
        presumed_after_s=600,
    ),
    Kind(
        "syringe-pump", "Syringe pump", "Syringe pumps", "pump", "SYR", "Z12030302",
        ("syringe driver", "perfusor"),
        (("Meridian", "Stilla S"), ("Halvard", "Dosette 50")),
        presumed_after_s=600,
    ),
    Kind(
        "pca-pump", "PCA pump", "PCA pumps", "pump", "PCA", "Z12030301",
        ("pain pump", "patient-controlled analgesia"),
        (("Quellmed", "Lenis PCA"),),
        presumed_after_s=600,
    ),
    Kind(
        "feeding-pump", "Feeding pump", "Feeding pumps", "pump", "FED", "Z12030303",
        ("enteral pump", "nutrition pump", "tube feeding"),
        (("Quellmed", "Nutria 2"),),
        presumed_after_s=600,
    ),
    Kind(
        "patient-monitor", "Patient monitor", "Patient monitors", "monitor", "MON", "Z120302",
        ("bedside monitor", "monitor", "ECG monitor"),
        (("Norvia", "Vigil 12"), ("Norvia", "Vigil 15 Plus")),
    ),
    Kind(
        "ventilator", "Ventilator", "Ventilators", "ventilator", "VEN", "Z1203010504",
        ("respirator", "breathing machine"),
        (("Arvenholt", "Aria 7"), ("Arvenholt", "Aria Transport")),
    ),
    Kind(
        "defibrillator", "Defibrillator", "Defibrillators", "general", "DEF", "Z12030502",
        ("defib", "AED", "crash cart"),
        (("Norvia", "Pulse D4"),),
        presumed_after_s=0,
    ),
    Kind(
        "ecg-cart", "ECG cart", "ECG carts", "monitor", "ECG", "Z12050301",
        ("EKG", "electrocardiograph", "12-lead"),
        (("Opalis", "Cardia 12"),),
    ),
    Kind(
        "ultrasound", "Ultrasound scanner", "Ultrasound scanners", "imaging", "USS", "Z11040103",
        ("ultrasound", "sonograph", "echo"),
        (("Tarnsonic", "Clarion P"), ("Tarnsonic", "Clarion X")),
    ),
    Kind(
        "bed", "Bed", "Beds", "bed", "BED", "V08060101",
        ("hospital bed", "electric bed"),
        (("Lindmark", "Ravello 3"), ("Lindmark", "Ravello ICU")),
    ),
    Kind(
        "wheelchair", "Wheelchair", "Wheelchairs", "mobility", "WCH", "Y122103",
        ("chair", "transport chair"),
        (("Lindmark", "Porter"), ("Sundvik", "Rolla XL")),
    ),
    Kind(
        "bladder-scanner", "Bladder scanner", "Bladder scanners", "general", "BLS", "Z12080304",
        ("bladder volume", "residual urine"),
        (("Tarnsonic", "Vesica"),),
    ),
    Kind(
        "suction-unit", "Suction unit", "Suction units", "general", "SUC", "Z120105",
        ("suction", "aspirator"),
        (("Sundvik", "Aspira 30"),),
    ),
    Kind(
        "vital-signs-monitor", "Vital signs monitor", "Vital signs monitors", "monitor", "VSM", "Z12030299",
        ("vitals", "blood pressure", "spot check", "obs machine"),
        (("Norvia", "Rondo"),),
    ),
    Kind(
        "c-arm", "C-arm", "C-arms", "imaging", "CAR", "Z1103",
        ("mobile X-ray", "image intensifier", "fluoroscopy"),
        (("Kestrelray", "Arcus 30"),),
    ),
    _fixed(
        "ct-scanner", "CT scanner", "CT scanners", "imaging", "CT", "Z11030605",
        ("CT", "computed tomography"), (("Kestrelray", "Helix 128"),),
    ),
    _fixed(
        "mri-scanner", "MRI scanner", "MRI scanners", "imaging", "MRI", "Z110501",
        ("MRI", "MR", "magnetic resonance"), (("Kestrelray", "Tesla Nova 1.5"),),
    ),
    _fixed(
        "xray-system", "X-ray system", "X-ray systems", "imaging", "XR", "Z110311",
        ("X-ray", "radiography", "bucky"), (("Kestrelray", "Planar DR"),),
    ),
    _fixed(
        "medicine-fridge", "Medicine fridge", "Medicine fridges", "cold", "MFR", "",
        ("fridge", "drug fridge", "refrigerator", "vaccine fridge"),
        (("Frostgard", "Medica 140"), ("Frostgard", "Medica 400")),
    ),
    _fixed(
        "blood-fridge", "Blood fridge", "Blood fridges", "cold", "BFR", "Z121701",
        ("blood bank fridge", "refrigerator"), (("Frostgard", "Hema 720"),),
    ),
    _fixed(
        "ups", "UPS", "UPSs", "power", "UPS", "",
        ("uninterruptible power supply", "battery backup"),
        (("Voltara", "Sentinel 20"), ("Voltara", "Sentinel 60")),
    ),
    _fixed(
        "workstation", "Workstation", "Workstations", "network", "WKS", "",
        ("computer", "server", "reporting station"), (("Ostrava Systems", "Atelier W7"),),
    ),
    _fixed(
        "network-switch", "Network switch", "Network switches", "network", "NSW", "",
        ("switch", "network"), (("Ostrava Systems", "Trellis 48"),),
    ),
    _fixed(
        "helium-compressor", "Helium compressor", "Helium compressors", "cold", "HEC", "",
        ("compressor", "cold head", "MRI cooling"), (("Kryvold", "Siberia 30"),),
    ),
    _fixed(
        "ult-freezer", "−80 °C freezer", "−80 °C freezers", "cold", "ULT", "",
        ("freezer", "ultra-low temperature freezer", "minus 80", "sample freezer"),
        (("Frostgard", "Polaris 86"),),
    ),
    Kind(
        "computer-on-wheels", "Computer on wheels", "Computers on wheels", "network", "COW", "",
        ("COW", "workstation on wheels", "laptop trolley", "documentation cart"),
        (("Ostrava Systems", "Porta 14"),),
        stale_after_s=90,
        presumed_after_s=0,
    ),
)  # fmt: skip

KIND = {kind.slug: kind for kind in KINDS}


def device_identifier(kind: Kind, model_index: int) -> str:
    """A UDI-DI in GS1 form (GTIN-14) with a valid check digit, under a prefix that GS1 has not assigned."""
    body = f"0142{7700 + KINDS.index(kind):04d}{10000 + model_index * 13:05d}"
    return body + gs1_check_digit(body)


def gs1_check_digit(body: str) -> str:
    """The last digit of a GTIN: weights 3 and 1 from the right (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(body)))
    return str(-total % 10)
