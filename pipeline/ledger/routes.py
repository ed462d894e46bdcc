"""Write a chunk's submissions: by which way each goes, with its links, or in smaller parts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.core.answer import NewsKind
from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import Event
from pipeline.core.model import Chunk, PlannedSubmission, Recipients, Route, RunId
from pipeline.core.outcome import Fact
from pipeline.ledger.codec import (
    pack_facts,
    pack_links,
    pack_personal,
    pack_positions,
    submission_of,
    unpack_facts,
    unpack_links,
)
from pipeline.ledger.sqlite.database import Database
from pipeline.ledger.steps import SUPPRESSION, Steps
from pipeline.ports import Conclusion, Continuation, Submission

CAPABILITIES = "capabilities"
"""The source of the evidence by which a recipient was routed."""

_PHONES_AT_ONCE = 5000

Place = tuple[int, int]
"""A chunk in the ledger: the run's number and the chunk's."""


class RoutingLedger:
    """The part of the Ledger port that knows links and handsets."""

    def __init__(self, database: Database) -> None:
        """Work on the ledger's file."""
        self._database = database

    def links(self, run: RunId, chunk: int) -> Mapping[int, str]:
        """Return the links by row that a chunk's submissions made."""
        return read_links(self._database, run, chunk)

    def unlinked(self, run: RunId) -> tuple[int, ...]:
        """List the chunks that make links and have not gone on with them."""
        rows: Any = self._database.all("unlinked_chunks", {"run": run})
        return tuple(chunk for (chunk,) in rows)

    def makers(self, run: RunId, submission: Submission) -> tuple[Submission, ...]:
        """List the accepted submissions that made the links which a submission carries."""
        if submission.route is not Route.LINKED:
            return ()
        span = {"chunk": submission.chunk, "start": submission.start, "stop": submission.stop}
        return tuple(map(submission_of, self._database.all("makers", span | {"run": run})))

    def remember_capabilities(
        self, template: str, at: float, known: Mapping[str, NewsKind]
    ) -> None:
        """Keep what handsets were said to be able to."""
        remember_capabilities(self._database, template, at, known)

    def capabilities(
        self, template: str, phones: Sequence[str], since: float
    ) -> Mapping[str, NewsKind]:
        """Return what is known of numbers' handsets since a time."""
        return read_capabilities(self._database, template, phones, since)


def positions_of(planned: PlannedSubmission) -> Sequence[int]:
    """Return the positions of its chunk that a submission carries. Raises where it has none."""
    positions = planned.positions
    if not positions or (positions[0], positions[-1] + 1) != (planned.start, planned.stop):
        raise KoosendError(f"submission {planned.submission} has positions outside its span")
    return positions


def add_submissions(
    database: Database,
    place: Place,
    recipients: Recipients,
    submissions: Iterable[PlannedSubmission],
) -> None:
    """Add a chunk's submissions, planned."""
    rows = recipients.rows
    add_planned(
        database, place, ((one, (rows[one.start], rows[one.stop - 1])) for one in submissions)
    )


def add_planned(
    database: Database, place: Place, planned: Iterable[tuple[PlannedSubmission, tuple[int, int]]]
) -> None:
    """Add submissions, planned, each with its first and last row."""
    database.do_many(
        "add_submission",
        (
            (
                *place,
                one.submission,
                one.start,
                one.stop,
                *span,
                one.route.value,
                None if one.picked is None else pack_positions(one.picked),
                _messages(one),
            )
            for one, span in planned
        ),
    )


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
            text, digest = pack_facts(facts)
            key = {"run_no": run_no, "chunk": number, "submission": planned.submission}
            database.do(
                "add_evidence",
                key | {"source": _source(facts), "at": at, "digest": digest, "facts": text},
            )
    if skipped:
        steps.write()


def add_links(database: Database, run_no: int, conclusion: Conclusion) -> None:
    """Keep the links that an accepted submission made."""
    if conclusion.links:
        key = {
            "run_no": run_no,
            "chunk": conclusion.chunk,
            "submission": conclusion.submission,
        }
        database.do("add_links", key | {"blob": pack_links(conclusion.links)})


def read_links(database: Database, run: RunId, chunk: int) -> dict[int, str]:
    """Return a chunk's links by row."""
    blobs: Any = database.all("links", {"run": run, "chunk": chunk})
    links: dict[int, str] = {}
    for (blob,) in blobs:
        links.update(unpack_links(blob))
    return links


