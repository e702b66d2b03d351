"""Observations as bytes and back, for the spool: JSON, so that reading one can do nothing but read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assets.observation import (
    Evidence,
    Observation,
    Placed,
    Position,
    ReadingValue,
    Sighting,
    Subject,
    SubjectKind,
)
from assets.words import Quality


def encode_observations(observations: Sequence[Observation]) -> bytes:
    return json.dumps([_encode(observation) for observation in observations], separators=(",", ":")).encode()


def decode_observations(data: bytes) -> list[Observation]:
    """ValueError if these are not the bytes of observations."""
    try:
        return [_decode(item) for item in json.loads(data)]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an observation: {error}") from error


def _encode(observation: Observation) -> dict[str, Any]:
    position, sighting, placed = observation.position, observation.sighting, observation.placed
    return {
        "subject": [observation.subject.kind, observation.subject.key],
        "source": observation.source,
        "at": observation.at.isoformat(),
        "received_at": observation.received_at.isoformat(),
        "quality": observation.quality,
        "readings": [[reading.name, reading.value, reading.quality] for reading in observation.readings],
        "activity": observation.activity,
        "position": position and [position.floor, position.x, position.y, position.error_m],
        "sighting": sighting and _told(sighting),
        **({"placed": [placed.floor, placed.zone]} if placed else {}),
        "detail": observation.detail,
    }


def _told(sighting: Sighting) -> list[Any]:
    plain = [sighting.receiver, sighting.rssi_dbm]
    return plain if sighting.range_m is None else [*plain, sighting.range_m, sighting.range_error_m]


def _decode(item: dict[str, Any]) -> Observation:
    kind, key = item["subject"]
    return Observation(
        subject=Subject(SubjectKind(kind), key),
        source=item["source"],
        at=datetime.fromisoformat(item["at"]),
        received_at=datetime.fromisoformat(item["received_at"]),
        quality=Quality(item["quality"]),
        readings=tuple(
            ReadingValue(name, value, Quality(quality)) for name, value, quality in item["readings"]
        ),
        activity=item["activity"] and Evidence(item["activity"]),
        position=item["position"] and Position(*item["position"]),
        sighting=item["sighting"] and Sighting(*item["sighting"]),
        placed=Placed(*item["placed"]) if "placed" in item else None,
        detail=item["detail"],
    )
