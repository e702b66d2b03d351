"""Equipment as data: the catalogue, each asset, its current row, and the history that figures come from."""

from assets.models.current import AssetNow, ReadingNow
from assets.models.fetching import Claim, LocateAttempt, NotHere, Search
from assets.models.history import ActivityInterval, Reading, Stay, Waypoint
from assets.models.register import Asset, Category, EquipmentModel, Identifier
from assets.models.sayings import Placement, Statement
from assets.models.timelines import Checkpoint, EvidenceLog, TimelineHead

__all__ = [
    "ActivityInterval", "Asset", "AssetNow", "Category", "Checkpoint", "Claim", "EquipmentModel", "EvidenceLog",
    "Identifier", "LocateAttempt", "NotHere", "Placement", "Reading", "ReadingNow", "Search", "Statement", "Stay",
    "TimelineHead", "Waypoint",
]  # fmt: skip
