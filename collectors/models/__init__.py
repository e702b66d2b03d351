"""What is polled, how, by whom, and how well that goes."""

from collectors.models.endpoints import Credential, Endpoint, Segment
from collectors.models.health import Disturbance, EndpointHealth
from collectors.models.requests import ManualPoll, Pause
from collectors.models.sharing import Chunk, CollectorState, HandOut, Notice

__all__ = [
    "Chunk",
    "CollectorState",
    "Credential",
    "Disturbance",
    "Endpoint",
    "EndpointHealth",
    "HandOut",
    "ManualPoll",
    "Notice",
    "Pause",
    "Segment",
]
