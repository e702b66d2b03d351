"""What is asked and answered over HTTP, as the API's description shows it. Rows are read in ``rows``, not here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.observation import Evidence
from collectors.receivers.http.rows import FAILURES
from collectors.receivers.http.taking import (
    DUPLICATE,
    NOT_UNDERSTOOD,
    RECORDED,
    REFUSALS,
    REFUSED,
    Answer,
    Result,
)
from collectors.receivers.saying import KINDS, NAME_LIMIT

_READING = {
    "oneOf": [
        {"type": "number"},
        {"type": "string", "maxLength": 200},
        {
            "type": "object",
            "properties": {
                "value": {"oneOf": [{"type": "number"}, {"type": "string", "maxLength": 200}]},
                "unit": {"type": "string"},
            },
            "required": ["value"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"failed": {"type": "string", "enum": list(FAILURES)}},
            "required": ["failed"],
            "additionalProperties": False,
        },
    ]
}


class SubjectSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[kind.value for kind in KINDS])
    key = serializers.CharField(max_length=NAME_LIMIT)


class ReportedPositionSerializer(serializers.Serializer[Any]):
    floor = serializers.CharField(max_length=NAME_LIMIT)
    x = serializers.FloatField()
    y = serializers.FloatField()
    error_m = serializers.FloatField(min_value=0)


class ReportedSightingSerializer(serializers.Serializer[Any]):
    receiver = serializers.CharField(max_length=NAME_LIMIT)
    rssi_dbm = serializers.FloatField(required=False, allow_null=True)
    range_m = serializers.FloatField(required=False, allow_null=True, min_value=0)
    range_error_m = serializers.FloatField(required=False, allow_null=True, min_value=0)


class ReportedRoomSerializer(serializers.Serializer[Any]):
    """The room in which somebody has it before their eyes: a floor's slug and a zone's code."""

    floor = serializers.CharField(max_length=NAME_LIMIT)
    zone = serializers.CharField(max_length=NAME_LIMIT)


@extend_schema_field({"type": "object", "additionalProperties": _READING})
class ReadingsField(serializers.Field[Any, Any, Any, Any]):
    """Name of the vocabulary → value, or why there is none."""


class RowSerializer(serializers.Serializer[Any]):
    """One observation: what was so at one piece of equipment at one moment."""

    subject = SubjectSerializer()
    at = serializers.DateTimeField()
    readings = ReadingsField(required=False)
    activity = serializers.ChoiceField(
        choices=[(word.value, word.name) for word in Evidence], required=False, allow_null=True
    )
    position = ReportedPositionSerializer(required=False, allow_null=True)
    sighting = ReportedSightingSerializer(required=False, allow_null=True)
    placed = ReportedRoomSerializer(required=False, allow_null=True)


class RowResultSerializer(serializers.Serializer[Any]):
    """``reason`` where it was refused: ``faults`` names each field of a row that could not be understood."""

    row = serializers.IntegerField()
    result = serializers.ChoiceField(choices=[RECORDED, DUPLICATE, REFUSED])
    reason = serializers.ChoiceField(
        choices=[NOT_UNDERSTOOD, *(word for word, _ in REFUSALS.values())], required=False
    )
    detail = serializers.CharField(required=False)
    faults = serializers.DictField(child=serializers.CharField(), required=False)


class AnswerSerializer(serializers.Serializer[Any]):
    """How many rows were recorded, were there already, and were refused; and each row, in the order sent."""

    recorded = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    refused = serializers.IntegerField()
    rows = RowResultSerializer(many=True)


def told(answer: Answer) -> dict[str, Any]:
    counts = answer.counts
    return {
        "recorded": counts[RECORDED],
        "duplicates": counts[DUPLICATE],
        "refused": counts[REFUSED],
        "rows": [_row(number, result) for number, result in enumerate(answer.results)],
    }


def _row(number: int, result: Result) -> dict[str, Any]:
    more = {"reason": result.reason, "detail": result.detail, "faults": result.faults}
    return {"row": number, "result": result.result, **{name: said for name, said in more.items() if said}}
