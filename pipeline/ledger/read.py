"""Read what the ledger holds of a run: recipients, facts, books, and every row with its outcome."""

import json
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import ASSUMED_SENT, State
from pipeline.core.model import Recipients, RejectedRow, Rejection, Route, RunId, TaskId
from pipeline.core.outcome import Books, Fact, Outcome, Standing, chunk_state, of_state
from pipeline.ledger.codec import (
    reply_of,
    submission_of,
    unpack_message,
    unpack_personal,
    unpack_texts,
)
from pipeline.ledger.sqlite.database import Book, Database, Row
from pipeline.ledger.sqlite.sql import damaged
from pipeline.ledger.steps import key_of, recorded_facts, stored
from pipeline.ports import KeptReply, OutcomeBlock, Reached, Rejects, Submission


def standing_of(submission: Submission) -> Standing:
    """Return what a submission's state says of its rows."""
    outcome, reason, code = _of_state(submission.state, submission.route, submission.code)
    proof = f"attempt:{submission.task_name}" if submission.state is State.REFUSED else ""
    return Standing(outcome, reason, code, evidence=proof)


def _of_state(state: State, route: Route, code: str) -> tuple[Outcome, str, str]:
    """Return the outcome, reason and code of a row of which only its submission is known."""
    outcome = of_state(state, route)
    match state:
        case State.REFUSED:
            return outcome, "", code
        case State.ABANDONED:
            return outcome, code, ""
        case _:
            return outcome, "", ""


BLOCK_ROWS = 5000
_CHUNKS_REMEMBERED = 8


class RecipientReader:
    """Read chunks' recipients, and remember the last few: a chunk is asked for many times."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: OrderedDict[tuple[int, int, object], Recipients] = OrderedDict()

    def read(self, run_no: int, chunk: int) -> Recipients | None:
        """Return a chunk's recipients, or None where there are none, or none any more.

        A chunk that went on with its links has other values than before, and so has a run of which
        somebody was erased: who was has no number and no values, and keeps their place.
        """
        of = {"run_no": run_no, "chunk": chunk}
        span = self._database.first("chunk_span", of)
        if span is None or span[3] is not None:
            return None
        key = (run_no, chunk, (span[2], span[4]))
        if key in self._remembered:
            self._remembered.move_to_end(key)
            return self._remembered[key]
        found = self._database.first("personal", of)
        if found is None:
            return None
        try:
            rows = rows_of_chunk(self._database, of, (span[0], span[1], span[5]))
            recipients = unpack_personal(found[0], rows)
        except ValueError as error:
            raise damaged(
                self._database.path, f"the recipients of chunk {chunk}: {error}"
            ) from None
        self._remembered[key] = recipients
        if len(self._remembered) > _CHUNKS_REMEMBERED:
            self._remembered.popitem(last=False)
        return recipients


def rows_of_chunk(
    database: Database, of: Mapping[str, int], span: tuple[int, int, int]
) -> Sequence[int]:
    """Return a chunk's row ordinals: its span without the rows of no chunk or others in between.

    span has its first row, its last one, and how many recipients it holds.
    """
    others = frozenset(_others(database, of, span))
    rows = range(span[0], span[1] + 1)
    return [row for row in rows if row not in others] if others else rows


def positions_of_rows(
    database: Database, of: Mapping[str, int], span: tuple[int, int, int], rows: Collection[int]
) -> Sequence[int]:
    """Return where rows stand in a chunk, ascending; those that are not in it are left out.

    It is what `rows_of_chunk` would tell of them, without a list of all the others.
    """
    others = sorted(_others(database, of, span))
    inside = sorted(set(rows).difference(others))
    return [row - span[0] - bisect_left(others, row) for row in inside]


def _others(database: Database, of: Mapping[str, int], span: tuple[int, int, int]) -> Sequence[int]:
    """Return the rows between a chunk's first and last that are not in it.

    As a rule they are the few that were rejected. Where that does not add up, rows of other chunks
    are among them, and every row is looked at.
    """
    first, last, recipients = span
    between = {**of, "first_row": first, "last_row": last}
    rejected = [row for (row,) in database.all("rows_rejected", between)]
    if len(rejected) == last - first + 1 - recipients:
        return rejected
    return [row for (row,) in database.all("rows_of_no_chunk", between)]


def submissions_in(
    database: Database, run_no: int, states: Collection[State]
) -> Iterator[Submission]:
    """Read the submissions of a run that are in one of these states, in source order."""
    of = {"run_no": run_no, "states": json.dumps(list(states))}
    return map(submission_of, database.all("submissions_in_states", of))


def read_facts(
    database: Database, run_no: int, submission: Submission, recipients: RecipientReader
) -> Mapping[int, tuple[Fact, ...]]:
    """Collect a submission's evidence by row: answers to questions first, then receipts."""
    key = key_of(run_no, submission)
    known = stored(database, run_no, submission)
    collected: dict[int, list[Fact]] = {}
    for of_row, fact in recorded_facts(database, key):
        collected.setdefault(of_row, []).append(fact)
    news = database.all("news_of_task", {"task_id": known.task_id})
    if known.route is Route.LINKED:
        news += database.all("news_of_links", key | {"start": known.start, "stop": known.stop})
    chunk = recipients.read(run_no, known.chunk) if news else None
    if chunk is not None:
        planned = known.planned(chunk)
        row_of = dict(zip(planned.phones, planned.rows, strict=True))
        row_of.pop("", None)  # whoever was erased
        for receipt, phone, kind, code, at in news:
            if phone in row_of:
                fact = Fact(NewsKind(kind), code, at, f"receipt:{receipt}")
                collected.setdefault(row_of[phone], []).append(fact)
    return {of_row: tuple(collected[of_row]) for of_row in sorted(collected)}


