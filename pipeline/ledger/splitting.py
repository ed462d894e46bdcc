"""Put new, smaller submissions in the place of one that was too large for a request."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.core.errors import KoosendError
from pipeline.core.model import PlannedSubmission
from pipeline.core.outcome import Fact
from pipeline.ledger.codec import pack_facts, unpack_facts
from pipeline.ledger.database import Database
from pipeline.ledger.routes import add_planned
from pipeline.ledger.withholding import SUPPRESSION
from pipeline.ports import Submission

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
