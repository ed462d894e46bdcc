"""Tell what stands beside a run's books: what was pushed, taken oddly, decided by the canary."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from pipeline.core.answer import TAKEN_ODDLY
from pipeline.core.canary import Verdict
from pipeline.core.lifecycle import State
from pipeline.core.model import RunId
from pipeline.language import Text, Words, filled, joined
from pipeline.ports import (
    CanaryRecord,
    Control,
    Ledger,
    ReceiptBook,
    RunRecord,
    Strangers,
    Submission,
)
from pipeline.runner.session.place import named

_ALL = float("inf")


@dataclass(frozen=True, slots=True)
class Pushed:
    """Receipts and replies of a state folder; odd ones were not wholly understood.

    strangers are tasks that receipts name and no run of the folder knows.
    """

    receipts: int
    odd: int
    replies: int
    opt_outs: int
    unclear: int
    strangers: Strangers = field(default_factory=Strangers)

    @property
    def sentence(self) -> Text:
        """Say it in one line."""
        strange = self.strangers
        return joined(
            filled(
                "Receipts pushed to this state folder: {receipts}, not wholly "
                "understood: {odd}; replies: {replies}, of them opt-outs: {opt_outs}",
                receipts=self.receipts,
                odd=self.odd,
                replies=self.replies,
                opt_outs=self.opt_outs,
            ),
            filled(", unclear and left out: {unclear}", unclear=self.unclear)
            if self.unclear
            else "",
            filled(
                "; of tasks that no run here knows: {news} of {tasks} tasks",
                news=strange.news,
                tasks=strange.tasks,
            )
            if strange.tasks
            else "",
        )

    def as_json(self) -> dict[str, int]:
        """Return what --json prints."""
        return {
            "receipts": self.receipts,
            "not_understood": self.odd,
            "replies": self.replies,
            "opt_outs": self.opt_outs,
            "unclear_replies": self.unclear,
            "unknown_tasks": self.strangers.tasks,
            "news_of_unknown_tasks": self.strangers.news,
        }


def taken_oddly(ledger: Ledger, run: RunId) -> tuple[Submission, ...]:
    """List the requests that KooMessage took, but not plainly all of them; each says why."""
    accepted = ledger.submissions(run, frozenset({State.ACCEPTED}))
    return tuple(submission for submission in accepted if submission.code == TAKEN_ODDLY)


def pushed_so_far(book: ReceiptBook) -> Pushed:
    """Count."""
    tallies = book.receipt_tallies(_ALL)
    replies, opt_outs, unclear = book.count_replies()
    return Pushed(
        sum(tally.count for tally in tallies),
        sum(tally.not_whole for tally in tallies),
        replies,
        opt_outs,
        unclear,
        book.strangers(),
    )


STOPPED_STAGE = Words("stopped by its first recipients")


def kept_stage(decided: Sequence[CanaryRecord], control: Control) -> str:
    """Say what keeps a run that is not all submitted; empty where nothing does."""
    if control.pause is not None or control.stop is not None:
        return (
            Words("paused by a person")
            if control.pause is not None
            else Words("stopped by a person")
        )
    return STOPPED_STAGE if has_stopped(decided) else ""


def control_sentences(control: Control, record: RunRecord) -> tuple[str, ...]:
    """Say what people said of a run and holds, and how it is taken back."""
    if record.finished_at is not None:
        return ()
    this = named(record)
    held = control.pause is not None or control.stop is not None
    said = [filled("The run is {sentence}.", sentence=sentence) for sentence in control.sentences]
    if held:
        said.append(filled("To let it go on: koosend resume {this}", this=this))
    if control.limit is not None:
        said.append(filled("To take the limit off: koosend limit {this} --off", this=this))
    return tuple(said)


def has_stopped(decided: Sequence[CanaryRecord]) -> bool:
    """Tell whether the run waits for a person, since its first recipients stopped it."""
    return bool(decided) and decided[-1].verdict is Verdict.STOPPED


def sentences(decided: Sequence[CanaryRecord], record: RunRecord) -> tuple[str, ...]:
    """Return what was decided, one sentence for each decision and one on how to go on."""
    said = [f"{decision.note[:1].upper()}{decision.note[1:]}." for decision in decided]
    if has_stopped(decided):
        said.append(filled("To go on anyway: koosend run {run} --after-canary", run=named(record)))
    return tuple(said)


def as_json(decided: Sequence[CanaryRecord]) -> list[dict[str, object]]:
    """Return what --json prints: each decision with what was known then, the latest last."""
    return [
        {
            "at": decision.at,
            "verdict": str(decision.verdict),
            "recipients": decision.count.recipients,
            **asdict(decision.count),
            "note": decision.note,
        }
        for decision in decided
    ]
