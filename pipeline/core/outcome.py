"""What finally became of a row, folded from evidence.

The fold looks at the evidence as a set: its order does not matter and repetitions change
nothing. Where pieces contradict each other the stronger proof wins: a card that was rendered was
delivered, and a delivery that was seen outweighs a failure that was reported.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
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


OPEN = frozenset({Outcome.PENDING, Outcome.SUBMITTED, Outcome.DELIVERED, Outcome.IN_DOUBT})
"""The outcomes that later evidence may still change."""

REACHED = frozenset(
    {Outcome.CARD, Outcome.FALLBACK_SMS, Outcome.SMS, Outcome.VIDEO, Outcome.DELIVERED}
)
"""The outcomes of people whose handset has got their message."""


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


_OF_MESSAGES = frozenset({NewsKind.DELIVERED, NewsKind.RENDERED, NewsKind.FAILED})
"""News of a message that was sent to a number."""


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
    out = _of(facts, NewsKind.WITHHELD)
    if not out or any(fact.kind in _OF_MESSAGES for fact in facts):
        return None
    return Standing(Outcome.SUPPRESSED, reason=_code(out), evidence=_evidence(out))


def fold(
    carrier: Carrier, facts: Collection[Fact], *, link_expired: bool, silent: bool
) -> Standing:
    """Fold all evidence of one row of an accepted submission.

    link_expired says that the message's link can no longer be parsed; silent, that the provider
    has had its 72 hours.
    """
    never_sent = withheld(facts)
    if never_sent is not None:
        return never_sent
    refused = _of(facts, NewsKind.REFUSED)
    if refused:
        return Standing(Outcome.REFUSED, code=_code(refused), evidence=_evidence(refused))
    if carrier.route is Route.PARSE:
        return Standing(Outcome.PENDING)
    match carrier.channel:
        case Channel.AIM | Channel.AIM_LINKS:
            return _fold_card(facts, link_expired=link_expired, silent=silent)
        case Channel.LINKS_ONLY:
            return _fold_link(facts, link_expired=link_expired)
        case Channel.AIM_BASIC | Channel.SMS:
            return _fold_other(carrier, facts, silent=silent)


def _fold_other(carrier: Carrier, facts: Collection[Fact], *, silent: bool) -> Standing:
    if carrier.channel is Channel.AIM_BASIC:
        done = Outcome.VIDEO
    else:
        done = Outcome.FALLBACK_SMS if carrier.route is Route.SMS else Outcome.SMS
    standing = _fold_plain(done, facts, silent=silent)
    if carrier.route in {Route.SMS, Route.VIDEO} and standing.outcome is done:
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


def _fold_card(facts: Collection[Fact], *, link_expired: bool, silent: bool) -> Standing:
    delivered = _of(facts, NewsKind.DELIVERED)
    rendered = _of(facts, NewsKind.RENDERED)
    if rendered:
        return Standing(
            Outcome.CARD,
            delivered_at=_time(delivered),
            rendered_at=_time(rendered),
            evidence=_evidence(rendered),
        )
    if not delivered:
        return _without_delivery(facts, silent=silent)
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


def _fold_plain(done: Outcome, facts: Collection[Fact], *, silent: bool) -> Standing:
    delivered = _of(facts, NewsKind.DELIVERED)
    if delivered:
        return Standing(done, delivered_at=_time(delivered), evidence=_evidence(delivered))
    return _without_delivery(facts, silent=silent)


def _without_delivery(facts: Collection[Fact], *, silent: bool) -> Standing:
    news = _of(facts, NewsKind.FAILED)
    failed = [fact for fact in news if fact.code != TIMED_OUT_CODE]
    if failed:
        return Standing(Outcome.UNDELIVERED, code=_code(failed), evidence=_evidence(failed))
    if news:
        return Standing(
            Outcome.EXPIRED, reason=NO_NEWS, code=TIMED_OUT_CODE, evidence=_evidence(news)
        )
    if silent:
        listed = _of(facts, NewsKind.TASK_FAILED)
        return Standing(
            Outcome.EXPIRED,
            reason=TASK_LISTED_AS_FAILED if listed else NO_NEWS,
            code=_code(listed),
            evidence=_evidence(listed) or "silence",
        )
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
