"""What finally became of a row, folded from evidence.

The fold looks at the evidence as a set: its order does not matter and repetitions change
nothing. Where pieces contradict each other the stronger proof wins, by one table: STRENGTH. A card
that was rendered was delivered; a delivery that was seen outweighs a failure that was reported, of
another part of the same SMS too; and both outweigh whoever said before that nothing was taken.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Route

SILENCE_S_MAX = 72 * 3600
"""After this long without news a message counts as expired (ListVmsSendTasks)."""


TIMED_OUT_CODE = "EXPIRED"
"""How the provider itself reports that its carriers told it nothing: the message may have arrived,
so that it is silence and no failure."""

NO_NEWS = "no_news_in_72_h"
TASK_LISTED_AS_FAILED = "task_listed_as_failed"
UNCLEAR_NEWS = "unclear_news"
NOT_NAMED = "not_named_in_answer"


class Outcome(StrEnum):
    """Every outcome a row can have; exactly one at a time."""

    CARD = "card"
    FALLBACK_SMS = "fallback_sms"
    SMS = "sms"
    VIDEO = "video"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REFUSED = "refused"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"
    SKIPPED = "skipped"
    PENDING = "pending"
    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    IN_DOUBT = "in_doubt"


CLOSED_UNSENT = frozenset({"superseded", "dropped"})
"""Why a row that nobody has to be kept from is closed: a later list has the person, or a word."""

OPEN = frozenset({Outcome.PENDING, Outcome.SUBMITTED, Outcome.DELIVERED, Outcome.IN_DOUBT})
"""The outcomes that later evidence may still change."""

REACHED = frozenset(
    {Outcome.CARD, Outcome.FALLBACK_SMS, Outcome.SMS, Outcome.VIDEO, Outcome.DELIVERED}
)
"""The outcomes of people whose handset has got their message."""

ATTENTION = (Outcome.IN_DOUBT, Outcome.REFUSED, Outcome.UNDELIVERED, Outcome.EXPIRED)
"""The outcomes that somebody has to do something about."""


class Carrier(NamedTuple):
    """What carries a row's message: the route of its submission, and the channel of that."""

    route: Route
    channel: Channel


class FallbackReason(StrEnum):
    """Why a delivered smart message was seen as plain SMS."""

    HANDSET_UNSUPPORTED = "handset_unsupported"
    LINK_FAILED = "link_failed"
    NOT_PARSED_BEFORE_EXPIRY = "not_parsed_before_expiry"
    TEMPLATE_NOT_ACTIVE = "template_not_active_for_handset"


@dataclass(frozen=True, slots=True)
class Fact:
    """One piece of news as it stands in the ledger, of one row. evidence names where."""

    kind: NewsKind
    code: str
    at: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A row's outcome with its reason and proof. Texts are empty where nothing is known."""

    outcome: Outcome
    reason: str = ""
    code: str = ""
    delivered_at: str = ""
    rendered_at: str = ""
    evidence: str = ""

    @property
    def is_final(self) -> bool:
        """Tell whether no later evidence can change the outcome."""
        return self.outcome not in OPEN


_OF_STATE = {
    State.PLANNED: Outcome.PENDING,
    State.IN_FLIGHT: Outcome.IN_DOUBT,
    State.DEFERRED: Outcome.PENDING,
    State.IN_DOUBT: Outcome.IN_DOUBT,
    State.ACCEPTED: Outcome.SUBMITTED,
    State.REFUSED: Outcome.REFUSED,
    State.ABANDONED: Outcome.SKIPPED,
    State.SPLIT: Outcome.PENDING,
}


class Weight(StrEnum):
    """What a piece of news weighs when a row's news is held against each other, most first."""

    SHOWN = "shown"
    DELIVERED = "delivered"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    WITHHELD = "withheld"
    UNCLEAR = "unclear"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    TASK_FAILED = "task_failed"
    NOT_NAMED = "not_named"


