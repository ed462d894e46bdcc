"""Hold a list against the people whom earlier runs of the account reached, or may have reached."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.core.errors import NewLedger, RepeatsFound, UsageError
from pipeline.core.model import Channel, Chunk, Message, Recipients, Rejection, RowBlock, RunId
from pipeline.core.screening import earlier_run, run_said
from pipeline.core.times import DAY_S, days_between, time_in_china
from pipeline.language import Text, Words, filled, joined
from pipeline.ledger import SqliteLedger
from pipeline.ports import (
    AccountStore,
    Ledger,
    PeopleLedgerRecord,
    PeopleReached,
    Rejects,
    RunRecord,
)
from pipeline.reader.phones import numbers_of
from pipeline.reader.rows.digests import Digests, PeopleScheme, unpacked
from pipeline.reader.rows.people import EarlierPeople
from pipeline.runner.planning.find import stored
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import LEDGER_FILE, is_trial
from pipeline.settings import Campaign
from pipeline.settings.meaning import message_meaning
from pipeline.settings.screening import REPEATS_MAX, Screening

JUST_PLANNED_S = 600.0
"""Whoever planned a run so lately is about to send it, although no process may hold it yet."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The account as a list meets it: its names, its key, and every ledger that it planned in."""

    accounts: Collection[str]
    key: str
    ledgers: Sequence[Ledger]

    def runs(self) -> Iterator[tuple[Ledger, RunRecord]]:
        """Yield every run of the account that was no test send, with its ledger."""
        for ledger in self.ledgers:
            for record in ledger.runs():
                if record.plan.account in self.accounts and not is_trial(record):
                    yield ledger, record

    @property
    def rehearsed(self) -> bool:
        """Tell whether whatever these runs sent went to the emulator."""
        return all(marks_of(record).rehearsal for _, record in self.runs())


@dataclass(frozen=True, slots=True)
class AccountLedgers:
    """Every ledger that runs of an account were planned in, of which one is ours.

    is_current: ours is the file that goes on. A copy does not take its place in what others open.
    """

    store: AccountStore
    accounts: Collection[str]
    ledger: Ledger | None
    state: Path
    is_current: bool = True

    @contextmanager
    def planning(self, campaign: Campaign, now: float) -> Iterator[Neighbours]:
        """Open them for a run that is planned, while no other run of the account is.

        Raises RunHeld where that takes another process long, and what opened does.
        """
        with self.store.planning(), self.opened(campaign, now) as known:
            if self.ledger is not None and self.is_current:
                self.store.keep_people_ledger(
                    self.ledger.identity(), str(self.state), now, look_back_days(campaign)
                )
            yield known

    @contextmanager
    def opened(self, campaign: Campaign, now: float) -> Iterator[Neighbours]:
        """Open those in which runs were planned as lately as the campaign looks back.

        Raises NewLedger for one that is not there: nobody can tell whom it reached.
        """
        since = now - look_back_days(campaign) * DAY_S
        own = self.ledger.identity() if self.ledger is not None else ""
        with ExitStack() as stack:
            found: list[Ledger] = [] if self.ledger is None else [self.ledger]
            for known in self.store.people_ledgers():
                lately = known.planned_at >= since and known.given_up_at is None
                if known.identity != own and lately:
                    other = _opened(known)
                    stack.callback(other.close)
                    found.append(other)
            yield Neighbours(self.accounts, self.store.people_key(), found)


def look_back_days(campaign: Campaign) -> int:
    """Return how many days of the calendar before today the list is held against."""
    screening = campaign.screening
    return max(screening.repeat_days, campaign.limits.same_number_days) + 1


def give_up_lost(store: AccountStore, own: str, now: float) -> None:
    """Go on without the ledgers that are not there, since a person said so."""
    for known in store.people_ledgers():
        if known.identity != own and known.given_up_at is None and not _is_there(known):
            store.give_up_people_ledger(known.identity, now)


def _is_there(known: PeopleLedgerRecord) -> bool:
    try:
        _opened(known).close()
    except NewLedger:
        return False
    return True


def _opened(known: PeopleLedgerRecord) -> SqliteLedger:
    folder = Path(known.folder)
    if (folder / LEDGER_FILE).is_file():
        ledger = SqliteLedger(folder)
        if ledger.identity() == known.identity:
            return ledger
        ledger.close()
    raise NewLedger(
        filled(
            "the ledger of {folder} is not there, and a run of this account was planned in "
            "it at {time}, so that nobody can tell whom it reached; nothing was sent: put "
            "it back; if it is gone for good, add --new-ledger",
            folder=folder,
            time=time_in_china(known.planned_at)[:16],
        )
    )


def scheme_of(key: str, message: Message) -> PeopleScheme:
    """Return how the people of a message are told apart by the account of that key."""
    return PeopleScheme(key, stored(message_meaning(message)))