def continue_chunk(database: Database, run_no: int, going: Continuation) -> None:
    """Plan what a chunk goes on with, once: submissions, rows, and the links beside the values."""
    place = (run_no, going.chunk)
    of = {"run_no": run_no, "chunk": going.chunk}
    found: Any = database.one("chunk_continued", of)
    if found is None or found[0] is not None:
        raise KoosendError(f"chunk {going.chunk} cannot go on: it is not there, or has gone on")
    recipients = going.recipients
    add_submissions(database, place, recipients, going.submissions)
    database.do_many(
        "move_row",
        (
            (planned.submission, run_no, recipients.rows[position])
            for planned in going.submissions
            for position in positions_of(planned)
        ),
    )
    database.do("replace_personal", of | {"blob": pack_personal(recipients)})
    explain(database, place, going, going.at)
    database.do("continue_chunk", of | {"at": going.at})


def remember_capabilities(
    database: Database, template: str, at: float, known: Mapping[str, NewsKind]
) -> None:
    """Keep what handsets were said to be able to."""
    with database.transaction():
        database.do_many(
            "remember_capability",
            ((template, int(phone), str(kind), at) for phone, kind in sorted(known.items())),
        )


def read_capabilities(
    database: Database, template: str, phones: Sequence[str], since: float
) -> dict[str, NewsKind]:
    """Return what is known of numbers' handsets since a time."""
    known: dict[str, NewsKind] = {}
    for start in range(0, len(phones), _PHONES_AT_ONCE):
        some = f"[{','.join(phones[start : start + _PHONES_AT_ONCE])}]"
        of = {"template": template, "since": since, "phones": some}
        rows: Any = database.all("capabilities", of)
        known.update((str(phone), NewsKind(kind)) for phone, kind in rows)
    return known


def _source(facts: Mapping[int, Sequence[Fact]]) -> str:
    kinds = {fact.kind for of_row in facts.values() for fact in of_row}
    return SUPPRESSION if kinds == {NewsKind.WITHHELD} else CAPABILITIES


def _messages(planned: PlannedSubmission) -> int:
    if planned.route in {Route.PARSE, Route.SKIP}:
        return 0
    return len(positions_of(planned))


_PARTS_MIN = 2

Key = Mapping[str, object]


def split(
    database: Database, key: Key, known: Submission, parts: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """Plan a submission for each part, given by its rows, and move these; return the numbers.

    Rows that were withheld stay with the submission that they were withheld from. Raises
    KoosendError unless the parts are all its other rows, each once.
    """
    position_of = _positions(database, key, known)
    rows = [row for part in parts for row in part]
    left = position_of.keys() - set(known.withheld)
    if len(parts) < _PARTS_MIN or not all(parts) or sorted(rows) != sorted(left):
        raise KoosendError(
            f"the parts of chunk {known.chunk} submission {known.submission} are not its rows"
        )
    found: Any = database.one("last_submission", key)
    planned = [
        _planned(found[0] + 1 + at, known, [position_of[row] for row in part])
        for at, part in enumerate(parts)
    ]
    place: tuple[Any, Any] = key["run_no"], key["chunk"]
    spans = [(part[0], part[-1]) for part in parts]
    add_planned(database, place, zip(planned, spans, strict=True))
    database.do_many(
        "move_row",
        [
            (one.submission, key["run_no"], row)
            for one, part in zip(planned, parts, strict=True)
            for row in part
        ],
    )
    for one, part in zip(planned, parts, strict=True):
        _copy_evidence(database, key, one.submission, frozenset(part))
    return tuple(one.submission for one in planned)


def _positions(database: Database, key: Key, known: Submission) -> dict[int, int]:
    """Return the position in its chunk of each of a submission's rows: both ascend."""
    span: Any = database.one("submission_span", key)
    between = {"first_row": span[0], "last_row": span[1]}
    found: Any = database.all("rows_of_submission", {**key, **between})
    return dict(zip(sorted(row for (row,) in found), known.positions, strict=True))


def _planned(number: int, known: Submission, positions: Sequence[int]) -> PlannedSubmission:
    start, stop = positions[0], positions[-1] + 1
    whole = stop - start == len(positions)
    picked = None if whole else tuple(positions)
    return PlannedSubmission(number, start, stop, known.route, picked)


def _copy_evidence(database: Database, key: Key, number: int, rows: frozenset[int]) -> None:
    """Let what was known of the rows before they were sent, such as their handsets, go along."""
    pages: Any = database.all("evidence_as_recorded", key)
    for source, at, text in pages:
        facts: dict[int, list[Fact]] = {}
        for row, fact in unpack_facts(text, ""):
            if row in rows and source != SUPPRESSION:
                facts.setdefault(row, []).append(fact)
        if facts:
            packed, digest = pack_facts(facts)
            told = {"source": source, "at": at, "digest": digest, "facts": packed}
            database.do("add_evidence", {**key, "submission": number, **told})
