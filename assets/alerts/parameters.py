"""What each kind of rule has to be told, and within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assets.alerts.words import Kind
from assets.vocabulary import VOCABULARY

_DAY = 86400
Value = float | int | str | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value: a number from ``low`` to ``high`` in ``unit``, or one of ``choices``.

    Without a ``default`` it must be told, unless ``is_optional``.
    """

    name: str
    label: Any
    unit: str = ""
    default: Value = None
    low: float = 0
    high: float = 30 * _DAY
    is_optional: bool = False
    choices: tuple[str, ...] = ()
    help: Any = ""

    @property
    def is_seconds(self) -> bool:
        return self.unit == "s"


def _seconds(name: str, label: Any, default: int, help_text: Any = "", *, low: int = 0) -> Parameter:
    return Parameter(name, label, "s", default, low, 30 * _DAY, help=help_text)


def _degrees(name: str, label: Any) -> Parameter:
    return Parameter(name, label, "°C", None, -273.15, 400, is_optional=True)


_NUMBERS = tuple(name for name, term in VOCABULARY.items() if term.kind == "number")
_FOR = _seconds("for_s", _("Raise after"), 0, _("So long it must last before it is an alert."))
_CLEAR = _seconds("clear_s", _("Resolve after"), 0, _("So long it must be over before the alert resolves."))
_LIMITS = (
    Parameter("above", _("Above"), "", None, -1e12, 1e12, is_optional=True),
    Parameter("below", _("Below"), "", None, -1e12, 1e12, is_optional=True),
)
_HYSTERESIS = Parameter(
    "hysteresis", _("Hysteresis"), "", 0.0, 0, 1e12, help=_("By so much it must come back over the limit.")
)

PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    Kind.ENTERS: (_FOR, _CLEAR),
    Kind.LEAVES: (_FOR, _CLEAR),
    Kind.STAYS: (_seconds("for_s", _("Longer than"), 4 * 3600, low=60), _CLEAR),
    Kind.MISSING: (_seconds("for_s", _("Not heard for"), 3600, low=60), _CLEAR),
    Kind.LEAVES_BUILDING: (_seconds("for_s", _("Raise after"), 120), _CLEAR),
    Kind.WASTE: (_FOR, _CLEAR),
    Kind.READING: (
        Parameter("reading", _("Reading"), choices=_NUMBERS),
        *_LIMITS,
        _HYSTERESIS,
        _seconds("for_s", _("Raise after"), 300),
        _CLEAR,
    ),
    Kind.TEMPERATURE: (
        Parameter("reading", _("Reading"), default="temperature", choices=("temperature", "air_temperature")),
        _degrees("below", _("Too cold below")),
        _degrees("above", _("Too warm above")),
        Parameter("hysteresis", _("Hysteresis"), "°C", 0.2, 0, 50),
        _seconds("for_s", _("Raise after"), 600),
        _seconds("door_s", _("Raise after, once its door was opened"), 1800),
        _seconds(
            "clear_s", _("Resolve after"), 300, _("So long it must be well again: the time of recovery.")
        ),
    ),
    Kind.FAULT: (_seconds("for_s", _("Raise after"), 0), _CLEAR),
    Kind.BATTERY: (
        Parameter(
            "reading", _("Battery of"), default="tag_battery", choices=("tag_battery", "battery_charge")
        ),
        Parameter("below", _("Below"), "%", 20.0, 1, 99),
        Parameter("hysteresis", _("Hysteresis"), "%", 5.0, 0, 50),
        _seconds("for_s", _("Raise after"), 0),
        _CLEAR,
    ),
    Kind.RENTAL: (
        Parameter(
            "days_before", _("Days before"), "d", 0.0, 0, 90, help=_("0 for the day after its last day.")
        ),
    ),
    Kind.CONTRACT: (
        Parameter(
            "days_before", _("Days before"), "d", 60.0, 0, 365, help=_("So long before its last day, once.")
        ),
    ),
    Kind.LOAN: (
        Parameter("days_before", _("Days before"), "d", 0.0, 0, 90, help=_("0 for when it is overdue.")),
    ),
    Kind.ENDPOINT: (_seconds("for_s", _("Silent for"), 300),),
    Kind.SEGMENT: (_seconds("for_s", _("Silent for"), 60),),
    Kind.PAR_CRITICAL: (),
    Kind.PAR_MAXIMUM: (),
}


def check_parameters(kind: str, given: Any) -> dict[str, Value]:
    """All parameters of ``kind``, defaults filled in; ValidationError names each that is wrong."""
    if kind not in PARAMETERS:
        raise ValidationError({"kind": "There is no such kind of rule."})
    if not isinstance(given, Mapping):
        raise ValidationError({"parameters": "Parameters are names with values."})
    errors: dict[str, Any] = {}
    values: dict[str, Value] = {}
    for parameter in PARAMETERS[kind]:
        try:
            values[parameter.name] = _value(parameter, given.get(parameter.name))
        except ValidationError as error:
            errors[parameter.name] = error.messages
    for name in sorted(set(given) - {parameter.name for parameter in PARAMETERS[kind]}):
        errors[name] = ["This kind of rule has no such parameter."]
    if not errors:
        errors = _contradictions(values)
    if errors:
        raise ValidationError(errors)
    return values


def _value(parameter: Parameter, given: Any) -> Value:
    value = parameter.default if given is None or given == "" else given
    if value is None:
        if parameter.is_optional:
            return None
        raise ValidationError("This has to be told.")
    if parameter.choices:
        if value not in parameter.choices:
            raise ValidationError("There is no such reading.")
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValidationError("This is a number.")
    if not parameter.low <= value <= parameter.high:
        raise ValidationError(f"This is from {parameter.low:g} to {parameter.high:g}.")
    return int(value) if parameter.is_seconds else float(value)


def _contradictions(values: Mapping[str, Value]) -> dict[str, Any]:
    if not {"above", "below"} <= values.keys():
        return {}
    above, below = values["above"], values["below"]
    if above is None and below is None:
        return {"above": ["Say above or below which value, or both."]}
    if isinstance(above, float) and isinstance(below, float):
        if above <= below:
            return {"above": ["“Above” is greater than “below”."]}
        hysteresis = values["hysteresis"]
        if isinstance(hysteresis, float) and hysteresis * 2 >= above - below:
            return {"hysteresis": ["It leaves no value at which the reading would be well again."]}
    return {}
