"""Which reports there are, in the order in which they are listed."""

from __future__ import annotations

from assets.reports.flow import Flow
from assets.reports.looked_for import LookedFor
from assets.reports.modalities import Modalities
from assets.reports.par_kept import ParKept
from assets.reports.rentals import Rentals
from assets.reports.report import Report
from assets.reports.shrinkage import Shrinkage
from assets.reports.units import Units

REPORTS: tuple[Report, ...] = (
    Units(),
    Flow(),
    LookedFor(),
    ParKept(),
    Modalities(),
    Rentals(),
    Shrinkage(),
)
BY_SLUG = {report.slug: report for report in REPORTS}
