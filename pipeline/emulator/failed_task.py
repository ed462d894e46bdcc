"""A task that was given an id and came to nothing."""

from dataclasses import dataclass

from pipeline.emulator.clock import utc_hundredths
from pipeline.emulator.tasks import Product

FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task that was given an id, and of which nothing was sent; `state` is what is told of it."""

    task_id: str
    name: str
    tpl_id: str
    created_s: float
    sms_sign: str
    messages: int
    product: Product = Product.AIM
    state: str = FAILED
    exdata: str = ""

    def listed(self) -> dict[str, object]:
        """Return its entry (ListAimSendTasks)."""
        return {
            "task_name": self.name,
            "sms_channel": {"sms_sign": self.sms_sign},
            "task_id": self.task_id,
            "task_state": self.state,
            "creation_time": utc_hundredths(self.created_s),
            "submission_count": self.messages,
            "send_count": 0,
            "resolve_count": 0,
            "success_number": 0,
            "support_resolve_count": -1,
            "failed_short_chains": None,
        }
