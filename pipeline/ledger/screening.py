"""Keep who is not to be sent to: the list of those who want nothing, and whom runs reached."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain

import msgspec

from pipeline.core.errors import Outdated, UsageError
from pipeline.core.lifecycle import SENDABLE
from pipeline.core.model import CHUNK_RECIPIENTS_MAX, People, Route, RunId
from pipeline.core.phones import is_mobile
from pipeline.core.screening import ErasedNumbers, SuppressionReason, person_digest
from pipeline.core.times import day_in_china
from pipeline.language import Words
from pipeline.ledger.codec import storable, submission_of
from pipeline.ledger.erasing.entries import erased_numbers, join_erased, records_of
from pipeline.ledger.read import RecipientReader, may_have_reached, positions_of_rows, read_reached
from pipeline.ledger.sqlite.database import Book, Database, Row
from pipeline.ledger.sqlite.files import is_held
from pipeline.ports import (
    PeoplePlanned,
    PeopleReached,
    Reached,
    StrangerRule,
    Submission,
    Suppression,
    SuppressionRecord,
    WaitingOptOuts,
)

_PAGE = 20_000
_ALL = -1
_POSITIONS = array("q", range(CHUNK_RECIPIENTS_MAX))


class SuppressionList(Book):
    """Who wants nothing: the list in one file, an account's store or a ledger."""

    def suppress(self, entries: Sequence[Suppression]) -> int:
        with self._database.transaction():
            return self.add(entries)

    def listen(self, entries: Sequence[Suppression], rule: StrangerRule | None) -> None:
        """Do what replies ask for, as far as rule honours it, in a transaction of its own."""
        with self._database.transaction():
            self.hear(entries, rule)

    def add(self, entries: Sequence[Suppression]) -> int:
        """Append entries within a transaction that is open; count the new ones."""
        for entry in entries:
            _must_be_mobile(entry.phone)
        # In the index's order: at random, a long list costs ten times as much.
        ordered = sorted(entries, key=lambda entry: entry.phone)
        # Who was erased is on the list already, and does not come back as a number.
        gone = self.erased()
        new = (entry for entry in ordered if not gone or gone.reason(entry.phone) is None)
        return self._database.do_many("add_suppression", map(_columns, new))

    def hear(self, entries: Sequence[Suppression], rule: StrangerRule | None) -> None:
        """Append what replies ask for, within a transaction that is open, as far as rule honours.

        What it does not waits for a person. Who stands on the list already is no stranger.
        """
        if rule is None:
            self.add(entries)
            return
        phones = {entry.phone for entry in entries} - rule.known
        free = rule.known | self._standing(phones)
        honoured: set[str] = set()
        waits: list[Suppression] = []
        for entry in entries:
            if entry.phone in free or entry.phone in honoured:
                continue
            if self._honours_another(entry.at, rule.per_day):
                honoured.add(entry.phone)
            else:
                waits.append(entry)
        self.add([entry for entry in entries if entry.phone in free or entry.phone in honoured])
        for entry in waits:
            _must_be_mobile(entry.phone)
        self._database.do_many("add_waiting", map(_columns, waits))

    def _standing(self, phones: Collection[str]) -> frozenset[str]:
        """Return those of some numbers that are on the list."""
        return frozenset(one.suppression.phone for one in self.suppressions(sorted(phones)))

    def _honours_another(self, at: float, per_day: int) -> bool:
        """Tell whether one more stranger is honoured on that day, and count it."""
        day = {"day": day_in_china(at)}
        if int(self._database.value("count_honoured", day)) >= per_day:
            return False
        self._database.do("honour_stranger", day)
        return True

    def count_waiting(self) -> WaitingOptOuts:
        return WaitingOptOuts(*self._database.first("count_waiting") or ())

    def waiting(self, most: int) -> Sequence[Suppression]:
        return tuple(map(_entry, self._database.all("waiting", {"most": most})))

    def decide_waiting(self, at: float, note: str, *, honour: bool) -> int:
        with self._database.transaction():
            found = self.waiting(_ALL)
            phones = {entry.phone for entry in found}
            standing = self._standing(phones)
            self.add([replace(entry, note=f"{entry.note} ({note})") for entry in found])
            if not honour:
                # As if they had been taken off again: the list's history says who decided so, why.
                self._remove(phones - standing, at, note)
            self._database.do("forget_waiting")
        return len(phones)

    def unsuppress(self, phones: Sequence[str], at: float, note: str) -> int:
        with self._database.transaction():
            return self._remove(phones, at, note)

    def _remove(self, phones: Iterable[str], at: float, note: str) -> int:
        """Take numbers off the list within a transaction that is open; count them."""
        removed = 0
        for phone in sorted(set(filter(is_mobile, phones))):
            said = {"at": at, "note": storable(note)}
            gone = self._database.do("remove_suppression", said | {"phone": int(phone)}) > 0
            for key in self._keys():
                of = said | {"key": key, "digest": person_digest(phone, key)}
                gone = self._database.do("remove_erased_entry", of) > 0 or gone
            removed += gone
        return removed

    def suppressions(
        self, phones: Sequence[str] | None = None, *, history: bool = False
    ) -> Iterator[SuppressionRecord]:
        asked = {"history": history}
        if phones is not None:
            for page in _pages(phones):
                numbers = msgspec.json.encode([int(phone) for phone in page]).decode()
                of = asked | {"phones": numbers}
                yield from map(_record, self._database.all("suppressions_of", of))
                yield from records_of(self._database, page, history=history)
            return
        after = (0, 0)
        while rows := self._database.all(
            "suppressions_after", asked | {"phone": after[0], "id": after[1], "most": _PAGE}
        ):
            after = (rows[-1][1], rows[-1][0])
            yield from map(_record, rows)

    def suppressed(self) -> Mapping[SuppressionReason, Sequence[int]]:
        found: dict[SuppressionReason, array[int]] = {}
        for reason in SuppressionReason:
            numbers = array("q")
            page = {"reason": reason, "most": _PAGE}
            while rows := self._database.all(
                "suppressed_after", page | {"phone": numbers[-1] if numbers else 0}
            ):
                numbers.extend(number for (number,) in rows)
            found[reason] = numbers
        return found

    def suppressions_end(self) -> int:
        return int(self._database.value("suppressions_end"))

    def suppressed_since(self, end: int) -> Mapping[str, SuppressionReason]:
        order = list(SuppressionReason)
        reasons: dict[str, SuppressionReason] = {}
        for phone, text in self._database.all("suppressed_since", {"end": end}):
            reason = SuppressionReason(text)
            before = reasons.get(str(phone), reason)
            reasons[str(phone)] = min(before, reason, key=order.index)
        return reasons

    def erased(self, end: int = 0) -> ErasedNumbers:
        return erased_numbers(self._database, end)

    def _keys(self) -> Sequence[str]:
        return [key for (key,) in self._database.all("entry_keys")]

    @contextmanager
    def closed_behind(self, listed_to: int) -> Iterator[None]:
        """Let nobody add to the list meanwhile. Raises Outdated where it has grown behind there."""
        with self._database.transaction():
            self.must_end_at(listed_to)
            yield

    def must_end_at(self, listed_to: int) -> None:
        """Raise Outdated where the list has grown behind that place."""
        if self.suppressions_end() > listed_to:
            raise Outdated(Words("the suppression list has grown since it was looked at"))

    def join(self, other: "SuppressionList", name: str) -> int:
        """Take in what another list has gained since it was last joined, and count the new entries.

        name tells it from others that are joined. Entries keep their history; one that came by
        another way already is not taken a second time. It goes page by page, so that nobody waits
        long, and a kill in between costs a page. Only an account's list is joined to.
        """
        self._take_over(other)
        joined, end = 0, other.suppressions_end()
        before: int | None = self._database.value("joined_to", {"list": name})
        through = before or 0
        if end == before:
            return 0
        if end == 0:
            with self._database.transaction():
                self._database.do("set_joined_to", {"list": name, "through": 0})
            return 0
        if end < through:  # an older copy was put back
            through = 0
        erased_from = through
        while rows := other.page_from(through):
            through = rows[-1][0]
            gone = self.erased()
            with self._database.transaction():
                new = (row[1:] for row in rows if not gone or gone.reason(str(row[1])) is None)
                joined += self._database.do_many("join_suppression", new)
                self._database.do("set_joined_to", {"list": name, "through": through})
        with self._database.transaction():
            joined += join_erased(self._database, other.erased_from(erased_from))
            self._database.do("set_joined_to", {"list": name, "through": end})
        return joined

    def _take_over(self, other: "SuppressionList") -> None:
        """Let what waits in another list wait here; a kill in between leaves it in both."""
        found = other.waiting(_ALL)
        if not found:
            return
        with self._database.transaction():
            self._database.do_many("add_waiting", map(_columns, found))
        other.let_go(found)

    def let_go(self, waiting: Sequence[Suppression]) -> None:
        """Forget what waits elsewhere from now on; what came meanwhile stays."""
        entries = [(int(entry.phone), str(entry.reason)) for entry in waiting]
        with self._database.transaction():
            self._database.do_many("let_go", entries)

    def has_joined(self, name: str) -> bool:
        """Tell whether a list was joined to this one."""
        return self._database.value("joined_to", {"list": name}) is not None

    def erased_from(self, after: int) -> list[Row]:
        """Return the entries of who was erased behind an id, the removed ones as well."""
        return self._database.all("erased_entries_from", {"id": after})

    def page_from(self, after: int) -> list[Row]:
        """Return the next entries behind an id, the removed ones as well."""
        return self._database.all("suppressions_from", {"id": after, "most": _PAGE})


