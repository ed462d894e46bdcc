"""What earlier runs of a campaign left unsent or in doubt: what goes on, and what must wait."""

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from pipeline.core.errors import Interrupted, KoosendError
from pipeline.core.model import Recipients, Rejection, RunId
from pipeline.core.times import day_in_china, days_between
from pipeline.language import Text, Words, altered, filled
from pipeline.ports import Ledger, RunRecord
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from pipeline.reader.rows.digests import Digests, PeopleScheme
from pipeline.runner.earlier.unsent import (
    KeptBack,
    close_rows,
    drop_run,
    in_doubt,
    kept_back,
    unsent,
)
from pipeline.runner.planning.find import ABOVE, stored
from pipeline.runner.planning.plan import reader_options
from pipeline.runner.planning.screening import Reach, screened
from pipeline.runner.session.outside import Outside
from pipeline.runner.session.place import Place, is_trial, named
from pipeline.settings import Campaign
from pipeline.settings.account import EMULATOR, Accounts, kind_of

_KEPT_BACK = {
    KeptBack.CANARY: Words("its first recipients stopped it"),
    KeptBack.ONLY_FIRST: Words("it was to reach its first recipients only"),
    KeptBack.PERSON: Words("a person stopped it"),
    KeptBack.RESTORED: Words("its ledger was put back from a copy"),
    KeptBack.PAUSED: Words("a person paused it"),
}


@dataclass(frozen=True, slots=True)
class Leftover:
    """A run with rows that were not sent, or that may have been. people counts the former.

    doubts counts the requests that hold the latter. why_not says what keeps this command from
    finishing the run by itself; empty where nothing does.
    paused: a person must resume it before any command does.
    """

    record: RunRecord
    people: int
    doubts: int
    why_not: str = ""
    paused: bool = False

    @classmethod
    def found(cls, ledger: Ledger, record: RunRecord, why_not: str = "") -> "Leftover | None":
        """Count what a run has left; None where that is nothing."""
        people, doubts = unsent(ledger, record.plan.run), in_doubt(ledger, record.plan.run)
        return cls(record, people, doubts, why_not) if people or doubts else None

    @property
    def sentence(self) -> Text:
        """Name the rows, the reason, and what can be done."""
        run, day = self.record.plan.run, day_in_china(self.record.plan.planned_at)
        this = named(self.record)
        if not self.people:
            return filled(
                "{requests} {requests:request|requests} {requests:is|are} in doubt in "
                "run {run} of {day}: {why_not}; koosend reconcile {this} asks once "
                "more, koosend doubts {this} shows what a person can decide",
                requests=self.doubts,
                run=run,
                day=day,
                why_not=self.why_not,
                this=this,
            )
        on = filled("koosend run {this} goes on with it", this=this)
        if self.paused:
            on = filled("koosend resume {this} lets it go on", this=this)
        return filled(
            "{people} {people:person|people} {people:is|are} still to be sent to by "
            "run {run} of {day}: {why_not}; {on}, koosend drop {this} closes it",
            people=self.people,
            run=run,
            day=day,
            why_not=self.why_not,
            on=on,
            this=this,
        )


def leftovers_of(
    campaign: Campaign, ledger: Ledger, accounts: Accounts, own: RunRecord | None, now: float
) -> list[Leftover]:
    """List the campaign's runs in this ledger that have something left, the earliest first.

    own is the run that the command goes on with anyway. Runs that another process is at work on
    are none of them.
    """
    found = []
    for record in reversed(ledger.runs(campaign.name)):
        run = record.plan.run
        is_over = record.finished_at is not None or record.purged_at is not None
        if is_over or is_trial(record) or (own is not None and run == own.plan.run):
            continue
        if (kind_of(record.plan.account) == EMULATOR) != (kind_of(accounts.own) == EMULATOR):
            continue  # what was left of a rehearsal is nobody's, and the other way round
        left = Leftover.found(ledger, record)
        if left is not None and not ledger.people.is_held(run):
            why_not = _why_not(campaign, ledger, accounts, record, now)
            paused = kept_back(ledger, record) is KeptBack.PAUSED
            found.append(replace(left, why_not=why_not, paused=paused))
    return found


def _why_not(
    campaign: Campaign, ledger: Ledger, accounts: Accounts, record: RunRecord, now: float
) -> str:
    """Say what keeps a run from being finished by itself."""
    if record.plan.account not in accounts.names:
        return Words("it was begun by another account than the campaign's")
    if days_between(record.plan.planned_at, now) > campaign.screening.repeat_days:
        return filled(
            "it is older than the {repeat_days} days of repeat_days",
            repeat_days=str(campaign.screening.repeat_days),
        )
    if not _means_the_same(record, campaign):
        return Words("the campaign says something else by now")
    kept = kept_back(ledger, record)
    return "" if kept is None else _KEPT_BACK[kept]


def _means_the_same(record: RunRecord, campaign: Campaign) -> bool:
    known: Mapping[str, object] = json.loads(record.plan.meaning)
    own = {key: value for key, value in known.items() if key not in ABOVE}
    return stored(own) == stored(campaign.meaning())