def with_people(
    items: Iterator[Chunk | Rejects], scheme: PeopleScheme, fields: int
) -> Iterator[Chunk | Rejects]:
    """Put the digests of their people beside chunks that no reader made them for.

    fields is how many of their values are sent.
    """
    for item in items:
        if isinstance(item, Chunk):
            some = item.recipients
            people = scheme.both(some.phones, some.values[:fields])
            yield replace(item, people=scheme.recorded(people))
        else:
            yield item


def is_alike(record: RunRecord, name: str, message: Message) -> bool:
    """Tell whether a run is of a campaign: of its name, or of its template."""
    if record.plan.campaign == name:
        return True
    return _template(record.plan.message) == _template(message) != ""


def _template(message: Message) -> str:
    return message.template or (message.sms.template if message.sms else "")


def earlier_people(
    campaign: Campaign,
    known: Neighbours,
    now: float,
    family: Collection[RunId] = (),
    *,
    repeats: bool = True,
) -> EarlierPeople:
    """Gather whom earlier runs of the account reached, as far as that keeps them from this list.

    family are runs that the list belongs to itself. Without repeats only same_number_days counts.
    """
    message = campaign.message
    people = EarlierPeople(scheme_of(known.key, message))
    gathering = Gathering(people, now)
    for ledger, record in known.runs():
        if record.plan.run in family:
            continue
        days = days_between(record.plan.planned_at, now)
        if days < campaign.limits.same_number_days:
            gathering.add_numbers(ledger, record, Rejection.REACHED_RECENTLY)
        elif repeats and is_alike(record, campaign.name, message):
            decides = _what_decides(campaign.screening, days)
            if decides == "number":
                gathering.add_numbers(ledger, record, Rejection.ALREADY_SENT)
            elif decides == "message":
                gathering.add_messages(ledger, record, Rejection.ALREADY_SENT)
    return people


def _what_decides(screening: Screening, days: int) -> str:
    """Say by what a person of a run so many days ago is a repeat; empty where by nothing."""
    if screening.already_sent == "send" or not screening.repeat_days:
        return ""
    if days > screening.repeat_days:
        return ""
    return screening.repeat_by or ("message" if days else "number")


def label(record: RunRecord) -> str:
    """Name a run and when it was sent, as a rejected row says it."""
    return earlier_run(record.plan.run, record.started_at or record.plan.planned_at)


@dataclass(frozen=True, slots=True)
class Gathering:
    """Add the people of earlier runs to those that a list is held against."""

    people: EarlierPeople
    now: float

    def add_numbers(self, ledger: Ledger, record: RunRecord, why: Rejection) -> None:
        """Add whom a run reached, or is about to, whatever it sent them."""
        self._add(ledger, record, why, self._reached(ledger, record))

    def add_since(
        self, ledger: Ledger, record: RunRecord, since: float, *, also_open: bool
    ) -> None:
        """Add whom a run reached since a time; also_open adds those whom it is about to."""
        also_open = also_open and self._is_at_work(ledger, record)
        reached = ledger.people.reached(record.plan.run, since, also_open=also_open)
        self._add(ledger, record, Rejection.REACHED_SINCE, reached)

    def add_messages(self, ledger: Ledger, record: RunRecord, why: Rejection) -> None:
        """Add whom a run reached, or is about to, for the message that it sent them."""
        own = self.people.scheme.name
        for reached in self._reached(ledger, record):
            if reached.people is not None and reached.people.scheme != own:
                # A cell may be read otherwise by now: then the number decides.
                self._add(ledger, record, why, [reached])
                continue
            digests = self._messages(ledger, record, reached)
            if digests is not None:
                self.people.add_messages(digests, (why, label(record)))

    def _add(
        self, ledger: Ledger, record: RunRecord, why: Rejection, reached: Iterable[PeopleReached]
    ) -> None:
        for chunk in reached:
            digests = self._numbers(ledger, chunk)
            if digests is not None:
                self.people.add_numbers(digests, (why, label(record)))

    def _reached(self, ledger: Ledger, record: RunRecord) -> Iterator[PeopleReached]:
        at_work = self._is_at_work(ledger, record)
        return ledger.people.reached(record.plan.run, also_open=at_work)

    def _is_at_work(self, ledger: Ledger, record: RunRecord) -> bool:
        if record.finished_at is not None:
            return False
        just_planned = self.now - record.plan.planned_at < JUST_PLANNED_S
        is_new = record.started_at is None and just_planned
        return is_new or ledger.people.is_held(record.plan.run)

    def _numbers(self, ledger: Ledger, reached: PeopleReached) -> Digests | None:
        scheme, people = self.people.scheme, reached.people
        if people is not None and people.scheme.startswith(f"{scheme.of_numbers}."):
            return _at(unpacked(people.numbers), reached.positions)
        recipients = _recipients(ledger, reached)
        return None if recipients is None else scheme.numbers(recipients.phones)

    def _messages(
        self, ledger: Ledger, record: RunRecord, reached: PeopleReached
    ) -> Digests | None:
        if reached.people is not None:
            return _at(unpacked(reached.people.messages), reached.positions)
        recipients, message = _recipients(ledger, reached), record.plan.message
        if recipients is None:
            return None
        values = recipients.values[: len(message.fields)]
        scheme = scheme_of(self.people.scheme.key, message)
        return scheme.messages(recipients.phones, values)


