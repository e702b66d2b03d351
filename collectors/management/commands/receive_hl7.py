"""``manage.py receive_hl7``: HL7 v2 messages over MLLP, in a process of its own."""

from __future__ import annotations

from collectors.management.receiving import ReceivingCommand
from collectors.models import Source


class Command(ReceivingCommand):
    help = (
        "Take HL7 v2 messages over MLLP until stopped by SIGINT or SIGTERM; "
        "then write everything that was taken, and end."
    )
    kind = Source.Kind.HL7
