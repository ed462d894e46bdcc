"""Say what a run's first recipients decided about the others: the canary, in both languages."""

from collections.abc import Mapping, Sequence

from pipeline.core.canary import Verdict
from pipeline.language import Text, Words, filled
from pipeline.ports import CanaryRecord, DaysCompared, Drift
from pipeline.report.figures.frames import spoken_time
from pipeline.report.texts import words

FIRST = Words("The first recipients (canary)")
DAYS = Words("KooMessage's daily reports")
VERDICTS: Mapping[Verdict, Words] = {
    Verdict.PASSED: Words("passed: the others were sent to"),
    Verdict.STOPPED: Words("stopped: the others were not sent to"),
    Verdict.OVERRIDDEN: Words("a person decided to go on"),
}
_SAY: Mapping[Verdict, Words] = {
    Verdict.PASSED: Words("The first {count} recipients spoke for the others, who were sent to."),
    Verdict.STOPPED: Words(
        "The first {count} recipients stopped the run: {failed} failed or were silent, {no_card} "
        "were reached and not known to have seen the card. The others were not sent to; to go on "
        "anyway: koosend run {run} --after-canary"
    ),
    Verdict.OVERRIDDEN: Words(
        "The first {count} recipients stopped the run, and a person decided to go on."
    ),
}


def first_says(decisions: Sequence[CanaryRecord], run: str) -> Text | None:
    """Say in one sentence how it stands with the first recipients; None without any decision."""
    if not decisions:
        return None
    latest = decisions[-1]
    count = latest.count
    failed, no_card = count.pessimistic_failed, count.pessimistic_no_card
    values = {"count": count.recipients, "failed": failed, "no_card": no_card}
    return filled(_SAY[latest.verdict], run=run, **values)


def first_counts(decision: CanaryRecord, *, shows_cards: bool) -> tuple[tuple[Text, str, int], ...]:
    """List what was known of them when it was decided, as (name, key, count), and how many."""
    count = decision.count
    seen = (
        (words.SAW_CARD, "cards", count.cards),
        (Words("Without the card"), "no_card", count.no_card),
        (Words("Reached, not known what they saw"), "reached", count.reached),
    )
    arrived = seen if shows_cards else ((words.REACHED, "reached", count.delivered),)
    return (
        *arrived,
        (Words("Failed"), "failed", count.failed),
        (words.NO_NEWS, "unknown", count.unknown),
        (Words("First recipients"), "all", count.recipients),
    )


def days_say(compared: DaysCompared) -> Text:
    """Say in one sentence whether they agree."""
    at, count = spoken_time(compared.at)[:16], len(compared.days)
    if not count:
        return filled(
            "On {at} (UTC+8) they counted as many numbers as the ledger, on every day of this run.",
            at=at,
        )
    return filled(
        "On {at} (UTC+8) they counted otherwise than the ledger on {days}. A difference alone "
        "proves nothing; koosend verify --online asks again.",
        at=at,
        days=Words("one day") if count == 1 else filled("{count} days", count=count),
    )


def because(drift: Drift) -> Text:
    """Say what a difference may come from."""
    if drift.theirs <= drift.ours:
        return Words("Their report may lag; ask again later.")
    return Words(
        "Others send by the same template, or messages were sent that the ledger does not know."
    )
