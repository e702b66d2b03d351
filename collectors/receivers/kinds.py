"""Which receiver serves which kind of way in. HTTP is served by the site itself."""

from __future__ import annotations

from collectors.receivers.hl7.receiver import Hl7Receiver
from collectors.receivers.mpps.receiver import StepReceiver
from collectors.receivers.mqtt.receiver import MqttReceiver
from collectors.receivers.receiver import Receiver
from collectors.receivers.traps.receiver import TrapReceiver

RECEIVERS: dict[str, type[Receiver]] = {
    "hl7": Hl7Receiver,
    "mpps": StepReceiver,
    "mqtt": MqttReceiver,
    "traps": TrapReceiver,
}