class Ware(StrEnum):
    """What a carrier brings, as far as the weight of its news goes."""

    CARD = "card"
    PLAIN = "plain"
    LINK = "link"
    MAKING = "making"


STRENGTH: Mapping[Ware, tuple[Weight, ...]] = MappingProxyType(
    {
        Ware.CARD: tuple(Weight),
        Ware.PLAIN: tuple(Weight),
        Ware.LINK: (Weight.SHOWN, Weight.WITHHELD, Weight.REFUSED),
        Ware.MAKING: (Weight.WITHHELD, Weight.REFUSED),
    }
)
"""The order in which news outweighs other news of the same row, the strongest first.

What is not in a ware's order decides nothing there: KooMessage delivers no link that the user's own
SMS carries, and while a link is being made there is no message. That the message itself was heard
of outweighs every word that nothing was taken or sent: whoever may have it is not sent it again.
"""

_WEIGHTS: Mapping[NewsKind, Weight] = MappingProxyType(
    {
        NewsKind.RENDERED: Weight.SHOWN,
        NewsKind.DELIVERED: Weight.DELIVERED,
        NewsKind.FAILED: Weight.FAILED,
        NewsKind.WITHHELD: Weight.WITHHELD,
        NewsKind.UNKNOWN_CODE: Weight.UNCLEAR,
        NewsKind.REFUSED: Weight.REFUSED,
        NewsKind.NOT_SENT: Weight.NOT_SENT,
        NewsKind.TASK_FAILED: Weight.TASK_FAILED,
        NewsKind.NOT_NAMED: Weight.NOT_NAMED,
    }
)
"""News that decides; the other kinds only say why a card was not seen."""

_OF_MESSAGES = frozenset({Weight.SHOWN, Weight.DELIVERED, Weight.FAILED, Weight.TIMED_OUT})
"""News of a message that was sent to a number: who got any was not withheld."""

_ARRIVED = (Weight.SHOWN, Weight.DELIVERED)
_NOTHING_LEFT = (Weight.REFUSED, Weight.NOT_SENT)

_Pile = Mapping[Weight, list[Fact]]


def weight_of(fact: Fact) -> Weight | None:
    """Return what a piece of news weighs; None for what decides nothing."""
    if fact.kind is NewsKind.FAILED and fact.code == TIMED_OUT_CODE:
        return Weight.TIMED_OUT
    return _WEIGHTS.get(fact.kind)


def ware_of(carrier: Carrier) -> Ware:
    """Return what a carrier brings."""
    if carrier.route is Route.PARSE:
        return Ware.MAKING
    match carrier.channel:
        case Channel.AIM | Channel.AIM_LINKS:
            return Ware.CARD
        case Channel.LINKS_ONLY:
            return Ware.LINK
        case Channel.AIM_BASIC | Channel.SMS:
            return Ware.PLAIN


def strongest(ware: Ware, facts: Collection[Fact]) -> Weight | None:
    """Return the weight of the strongest news of a row; None where none decides anything."""
    return _first(ware, _pile(facts))


def is_belied(outcome: Outcome, ware: Ware, facts: Collection[Fact]) -> bool:
    """Tell whether news of a row says that its message left, or arrived, against its outcome.

    outcome is one that was recorded of a row that nobody reached, before some of the news came.
    """
    weight = strongest(ware, facts)
    if weight in _ARRIVED:
        return True
    return outcome is Outcome.REFUSED and weight in {Weight.TIMED_OUT, Weight.UNCLEAR}


def _first(ware: Ware, pile: _Pile) -> Weight | None:
    return next((weight for weight in STRENGTH[ware] if weight in pile), None)


def _pile(facts: Iterable[Fact]) -> _Pile:
    pile: dict[Weight, list[Fact]] = {}
    for fact in facts:
        weight = weight_of(fact)
        if weight is not None:
            pile.setdefault(weight, []).append(fact)
    # News of its message proves that a request had carried the row, whoever withheld it later.
    if Weight.WITHHELD in pile and not _OF_MESSAGES.isdisjoint(pile):
        del pile[Weight.WITHHELD]
    return pile


