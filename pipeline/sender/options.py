"""What the sender is told, what it tells and counts, and how it is stopped."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from pipeline.core.answer import Accepted, Answer, Lost, Refused, Throttled
from pipeline.core.model import Recipients
from pipeline.core.names import ATTEMPTS_MAX
from pipeline.core.times import Backoff
from pipeline.ports import (
    AccountStore,
    Clock,
    Gateway,
    Ledger,
    Limiter,
    OnEvent,
    RunWriter,
    Submission,
    ignore_event,
)
from pipeline.sender.budget import Ceilings


@dataclass(frozen=True, slots=True)
class SenderOptions:
    """The sender's bounds.

    concurrency: requests under way at once, width_at_start: the same before any answer came.
    ceilings: what this call of run may spend. drain_s: how long answers are awaited once the
    run stops. backoff: waits after a submission was turned away, or while nothing is reached;
    its longest wait also bounds what the provider may ask for.
    unreachable_s_max, rate_refused_s_max: how long to go on while nothing but that is answered.
    refused_at_first: requests refused before any was taken, after which we stop: what is wrong is
    then not one request's rows but the campaign.
    refused_alike: requests refused in a row with one code that is not about their rows, after which
    a person must see to it: arrears, an empty package, a locked account.
    lost_in_a_row: lost answers, none taken in between, after which we pause and then try one
    request at a time; lost_probes: how many of those may be lost before we stop.
    stale_s: an intent older than this when its request would leave is withdrawn.
    names_max: attempts of one submission that names can tell apart; one that has used them up is
    set aside, and the others go on.
    among: whether this call of run may attempt a submission at all.
    """

    concurrency: int = 32
    width_at_start: int = 1
    ceilings: Ceilings = field(default_factory=Ceilings)
    drain_s: float = 60.0
    backoff: Backoff = field(default_factory=Backoff)
    unreachable_s_max: float = 120.0
    rate_refused_s_max: float = 1800.0
    refused_at_first: int = 5
    refused_alike: int = 3
    lost_in_a_row: int = 5
    lost_probes: int = 5
    stale_s: float = 60.0
    names_max: int = ATTEMPTS_MAX
    among: Callable[[Submission], bool] = lambda _submission: True


@dataclass(frozen=True, slots=True)
class SenderParts:
    """The parts the sender works with."""

    ledger: Ledger
    writer: RunWriter
    gateway: Gateway
    limiter: Limiter
    clock: Clock
    store: AccountStore


@dataclass(slots=True)
class Progress:
    """Counts of this call of run: attempts by their answer, and recipients.

    planned and messages_planned: what was sendable at the start, in submissions and recipients.
    messages: recipients of accepted submissions. messages_open: of requests under way.
    messages_lost: of submissions whose answer was lost. messages_withheld: of those planned, whom
    no request may carry any more. open: requests under way. Whoever is handed it gets a copy.
    """

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
    open: int = field(default=0, compare=False)

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


@dataclass(frozen=True, slots=True)
class SendResult:
    """How the sending ended: interrupted by a stop signal, or with nothing left to attempt.

    set_aside counts submissions that were not attempted, as they have used up their names.
    """

    progress: Progress
    interrupted: bool
    seconds: float
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the sender calls, in the loop's thread; none may block.

    may_send is asked before each request; a text says why nothing more may be sent. paused is asked
    after that; a text says who wants nothing more to leave for now. withheld is asked just before
    each request which of its rows must not be in it, and why.
    """

    on_progress: Callable[[Progress], None] = lambda _progress: None
    on_event: OnEvent = ignore_event
    may_send: Callable[[], str | None] = lambda: None
    withheld: Callable[[Recipients], Mapping[int, str]] = lambda _recipients: {}
    paused: Callable[[], str | None] = lambda: None


class StopSignal:
    """Count requests to stop: the first drains, the second cancels what is under way.

    To be wired with loop.add_signal_handler, which wakes the loop.
    """

    def __init__(self) -> None:
        self.requests = 0
        self._draining = asyncio.Event()
        self._cancelling = asyncio.Event()

    def request(self) -> None:
        """Ask for the end of the run; once more, to have it at once."""
        self.requests += 1
        (self._draining if self.requests == 1 else self._cancelling).set()

    async def draining(self) -> None:
        """Wait for the first request."""
        await self._draining.wait()

    async def cancelling(self) -> None:
        """Wait for the second request."""
        await self._cancelling.wait()
