"""Keep who is not to be sent to: the list of those who want nothing, and whom runs reached."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import Any

import msgspec

from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import ASSUMED_SENT, SENDABLE, State
from pipeline.core.model import People, Route, RunId
from pipeline.core.phones import is_mobile
from pipeline.core.screening import SuppressionReason
from pipeline.ledger.codec import storable, submission_of
from pipeline.ledger.read import RecipientReader, read_reached, rows_of_chunk
from pipeline.ledger.sqlite.database import Database
from pipeline.ledger.sqlite.files import is_held
from pipeline.ports import PeopleReached, Reached, Submission, Suppression, SuppressionRecord

_PAGE = 20_000


class ScreeningLedger:
    """The part of the Ledger port that says who is not to be sent to."""

    def __init__(self, database: Database) -> None:
        """Work on the ledger's file."""
        self._database = database

    def suppress(self, entries: Sequence[Suppression]) -> int:
        """Put numbers on the suppression list; count those new under their reason."""
        return suppress(self._database, entries)

    def unsuppress(self, phones: Sequence[str], at: float, note: str) -> int:
        """Take numbers off the suppression list; count the numbers."""
        return unsuppress(self._database, phones, at, note)

    def suppressions(
        self, phones: Sequence[str] | None = None, *, history: bool = False
    ) -> Iterator[SuppressionRecord]:
        """Read the suppression list by number; of some numbers, or all."""
        return read_suppressions(self._database, phones, history=history)

    def suppressed(self) -> Mapping[SuppressionReason, Sequence[int]]:
        """Read the numbers on the list by reason, as whole numbers, ascending."""
        return read_suppressed(self._database)

    def suppressions_end(self) -> int:
        """Return where the list ends."""
        return suppressions_end(self._database)

    def suppressed_since(self, end: int) -> Mapping[str, SuppressionReason]:
        """Read the numbers that came on the list behind that end and still stand there."""
        return first_reasons(self._database.all("suppressed_since", {"end": end}))

    def reached(self, accounts: Collection[str], since: float) -> Iterator[Reached]:
        """Read whom runs of these accounts reached since then; doubts count as reached."""
        return read_reached(self._database, accounts, since, RecipientReader(self._database))


def suppressions_end(database: Database) -> int:
    """Return where the list ends: it only grows."""
    row: Any = database.one("suppressions_end")
    return int(row[0])


def suppress(database: Database, entries: Sequence[Suppression]) -> int:
    """Append entries in one transaction; those that stand already change nothing."""
    with database.transaction():
        return add_suppressions(database, entries)


def add_suppressions(database: Database, entries: Sequence[Suppression]) -> int:
    """Append entries within a transaction that is open; count the new ones."""
    for entry in entries:
        _must_be_mobile(entry.phone)
    # In the index's order: at random, a long list costs ten times as much.
    ordered = sorted(entries, key=lambda entry: entry.phone)
    return database.do_many(
        "add_suppression",
        (
            (int(one.phone), one.reason, one.at, storable(one.source), storable(one.note))
            for one in ordered
        ),
    )


def unsuppress(database: Database, phones: Sequence[str], at: float, note: str) -> int:
    """Mark every standing entry of the numbers as removed; count the numbers."""
    removed = 0
    with database.transaction():
        for phone in sorted(set(filter(is_mobile, phones))):
            entry = {"at": at, "note": storable(note), "phone": int(phone)}
            removed += database.do("remove_suppression", entry) > 0
    return removed


def read_suppressions(
    database: Database, phones: Sequence[str] | None, *, history: bool
) -> Iterator[SuppressionRecord]:
    """Read entries by number and the order in which they came."""
    asked = {"history": history}
    if phones is not None:
        for page in _pages(phones):
            numbers = msgspec.json.encode([int(phone) for phone in page]).decode()
            for row in database.all("suppressions_of", asked | {"phones": numbers}):
                yield _record(row)
        return
    after = (0, 0)
    while rows := database.all(
        "suppressions_after", asked | {"phone": after[0], "id": after[1], "most": _PAGE}
    ):
        last: Any = rows[-1]
        after = (last[1], last[0])
        yield from map(_record, rows)