def read_books(database: Database, run_no: int) -> Books:
    """Count in SQL: settled rows by their outcome, the others by their submission's state."""
    of = {"run_no": run_no}
    outcomes: Counter[Outcome] = Counter()
    for outcome, count in database.all("count_settled", of):
        outcomes[Outcome(outcome)] += count
    for state, parses, count in database.all("count_unsettled", of):
        outcomes[of_state(State(state), Route.PARSE if parses else Route.MAIN)] += count
    submissions = database.all("count_submissions", of)
    chunks = database.all("chunk_states", of)
    words = (chunk_state(frozenset(map(State, states.split(",")))) for _, states in chunks)
    return Books(
        rows=database.value("row_count", of),
        outcomes={outcome: n for outcome, n in outcomes.items() if n},
        submissions={State(state): n for state, n, _ in submissions},
        chunks=dict(Counter(words)),
        messages=sum(n for state, _, n in submissions if state == State.ACCEPTED)
        - database.value("refused_of_taken", of),
    )


def read_outcomes(
    database: Database, place: tuple[int, int], recipients: RecipientReader
) -> Iterator[OutcomeBlock]:
    """Read every row in source order, at most BLOCK_ROWS at a time.

    place is the run's number, and the row after which to begin.
    """
    run_no, after = place
    sheets = {no: sheet for no, (sheet, _) in _sheets(database, run_no).items()}
    while True:
        page = {"run_no": run_no, "after": after, "most": BLOCK_ROWS}
        with database.snapshot():
            rows = database.all("rows_after", page)
            if not rows:
                return
            block = _Block(database, run_no, rows).build(sheets, recipients)
        after = rows[-1][0]
        yield block


def read_rejects(database: Database, run_no: int) -> Iterator[Rejects]:
    """Read rejected rows in source order, at most BLOCK_ROWS at a time, one sheet each."""
    sheets = _sheets(database, run_no)
    after = -1
    while True:
        page = {"run_no": run_no, "after": after, "most": BLOCK_ROWS}
        rows = database.all("rejected_after", page)
        if not rows:
            return
        after = rows[-1][0]
        for sheet_no, of_sheet in groupby(rows, key=lambda row: row[1]):
            sheet, header = sheets[sheet_no]
            yield Rejects(sheet, header, tuple(_rejected(row, sheet) for row in of_sheet))


class _Block:
    """One stretch of rows, joined with its submissions and numbers."""

    def __init__(self, database: Database, run_no: int, rows: list[Row]) -> None:
        self._database = database
        self._run_no = run_no
        self._rows = rows
        self._chunks = sorted({row[3] for row in rows if row[3] is not None})

    def build(self, sheets: Mapping[int, str], recipients: RecipientReader) -> OutcomeBlock:
        table = self._table()
        index = {(s.chunk, s.submission): i for i, s in enumerate(table)}
        by_state = [standing_of(s) for s in table]
        known: dict[Row, Standing] = {}
        standings: list[Standing] = []
        submissions: list[int] = []
        for _, _, _, chunk, submission, *said in self._rows:
            position = -1 if chunk is None else index[chunk, submission]
            submissions.append(position)
            if said[0] is None:
                standings.append(by_state[position])
                continue
            key = tuple(said)
            if key not in known:
                known[key] = Standing(Outcome(said[0]), *said[1:])
            standings.append(known[key])
        numbers = [row[0] for row in self._rows]
        phone_of = self._phones(numbers, recipients)
        return OutcomeBlock(
            rows=numbers,
            sheets=[sheets[row[1]] for row in self._rows],
            lines=[row[2] for row in self._rows],
            phones=[phone_of.get(number, "") for number in numbers],
            standings=standings,
            submissions=submissions,
            table=table,
        )

    def _table(self) -> list[Submission]:
        if not self._chunks:
            return []
        of = {"run_no": self._run_no, "first": self._chunks[0], "last": self._chunks[-1]}
        touched = {(row[3], row[4]) for row in self._rows}
        found = map(submission_of, self._database.all("submissions_of_chunks", of))
        return [s for s in found if (s.chunk, s.submission) in touched]

    def _phones(self, numbers: list[int], recipients: RecipientReader) -> dict[int, str]:
        of = {"run_no": self._run_no, "first": numbers[0], "last": numbers[-1]}
        phone_of: dict[int, str] = dict(self._database.all("rejected_phones", of))
        for chunk in self._chunks:
            # A purge leaves a run without numbers, but with all its rows.
            found = recipients.read(self._run_no, chunk)
            if found is not None:
                phone_of.update(zip(found.rows, found.phones, strict=True))
        return phone_of


