"""Work out the figures that the summary and the page both show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.core.canary import Verdict
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Route
from pipeline.core.outcome import FallbackReason, Outcome
from pipeline.core.pricing import Bill
from pipeline.core.routing import CARD_CHANNELS
from pipeline.language import Text, Words
from pipeline.ports import CanaryRecord, Ledger, OutcomeBlock, RunRecord, Submission
from pipeline.report.figures.comparison import Comparison, compare
from pipeline.report.figures.family import Family
from pipeline.report.figures.frames import outcome_table
from pipeline.report.figures.segments import Handsets
from pipeline.report.figures.sms import PartsReader, Replies, parts_of_sent, replies_to
from pipeline.report.figures.table import Table
from pipeline.report.figures.tally import UNSENT, Tally, is_unseen_link
from pipeline.report.texts import words
from pipeline.report.texts.outcomes import OutcomeWords, mend_words, outcome_words

Key = TypeVar("Key")

GROUPS_MAX = 30
"""How many reasons or codes are told one by one; the rest is counted together."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step from the rows to the people who saw the card."""

    name: Text
    key: str
    rows: int


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that ended alike."""

    outcome: Outcome
    reason: str
    code: str
    rows: int

    @property
    def key(self) -> str:
        """Name the figure of a group of those whose card was not seen."""
        instead = "video" if self.outcome is Outcome.VIDEO else "fallback"
        return f"{instead}.{self.reason}"


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of one state, and the recipients in them."""

    state: State
    requests: int
    recipients: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a report counts of a run; first is what its first recipients decided, latest last."""

    run: RunRecord
    tally: Tally
    submissions: Sequence[Submission]
    bill: Bill
    handsets: Handsets
    comparison: Comparison | None = None
    family: Family | None = None
    replies: Replies = field(default_factory=Replies)
    first: Sequence[CanaryRecord] = ()

    @property
    def makes_links(self) -> bool:
        """Tell whether the run only makes links, which the user's own SMS carries."""
        return self.run.plan.message.channel is Channel.LINKS_ONLY

    def words(self, outcome: Outcome) -> OutcomeWords:
        """Return the words for an outcome of this run."""
        return outcome_words(outcome, self.run.plan.message.channel)

    @property
    def shows_cards(self) -> bool:
        """Tell whether the run's channel sends cards."""
        return self.run.plan.message.channel in CARD_CHANNELS

    @property
    def balance(self) -> bool:
        """Tell whether every row read has an outcome."""
        return self.tally.rows == self.run.rows

    @property
    def attention(self) -> int:
        """Count the rows that somebody has to do something about."""
        return sum(self.tally.attention.values())

    @property
    def pending_words(self) -> Text:
        """Return the sentence on rows that are still to be sent."""
        stopped = self.first and self.first[-1].verdict is Verdict.STOPPED
        if not stopped:
            return Words(
                "{count} {count:row is|rows are} still to be sent: run the campaign again."
            )
        return Words(
            "{count} {count:row is|rows are} still to be sent, and held back: the first recipients "
            "stopped the run."
        )

    def funnel(self) -> list[Step]:
        """List the steps from the rows to the people reached, each a part of the one before."""
        tally = self.tally
        steps = [
            Step(Words("Rows read"), "rows", tally.rows),
            Step(Words("May be sent to"), "sendable", tally.sendable),
        ]
        if self.makes_links:
            steps.append(Step(words.LINKS_MADE, "taken", tally.taken))
        else:
            steps.append(Step(words.SUBMITTED, "taken", tally.taken))
            steps.append(Step(words.REACHED, "reached", tally.reached))
        if self.shows_cards:
            steps.append(Step(words.CARD_SHOWN, "card", tally.of(Outcome.CARD)))
        return steps

    def fallback(self) -> list[Group]:
        """Count the rows whose card was not seen by outcome and reason, the most frequent first.

        Who got a video in its place counts too.
        """
        reasons: Counter[tuple[Outcome, str]] = Counter()
        for (outcome, reason, _), count in self.tally.counts.items():
            instead = outcome is Outcome.VIDEO and bool(reason)
            if outcome is Outcome.FALLBACK_SMS or instead or is_unseen_link(outcome, reason):
                reasons[outcome, reason] += count
        return [Group(outcome, reason, "", count) for (outcome, reason), count in _ranked(reasons)]

    def failures(self) -> list[Group]:
        """Count the rows that need attention by outcome, reason and code."""
        return [Group(*key, count) for key, count in _ranked(self.tally.attention)]

    def mend(self, group: Group) -> Text:
        """Say how to mend rows that were not sent to."""
        if group.outcome is Outcome.SKIPPED and group.reason in set(FallbackReason):
            return Words("Nothing to do: the campaign's or the row's fallback leaves it out.")
        return mend_words(group.reason)

    def unsent(self) -> list[Group]:
        """Count the rows that were not sent to by reason."""
        return self._groups(UNSENT)

    def requests(self) -> list[Requests]:
        """Count requests by state, in the order in which State lists them."""
        # Who is skipped by the fallback's policy is in no request.
        real = [sent for sent in self.submissions if sent.route is not Route.SKIP]
        counts = Counter(sent.state for sent in real)
        recipients: Counter[State] = Counter()
        for sent in real:
            recipients[sent.state] += sent.messages
        return [
            Requests(state, counts[state], recipients[state]) for state in State if counts[state]
        ]

    def _groups(self, outcomes: Sequence[Outcome]) -> list[Group]:
        counts = {key: count for key, count in self.tally.counts.items() if key[0] in outcomes}
        return [Group(*key, count) for key, count in _ranked(counts)]


def share(part: int, whole: int) -> float:
    """Return the part of the whole, 0 where there is nothing."""
    return part / whole if whole else 0.0


def _ranked(counts: Mapping[Key, int]) -> list[tuple[Key, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))


class Counting:
    """Counts one run, block by block."""

    def __init__(self, ledger: Ledger, record: RunRecord) -> None:
        """Count nothing yet."""
        self._ledger = ledger
        self._record = record
        self._tally = Tally()
        self._bill = Bill(record.plan.message)
        self._handsets = Handsets()
        self._parts = PartsReader(ledger, record)
        self._replies = replies_to(ledger, record)

    def add(self, block: OutcomeBlock) -> Table:
        """Count a block, and lay it out."""
        parts = self._parts.of(block)
        table = outcome_table(block, self._record.plan.message, parts_of_sent(block, parts))
        self._tally.add(table)
        self._charge(block, parts)
        self._handsets.add(block)
        self._replies.add(block)
        return table

    def figures(self, family: Family | None) -> Figures:
        """Return what was counted, once every block was added."""
        submissions = self._ledger.submissions(self._record.plan.run)
        return Figures(
            self._record,
            self._tally,
            submissions,
            self._bill,
            self._handsets,
            compare(self._ledger, self._record, self._tally),
            family,
            self._replies.total(submissions),
            self._ledger.canary(self._record.plan.run),
        )

    def _charge(self, block: OutcomeBlock, parts: list[int]) -> None:
        routes = [submission.route for submission in block.table]
        of: dict[tuple[Route, Outcome], list[int]] = {}
        for index, standing, count in zip(block.submissions, block.standings, parts, strict=True):
            if index >= 0:
                of.setdefault((routes[index], standing.outcome), []).append(count)
        for (route, outcome), counts in of.items():
            self._bill.add(route, outcome, counts)
