"""What is polled, how, by whom, and how well that goes."""

from collectors.models.discoveries import Discovery, Find
from collectors.models.endpoints import Credential, Endpoint, Segment
from collectors.models.health import Disturbance, EndpointHealth
from collectors.models.procedures import Procedure
from collectors.models.requests import ManualPoll, Pause
from collectors.models.sharing import Chunk, CollectorState, HandOut, Notice
from collectors.models.sources import Receipt, Source, SourceHealth, SourceToken
from collectors.models.traps import Trap

__all__ = [
    "Chunk",
    "CollectorState",
    "Credential",
    "Discovery",
    "Disturbance",
    "Endpoint",
    "EndpointHealth",
    "Find",
    "HandOut",
    "ManualPoll",
    "Notice",
    "Pause",
    "Procedure",
    "Receipt",
    "Segment",
    "Source",
    "SourceHealth",
    "SourceToken",
    "Trap",
]