def _at(digests: Digests, positions: Sequence[int]) -> Digests:
    if isinstance(positions, range):
        return digests[positions.start : positions.stop]
    return digests[np.asarray(positions, dtype=np.int64)]


def _recipients(ledger: Ledger, reached: PeopleReached) -> Recipients | None:
    """Return who was reached, for digests that are not recorded; None where they are forgotten."""
    try:
        return ledger.recipients(reached.run, reached.chunk).pick(reached.positions)
    except UsageError:
        return None


@dataclass(slots=True)
class Repeats:
    """How many people of a list were sent to already, by the run that did it.

    A person is a number, on however many rows it stands; whoever is to get something new is new,
    although other rows of theirs were sent. finished are runs that the same command finished first:
    nobody is asked about their people. what is what people were given: "sent this message", or of a
    run of links a link. rehearsed says that all of it went to the emulator.
    """

    finished: Collection[RunId] = ()
    what: str = Words("sent this message")
    rehearsed: bool = False
    _new: "array[int]" = field(default_factory=lambda: array("q"))
    _repeated: dict[str, "array[int]"] = field(default_factory=dict)

    def counted(self, blocks: Iterator[RowBlock]) -> Iterator[RowBlock]:
        """Pass blocks through and count the repeats among their people."""
        for block in blocks:
            self._new.frombytes(numbers_of(block.recipients.phones).tobytes())
            for row in block.rejected:
                if row.reason is Rejection.ALREADY_SENT:
                    self._repeated.setdefault(row.detail, array("q")).append(int(row.phone))
            yield block

    @classmethod
    def of(cls, message: Message, finished: Collection[RunId] = ()) -> "Repeats":
        """Begin to count the repeats of a message."""
        links = message.channel is Channel.LINKS_ONLY
        return cls(
            finished, Words("given a link for this card") if links else Words("sent this message")
        )

    @property
    def by_run(self) -> Counter[str]:
        """Count the people that are no longer new, each under one run, as its rows name it."""
        found: Counter[str] = Counter()
        known = _people(self._new)
        for told, numbers in self._repeated.items():
            repeated = np.setdiff1d(_people(numbers), known, assume_unique=True)
            found[told] = len(repeated)
            known = np.union1d(known, repeated)
        return +found

    @property
    def count(self) -> int:
        """Count the people that are no longer new."""
        return self.by_run.total() if self._repeated else 0

    @property
    def new(self) -> int:
        """Count the people that the run would send to."""
        return len(_people(self._new))

    def must_ask(self, screening: Screening) -> bool:
        """Tell whether so many are a person's to decide."""
        if screening.already_sent != "ask" or not self._repeated:
            return False
        by_run = self.by_run
        asked = sum(n for told, n in by_run.items() if run_said(told) not in self.finished)
        people = self.new + by_run.total()
        return 0 < asked >= min(REPEATS_MAX, screening.repeat_share * people)

    def sentence(self) -> Text:
        """Say it: how many of how many, when, by which run, and how many are new."""
        by_run, new = self.by_run, self.new
        (told, _), *others = by_run.most_common()
        count = by_run.total()
        run, _, at = told.partition(", ")
        more = filled(" and {runs} other {runs:run|runs}", runs=len(others)) if others else ""
        left = filled("{new} {new:is|are} new", new=new) if new else Words("nobody is new")
        sentence = Words(
            "{count} of {people} {people:person|people} {count:was|were} {what} at {at}, "
            "{run}{more}; {left}"
        )
        if self.rehearsed:
            sentence = Words(
                "{count} of {people} {people:person|people} would have been {what} at {at}, "
                "{run}{more}; {left}"
            )
        return filled(
            sentence,
            count=count,
            people=new + count,
            what=self.what,
            at=at,
            run=run,
            more=more,
            left=left,
        )

    def ask(self, campaign: Campaign, before: str = "") -> RepeatsFound:
        """Return what keeps the run from being planned until a person has decided.

        before is what else is said of the list first.
        """
        file = campaign.named
        new = (
            filled("koosend run {file} --yes sends to the others, ", file=file) if self.new else ""
        )
        sentence = joined(before, self.sentence())
        return RepeatsFound(
            filled(
                "{sentence}; nothing was sent: {new}koosend run {file} --again sends to everybody",
                sentence=sentence,
                new=new,
                file=file,
            ),
            sentence,
        )


def _people(numbers: "array[int]") -> npt.NDArray[np.int64]:
    """Return each number once, ascending."""
    return np.unique(np.array(numbers, np.int64))
