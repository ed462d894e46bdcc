"""Prove that the books balance, or tell where they do not.

Everything is worked out anew from what was recorded first: rows, submissions, attempts and
evidence. What the ledger concluded from them is what is on trial.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from pipeline.core.lifecycle import State
from pipeline.core.model import Route
from pipeline.core.names import task_name
from pipeline.core.outcome import (
    OPEN,
    REACHED,
    Books,
    Carrier,
    Fact,
    Outcome,
    Standing,
    fold,
    of_state,
    withheld,
)
from pipeline.core.phones import is_mobile, mask
from pipeline.language import Text, Words, filled
from pipeline.ports import Attempt, OutcomeBlock, RunRecord, Submission, refusal_of


def covered(submissions: Sequence[Submission]) -> dict[int, int]:
    """Count the positions of each chunk that some submission carries."""
    found: dict[int, set[int]] = {}
    for submission in submissions:
        found.setdefault(submission.chunk, set()).update(submission.positions)
    return {chunk: len(positions) for chunk, positions in found.items()}


def where_of(part: Submission | Attempt) -> Text:
    """Name a submission, or that of an attempt, for a finding."""
    return filled(
        "chunk {chunk}, submission {submission}",
        chunk=str(part.chunk),
        submission=str(part.submission),
    )


def unequal_cover(submissions: Sequence[Submission]) -> Iterator[tuple[str, str]]:
    """Yield where a position is carried twice or by nobody, and a sentence about it.

    Making a link and sending it are two steps of one way, so that a position may be in one
    submission of either kind. What was split keeps only whom it withheld; its parts carry the rest.
    """
    carried: dict[tuple[int, bool], set[int]] = {}
    kept: Counter[int] = Counter()
    ends: dict[int, int] = {}
    for submission in submissions:
        chunk = submission.chunk
        if submission.state is State.SPLIT:
            kept[chunk] += len(submission.withheld)
            ends[chunk] = max(submission.stop, ends.get(chunk, 0))
            continue
        positions = set(submission.positions)
        before = carried.setdefault((chunk, submission.route is Route.PARSE), set())
        if not positions:
            yield where_of(submission), Words("it carries nobody")
        if positions & before:
            sentence = filled(
                "it carries position {positions} as another one does",
                positions=str(min(positions & before)),
            )
            yield where_of(submission), sentence
        before |= positions
    for chunk in dict.fromkeys(chunk for chunk, _ in carried):
        both = carried.get((chunk, False), set()) | carried.get((chunk, True), set())
        end = max(ends.get(chunk, 0), max(both, default=-1) + 1)
        missing = set(range(end)) - both
        if len(missing) > kept[chunk]:
            yield (
                f"chunk {chunk}",
                filled("nothing carries position {missing}", missing=str(min(missing))),
            )


class FindingCode(StrEnum):
    """Everything that can be wrong with a run's books."""

    SOURCE_CHANGED = "source_changed"
    ROWS_MISSING = "rows_missing"
    ROW_TWICE = "row_twice"
    ROW_GAP = "row_gap"
    BOOKS_DIFFER = "books_differ"
    CHUNK_GAP = "chunk_gap"
    RECIPIENTS_DIFFER = "recipients_differ"
    SUBMISSION_UNKNOWN = "submission_unknown"
    NO_TASK_ID = "no_task_id"
    NAME_FOREIGN = "name_foreign"
    NO_EVIDENCE = "no_evidence"
    OUTCOME_UNPROVED = "outcome_unproved"
    OUTCOME_BEHIND = "outcome_behind"
    FORGOTTEN = "forgotten"
    SENT_TWICE = "sent_twice"
    STEPS_DIFFER = "steps_differ"
    RELEASE_UNPROVED = "release_unproved"
    REPEAT_UNPROVED = "repeat_unproved"
    OPT_OUT_LOST = "opt_out_lost"
    STORE_DAMAGED = "store_damaged"
    STORE_DIFFERS = "store_differs"
    NOT_LISTED = "not_listed"
    LISTED_TWICE = "listed_twice"
    LISTED_UNTAKEN = "listed_untaken"
    TASK_DIFFERS = "task_differs"
    COUNT_DIFFERS = "count_differs"
    NOT_ANSWERED = "not_answered"
    REPORT_DIFFERS = "report_differs"


