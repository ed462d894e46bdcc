"""Keep on a suppression list, without their numbers, those who were erased.

An entry goes on under its id as a keyed digest, with its reason and its times. What else was said
of it goes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pipeline.core.phones import holds_any
from pipeline.core.screening import ErasedNumbers, SuppressionReason, person_digest
from pipeline.ledger.sqlite.database import Database, Row
from pipeline.ports import Suppression, SuppressionRecord
from pipeline.ports.erasing import ErasedPerson, Erasing


def erased_numbers(database: Database, end: int) -> ErasedNumbers:
    """Read the digests that stand on the list behind an id, each with its first reason."""
    order = list(SuppressionReason)
    of_key: dict[str, dict[bytes, SuppressionReason]] = defaultdict(dict)
    for key, digest, text in database.all("standing_digests", {"end": end}):
        known, reason = of_key[key], SuppressionReason(text)
        known[digest] = min(known.get(digest, reason), reason, key=order.index)
    return ErasedNumbers(of_key)


def records_of(
    database: Database, phones: Sequence[str], *, history: bool
) -> Iterator[SuppressionRecord]:
    """Read the entries of numbers that were erased, as whoever has the number asks for them."""
    for (key,) in database.all("entry_keys"):
        for phone in phones:
            of = {"key": key, "digest": person_digest(phone, key), "history": history}
            for reason, at, *removed in database.all("entries_of_digest", of):
                entry = Suppression(phone, SuppressionReason(reason), at)
                yield SuppressionRecord(entry, *removed)


def join_erased(database: Database, rows: Iterable[Row]) -> int:
    """Take in another list's entries without numbers, within a transaction that is open.

    They keep the key that they were digested by.
    """
    return database.do_many("join_erased_entry", rows)


def key_of_list(database: Database) -> str:
    """Return the key of the digests that a list without an account has, or a new one."""
    known = database.value("entry_keys")
    return str(known or database.value("new_key"))


def erase_entries(
    database: Database, person: ErasedPerson, asked: Erasing, *, adds: bool
) -> tuple[int, int]:
    """Turn a number's entries into digests, within a transaction that is open.

    adds: the person gets an entry of their own, unless one stands, so that nothing is sent to them
    from here on. What waits for a decision goes as well. Returns how many entries were turned, lost
    a note or went, and how many were added.
    """
    of = {"key": person.key, "digest": person.digest, "phone": int(person.phone)}
    moved = database.do("entry_to_digest", of)
    database.do("delete_number", {"phone": int(person.phone)})
    notes = [
        (*(_emptied(text, person.phone) for text in texts), number)
        for number, *texts in database.all("noted")
        if any(holds_any(text, (person.phone,)) for text in texts)
    ]
    database.do_many("empty_notes", notes)
    waiting = _erase_waiting(database, person.phone)
    added = database.do("add_erased_entry", of | {"at": asked.at}) if adds else 0
    return moved + len(notes) + waiting, added


def _erase_waiting(database: Database, phone: str) -> int:
    """Take a number out of what waits for a person's decision, and out of what is said there."""
    gone = database.do("erase_waiting", {"phone": int(phone)})
    told = [
        (number, reason, at, *(_emptied(text, phone) for text in texts))
        for number, reason, at, *texts in database.all("waiting", {"most": -1})
        if any(holds_any(text, (phone,)) for text in texts)
    ]
    database.do_many("let_go", [(number, reason) for number, reason, *_ in told])
    database.do_many("add_waiting", told)
    return gone + len(told)


def _emptied(text: str, phone: str) -> str:
    return "" if holds_any(text, (phone,)) else text
