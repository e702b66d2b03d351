"""``manage.py receive_mqtt``: MQTT, in a process of its own."""

from __future__ import annotations

from collectors.management.receiving import ReceivingCommand
from collectors.models import Source


class Command(ReceivingCommand):
    help = "Take MQTT until stopped by SIGINT or SIGTERM; then write everything that was taken, and end."
    kind = Source.Kind.MQTT
