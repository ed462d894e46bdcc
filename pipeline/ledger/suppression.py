"""Keep the list of numbers that want nothing: appended to, never rewritten."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pipeline.core.errors import UsageError
from pipeline.core.phones import is_mobile
from pipeline.core.screening import SuppressionReason
from pipeline.ledger.codec import storable
from pipeline.ledger.read import RecipientReader, read_reached
from pipeline.ledger.sqlite.database import Database
from pipeline.ports import Reached, Suppression, SuppressionRecord

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
