"""Say what happens: lines on stderr for a person or a collector, and a file of events per run.

Every line passes one mask after it is rendered, so that a number or a secret inside an
exception, a nested value or a library's message is caught like any other.
"""

from pipeline.logs.events import Event as Event
from pipeline.logs.events import UnlistedEvent as UnlistedEvent
from pipeline.logs.log import EventLog as EventLog
from pipeline.logs.log import LogOptions as LogOptions
from pipeline.logs.log import configure as configure
from pipeline.logs.log import get_logger as get_logger
from pipeline.logs.mask import Mask as Mask
