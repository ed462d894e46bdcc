"""Decide which calls meet which fault: the same calls meet the same faults in every run."""

import hashlib
import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from pipeline.emulator.faults.kinds import ANY, What
from pipeline.emulator.faults.rules import FaultRule, FaultsFile
from pipeline.emulator.faults.views import TRUE, View

RECENT = 20

_WORD = 2.0**-64


@dataclass(frozen=True, slots=True)
class Request:
    """Name a call: `content` tells it from others, and two alike are told apart by their order.

    `messages` is how many a send asks for.
    """

    operation: str
    content: bytes
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what a call meets: a held answer, untrue lists, and at most one other fault.

    `draw` in 0..1 settles whatever the rule leaves open.
    """

    rule: FaultRule | None = None
    draw: float = 0.0
    delay_s: float = 0.0
    view: View = TRUE


NOTHING = Verdict()


@dataclass(frozen=True, slots=True)
class Fired:
    """Remember one firing for whoever watches."""

    at_s: float
    rule: FaultRule
    operation: str


@dataclass(slots=True)
class _Count:
    asked: int = 0
    fired: int = 0


@dataclass(slots=True)
class FaultBook:
    """Know the rules and how often each was asked and fired.

    All rules of a call's operation are asked. Delays that fire add up, those about lists change
    the answer together, and of the others the first in the file's order happens.
    """

    file: FaultsFile
    seed: int
    recent: deque[Fired] = field(default_factory=lambda: deque(maxlen=RECENT))
    _counts: list[_Count] = field(default_factory=list)
    _seen: Counter[bytes] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Begin to count."""
        self._counts = [_Count() for _ in self.file.rule]

    @property
    def rules(self) -> Sequence[FaultRule]:
        """Return the rules in the file's order."""
        return self.file.rule

    @property
    def concerns_calls(self) -> bool:
        """Tell whether any rule is about calls."""
        return any(not rule.what.is_of_receipts for rule in self.rules)

    def judge(self, request: Request, taken: int, now_s: float) -> Verdict:
        """Return what a call meets after so many messages were taken."""
        draws = self._draws(request)
        met = _Met()
        for at, rule in enumerate(self.rules):
            drawn = draws(at)
            if (
                _concerns(rule, request.operation)
                and self._fires(at, drawn, request.messages, taken)
                and met.takes(rule, drawn)
            ):
                self._counts[at].fired += 1
                self.recent.append(Fired(now_s, rule, request.operation))
        return met.verdict()

    def counts(self) -> list[tuple[FaultRule, int, int]]:
        """Return each rule with how often it was asked and how often it fired."""
        pairs = zip(self.rules, self._counts, strict=True)
        return [(rule, count.asked, count.fired) for rule, count in pairs]

    def _fires(self, at: int, drawn: float, messages: int, taken: int) -> bool:
        rule, count = self.rules[at], self._counts[at]
        count.asked += 1
        if rule.times and count.fired >= rule.times:
            return False
        if rule.calls and count.asked not in rule.calls:
            return False
        if rule.every and count.asked % rule.every:
            return False
        if rule.above and messages <= rule.above:
            return False
        return taken >= rule.after_messages and drawn < rule.probability

    def _draws(self, request: Request) -> "_Draws":
        # By content rather than by order of arrival: of calls that race, each keeps its own lot.
        digest = hashlib.blake2b(
            request.operation.encode() + b"\0" + request.content, digest_size=16
        ).digest()
        self._seen[digest] += 1
        seed = self.seed if self.file.seed is None else self.file.seed
        return _Draws(seed, digest, self._seen[digest])


@dataclass(slots=True)
class _Met:
    """Gather what the rules that fire do to one call."""

    chosen: FaultRule | None = None
    draw: float = 0.0
    delay_s: float = 0.0
    view: View = TRUE

    def takes(self, rule: FaultRule, drawn: float) -> bool:
        """Add what a rule does and tell whether it does anything: only one other fault happens."""
        if rule.what is What.DELAY:
            self.delay_s += rule.delay_s
        elif rule.what.is_of_lists:
            self.view = self.view.with_rule(rule)
        elif self.chosen is None:
            # What is left of the draw is as even as the draw was.
            self.chosen, self.draw = rule, drawn / rule.probability
        else:
            return False
        return True

    def verdict(self) -> Verdict:
        return Verdict(self.chosen, self.draw, self.delay_s, self.view)


def _concerns(rule: FaultRule, operation: str) -> bool:
    return not rule.what.is_of_receipts and bool(rule.operations & {operation, ANY})


@dataclass(frozen=True, slots=True)
class _Draws:
    seed: int
    digest: bytes
    repeat: int

    def __call__(self, rule: int) -> float:
        lot = b"%d:%d:%d:%b" % (self.seed, rule, self.repeat, self.digest)
        return int.from_bytes(hashlib.blake2b(lot, digest_size=8).digest(), "big") * _WORD


def spread(draw: float, count: int) -> list[int]:
    """Return the positions 0..count-1 in an order that the draw decides."""
    lot = math.floor(draw / _WORD)
    return sorted(
        range(count), key=lambda at: hashlib.blake2b(b"%d:%d" % (lot, at), digest_size=8).digest()
    )


def shown(rule: FaultRule) -> dict[str, object]:
    """Return a rule as its file would write it."""
    plain: dict[str, object] = msgspec.to_builtins(rule)
    return plain
