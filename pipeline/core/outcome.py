"""What finally became of a row, folded from evidence.

The fold looks at the evidence as a set: its order does not matter and repetitions change
nothing. Where pieces contradict each other the stronger proof wins: a card that was rendered was
delivered, and a delivery that was seen outweighs a failure that was reported.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel

SILENCE_S_MAX = 72 * 3600
"""After this long without news a message counts as expired (ListVmsSendTasks)."""


TIMED_OUT_CODE = "EXPIRED"
"""How the provider itself reports that its carriers told it nothing: the message may have arrived,
so that it is silence and no failure."""

NO_NEWS = "no_news_in_72_h"


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
}


def of_state(state: State) -> Outcome:
    """Return the outcome of a row of which only its submission's state is known."""
    return _OF_STATE[state]


def fold(
    channel: Channel, facts: Collection[Fact], *, link_expired: bool, silent: bool
) -> Standing:
    """Fold all evidence of one row of an accepted submission.

    link_expired says that the message's link can no longer be parsed; silent, that the provider
    has had its 72 hours.
    """
    refused = _of(facts, NewsKind.REFUSED)
    if refused:
        return Standing(Outcome.REFUSED, code=_code(refused), evidence=_evidence(refused))
    if channel is Channel.AIM:
        return _fold_card(facts, link_expired=link_expired, silent=silent)
    return _fold_plain(
        Outcome.VIDEO if channel is Channel.AIM_BASIC else Outcome.SMS, facts, silent=silent
    )


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
        return Standing(Outcome.EXPIRED, reason=NO_NEWS, evidence="silence")
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
