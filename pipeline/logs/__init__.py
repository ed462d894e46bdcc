"""Say what happens: lines on stderr for a person or a collector, and a file of events per run.

Every line passes one mask after it is rendered, so that a number or a secret inside an
exception, a nested value or a library's message is caught like any other.
"""

from pipeline.logs.events import Event, UnlistedEvent
from pipeline.logs.log import EventLog, LogOptions, configure, get_logger
from pipeline.logs.mask import Mask

__all__ = [
    "Event",
    "EventLog",
    "LogOptions",
    "Mask",
    "UnlistedEvent",
    "configure",
    "get_logger",
]
