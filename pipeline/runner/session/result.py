"""What a command that sends or reconciles ends with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import Exit, KoosendError
from pipeline.core.lifecycle import UNSETTLED
from pipeline.core.outcome import Books, Outcome
from pipeline.language import Text
from pipeline.ports import Marks, RunRecord
from pipeline.report.texts.sent import books_say
from pipeline.runner.planning.adjustments import Adjusted
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import run_kind


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run's books at the end of a command. folder holds the run's files.

    already_complete says that nothing was left to submit when the command began; stopped, what
    ended it early; held, how many requests in doubt only a person can decide now; adjusted, what
    was done to the rows where this command read them; leftovers, sentences about what earlier runs
    of the campaign left unsent and this command could not send; elsewhere, that another process is
    at work on the run, which settles what is open; strangers, a sentence about opt-outs of numbers
    that are unknown to the account and wait for a person.
    """

    record: RunRecord
    books: Books
    duration_s: float
    folder: Path
    already_complete: bool = False
    stopped: KoosendError | None = None
    held: int = 0
    adjusted: Adjusted | None = None
    leftovers: Sequence[str] = ()
    elsewhere: bool = False
    strangers: str = ""

    @property
    def marks(self) -> Marks:
        """Return what must be said first of the run."""
        return marks_of(self.record)

    @property
    def sentence(self) -> Text:
        """Say in one sentence how many were sent to and how many got it."""
        channel = self.record.plan.message.channel
        return books_say(self.books, channel, self.marks)

    @property
    def exit(self) -> Exit:
        """Derive the exit code: held doubts want a person, unsent rows work, refused a rerun."""
        if self.stopped is not None:
            return self.stopped.exit_code
        if self.held or self.leftovers or self.strangers:
            return Exit.DECISION_NEEDED
        if any(self.books.submissions.get(state) for state in UNSETTLED):
            return Exit.WORK_LEFT
        if self.books.outcomes.get(Outcome.REFUSED) and not self.already_complete:
            return Exit.ROWS_FAILED
        return Exit.OK

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        books, kind = self.books, run_kind(self.record)
        return {
            "run": self.record.plan.run,
            "campaign": self.record.plan.campaign,
            **self.marks.as_json(),
            "trial": self.marks.test_send,
            "kind": kind.name or "own",
            "of": kind.of,
            "rows": books.rows,
            "outcomes": {str(outcome): n for outcome, n in books.outcomes.items()},
            "chunks": dict(books.chunks),
            "submissions": {str(state): n for state, n in books.submissions.items()},
            "messages": books.messages,
            "delivered": books.reached,
            "sentence": self.sentence,
            "held": self.held,
            "leftovers": list(self.leftovers),
            **({"strangers": self.strangers} if self.strangers else {}),
            "duration_s": round(self.duration_s, 3),
            **({} if self.adjusted is None else self.adjusted.as_json()),
            "exit": int(self.exit),
        }