def read_suppressed(database: Database) -> Mapping[SuppressionReason, Sequence[int]]:
    """Read the numbers that stand on the list by reason, as whole numbers, ascending."""
    found: dict[SuppressionReason, array[int]] = {}
    for reason in SuppressionReason:
        numbers = array("q")
        page = {"reason": reason, "most": _PAGE}
        while rows := database.all(
            "suppressed_after", page | {"phone": numbers[-1] if numbers else 0}
        ):
            numbers.extend(_numbers(rows))
        found[reason] = numbers
    return found


def first_reasons(rows: Iterable[Any]) -> Mapping[str, SuppressionReason]:
    """Give each number the first of the reasons that it stands under."""
    order = list(SuppressionReason)
    reasons: dict[str, SuppressionReason] = {}
    for phone, text in rows:
        reason = SuppressionReason(text)
        before = reasons.get(str(phone), reason)
        reasons[str(phone)] = min(before, reason, key=order.index)
    return reasons


def _must_be_mobile(phone: str) -> None:
    """Raise UsageError for what is no mainland mobile number, without quoting it."""
    if not is_mobile(phone):
        raise UsageError("the suppression list takes mainland mobile numbers of 11 digits only")


def _pages(phones: Sequence[str]) -> Iterator[Sequence[str]]:
    known = sorted(set(filter(is_mobile, phones)))
    for start in range(0, len(known), _PAGE):
        yield known[start : start + _PAGE]


def _numbers(rows: Iterable[Any]) -> Iterator[int]:
    return (number for (number,) in rows)


def _record(row: Any) -> SuppressionRecord:  # noqa: ANN401 - a row of SQLite has no type
    _, phone, reason, at, source, note, removed_at, removed_note = row
    entry = Suppression(str(phone), SuppressionReason(reason), at, source, note)
    return SuppressionRecord(entry, removed_at, removed_note)


_TAKEN = frozenset({State.ACCEPTED, State.IN_FLIGHT, State.IN_DOUBT})


class PeopleLedger:
    """The part of the Ledger port that later lists are held against."""

    def __init__(self, database: Database) -> None:
        """Work on the ledger's file."""
        self._database = database

    def reached(
        self, run: RunId, since: float = 0.0, *, also_open: bool = False
    ) -> Iterator[PeopleReached]:
        """Read chunk by chunk whom a run reached since a time, or may have."""
        row: Any = self._database.one("run_no", {"run": run})
        if row is None:
            return
        of = {"run_no": int(row[0])}
        found = map(submission_of, self._database.all("submissions", of))
        counted = (known for known in found if _counts(known, since, also_open=also_open))
        for chunk, submissions in groupby(counted, key=lambda known: known.chunk):
            people = self._people(of | {"chunk": chunk})
            positions = self._positions(of | {"chunk": chunk}, list(submissions))
            if positions:
                yield PeopleReached(run, chunk, positions, people)

    def is_held(self, run: RunId) -> bool:
        """Tell whether a process is at work on a run."""
        return is_held(self._database.path.parent, run)

    def forget(self, before: float) -> int:
        """Forget the digests of purged runs that were planned before a time; count the chunks."""
        with self._database.transaction():
            return self._database.do("purge_people", (before,))

    def _people(self, of: dict[str, int]) -> People | None:
        row: Any = self._database.one("people", of)
        return None if row is None else People(*row)

    def _positions(self, of: dict[str, int], submissions: Sequence[Submission]) -> Sequence[int]:
        """Return the positions of a chunk that these carry, but for those proved not reached."""
        carried = chain.from_iterable(known.positions for known in submissions)
        span: Any = self._database.one("chunk_span", of)
        between = {"run_no": of["run_no"], "first": span[0], "last": span[1]}
        rows: Any = self._database.all("rows_not_reached", between)
        missed = {row for (row,) in rows}.union(*(known.withheld for known in submissions))
        if not missed:
            first, last = submissions[0].start, max(known.stop for known in submissions)
            whole = last - first == sum(known.recipients for known in submissions)
            return range(first, last) if whole else sorted(carried)
        rows_at = rows_of_chunk(self._database, of, (span[0], span[1]))
        return sorted(at for at in carried if rows_at[at] not in missed)


def _counts(known: Submission, since: float, *, also_open: bool) -> bool:
    if also_open and known.state in SENDABLE and known.route is not Route.SKIP:
        return known.carried > 0
    assumed = known.state is State.ABANDONED and known.code == ASSUMED_SENT
    sent = (assumed or known.state in _TAKEN) and known.messages > 0
    return sent and known.attempted_at is not None and known.attempted_at >= since