class Lists:
    """The suppression list that counts for a ledger, and those that its replies are written to.

    Until an account's list takes its place, that is the ledger's own.
    """

    def __init__(self, own: SuppressionList) -> None:
        """Begin with the ledger's own list."""
        self._own = own
        self._of_accounts: dict[str, SuppressionList] = {}
        self.current = own

    def share(self, account: str, found: SuppressionList, name: str, *, counts: bool) -> None:
        """Write replies to an account's list from here on, and let it count where told to.

        name is what the ledger's own list, whose entries are joined into it, is known by.
        """
        found.join(self._own, name)
        self._of_accounts[account] = found
        if counts:
            self.current = found

    def hear(self, entries: Sequence[Suppression], rule: StrangerRule | None) -> None:
        """Do on every account's list what replies ask for, as far as rule honours it.

        A transaction of the ledger is open.
        """
        for shared in self._of_accounts.values():
            shared.listen(entries, rule)
        if not self._of_accounts:
            self._own.hear(entries, rule)

    @contextmanager
    def closed_behind(self, listed_to: int) -> Iterator[None]:
        """Let nobody add to the list that counts, within a transaction of the ledger that is open.

        Raises Outdated where it has grown behind that place.
        """
        if self.current is self._own:
            self._own.must_end_at(listed_to)
            yield
            return
        with self.current.closed_behind(listed_to):
            yield


