"""The rules of the demo hospital, made for its compressed day: minutes stand for hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assets.alerts.models import Rule
from assets.alerts.rule_changes import save_rule
from assets.alerts.words import Kind, Severity
from assets.device_orders.models import OrderRule, WhenClear
from assets.maintenance.models import OrderTemplate
from assets.models import Category


@dataclass(frozen=True, slots=True)
class Told:
    """One rule; ``categories`` by slug."""

    name: str
    kind: Kind
    severity: Severity
    parameters: dict[str, Any]
    categories: tuple[str, ...] = ()
    advice: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


RULES = (
    Told(
        "Freezer too warm", Kind.TEMPERATURE, Severity.CRITICAL,
        {"above": -70.0, "for_s": 60, "door_s": 120, "clear_s": 30}, ("ult-freezer",),
        "Close the door, look at the compressor; move what is in it to the spare freezer.",
        {"escalate_after_s": 600, "escalate_to": "biomed"},
    ),
    Told(
        "Fridge out of its range", Kind.TEMPERATURE, Severity.WARNING,
        {"above": 8.0, "below": 2.0, "for_s": 60, "door_s": 180, "clear_s": 60},
        ("medicine-fridge", "blood-fridge"), "Close the door and look at it again in five minutes.",
    ),
    Told(
        "Pump leaves the building", Kind.LEAVES_BUILDING, Severity.WARNING, {"for_s": 60}, ("infusion-pump",),
        "Ask at the entrance: it may have gone along with a patient.",
    ),
    Told("Device reports a fault", Kind.FAULT, Severity.WARNING, {"for_s": 20}, (), "Take it to the workshop."),
    Told("Tag battery low", Kind.BATTERY, Severity.INFO, {"below": 27.0, "hysteresis": 3.0, "for_s": 60}),
    Told("Pump not heard of", Kind.MISSING, Severity.INFO, {"for_s": 900}, ("infusion-pump",)),
    Told("Rental goes back", Kind.RENTAL, Severity.INFO, {"days_before": 3}, (), "Call the lender, or prolong."),
    Told("Contract ends in 60 days", Kind.CONTRACT, Severity.INFO, {"days_before": 60}, (), "Renew it."),
    Told("Loan due soon", Kind.LOAN, Severity.INFO, {"days_before": 2}, (), "Ask whether it is still needed."),
    Told("Loan overdue", Kind.LOAN, Severity.WARNING, {"days_before": 0}, (), "Ask who has it, or prolong the loan."),
    Told("Endpoint silent", Kind.ENDPOINT, Severity.WARNING, {"for_s": 60}, (), "Is it switched off?"),
    Told("Segment silent", Kind.SEGMENT, Severity.CRITICAL, {"for_s": 30}, (), "Look at its switch first."),
    Told("Too few ready", Kind.PAR_CRITICAL, Severity.WARNING, {}, (), "Fetch from the nearest surplus."),
    Told("Too many here", Kind.PAR_MAXIMUM, Severity.INFO, {}),
)  # fmt: skip


def seed_rules() -> int:
    """Makes the rules of a hospital that has none; how many that were."""
    if Rule.objects.exists():
        return 0
    categories = {category.slug: category for category in Category.objects.all()}
    for told in RULES:
        rule = Rule(
            name=told.name,
            kind=told.kind,
            severity=told.severity,
            parameters=told.parameters,
            advice=told.advice,
            **told.extra,
        )
        save_rule(rule=rule, scope={"categories": [categories[slug] for slug in told.categories]}, by=None)
    _open_orders()
    return len(RULES)


def _open_orders() -> None:
    """What a device says of itself becomes work."""
    template, _is_new = OrderTemplate.objects.get_or_create(
        name="The device reports a fault",
        defaults={"kind": "corrective", "impact": "hinders", "note": "Read its log and run its self-test."},
    )
    fault = Rule.objects.get(kind=Kind.FAULT)
    OrderRule.objects.create(rule=fault, template=template, when_clear=WhenClear.PROPOSE)