@dataclass(frozen=True, slots=True)
class NewList:
    """The people of the list that is about to be planned, as digests in ascending order."""

    scheme: PeopleScheme
    numbers: Digests
    messages: Digests

    @classmethod
    def read(cls, options: ReaderOptions, scheme: PeopleScheme) -> "NewList":
        """Read who stands on the list and what they are to get."""
        numbers, messages = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
        for block in read(options):
            people = block.recipients
            numbers.append(scheme.numbers(people.phones))
            messages.append(scheme.messages(people.phones, people.values))
        return cls(scheme, np.sort(np.concatenate(numbers)), np.sort(np.concatenate(messages)))

    def superseded(self, recipients: Recipients, fields: int) -> Mapping[int, str]:
        """Return the rows of recipients who stand on the list with another message, and why."""
        sent = recipients.values[:fields]
        listed = np.isin(self.scheme.numbers(recipients.phones), self.numbers)
        same = np.isin(self.scheme.messages(recipients.phones, sent), self.messages)
        others = [recipients.rows[at] for at in np.flatnonzero(listed & ~same).tolist()]
        return dict.fromkeys(others, str(Rejection.SUPERSEDED))


def supersede(ledger: Ledger, record: RunRecord, new: NewList, now: float) -> int:
    """Close the rows of a run whose people the new list has with other values; count them."""
    judge = partial(new.superseded, fields=len(record.plan.message.fields))
    with closing(ledger.take(record.plan.run)) as writer:
        return close_rows(ledger, writer, record, judge, now)


@dataclass(slots=True)
class LeftoverWork:
    """Send what earlier runs of a campaign left, or close it, before another run is planned.

    send goes on with a run and returns what stopped it, if anything did. left learns of what stays,
    gone_on of the runs that were sent.
    """

    place: Place
    accounts: Accounts
    scheme: PeopleScheme
    send: Callable[[RunRecord], KoosendError | None]
    outside: Outside
    left: list[Leftover] = field(default_factory=list)
    gone_on: list[RunId] = field(default_factory=list)
    _new: NewList | None = None

    def see_to(self, campaign: Campaign, own: RunRecord | None) -> Collection[RunId]:
        """Do it, and return the runs that were gone on with.

        campaign has a source that can be read; own is the run that the command goes on with, None
        where the source is a new list. Raises Interrupted.
        """
        ledger, now = self.place.ledger, self.outside.clock.now()
        for leftover in leftovers_of(campaign, ledger, self.accounts, own, now):
            if leftover.why_not:
                self.left.append(leftover)
            elif campaign.leftovers == "ask":
                self.left.append(replace(leftover, why_not=Words("leftovers is set to ask")))
            elif campaign.leftovers == "drop":
                self._drop(leftover)
            else:
                if own is None:
                    self._supersede(campaign, leftover.record)
                self._go_on(leftover)
                self.gone_on.append(leftover.record.plan.run)
        return self.gone_on

    def _drop(self, leftover: Leftover) -> None:
        ledger, record = self.place.ledger, leftover.record
        # Its doubts are left: settled here, those that were not taken would be sent.
        closed = drop_run(ledger, record, self.outside.clock.now())
        people = filled("{people} {people:person|people} {people:is|are}", people=closed)
        still = Leftover.found(ledger, record, Words("it is not known whether they were taken"))
        if still is not None:
            self.left.append(still)
        elif closed:
            self.outside.ui.note(
                filled(
                    "run {run} is closed: {people} not sent to", run=record.plan.run, people=people
                )
            )

    def _supersede(self, campaign: Campaign, record: RunRecord) -> None:
        if campaign.screening.already_sent == "send":
            return
        ledger, now = self.place.ledger, self.outside.clock.now()
        if self._new is None:
            options = reader_options(campaign, record.plan.templates)
            reach = Reach(ledger.screening, self.accounts.names, now)
            self._new = NewList.read(screened(options, campaign, reach), self.scheme)
        closed = supersede(ledger, record, self._new, now)
        if closed:
            self.outside.ui.note(
                filled(
                    "run {run}: {people} {people:person|people} of it stand on the new "
                    "list with other values, and get those",
                    run=record.plan.run,
                    people=closed,
                )
            )

    def _go_on(self, leftover: Leftover) -> None:
        run = leftover.record.plan.run
        ledger = self.place.ledger
        left = Leftover.found(ledger, leftover.record)
        if left is not None:
            people, doubts = (
                filled("{people} {people:person|people}", people=left.people),
                filled("{requests} {requests:request|requests}", requests=left.doubts),
            )
            unsent = filled("{people} unsent", people=people)
            what = unsent if left.people else filled("{doubts} in doubt", doubts=doubts)
            self.outside.ui.note(filled("run {run} left {what}; it goes first", run=run, what=what))
        stopped = self.send(leftover.record)
        if isinstance(stopped, Interrupted):
            raise stopped
        said = stopped.text if stopped is not None else Words("it is not done yet")
        why = altered(said, lambda text: text.replace("；", ";").partition(";")[0])
        still = Leftover.found(ledger, leftover.record, why)
        if still is not None:
            self.left.append(still)