def of_state(state: State, route: Route = Route.MAIN) -> Outcome:
    """Return the outcome of a row of which only its submission's state is known.

    While a link is being made no message was sent, so that there is nothing to doubt.
    """
    outcome = _OF_STATE[state]
    return Outcome.PENDING if route is Route.PARSE and outcome in OPEN else outcome


def withheld(facts: Collection[Fact]) -> Standing | None:
    """Return what became of a row that was taken out of its request before that left, if it was.

    News by name of its message proves the contrary: an earlier attempt had carried the row, and a
    receipt told so only after another, without it, was made ready.
    """
    out = _pile(facts).get(Weight.WITHHELD)
    return _suppressed(out) if out else None


def fold(
    carrier: Carrier, facts: Collection[Fact], *, link_expired: bool, silent: bool
) -> Standing:
    """Fold all evidence of one row of an accepted submission, by the order of STRENGTH.

    link_expired says that the message's link can no longer be parsed; silent, that the provider
    has had its 72 hours. Where a submission was refused, its refusal is one of the facts.
    """
    ware, pile = ware_of(carrier), _pile(facts)
    decides = _first(ware, pile)
    if decides is Weight.WITHHELD:
        return _suppressed(pile[decides])
    if decides in _NOTHING_LEFT:
        return _of_pile(Outcome.REFUSED, pile[decides])
    match ware:
        case Ware.MAKING:
            return Standing(Outcome.PENDING)
        case Ware.LINK:
            return _fold_link(facts, link_expired=link_expired)
        case Ware.CARD if decides in _ARRIVED:
            return _fold_card(facts, link_expired=link_expired)
        case Ware.PLAIN if decides in _ARRIVED:
            return _fold_other(carrier, facts)
        case Ware.CARD | Ware.PLAIN:
            return _without_delivery(decides, pile, silent=silent)


def _suppressed(out: Collection[Fact]) -> Standing:
    reason = _code(out)
    outcome = Outcome.SKIPPED if reason in CLOSED_UNSENT else Outcome.SUPPRESSED
    return Standing(outcome, reason=reason, evidence=_evidence(out))


def _of_pile(outcome: Outcome, facts: Collection[Fact], reason: str = "") -> Standing:
    return Standing(outcome, reason=reason, code=_code(facts), evidence=_evidence(facts))


def _fold_other(carrier: Carrier, facts: Collection[Fact]) -> Standing:
    if carrier.channel is Channel.AIM_BASIC:
        done = Outcome.VIDEO
    else:
        done = Outcome.FALLBACK_SMS if carrier.route is Route.SMS else Outcome.SMS
    # A card that was shown proves its SMS delivered, where nothing else told so.
    delivered = _of(facts, NewsKind.DELIVERED) or _of(facts, NewsKind.RENDERED)
    standing = Standing(done, delivered_at=_time(delivered), evidence=_evidence(delivered))
    if carrier.route in {Route.SMS, Route.VIDEO}:
        return replace(standing, reason=_fallback(facts)[0])
    return standing


def _fold_link(facts: Collection[Fact], *, link_expired: bool) -> Standing:
    """Tell of a link that the user's own SMS carries: its delivery is not KooMessage's to know."""
    rendered = _of(facts, NewsKind.RENDERED)
    if rendered:
        return Standing(Outcome.CARD, rendered_at=_time(rendered), evidence=_evidence(rendered))
    if link_expired:
        reason, because = _fallback(facts)
        return Standing(
            Outcome.EXPIRED, reason, code=_code(because), evidence=_evidence(because) or "silence"
        )
    return Standing(Outcome.SUBMITTED)


