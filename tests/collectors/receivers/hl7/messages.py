"""HL7 messages for tests: samples of others where they are, and our own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collectors.receivers.hl7.codes import read_codes
from collectors.receivers.hl7.door import admit
from collectors.receivers.hl7.header import read_header
from collectors.receivers.hl7.meaning import Context, Meant, read_meaning

SHARED = Path(__file__).parents[5] / "shared" / "data" / "hl7"
RECEIVED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")

PLACE = rb"""MSH|^~\&|ASSETTRACK^0011223344556677^EUI-64|GENHOSP|CMMS|GENHOSP|20260301101530+0000||ORU^R01^ORU_R01|20260301-000042|P|2.6|||AL|NE||UNICODE UTF-8|en^English^ISO639||IHE_PCD_016^IHE PCD^1.3.6.1.4.1.19376.1.6.4.16^ISO
PID|1||||||||||||||||||||||||||||||Y
PV1|1|N
OBR|1|0^ASSETTRACK^0011223344556677^EUI-64|42^ASSETTRACK^0011223344556677^EUI-64|0^MDCX_LS_EVT_LOCATION^MDC|||20260301101530+0000
OBX|1|ST|69985^MDC_DEV_PUMP_INFUS_MDS^MDC|1.0.0.0|||||||X|||||||PUMP-0042^^0012211839000042^EUI-64
OBX|2|PL|0^MDCX_LS_ATTR_LOCATION^MDC|1.0.0.1|ICU-W^12^^GENHOSP^^^NORTH^3||||||F|||20260301101528+0000
OBX|3|NM|0^MDCX_LS_ATTR_COORD_X^MDC|1.0.0.2|406|263441^MDC_DIM_CENTI_M^MDC|||||F|||20260301101528+0000
""".replace(b"\n", b"\r")  # noqa: E501

PERSON = (
    "PID|1||MRN-4711^^^HOSP^MR||Zimmermann^Adelheid||19470203|F|||Lindenallee 9^^Weimar||03643-555|||||A-4711",
    "PD1||||4711^Hausarzt^Otto",
    "NK1|1|Zimmermann^Konrad|SPO||03643-556",
    "PV1|1|I|3 West ICU^3002^1||||8815^Oberarzt^Ida|||||||||||V-4711",
    "NTE|1||Frau Zimmermann klagt über Schmerzen",
)
CANARIES = (
    b"4711", b"Zimmermann", b"Adelheid", b"1947", b"Lindenallee", b"Weimar", b"03643", b"Hausarzt", b"Konrad",
    b"8815", b"Oberarzt", b"3002", b"Schmerzen", b"Schwester", b"Morphin", b"82.5",
)  # fmt: skip
"""What stands in the lines above, and in those of :func:`pump_message`, and may stand nowhere else."""


def needs_samples() -> None:
    if not SHARED.is_dir():
        pytest.skip("the samples in ../shared/data/hl7 are not here")


def sample(start: str) -> bytes:
    needs_samples()
    return next(SHARED.glob(f"{start}*.hl7")).read_bytes()


def message(
    *segments: str, event: str = "R01", number: str = "1", at: str = "20260302115500+0000", acks: str = "|"
) -> bytes:
    """A message with these segments after its header; ``acks`` is MSH-15 and MSH-16."""
    sender = r"MSH|^~\&|GATEWAY^0011223344556677^EUI-64|ACME||"
    head = f"{sender}|{at}||ORU^{event}^ORU_{event}|{number}|P|2.6|||{acks}||UNICODE UTF-8"
    return "".join(f"{segment}\r" for segment in (head, *segments)).encode()


def pump(*observations: str, label: str = "P-1", at: str = "20260302115500+0000") -> tuple[str, ...]:
    """The segments of one pump with these observations, each without its number."""
    rows = (f"ST|70049^MDC_DEV_PUMP_INFUS_LVP_MDS^MDC|1.0.0.0|||||||X|||||||{label}", *observations)
    return (
        f"OBR|1|AB^X|CD^X|0^Morphin|||{at}",
        *(f"OBX|{number}|{row}" for number, row in enumerate(rows, 1)),
    )


INFUSING = "CWE|184519^MDC_PUMP_INFUSING_STATUS^MDC|1.1.1.1|^pump-status-infusing||||||R"
RATE = "NM|158014^MDC_FLOW_FLUID_PUMP_CURRENT^MDC|1.1.1.2|12.5|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R"


def pump_message(number: str = "1", **extra: str) -> bytes:
    """A pump at work on somebody, of whom the message says a lot."""
    about_somebody = (
        "ST|184514^MDC_DRUG_NAME_LABEL^MDC|1.1.2.2|Morphin||||||R",
        "NM|68063^MDC_ATTR_PT_WEIGHT^MDC|1.1.2.13|82.5|263875^MDC_DIM_KILO_G^MDC|||||R",
        "ST|999999^SOMETHING^L|1.1.2.14|Zimmermann, Adelheid||||||R|||||4711^Schwester^Ute",
    )
    first, second, third, fourth, note = PERSON
    segments = pump(INFUSING, RATE, *about_somebody, **extra)
    return message(first, second, third, fourth, *segments, note, number=number)


def understood(octets: bytes, *, aliases=None, floors=None) -> Meant:
    """What a message means to source 5 of a site in Berlin."""
    codes = read_codes(aliases or {})
    header = read_header(octets)
    context = Context("source:5", BERLIN, RECEIVED, codes, floors or {})
    return read_meaning(admit(octets, header, codes), context, header)
