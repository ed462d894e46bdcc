"""Write a chunk's submissions: by which way each goes, with its links, or in smaller parts."""

from collections.abc import Iterable, Mapping, Sequence

from pipeline.core.answer import NewsKind
from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import Event
from pipeline.core.model import Chunk, PlannedSubmission, Route, RunId
from pipeline.core.outcome import Fact
from pipeline.language import filled
from pipeline.ledger.codec import (
    POSITIONS,
    pack_links,
    pack_numbers,
    pack_personal,
    submission_of,
    unpack_facts,
    unpack_links,
)
from pipeline.ledger.sqlite.database import Book, Database
from pipeline.ledger.steps import SUPPRESSION, Steps, add_facts, key_of
from pipeline.ports import Answered, Conclusion, Continuation, Submission

CAPABILITIES = "capabilities"
"""The source of the evidence by which a recipient was routed."""

_PHONES_AT_ONCE = 5000

Place = tuple[int, int]
"""A chunk in the ledger: the run's number and the chunk's."""

Rows = Sequence[int] | Mapping[int, int]
"""Rows of a run by their positions in a chunk."""


class RoutingLedger(Book):
    """The part of the Ledger port that knows links and handsets."""

    def links(self, run: RunId, chunk: int) -> Mapping[int, str]:
        links: dict[int, str] = {}
        for (blob,) in self._database.all("links", {"run": run, "chunk": chunk}):
            links.update(unpack_links(blob))
        return links

    def unlinked(self, run: RunId) -> tuple[int, ...]:
        return tuple(chunk for (chunk,) in self._database.all("unlinked_chunks", {"run": run}))

    def makers(self, run: RunId, submission: Submission) -> tuple[Submission, ...]:
        if submission.route is not Route.LINKED:
            return ()
        span = {"chunk": submission.chunk, "start": submission.start, "stop": submission.stop}
        return tuple(map(submission_of, self._database.all("makers", span | {"run": run})))

    def remember_capabilities(
        self, template: str, at: float, known: Mapping[str, NewsKind]
    ) -> None:
        with self._database.transaction():
            self._database.do_many(
                "remember_capability",
                ((template, int(phone), str(kind), at) for phone, kind in sorted(known.items())),
            )

    def capabilities(
        self, template: str, phones: Sequence[str], since: float
    ) -> Mapping[str, NewsKind]:
        known: dict[str, NewsKind] = {}
        for start in range(0, len(phones), _PHONES_AT_ONCE):
            some = f"[{','.join(phones[start : start + _PHONES_AT_ONCE])}]"
            of = {"template": template, "since": since, "phones": some}
            rows = self._database.all("capabilities", of)
            known.update((str(phone), NewsKind(kind)) for phone, kind in rows)
        return known


def positions_of(planned: PlannedSubmission) -> Sequence[int]:
    """Return the positions of its chunk that a submission carries. Raises where it has none."""
    positions = planned.positions
    if not positions or (positions[0], positions[-1] + 1) != (planned.start, planned.stop):
        raise KoosendError(
            filled(
                "submission {submission} has positions outside its span",
                submission=str(planned.submission),
            ),
            "KS7002",
        )
    return positions


def add_submissions(
    database: Database, place: Place, rows: Rows, submissions: Iterable[PlannedSubmission]
) -> None:
    """Add submissions of a chunk, planned."""
    planned = (_planned_row(place, rows, submission) for submission in submissions)
    database.do_many("add_submission", planned)


def _planned_row(place: Place, rows: Rows, planned: PlannedSubmission) -> tuple[object, ...]:
    span = (planned.start, planned.stop, rows[planned.start], rows[planned.stop - 1])
    picked = None if planned.picked is None else pack_numbers(planned.picked, POSITIONS)
    makes_none = planned.route in {Route.PARSE, Route.SKIP}
    messages = 0 if makes_none else len(positions_of(planned))
    return (*place, planned.submission, *span, planned.route.value, picked, messages)


def explain(database: Database, place: Place, chunk: Chunk | Continuation, at: float) -> None:
    """Record why recipients go another way, and give up at once those that get nothing."""
    run_no, number = place
    steps = Steps(database, run_no)
    skipped = False
    for planned in chunk.submissions:
        if planned.route is Route.SKIP:
            skipped = True
            steps.conclude(
                Conclusion(number, planned.submission, Event.WAS_ABANDONED, at, code=planned.reason)
            )
        facts = {
            chunk.recipients.rows[position]: (Fact(NewsKind(kind), code, "", ""),)
            for position in positions_of(planned)
            if chunk.facts and (known := chunk.facts.get(position)) is not None
            for kind, code in (known,)
        }
        if facts:
            key = {"run_no": run_no, "chunk": number, "submission": planned.submission}
            add_facts(database, key, Answered(_source(facts), at, facts))
    if skipped:
        steps.write()


