"""Which receiver serves which kind of way in. HTTP is served by the site itself."""

from __future__ import annotations

from collectors.receivers.hl7.receiver import Hl7Receiver
from collectors.receivers.receiver import Receiver

RECEIVERS: dict[str, type[Receiver]] = {
    "hl7": Hl7Receiver,
}
