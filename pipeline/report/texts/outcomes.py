"""Say in plain words what the codes of rows mean and what to do about them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.model import Channel, Policy, RejectedRow
from pipeline.core.outcome import (
    ATTENTION,
    NO_NEWS,
    NOT_NAMED,
    REACHED,
    TASK_LISTED_AS_FAILED,
    UNCLEAR_NEWS,
    FallbackReason,
    Outcome,
)
from pipeline.core.routing import POLICY_UNKNOWN, POLICY_WITHOUT_MESSAGE
from pipeline.language import Bilingual, Language, Text, Words, filled, listed
from pipeline.report.texts import words
from pipeline.report.texts.numbers import number_words
from pipeline.report.texts.rejections import REJECTIONS

NOTHING = Words()


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """An outcome for the person who reads the report: its name, what it says, what to do."""

    name: Words
    meaning: Words
    advice: Words = NOTHING


FALLBACKS: Mapping[FallbackReason, Words] = {
    FallbackReason.HANDSET_UNSUPPORTED: Words("The handset cannot show cards."),
    FallbackReason.LINK_FAILED: Words(
        "The card's link could not be made, or the handset failed to show the card."
    ),
    FallbackReason.NOT_PARSED_BEFORE_EXPIRY: Words(
        "The handset did not load the card before its link expired."
    ),
    FallbackReason.TEMPLATE_NOT_ACTIVE: Words(
        "The card's template is not active for this make of handset."
    ),
}

OUTCOMES: Mapping[Outcome, OutcomeWords] = {
    Outcome.CARD: OutcomeWords(
        words.CARD_SHOWN, Words("Delivered, and the handset showed the card.")
    ),
    Outcome.FALLBACK_SMS: OutcomeWords(
        Words("Plain SMS instead"), Words("Delivered, but seen as plain SMS.")
    ),
    Outcome.SMS: OutcomeWords(Words("SMS delivered"), Words("Delivered as SMS, as planned.")),
    Outcome.VIDEO: OutcomeWords(Words("Video SMS delivered"), Words("Delivered as a video SMS.")),
    Outcome.UNDELIVERED: OutcomeWords(
        Words("Not delivered"),
        Words("The carrier could not deliver it."),
        Words("Check the number, or reach the person another way."),
    ),
    Outcome.EXPIRED: OutcomeWords(
        words.NO_NEWS,
        Words("KooMessage took it, but 72 hours brought no news."),
        Words("Do not count on it having arrived; the handset may be off."),
    ),
    Outcome.REFUSED: OutcomeWords(
        words.REFUSED,
        Words("KooMessage did not take it."),
        Words("Mend what the code names, then rerun."),
    ),
    Outcome.INVALID: OutcomeWords(
        Words("Row not usable"), Words("Something is wrong with the row; nothing was sent.")
    ),
    Outcome.DUPLICATE: OutcomeWords(
        Words("Duplicate"), Words("The same number stands in an earlier row.")
    ),
    Outcome.SUPPRESSED: OutcomeWords(
        Words("Suppressed"), Words("The number is on the list of those who want nothing.")
    ),
    Outcome.SKIPPED: OutcomeWords(
        Words("Skipped"), Words("Left out on purpose; nothing more will be sent.")
    ),
    Outcome.PENDING: OutcomeWords(words.TO_BE_SENT, Words("Not sent yet; the next run goes on.")),
    Outcome.SUBMITTED: OutcomeWords(
        Words("On its way"), Words("KooMessage took it; no news of delivery yet.")
    ),
    Outcome.DELIVERED: OutcomeWords(
        Words("Delivered, card open"), Words("Delivered; the handset may still load the card.")
    ),
    Outcome.IN_DOUBT: OutcomeWords(
        words.IN_DOUBT,
        Words("The answer was lost; it may have been sent."),
        Words("Do not send again; run 'koosend reconcile', or decide with 'koosend doubts'."),
    ),
}

_OF_LINKS: Mapping[Outcome, OutcomeWords] = {
    Outcome.CARD: OutcomeWords(
        words.CARD_SHOWN, Words("A handset showed the card behind the link.")
    ),
    Outcome.EXPIRED: OutcomeWords(
        words.UNSEEN_LINK, Words("The link expired before a handset showed the card.")
    ),
    Outcome.REFUSED: OutcomeWords(
        words.REFUSED, Words("KooMessage made no link."), OUTCOMES[Outcome.REFUSED].advice
    ),
    Outcome.PENDING: OutcomeWords(
        Words("Link still to be made"), Words("No link was made yet; the next run goes on.")
    ),
    Outcome.SUBMITTED: OutcomeWords(
        Words("Link made"), Words("The link was made; no handset showed its card yet.")
    ),
    Outcome.IN_DOUBT: OutcomeWords(
        words.IN_DOUBT,
        Words("The answer was lost; the link may have been made."),
        OUTCOMES[Outcome.IN_DOUBT].advice,
    ),
}
"""Of a link in somebody else's SMS no news can come but its card and its end."""