def _sheets(database: Database, run_no: int) -> dict[int, tuple[str, tuple[str, ...]]]:
    rows = database.all("sheets", {"run_no": run_no})
    return {no: (sheet, unpack_texts(header)) for no, sheet, header in rows}


def _rejected(row: Row, sheet: str) -> RejectedRow:
    number, _, line, reason, column, phone, cells, *rest = row
    return RejectedRow(
        number, sheet, line, Rejection(reason), column, phone, unpack_texts(cells), *rest
    )


_TAKEN = frozenset({State.ACCEPTED, State.IN_FLIGHT, State.IN_DOUBT})


def read_reached(
    database: Database, accounts: Collection[str], since: float, recipients: RecipientReader
) -> Iterator[Reached]:
    """Read run by run, chunk by chunk, in bounded memory.

    A row that was settled as not reached is left out. A chunk whose numbers were purged is too.
    """
    of = {"accounts": json.dumps(list(accounts)), "since": since}
    for run_no, run, packed, trial in database.all("runs_sent_since", of):
        message = unpack_message(packed)
        found = map(submission_of, database.all("submissions", {"run_no": run_no}))
        taken = (submission for submission in found if may_have_reached(submission, since))
        for chunk, submissions in groupby(taken, key=lambda submission: submission.chunk):
            whole = recipients.read(run_no, chunk)
            if whole is None:
                continue
            missed = _missed(database, run_no, whole)
            for submission in submissions:
                part = _without(submission.part(whole), missed)
                at = submission.attempted_at or 0.0
                yield Reached(run, message.by(submission.route), at, part, bool(trial))


def may_have_reached(submission: Submission, since: float) -> bool:
    """Tell whether a submission was, or may have been, taken since a time; doubts count."""
    assumed = submission.state is State.ABANDONED and submission.code == ASSUMED_SENT
    sent = (assumed or submission.state in _TAKEN) and submission.messages > 0
    at = submission.attempted_at
    return sent and at is not None and at >= since


def _missed(database: Database, run_no: int, whole: Recipients) -> frozenset[int]:
    span = {"run_no": run_no, "first": whole.rows[0], "last": whole.rows[-1]}
    return frozenset(row for (row,) in database.all("rows_not_reached", span))


def _without(part: Recipients, missed: frozenset[int]) -> Recipients:
    """Leave out the rows that were not reached, and whoever was erased."""
    if missed.isdisjoint(part.rows) and "" not in part.phones:
        return part
    known = enumerate(zip(part.rows, part.phones, strict=True))
    return part.pick([at for at, (row, phone) in known if phone and row not in missed])


class ReportingLedger(Book):
    """The part of the Ledger port that reports read beside the rows."""

    def tally(self, run: RunId) -> Mapping[tuple[Outcome, str, str], int]:
        of = {"run": run}
        with self._database.snapshot():
            settled = self._database.all("tally_settled", of)
            unsettled = self._database.all("tally_unsettled", of)
        counts: Counter[tuple[Outcome, str, str]] = Counter()
        for outcome, reason, code, count in settled:
            counts[Outcome(outcome), reason, code] += count
        for state, route, code, count in unsettled:
            counts[_of_state(State(state), Route(route), code)] += count
        return +counts

    def parts_told(self, tasks: Sequence[TaskId]) -> Mapping[tuple[TaskId, str], int]:
        rows = self._database.all("parts_told", {"tasks": json.dumps(list(tasks))})
        return {(task, phone): parts for task, phone, parts in rows}

    def replies_since(self, at: float) -> Sequence[KeptReply]:
        return tuple(map(reply_of, self._database.all("replies_since", {"since": at})))
