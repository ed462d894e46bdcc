"""STAGE 3: send planned submissions at the pace that is allowed, each intent on disk first."""

from pipeline.sender.budget import Ceilings
from pipeline.sender.options import (
    Hooks,
    Progress,
    SenderOptions,
    SenderParts,
    SendResult,
    StopSignal,
)
from pipeline.sender.rate_limiter import LimiterOptions, SpacedLimiter
from pipeline.sender.sender import Sender

__all__ = [
    "Ceilings",
    "Hooks",
    "LimiterOptions",
    "Progress",
    "SendResult",
    "Sender",
    "SenderOptions",
    "SenderParts",
    "SpacedLimiter",
    "StopSignal",
]
