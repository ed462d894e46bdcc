"""Plan a rerun: which rows may be sent again, why, why not the others, and what it costs."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pipeline.chunker import plan_chunks
from pipeline.core.model import Chunk, Recipients, Rejection, RowBlock, RunId
from pipeline.core.outcome import Carrier, Fact, Outcome, Standing, is_belied, ware_of
from pipeline.core.pricing import Prices, Span, alternatives, cost
from pipeline.core.routing import Router
from pipeline.core.screening import rejected_outcome
from pipeline.koomessage.receipt_codes import LASTING
from pipeline.language import marked
from pipeline.ports import Clock, Ledger, OutcomeBlock, Rejects, RunRecord
from pipeline.ports.records import RERUN_OF
from pipeline.report.figures.lineage import family_of, is_rerun
from pipeline.runner.planning.find import Sought, label
from pipeline.runner.session.marks import marks_of
from pipeline.settings.account import Accounts

Unwanted = Callable[[Sequence[str]], Mapping[int, Rejection]]
"""Tells which of some numbers must no longer be sent to, by position."""

Chunked = Callable[[Iterator[RowBlock], Router], Iterator[Chunk | Rejects]]
"""Puts people into chunks."""

MAY_BE_RERUN: Mapping[Outcome, str] = {
    Outcome.REFUSED: marked("KooMessage refused it, so it was never sent"),
    Outcome.UNDELIVERED: marked("it did not reach the handset"),
}
"""Outcomes that prove that the person got nothing, with the reason in words."""

MAY_NOT: Mapping[Outcome, str] = {
    Outcome.CARD: marked("got it"),
    Outcome.FALLBACK_SMS: marked("got it as plain SMS"),
    Outcome.SMS: marked("got it"),
    Outcome.VIDEO: marked("got it"),
    Outcome.DELIVERED: marked("got it"),
    Outcome.SUBMITTED: marked("may still arrive"),
    Outcome.IN_DOUBT: marked("may have been sent: settle the doubt first (koosend reconcile)"),
    Outcome.EXPIRED: marked("no news came, so it may have arrived"),
    Outcome.PENDING: marked("not sent yet: koosend run goes on with it"),
    Outcome.SKIPPED: marked("left out on purpose"),
    Outcome.SUPPRESSED: marked("left out on purpose"),
    Outcome.INVALID: marked("the number or a value is wrong: mend the row in the source"),
    Outcome.DUPLICATE: marked("the same number stands in an earlier row"),
}

_BELIED = marked(
    "news that came since says that it left, or arrived: koosend reconcile tells which"
)
_SINCE = marked("wants nothing any more, or may not be reached now")
_ERASED = marked("the person's data was erased, or a value of the row that named such a person")


@dataclass(frozen=True, slots=True)
class RerunPlan:
    """What a rerun would send. chosen and reasons count rows, over the family.

    reasons: of the rows left out, by outcome and why. unfinished is a rerun that was planned
    before and still has work: it is gone on with first. price is in millionths of a yuan, for
    all that may arrive; None where a price is missing.
    """

    root: RunRecord
    chosen: Mapping[Outcome, int]
    reasons: Mapping[tuple[Outcome, str], int]
    unfinished: RunRecord | None
    price: Span | None = None

    @property
    def rows(self) -> int:
        """Count the rows that would be sent again."""
        return sum(self.chosen.values())

    @property
    def left_out(self) -> Mapping[Outcome, int]:
        """Count the rows that are left out by outcome."""
        counts: Counter[Outcome] = Counter()
        for (outcome, _), count in self.reasons.items():
            counts[outcome] += count
        return counts

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        return {
            "run": self.root.plan.run,
            "campaign": self.root.plan.campaign,
            **marks_of(self.root).as_json(),
            "rows": self.rows,
            "chosen": {str(outcome): n for outcome, n in self.chosen.items()},
            "left_out": {str(outcome): n for outcome, n in self.left_out.items()},
            "why": [
                {"outcome": str(outcome), "why": why, "rows": n}
                for (outcome, why), n in self.reasons.items()
            ],
            "price_micro_yuan": [self.price.low, self.price.high] if self.price else None,
            "unfinished": self.unfinished.plan.run if self.unfinished else None,
        }


def look(
    ledger: Ledger, record: RunRecord, unwanted: Unwanted, prices: Prices | None = None
) -> RerunPlan:
    """Count what a rerun of a run, or of the run it is itself a rerun of, would send.

    Who must no longer be sent to, such as who opted out since, is left out, and so is who would
    only meet the same refusal again, such as a number that does not exist.
    """
    family = family_of(ledger, record)
    chosen: Counter[Outcome] = Counter()
    reasons: Counter[tuple[Outcome, str]] = Counter()
    phones: list[str] = []
    outcomes: list[Outcome] = []
    news = _News(ledger)
    for block, position, run in _latest_rows(ledger, family):
        standing = block.standings[position]
        why_not = _why_not(standing) or news.why_not(block, position, run)
        why_not = why_not or news.erased(block, position, run)
        if why_not:
            reasons[standing.outcome, why_not] += 1
        else:
            phones.append(block.phones[position])
            outcomes.append(standing.outcome)
    screened = unwanted(phones)
    for at, outcome in enumerate(outcomes):
        if at in screened:
            reasons[rejected_outcome(screened[at]), _SINCE] += 1
        else:
            chosen[outcome] += 1
    price = _price(family[0], chosen.total(), prices or Prices())
    return RerunPlan(family[0], chosen, reasons, _unfinished(family), price)


def plan_rerun(
    ledger: Ledger,
    record: RunRecord,
    clock: Clock,
    unwanted: Unwanted,
    chunked: Chunked = plan_chunks,
) -> RunRecord:
    """Plan the rerun as a run of its own, linked to the first, or return the unfinished one."""
    family = family_of(ledger, record)
    unfinished = _unfinished(family)
    if unfinished is not None:
        return unfinished
    root = family[0].plan
    meaning: dict[str, object] = {**json.loads(root.meaning), RERUN_OF: root.run}
    sought = Sought(root.source_sha256, meaning, Accounts(root.account))
    plan = replace(
        root,
        run=label(ledger, sought, len(family)),
        meaning=sought.text,
        planned_at=clock.now(),
        previous=family[-1].plan.run,
        screened_to=0,
        nth=None,
    )
    router = Router(
        root.message, partial(ledger.routes.capabilities, root.message.template, since=0.0)
    )
    blocks = _blocks(ledger, family, unwanted)
    return ledger.plan(plan, chunked(blocks, router))


def _why_not(standing: Standing) -> str:
    """Say why a row is not sent again; empty where it may be."""
    if standing.outcome not in MAY_BE_RERUN:
        return MAY_NOT[standing.outcome]
    return LASTING.get(standing.code, "")


@dataclass(slots=True)
class _News:
    """What was heard of rows, receipts that nobody has folded yet among it, and who was erased."""

    ledger: Ledger
    _of: tuple[RunId, int, int] | None = None
    _facts: Mapping[int, tuple[Fact, ...]] = field(default_factory=dict)
    _erased: dict[RunId, Collection[int]] = field(default_factory=dict)

    def erased(self, block: OutcomeBlock, position: int, run: RunRecord) -> str:
        """Say that a row has no number, or not all values, any more; empty where it has."""
        known = run.plan.run
        if known not in self._erased:
            self._erased[known] = self.ledger.erasures.rows(known)
        return _ERASED if block.rows[position] in self._erased[known] else ""

    def why_not(self, block: OutcomeBlock, position: int, run: RunRecord) -> str:
        """Say why a row that may be sent again by its outcome is not; empty where it is."""
        submission, row = block.table[block.submissions[position]], block.rows[position]
        if submission.task_id is None:
            return ""
        key = (run.plan.run, submission.chunk, submission.submission)
        if key != self._of:
            self._of, self._facts = key, self.ledger.facts(run.plan.run, submission)
        ware = ware_of(Carrier(submission.route, run.plan.message.channel_of(submission.route)))
        outcome = block.standings[position].outcome
        return _BELIED if is_belied(outcome, ware, self._facts.get(row, ())) else ""


def _unfinished(family: Iterable[RunRecord]) -> RunRecord | None:
    return next((run for run in family if is_rerun(run) and run.finished_at is None), None)


def _price(root: RunRecord, rows: int, prices: Prices) -> Span | None:
    parts = rows * prices.sms_parts
    return cost(alternatives(root.plan.message, rows, parts, parts), prices)


def _latest_rows(
    ledger: Ledger, family: list[RunRecord]
) -> Iterator[tuple[OutcomeBlock, int, RunRecord]]:
    """Yield each row of the first run once, as its latest rerun left it."""
    rerun: set[tuple[str, int]] = set()
    latest: list[tuple[OutcomeBlock, int, RunRecord]] = []

    def unseen(run: RunRecord) -> Iterator[tuple[OutcomeBlock, int, RunRecord]]:
        for block in ledger.outcomes(run.plan.run):
            for position, place in enumerate(zip(block.sheets, block.lines, strict=True)):
                if place not in rerun:
                    yield block, position, run

    for run in reversed(family[1:]):
        for block, position, _ in unseen(run):
            rerun.add((block.sheets[position], block.lines[position]))
            latest.append((block, position, run))
    yield from unseen(family[0])
    yield from latest


def _blocks(ledger: Ledger, family: list[RunRecord], unwanted: Unwanted) -> Iterator[RowBlock]:
    """Build the rerun's rows from the ledger, numbered anew, in the source's order."""
    news = _News(ledger)
    chosen = [
        (block.sheets[position], block.lines[position], block, position, run)
        for block, position, run in _latest_rows(ledger, family)
        if not _why_not(block.standings[position])
        and not news.why_not(block, position, run)
        and not news.erased(block, position, run)
    ]
    screened = unwanted([item[2].phones[item[3]] for item in chosen])
    chosen = [item for at, item in enumerate(chosen) if at not in screened]
    chosen.sort(key=lambda item: (item[4].plan.planned_at, item[2].rows[item[3]]))
    loaded: dict[tuple[RunId, int], dict[int, int]] = {}
    recipients: dict[tuple[RunId, int], Recipients] = {}
    for row, (sheet, line, block, position, run) in enumerate(chosen):
        chunk = block.table[block.submissions[position]].chunk
        key = (run.plan.run, chunk)
        if key not in recipients:
            recipients[key] = ledger.recipients(*key)
            loaded[key] = {known: at for at, known in enumerate(recipients[key].rows)}
        at = loaded[key][block.rows[position]]
        person = recipients[key].part(at, at + 1)
        # Behind the fields may stand a link of the earlier run.
        again = Recipients([row], person.phones, person.values[: len(run.plan.message.fields)])
        yield RowBlock(sheet, (), again, [line], ())
