"""What a notice says: a subject with campaign, run and exit code, and a text of whole sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.errors import Exit
from pipeline.language import Language, Text, Words, filled, spoken
from pipeline.ports import NoticeKind

SUBJECTS: Mapping[NoticeKind, Words] = {
    NoticeKind.FINISHED: Words("finished"),
    NoticeKind.FAILED: Words("failed"),
    NoticeKind.SENT_TO_NOBODY: Words("nobody was sent a message"),
    NoticeKind.DOUBTS_HELD: Words("a person must decide about requests in doubt"),
    NoticeKind.DRIFT: Words("KooMessage counts otherwise than the ledger"),
    NoticeKind.CANARY_STOPPED: Words("its first recipients stopped the run"),
    NoticeKind.STOPPED: Words("paused or stopped by a person"),
    NoticeKind.SOURCE_MISSING: Words("the list is not there"),
    NoticeKind.NIGHT_MISSED: Words("a night did not run"),
    NoticeKind.BOOKS_CLOSED: Words("the books are closed"),
    NoticeKind.REPORT: Words("the report"),
}

_EXITS: Mapping[int, Words] = {
    Exit.ROWS_FAILED: Words("KooMessage refused rows: koosend rerun shows what can be sent again."),
    Exit.USAGE: Words("The command line of the night is wrong."),
    Exit.SOURCE_DAMAGED: Words("The list is damaged, or too many of its rows are invalid."),
    Exit.SOURCE_MISSING: Words("The list is not where the campaign says it is."),
    Exit.PROVIDER_UNAVAILABLE: Words(
        "KooMessage cannot be reached, or refuses the template or the account."
    ),
    Exit.BUG: Words("koosend itself failed; the same command again goes on."),
    Exit.REPORT_UNWRITABLE: Words("A report cannot be written; the ledger is whole."),
    Exit.LEDGER_UNWRITABLE: Words("The ledger cannot record, so that nothing more is sent."),
    Exit.WORK_LEFT: Words("Work is left and nothing is wrong: the same command again goes on."),
    Exit.CREDENTIALS_REFUSED: Words("The keys are not set, or KooMessage refuses them."),
    Exit.CAMPAIGN_INVALID: Words("The campaign file is wrong."),
    Exit.DECISION_NEEDED: Words(
        "A person must decide; the same command again changes nothing until then."
    ),
    Exit.INTERRUPTED: Words("Somebody interrupted it; the same command again goes on."),
    Exit.TERMINATED: Words("It was told to end; the same command again goes on."),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What stands in a subject. mark is what must be said first; run and code may be missing."""

    campaign: str
    kind: NoticeKind
    mark: str = ""
    run: str = ""
    code: int | None = None


def subject_of(subject: Subject, language: Language) -> str:
    """Write it: "members ab12cd34 exit 79: its first recipients stopped the run"."""
    run = f" {subject.run}" if subject.run else ""
    code = "" if subject.code is None else f" exit {subject.code}"
    mark = f"[{spoken(subject.mark, language)}] " if subject.mark else ""
    return f"{mark}{subject.campaign}{run}{code}: {SUBJECTS[subject.kind].of(language)}"


def text_of(sentences: Sequence[Text | str], language: Language) -> str:
    """Write the sentences, one a line; empty ones are left out."""
    said = (spoken(sentence, language) for sentence in sentences)
    return "\n".join(sentence for sentence in said if sentence)


def exit_says(code: int) -> Text:
    """Say what an exit code means."""
    meaning = _EXITS.get(code, Words("koosend's exit codes say what that means."))
    return filled("It ended with exit code {code}. {meaning}", code=str(code), meaning=meaning)


def held_says(count: int, run: str) -> Text:
    """Say that requests wait for a person."""
    return filled(
        "{count} {count:request is|requests are} in doubt, and asking does not help: koosend "
        "doubts {run} shows {count:it|them} for you to decide.",
        count=count,
        run=run,
    )


def nobody_says(rows: int) -> Text:
    """Say that a run was sent to nobody."""
    return filled(
        "Nobody was sent a message: of {rows} {rows:row|rows} none could be sent to. "
        "rejected.csv and outcomes.csv in the run's folder say why.",
        rows=rows,
    )


def canary_says(run: str) -> Text:
    """Say that the first recipients stopped a run."""
    return filled(
        "Too few of the first recipients got the message, so that nobody else was sent to: "
        "koosend status {run} shows the figures, koosend run {run} --after-canary goes on.",
        run=run,
    )


def stopped_says(run: str) -> Text:
    """Say that a person keeps a run from going on."""
    return filled(
        "A person paused or stopped it: koosend status {run} says who and why, koosend resume "
        "{run} lets it go on.",
        run=run,
    )


def missing_says(clock: str) -> Text:
    """Say that a list was not there."""
    return filled(
        "At {clock}, China's time, the list was not there: nothing was sent.", clock=clock
    )


def missed_says(days: str, clock: str, last: str) -> Text:
    """Say which nights did not run."""
    return filled(
        "No night ran on {days}, though one was to begin at {clock}, China's time; the last one "
        "was on {last}. Nobody was sent a message instead. See whether the machine was off.",
        days=days,
        clock=clock,
        last=last,
    )


def where_says(campaign: str) -> Text:
    """Say where to look further."""
    return filled("To see more: koosend status {campaign}", campaign=campaign)


ALL_SENT = Words("Everybody on the list who could be sent to was sent to.")
CLOSED = Words("Every row of the run has its outcome; nothing is asked any more.")
REPORT = Words("The report of the run is attached, as far as news came in until now.")
REPORT_CLOSED = Words("The report of the run is attached; every row has its outcome.")
TEST_SUBJECT = Words("a test of koosend notify")
TEST_TEXT = Words("This is a test: whoever reads it is notified of this campaign's nights.")
