"""``manage.py receive_mpps``: DICOM procedure steps (MPPS), in a process of its own."""

from __future__ import annotations

from collectors.management.receiving import ReceivingCommand
from collectors.models import Source


class Command(ReceivingCommand):
    help = (
        "Take DICOM procedure steps (MPPS) until stopped by SIGINT or SIGTERM; "
        "then write everything that was taken, and end."
    )
    kind = Source.Kind.MPPS
