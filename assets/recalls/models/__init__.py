"""Recalls as data: notices and their versions, matches, campaigns, and the files that notices come from."""

from assets.recalls.models.campaigns import Campaign, Evidence, Item, ItemEvent
from assets.recalls.models.files import ImportFile, ImportRun
from assets.recalls.models.notices import (
    DeviceRecord,
    Looked,
    Match,
    Notice,
    NoticeVersion,
    Production,
)

__all__ = [
    "Campaign", "DeviceRecord", "Evidence", "ImportFile", "ImportRun", "Item", "ItemEvent", "Looked", "Match", "Notice",
    "NoticeVersion", "Production",
]  # fmt: skip