class ScreeningLedger(Book):
    """The part of the Ledger port that says who is not to be sent to."""

    def __init__(self, database: Database, lists: Lists) -> None:
        super().__init__(database)
        self._lists = lists

    def suppress(self, entries: Sequence[Suppression]) -> int:
        return self._lists.current.suppress(entries)

    def unsuppress(self, phones: Sequence[str], at: float, note: str) -> int:
        return self._lists.current.unsuppress(phones, at, note)

    def suppressions(
        self, phones: Sequence[str] | None = None, *, history: bool = False
    ) -> Iterator[SuppressionRecord]:
        return self._lists.current.suppressions(phones, history=history)

    def suppressed(self) -> Mapping[SuppressionReason, Sequence[int]]:
        return self._lists.current.suppressed()

    def suppressions_end(self) -> int:
        return self._lists.current.suppressions_end()

    def suppressed_since(self, end: int) -> Mapping[str, SuppressionReason]:
        return self._lists.current.suppressed_since(end)

    def count_waiting(self) -> WaitingOptOuts:
        return self._lists.current.count_waiting()

    def waiting(self, most: int) -> Sequence[Suppression]:
        return self._lists.current.waiting(most)

    def decide_waiting(self, at: float, note: str, *, honour: bool) -> int:
        return self._lists.current.decide_waiting(at, note, honour=honour)

    def erased(self, end: int = 0) -> ErasedNumbers:
        return self._lists.current.erased(end)

    def reached(self, accounts: Collection[str], since: float) -> Iterator[Reached]:
        return read_reached(self._database, accounts, since, RecipientReader(self._database))