def _fold_card(facts: Collection[Fact], *, link_expired: bool) -> Standing:
    delivered = _of(facts, NewsKind.DELIVERED)
    rendered = _of(facts, NewsKind.RENDERED)
    if rendered:
        return Standing(
            Outcome.CARD,
            delivered_at=_time(delivered),
            rendered_at=_time(rendered),
            evidence=_evidence(rendered),
        )
    if not link_expired:
        return Standing(
            Outcome.DELIVERED, delivered_at=_time(delivered), evidence=_evidence(delivered)
        )
    reason, because = _fallback(facts)
    return Standing(
        Outcome.FALLBACK_SMS,
        reason=reason,
        code=_code(because),
        delivered_at=_time(delivered),
        evidence=_evidence(because or delivered),
    )


def _without_delivery(decides: Weight | None, pile: _Pile, *, silent: bool) -> Standing:
    match decides:
        case Weight.FAILED:
            return _of_pile(Outcome.UNDELIVERED, pile[decides])
        case Weight.TIMED_OUT:
            return _of_pile(Outcome.EXPIRED, pile[decides], NO_NEWS)
        case Weight.UNCLEAR if silent or any(weight in pile for weight in _NOTHING_LEFT):
            # It was refused and yet heard of: what nobody understands is not sent again.
            return _of_pile(Outcome.EXPIRED, pile[decides], UNCLEAR_NEWS)
        case Weight.TASK_FAILED if silent:
            return _of_pile(Outcome.EXPIRED, pile[decides], TASK_LISTED_AS_FAILED)
        case Weight.NOT_NAMED if silent:
            return _of_pile(Outcome.EXPIRED, pile[decides], NOT_NAMED)
        case None if silent:
            return Standing(Outcome.EXPIRED, reason=NO_NEWS, evidence="silence")
        case _:
            return Standing(Outcome.SUBMITTED)


def _fallback(facts: Collection[Fact]) -> tuple[FallbackReason, list[Fact]]:
    for kind, reason in (
        (NewsKind.LINK_FAILED, FallbackReason.LINK_FAILED),
        (NewsKind.UNSUPPORTED, FallbackReason.HANDSET_UNSUPPORTED),
        (NewsKind.TEMPLATE_INACTIVE, FallbackReason.TEMPLATE_NOT_ACTIVE),
    ):
        because = _of(facts, kind)
        if because:
            return reason, because
    return FallbackReason.NOT_PARSED_BEFORE_EXPIRY, []


def _of(facts: Iterable[Fact], kind: NewsKind) -> list[Fact]:
    return [fact for fact in facts if fact.kind is kind]


def _time(facts: Iterable[Fact]) -> str:
    return min((fact.at for fact in facts if fact.at), default="")


def _code(facts: Iterable[Fact]) -> str:
    return min((fact.code for fact in facts if fact.code), default="")


def _evidence(facts: Iterable[Fact]) -> str:
    return min((fact.evidence for fact in facts), default="")


@dataclass(frozen=True, slots=True)
class Books:
    """A run's counts. outcomes and submissions hold only what occurs; chunks likewise.

    submissions leaves out those of the route skip, which are never requests. messages counts
    the recipients of accepted submissions, without those that were refused inside of them.
    """

    rows: int
    outcomes: Mapping[Outcome, int]
    submissions: Mapping[State, int]
    chunks: Mapping[str, int]
    messages: int

    @property
    def balance(self) -> bool:
        """Tell whether every row has exactly one outcome."""
        return sum(self.outcomes.values()) == self.rows

    @property
    def reached(self) -> int:
        """Count the rows whose message was delivered."""
        return sum(n for outcome, n in self.outcomes.items() if outcome in REACHED)

    @property
    def open_rows(self) -> int:
        """Count the rows that later evidence may still change."""
        return sum(n for outcome, n in self.outcomes.items() if outcome in OPEN)


def chunk_state(states: frozenset[State]) -> str:
    """Derive a chunk's state from its submissions' states: the least settled one names it."""
    for state, word in (
        (State.IN_DOUBT, "in_doubt"),
        (State.IN_FLIGHT, "in_flight"),
        (State.DEFERRED, "pending"),
        (State.PLANNED, "pending"),
        (State.REFUSED, "refused"),
        (State.ABANDONED, "abandoned"),
    ):
        if state in states:
            return word
    return "accepted"
