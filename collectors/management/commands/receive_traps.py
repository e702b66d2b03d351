"""``manage.py receive_traps``: SNMP traps and informs, in a process of its own."""

from __future__ import annotations

from collectors.management.receiving import ReceivingCommand
from collectors.models import Source


class Command(ReceivingCommand):
    help = (
        "Take SNMP traps and informs until stopped by SIGINT or SIGTERM; "
        "then write everything that was taken, and end."
    )
    kind = Source.Kind.TRAPS
