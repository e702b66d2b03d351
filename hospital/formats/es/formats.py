"""Dates and times in Spanish, as they stand on every page: the day, and 24 hours."""

DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "j M"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATETIME_FORMAT = "j M Y, H:i"

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\u00a0"
