"""The form behind “Pause”: why, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

UNTIL_RESUMED, AT_A_TIME = "", "at"
LENGTHS: dict[str, tuple[str, timedelta]] = {
    "15": ("for 15 minutes", timedelta(minutes=15)),
    "60": ("for 1 hour", timedelta(hours=1)),
    "240": ("for 4 hours", timedelta(hours=4)),
    "1440": ("for 24 hours", timedelta(hours=24)),
}


class PauseForm(forms.Form):
    """``end_at(now, zone)`` says when the pause is to end by itself; nothing for never."""

    reason = forms.CharField(
        label="Why", max_length=200, error_messages={"required": "Say why, for those who wonder later."}
    )
    ends = forms.ChoiceField(
        label="How long",
        required=False,
        choices=[
            *((key, words) for key, (words, _) in LENGTHS.items()),
            (AT_A_TIME, "until a time of day"),
            (UNTIL_RESUMED, "until somebody resumes it"),
        ],
        initial="60",
    )
    at = forms.TimeField(
        label="Until", required=False, error_messages={"invalid": "A time is needed, as in 14:00."}
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("ends") == AT_A_TIME and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", "Name the time, as in 14:00.")
        return cleaned

    def end_at(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The next moment at which it is that time on the site, or so long from now."""
        ends = self.cleaned_data["ends"]
        if ends == UNTIL_RESUMED:
            return None
        if ends != AT_A_TIME:
            return now + LENGTHS[ends][1]
        local = now.astimezone(zone)
        end = datetime.combine(local.date(), self.cleaned_data["at"], zone)
        if end <= local:
            end = datetime.combine(local.date() + timedelta(days=1), self.cleaned_data["at"], zone)
        return end