_REASONS: Mapping[str, Words] = {
    **{reason: wrong for reason, (wrong, _) in REJECTIONS.items()},
    **{str(reason): meaning for reason, meaning in FALLBACKS.items()},
    NO_NEWS: Words("72 hours passed without news."),
    UNCLEAR_NEWS: Words(
        "The news that came proves nothing: nobody knows its code, or it contradicts itself."
    ),
    NOT_NAMED: Words(
        "KooMessage's answer did not name the number, and 72 hours passed without news."
    ),
    TASK_LISTED_AS_FAILED: Words(
        "KooMessage lists the task as failed, and 72 hours passed without news."
    ),
    "given_up": Words("Given up by a person: it could not be sent."),
    "assumed_sent": Words("Counted as sent by a person's word."),
    POLICY_UNKNOWN: Words("The row's own fallback policy cannot be read."),
    POLICY_WITHOUT_MESSAGE: Words(
        "The fallback policy asks for a message that the campaign does not have."
    ),
}
_MENDS: Mapping[str, Text] = {
    **{reason: mend for reason, (_, mend) in REJECTIONS.items()},
    POLICY_UNKNOWN: filled(
        "Write one of {policies} there, or leave it empty.", policies=listed(list(Policy))
    ),
    POLICY_WITHOUT_MESSAGE: Words("Give the campaign [fallback.sms] or [fallback.aim_basic]."),
}


def outcome_key(outcome: Outcome) -> Text:
    """Say an outcome by the key that JSON has for it, in English; in Chinese by its name."""
    return Bilingual(str(outcome), OUTCOMES[outcome].name.of(Language.ZH))


_CALM = frozenset({Outcome.DUPLICATE, Outcome.SUPPRESSED, Outcome.SKIPPED, Outcome.SUBMITTED})


def tone(outcome: Outcome) -> str:
    """Name the tone in which an outcome is drawn: a style sheet has its colour."""
    if outcome is Outcome.FALLBACK_SMS:
        return "plain"
    if outcome is Outcome.DELIVERED:
        return "open"
    if outcome in REACHED:
        return "good"
    if outcome in ATTENTION:
        return "bad"
    return "calm" if outcome in _CALM else "fair"


def outcome_words(outcome: Outcome, channel: Channel) -> OutcomeWords:
    """Return an outcome's words; a run of links speaks of links, not of messages."""
    return {**OUTCOMES, **(_OF_LINKS if channel is Channel.LINKS_ONLY else {})}[outcome]


def reason_words(reason: str) -> Words:
    """Explain a reason of any outcome; one that no table knows is returned as it is."""
    return _REASONS.get(reason) or Words(reason)


def reason_text(reason: str, language: Language) -> str:
    """Explain a reason in one language."""
    return reason_words(reason).of(language)


def mend_words(reason: str) -> Text:
    """Say how to mend rows that were not sent to; empty where the reason says it all."""
    return _MENDS.get(reason, NOTHING)


def mend_text(row: RejectedRow, language: Language, *, masked: bool = False) -> str:
    """Say what is wrong with a row and how to mend it; a number that it names may be masked."""
    wrong, mend = REJECTIONS[row.reason]
    parts: list[Text] = [wrong]
    if row.of_line is not None:
        parts.append(filled("First in row {row}.", row=str(row.of_line)))
    if row.detail:
        parts.append(filled("({detail})", detail=row.detail))
    number = number_words(row, masked=masked)
    if number is not None:
        parts.append(number)
    space = "" if language is Language.ZH else " "
    return space.join(part.of(language) for part in (*parts, mend))
