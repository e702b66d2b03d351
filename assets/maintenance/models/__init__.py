"""Maintenance as data."""

from assets.maintenance.models.acts import Act, ReportToken, new_token
from assets.maintenance.models.base import NOTE_LENGTH
from assets.maintenance.models.downtime import Downtime
from assets.maintenance.models.orders import Mention, WorkEvent, WorkOrder
from assets.maintenance.models.policy import OrderTemplate, RiskClass, ServiceLevel
from assets.maintenance.models.work import (
    Labour,
    PartUsed,
    VendorVisit,
    WorkFile,
    WorkPhoto,
    WorkSignature,
)

__all__ = [
    "NOTE_LENGTH", "Act", "Downtime", "Labour", "Mention", "OrderTemplate", "PartUsed", "ReportToken", "RiskClass",
    "ServiceLevel", "VendorVisit", "WorkEvent", "WorkFile", "WorkOrder", "WorkPhoto", "WorkSignature", "new_token",
]  # fmt: skip
