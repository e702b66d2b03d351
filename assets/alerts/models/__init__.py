"""Rules, alerts with every step they took, and who is told of them."""

from assets.alerts.models.alerts import Alert, AlertTransition, Cover
from assets.alerts.models.duty import MaintenanceWindow, OnCall, QuietHours
from assets.alerts.models.rules import Rule, RuleState, RuleVersion, Touched, Turn
from assets.alerts.models.telling import Channel, Delivery, Subscription

__all__ = [
    "Alert",
    "AlertTransition",
    "Channel",
    "Cover",
    "Delivery",
    "MaintenanceWindow",
    "OnCall",
    "QuietHours",
    "Rule",
    "RuleState",
    "RuleVersion",
    "Subscription",
    "Touched",
    "Turn",
]
