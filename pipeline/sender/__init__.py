"""STAGE 3: send planned submissions at the pace that is allowed, each intent on disk first."""

from pipeline.sender.budget import Ceilings as Ceilings
from pipeline.sender.options import Hooks as Hooks
from pipeline.sender.options import Progress as Progress
from pipeline.sender.options import SenderOptions as SenderOptions
from pipeline.sender.options import SenderParts as SenderParts
from pipeline.sender.options import SendResult as SendResult
from pipeline.sender.options import StopSignal as StopSignal
from pipeline.sender.rate_limiter import LimiterOptions as LimiterOptions
from pipeline.sender.rate_limiter import SpacedLimiter as SpacedLimiter
from pipeline.sender.sender import Sender as Sender