def _columns(entry: Suppression) -> tuple[object, ...]:
    said = (storable(entry.source), storable(entry.note))
    return int(entry.phone), str(entry.reason), entry.at, *said


def _must_be_mobile(phone: str) -> None:
    """Raise UsageError for what is no mainland mobile number, without quoting it."""
    if not is_mobile(phone):
        raise UsageError(
            Words("the suppression list takes mainland mobile numbers of 11 digits only"), "KS0215"
        )


def _pages(phones: Sequence[str]) -> Iterator[Sequence[str]]:
    known = sorted(set(filter(is_mobile, phones)))
    for start in range(0, len(known), _PAGE):
        yield known[start : start + _PAGE]


def _record(row: Row) -> SuppressionRecord:
    _, phone, reason, at, source, note, *removed = row
    return SuppressionRecord(_entry((phone, reason, at, source, note)), *removed)


def _entry(row: Row) -> Suppression:
    phone, reason, at, source, note = row
    return Suppression(str(phone), SuppressionReason(reason), at, source, note)


class PeopleLedger(Book):
    """The part of the Ledger port that later lists are held against."""

    def reached(
        self, run: RunId, since: float = 0.0, *, also_open: bool = False
    ) -> Iterator[PeopleReached]:
        run_no = self._database.value("run_no", {"run": run})
        if run_no is None:
            return
        of = {"run_no": int(run_no)}
        for chunk, submissions in self._by_chunk(of, since):
            counted = [one for one in submissions if _counts(one, since, also_open=also_open)]
            positions = self._positions(of | {"chunk": chunk}, counted) if counted else ()
            if positions:
                yield PeopleReached(run, chunk, positions, self._people(of | {"chunk": chunk}))

    def planned(self, run: RunId) -> Iterator[PeoplePlanned]:
        run_no = self._database.value("run_no", {"run": run})
        for chunk, scheme, numbers in self._database.all("people_planned", {"run_no": run_no}):
            yield PeoplePlanned(run, chunk, scheme, numbers)

    def is_held(self, run: RunId) -> bool:
        return is_held(self._database.path.parent, run)

    def forget(self, before: float) -> int:
        with self._database.transaction():
            return self._database.do("purge_people", (before,))

    def _by_chunk(
        self, of: dict[str, int], since: float
    ) -> Iterator[tuple[int, Iterable[Submission]]]:
        """Yield the submissions of each chunk, those that are alike and lie together as one."""
        for alike, *row in self._database.all("submissions_together", {**of, "since": since}):
            one = submission_of(tuple(row))
            if alike:
                yield one.chunk, (one,)
                continue
            span = {"first": one.chunk, "last": one.chunk}
            each = self._database.all("submissions_of_chunks", of | span)
            yield one.chunk, map(submission_of, each)

    def _people(self, of: dict[str, int]) -> People | None:
        row = self._database.first("people", of)
        return None if row is None else People(*row)

    def _positions(self, of: dict[str, int], submissions: Sequence[Submission]) -> Sequence[int]:
        """Return the positions of a chunk that these carry, but for those proved not reached."""
        first, last, *_, count = self._database.first("chunk_span", of) or (0, -1, 0)
        between = {"run_no": of["run_no"], "first": first, "last": last}
        rows = self._database.all("rows_not_reached", between)
        out = {row for (row,) in rows}.union(*(known.withheld for known in submissions))
        missed = positions_of_rows(self._database, of, (first, last, count), out) if out else ()
        start, stop = submissions[0].start, max(known.stop for known in submissions)
        if stop - start == sum(known.recipients for known in submissions):
            return _all_but(range(start, stop), missed)
        carried = chain.from_iterable(known.positions for known in submissions)
        return sorted(frozenset(carried).difference(missed))


def _all_but(positions: range, out: Sequence[int]) -> Sequence[int]:
    """Return positions of a chunk without some of them; out ascends, and few are in it."""
    inside = [at for at in out if at in positions]
    if not inside:
        return positions
    kept, start = array("q"), positions.start
    for at in inside:
        kept += _POSITIONS[start:at]
        start = at + 1
    return kept + _POSITIONS[start : positions.stop]


def _counts(known: Submission, since: float, *, also_open: bool) -> bool:
    if also_open and known.state in SENDABLE and known.route is not Route.SKIP:
        return known.carried > 0
    return may_have_reached(known, since)
