"""Count what is under way and what came of it."""

from dataclasses import dataclass
from typing import assert_never

from pipeline.core.answer import Accepted, Answer, Lost, Refused, Throttled
from pipeline.sender.options import Progress


@dataclass(slots=True)
class Tally:
    """The counts of Progress, while they change, and the requests under way."""

    planned: int = 0
    messages_planned: int = 0
    attempted: int = 0
    accepted: int = 0
    refused: int = 0
    throttled: int = 0
    lost: int = 0
    messages: int = 0
    messages_refused: int = 0
    messages_lost: int = 0
    messages_open: int = 0
    messages_withheld: int = 0
    open: int = 0

    def start(self, messages: int) -> None:
        """Count a request that is about to be attempted."""
        self.open += 1
        self.messages_open += messages

    def end(self, messages: int) -> None:
        """Count a request as no longer under way, whatever came of it."""
        self.open -= 1
        self.messages_open -= messages

    def add(self, answer: Answer, messages: int) -> None:
        """Count an attempt by its answer."""
        self.attempted += 1
        match answer:
            case Accepted():
                self.accepted += 1
                self.messages += messages
            case Refused(split=True):
                pass  # its parts are attempted on their own
            case Refused():
                self.refused += 1
                self.messages_refused += messages
            case Throttled():
                self.throttled += 1
            case Lost():
                self.lost += 1
                self.messages_lost += messages
            case _:
                assert_never(answer)

    def progress(self) -> Progress:
        """Return the counts as they stand."""
        return Progress(
            planned=self.planned,
            messages_planned=self.messages_planned,
            attempted=self.attempted,
            accepted=self.accepted,
            refused=self.refused,
            throttled=self.throttled,
            lost=self.lost,
            messages=self.messages,
            messages_refused=self.messages_refused,
            messages_lost=self.messages_lost,
            messages_open=self.messages_open,
            messages_withheld=self.messages_withheld,
        )