def add_links(database: Database, run_no: int, conclusion: Conclusion) -> None:
    """Keep the links that an accepted submission made."""
    if conclusion.links:
        key = key_of(run_no, conclusion)
        database.do("add_links", key | {"blob": pack_links(conclusion.links)})


def continue_chunk(database: Database, run_no: int, going: Continuation) -> None:
    """Plan what a chunk goes on with, once: submissions, rows, and the links beside the values."""
    place = (run_no, going.chunk)
    of = {"run_no": run_no, "chunk": going.chunk}
    found = database.first("chunk_continued", of)
    if found is None or found[0] is not None:
        raise KoosendError(
            filled(
                "chunk {chunk} cannot go on: it is not there, or has gone on",
                chunk=str(going.chunk),
            ),
            "KS7002",
        )
    rows = going.recipients.rows
    add_submissions(database, place, rows, going.submissions)
    _move_rows(database, run_no, rows, going.submissions)
    database.do("replace_personal", of | {"blob": pack_personal(going.recipients)})
    explain(database, place, going, going.at)
    database.do("continue_chunk", of | {"at": going.at})


def _move_rows(
    database: Database, run_no: int, rows: Rows, submissions: Iterable[PlannedSubmission]
) -> None:
    database.do_many(
        "move_row",
        (
            (planned.submission, run_no, rows[position])
            for planned in submissions
            for position in positions_of(planned)
        ),
    )


def _source(facts: Mapping[int, Sequence[Fact]]) -> str:
    kinds = {fact.kind for of_row in facts.values() for fact in of_row}
    return SUPPRESSION if kinds == {NewsKind.WITHHELD} else CAPABILITIES


_PARTS_MIN = 2


def split(
    database: Database, run_no: int, known: Submission, parts: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """Plan a submission for each part, given by its rows, and move these; return the numbers.

    Rows that were withheld stay with the submission that they were withheld from. Raises
    KoosendError unless the parts are all its other rows, each once.
    """
    key = key_of(run_no, known)
    own = sorted(rows_of_submission(database, key))
    row_of = dict(zip(known.positions, own, strict=True))
    position_of = {row: position for position, row in row_of.items()}
    rows = [row for part in parts for row in part]
    left = set(own) - set(known.withheld)
    if len(parts) < _PARTS_MIN or not all(parts) or sorted(rows) != sorted(left):
        raise KoosendError(
            filled(
                "the parts of chunk {chunk} submission {submission} are not its rows",
                chunk=str(known.chunk),
                submission=str(known.submission),
            ),
            "KS7002",
        )
    last = database.value("last_submission", key)
    planned = [
        _planned(last + 1 + at, known, [position_of[row] for row in part])
        for at, part in enumerate(parts)
    ]
    add_submissions(database, (run_no, known.chunk), row_of, planned)
    _move_rows(database, run_no, row_of, planned)
    for submission, part in zip(planned, parts, strict=True):
        _copy_evidence(database, key, submission.submission, frozenset(part))
    return tuple(submission.submission for submission in planned)


def rows_of_submission(database: Database, key: Mapping[str, object]) -> set[int]:
    """Read the rows that a submission carries; none where there is no such submission."""
    span = database.first("submission_span", key)
    if span is None:
        return set()
    between = {**key, "first_row": span[0], "last_row": span[1]}
    return {row for (row,) in database.all("rows_of_submission", between)}


def _planned(number: int, known: Submission, positions: Sequence[int]) -> PlannedSubmission:
    start, stop = positions[0], positions[-1] + 1
    whole = stop - start == len(positions)
    picked = None if whole else tuple(positions)
    return PlannedSubmission(number, start, stop, known.route, picked)


def _copy_evidence(
    database: Database, key: Mapping[str, object], number: int, rows: frozenset[int]
) -> None:
    """Let what was known of the rows before they were sent, such as their handsets, go along."""
    for source, at, text in database.all("evidence_as_recorded", key):
        facts: dict[int, list[Fact]] = {}
        for row, fact in unpack_facts(text, ""):
            if row in rows and source != SUPPRESSION:
                facts.setdefault(row, []).append(fact)
        if facts:
            add_facts(database, {**key, "submission": number}, Answered(source, at, facts))