MENDED_BY_ASKING = frozenset({FindingCode.OUTCOME_BEHIND})
"""Not wrong, only late: evidence came after the outcome was recorded; reconcile mends it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: its code, a sentence, and the row or submission it is about."""

    code: FindingCode
    sentence: str
    where: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What the ledger recorded of a run, to hold its outcomes against.

    facts collects a submission's evidence by row. folded_to is the receipt up to which news is in
    the outcomes: what came later they may not know yet. attempts may be empty where they are not
    at hand; then only each submission's latest name is tried. source_changed is a sentence, if the
    source is no longer what was read.
    """

    run: RunRecord
    books: Books
    submissions: Sequence[Submission]
    facts: Callable[[Submission], Mapping[int, Sequence[Fact]]]
    attempts: Iterable[Attempt] = ()
    source_changed: str = ""
    folded_to: int = 0


def check_books(blocks: Iterable[OutcomeBlock], proof: Proof) -> Iterator[Finding]:
    """Yield everything that is wrong; nothing when the books balance.

    blocks are the run's rows with their outcomes. They are read once, and what is kept of them
    does not grow beyond a few bytes for each row.
    """
    if proof.source_changed:
        yield Finding(FindingCode.SOURCE_CHANGED, proof.source_changed, proof.run.plan.source_path)
    yield from _check_submissions(proof)
    yield from _check_attempts(proof)
    seen = _Seen()
    known = {submission.place for submission in proof.submissions}
    for block in blocks:
        yield from _check_order(block, seen)
        yield from _check_known(block, known)
        yield from _check_rows(block, proof)
        seen.take(block)
    yield from _check_counts(proof, seen)
    yield from _check_phones(seen)


@dataclass(slots=True)
class _Seen:
    next_row: int = 0
    rows: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    recipients: Counter[tuple[int, int]] = field(default_factory=Counter)
    phones: list["np.ndarray[tuple[int], np.dtype[np.int64]]"] = field(default_factory=list)

    def take(self, block: OutcomeBlock) -> None:
        self.rows += len(block.rows)
        self.next_row = max(self.next_row, max(block.rows, default=-1) + 1)
        self.outcomes.update(standing.outcome for standing in block.standings)
        self.recipients.update(
            block.table[at].place for at in block.submissions if 0 <= at < len(block.table)
        )
        taken = [submission.state is State.ACCEPTED for submission in block.table]
        sent = [
            int(phone)
            for standing, phone, at in zip(
                block.standings, block.phones, block.submissions, strict=True
            )
            if at >= 0
            and taken[at]
            and standing.outcome is not Outcome.SUPPRESSED
            and is_mobile(phone)
        ]
        self.phones.append(np.array(sent, dtype=np.int64))


def _check_submissions(proof: Proof) -> Iterator[Finding]:
    for place, sentence in unequal_cover(proof.submissions):
        yield Finding(FindingCode.CHUNK_GAP, sentence, place)
    for submission in proof.submissions:
        where, name = where_of(submission), submission.task_name
        if submission.state is State.ACCEPTED and not submission.task_id:
            yield Finding(FindingCode.NO_TASK_ID, Words("it is accepted but has no task id"), where)
        if name is not None and name not in _names(proof, submission):
            sentence = filled("its task name {name} is none of the names it can have", name=name)
            yield Finding(FindingCode.NAME_FOREIGN, sentence, where)
    planned = sum(covered(proof.submissions).values())
    if planned != proof.run.recipients:
        sentence = filled(
            "{recipients} recipients were planned, submissions carry {planned}",
            recipients=str(proof.run.recipients),
            planned=str(planned),
        )
        yield Finding(FindingCode.RECIPIENTS_DIFFER, sentence, proof.run.plan.run)


def _names(proof: Proof, submission: Submission) -> set[str]:
    attempts = range(submission.attempts + 1)
    return {task_name(proof.run.plan.run, *submission.place, attempt) for attempt in attempts}


def _check_attempts(proof: Proof) -> Iterator[Finding]:
    known = {submission.place for submission in proof.submissions}
    for attempt in proof.attempts:
        where = f"{where_of(attempt)}, attempt {attempt.attempt}"
        if attempt.place not in known:
            yield Finding(
                FindingCode.SUBMISSION_UNKNOWN, Words("no such submission was planned"), where
            )
        expected = task_name(proof.run.plan.run, *attempt.place, attempt.attempt)
        if attempt.task_name != expected:
            sentence = filled(
                "its task name is {task_name}, but should be {expected}",
                task_name=attempt.task_name,
                expected=expected,
            )
            yield Finding(FindingCode.NAME_FOREIGN, sentence, where)


def _check_order(block: OutcomeBlock, seen: _Seen) -> Iterator[Finding]:
    expected = seen.next_row
    for row in block.rows:
        if row < expected:
            yield Finding(
                FindingCode.ROW_TWICE,
                Words("it has more than one outcome"),
                filled("row {row}", row=str(row)),
            )
        elif row > expected:
            sentence = filled(
                "rows {expected} to {row} have no outcome", expected=str(expected), row=str(row - 1)
            )
            yield Finding(
                FindingCode.ROW_GAP, sentence, filled("row {expected}", expected=str(expected))
            )
        expected = max(expected, row + 1)


def _check_known(block: OutcomeBlock, known: set[tuple[int, int]]) -> Iterator[Finding]:
    for submission in block.table:
        if submission.place not in known:
            sentence = Words("rows belong to it, but it was never planned")
            yield Finding(FindingCode.SUBMISSION_UNKNOWN, sentence, where_of(submission))


def _check_rows(block: OutcomeBlock, proof: Proof) -> Iterator[Finding]:
    by_submission: dict[int, list[int]] = {}
    for at, index in enumerate(block.submissions):
        by_submission.setdefault(index, []).append(at)
    for index, places in by_submission.items():
        if index < 0:
            for at in places:
                yield from _check_rejected(block.standings[at], _row(block, at))
            continue
        submission = block.table[index]
        route, accepted = submission.route, submission.state is State.ACCEPTED
        heard_of = accepted or submission.withheld or submission.task_id or route is Route.SKIP
        facts = proof.facts(submission) if heard_of else {}
        carrier = Carrier(route, proof.run.plan.message.channel_of(route))
        for at in places:
            of_row = facts.get(block.rows[at], ())
            judged = _judge(carrier, submission, block.standings[at], of_row, proof.folded_to)
            if judged and proof.run.purged_at is not None and accepted:
                judged = (
                    FindingCode.FORGOTTEN,
                    filled("{judged}: what a purge forgot may bear it out", judged=judged[1]),
                )
            if judged:
                yield Finding(*judged, _row(block, at))


def _check_rejected(standing: Standing, where: str) -> Iterator[Finding]:
    allowed = {Outcome.INVALID, Outcome.DUPLICATE, Outcome.SUPPRESSED, Outcome.SKIPPED}
    if standing.outcome not in allowed:
        sentence = filled("it is {outcome}, but no submission carries it", outcome=standing.outcome)
        yield Finding(FindingCode.OUTCOME_UNPROVED, sentence, where)
    elif not standing.reason:
        sentence = filled("it is {outcome} without a reason", outcome=standing.outcome)
        yield Finding(FindingCode.NO_EVIDENCE, sentence, where)


def _judge(
    carrier: Carrier,
    submission: Submission,
    standing: Standing,
    facts: Sequence[Fact],
    folded_to: int,
) -> tuple[FindingCode, str] | None:
    outcome = standing.outcome
    if submission.state is State.REFUSED and submission.task_id:
        # News of the task that its refusal names says more than the refusal.
        facts = (*facts, *refusal_of(submission))
    elif submission.state is not State.ACCEPTED:
        expected = withheld(facts) or Standing(of_state(submission.state, submission.route))
        if outcome is expected.outcome:
            return None
        sentence = filled(
            "it is {outcome}, but its submission is {state}",
            outcome=outcome,
            state=submission.state,
        )
        return FindingCode.OUTCOME_UNPROVED, sentence
    if not _is_proved(carrier, standing, facts):
        news = fold(carrier, facts, link_expired=False, silent=False).outcome
        late = outcome in OPEN or (outcome is Outcome.REFUSED and news in REACHED)
        late = late or _was_proved(carrier, standing, facts, folded_to)
        return (
            FindingCode.OUTCOME_BEHIND if late else FindingCode.OUTCOME_UNPROVED,
            filled("it is {outcome}, the evidence says {news}", outcome=outcome, news=news),
        )
    if standing.is_final and not standing.evidence:
        return FindingCode.NO_EVIDENCE, filled(
            "it is {outcome}, but names no evidence", outcome=outcome
        )
    return None


def _is_proved(carrier: Carrier, standing: Standing, facts: Sequence[Fact]) -> bool:
    """Tell whether evidence bears a standing out.

    Which of the four times it was when the outcome was recorded is not known: any will do.
    """
    proved = (
        fold(carrier, facts, link_expired=expired, silent=silent)
        for expired, silent in ((False, False), (True, False), (False, True), (True, True))
    )
    return any(_agree(standing, possible) for possible in proved)


def _was_proved(
    carrier: Carrier, standing: Standing, facts: Sequence[Fact], folded_to: int
) -> bool:
    """Tell whether evidence bore a standing out before the last of the receipts came.

    No receipt is unknown to an outcome that had come by the last fold; one that broke off knew some
    that came later.
    """
    came = {number for number in map(_receipt, facts) if number > folded_to}
    return any(
        _is_proved(carrier, standing, [fact for fact in facts if _receipt(fact) < number])
        for number in sorted(came)
    )


def _receipt(fact: Fact) -> int:
    """Return the number of the receipt that brought a fact; 0 for what was asked for."""
    source, _, number = fact.evidence.partition(":")
    return int(number) if source == "receipt" else 0


def _agree(standing: Standing, proved: Standing) -> bool:
    said = (standing.outcome, standing.reason, standing.code)
    return said == (proved.outcome, proved.reason, proved.code)


def _check_counts(proof: Proof, seen: _Seen) -> Iterator[Finding]:
    run = proof.run
    if seen.rows != run.rows:
        sentence = filled(
            "{rows} rows were read, {rows_2} have an outcome",
            rows=str(run.rows),
            rows_2=str(seen.rows),
        )
        yield Finding(FindingCode.ROWS_MISSING, sentence, run.plan.run)
    counted = {outcome: count for outcome, count in proof.books.outcomes.items() if count}
    if proof.books.rows != run.rows or counted != dict(seen.outcomes):
        sentence = filled(
            "the books say {counted}, the rows say {outcomes}",
            counted=_listed(counted),
            outcomes=_listed(seen.outcomes),
        )
        yield Finding(FindingCode.BOOKS_DIFFER, sentence, run.plan.run)
    for submission in proof.submissions:
        rows, is_split = seen.recipients[submission.place], submission.state is State.SPLIT
        # What was split keeps whom it withheld.
        expected = len(submission.withheld) if is_split else submission.recipients
        # Whose link is made goes on to the submission that carries it.
        if rows != expected and not (submission.route is Route.PARSE and rows < expected):
            sentence = filled(
                "it carries {expected} recipients, but {rows} rows",
                expected=str(expected),
                rows=str(rows),
            )
            yield Finding(FindingCode.RECIPIENTS_DIFFER, sentence, where_of(submission))


def _check_phones(seen: _Seen) -> Iterator[Finding]:
    if not seen.phones:
        return
    phones, counts = np.unique(np.concatenate(seen.phones), return_counts=True)
    for phone in phones[counts > 1]:
        sentence = Words("two accepted submissions, or one twice, carry this number")
        yield Finding(FindingCode.SENT_TWICE, sentence, mask(str(phone)))


def _listed(outcomes: Mapping[Outcome, int]) -> str:
    return ", ".join(f"{name} {outcomes[name]}" for name in Outcome if outcomes.get(name)) or "none"


def _row(block: OutcomeBlock, at: int) -> str:
    sheet = f"sheet {block.sheets[at]}, " if block.sheets[at] else ""
    return f"{sheet}line {block.lines[at]}"
