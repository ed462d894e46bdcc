"""Tell what a person must look at at the receipts' door: what waits, and what looks forged."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from pipeline.core.times import DAY_S, in_china
from pipeline.language import Text, Words, filled
from pipeline.ports import OTHER_ACCOUNT, Ledger, StorePlace, WaitingOptOuts
from pipeline.runner.door.known import ledgers_of, names_in
from pipeline.runner.session.shared_lists import places_that_count, stores_of
from pipeline.runner.session.store_folder import store_if_there
from pipeline.settings import Campaign

SENT_TO_DAYS = 7
"""Whom the account sent to in so many days is who may be expected to reply."""

FEW = 100
"""So many are no sign, however few were sent to: one list's worth of people answers late."""

SHARE = 20
"""Of the people sent to one in so many may opt out a day. Marketing sees one in fifty at worst."""


@dataclass(frozen=True, slots=True)
class DoorSigns:
    """What came at the door of a state folder. option names its list on a command line.

    of_another counts receipts of the last 24 hours that named another account. replies came today
    (China's day), and left_out numbers wanted nothing more; sent_to people are those of the runs
    that the account began in the last SENT_TO_DAYS days, in all its folders.
    """

    option: str
    waiting: WaitingOptOuts = field(default_factory=WaitingOptOuts)
    of_another: int = 0
    replies: int = 0
    left_out: int = 0
    sent_to: int = 0

    @property
    def held(self) -> str:
        """Say what waits for a person's decision; empty where nothing does."""
        if not self.waiting.numbers:
            return ""
        who = filled("{numbers} {numbers:number|numbers}", numbers=self.waiting.numbers)
        return filled(
            "{who} that this account never was to send to opted out, beyond what "
            "receipts.strangers_per_day honours by itself; a person must decide "
            "whether that counts: koosend suppress strangers {option}, then --honour "
            "or --refuse",
            who=who,
            option=self.option,
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say all of it, one sentence for each thing that a person must look at."""
        return tuple(filter(None, (self.held, *self._forged())))

    def as_json(self) -> dict[str, object]:
        """Return what --json prints."""
        return {
            "waiting_opt_outs": self.waiting.numbers,
            "receipts_of_another_account": self.of_another,
            "replies_today": self.replies,
            "left_out_today": self.left_out,
            "sent_to_lately": self.sent_to,
        }

    def _forged(self) -> Iterator[Text]:
        mend = Words("if they are forged, change the secret of the receipts' address")
        if self.of_another:
            yield (
                filled(
                    "{receipts} {receipts:receipt|receipts} of the last 24 hours named "
                    "another account than this one, and nothing was made of that: change "
                    "the secret of the receipts' address; if the console calls this "
                    "account so, set receipts.domain_id",
                    receipts=self.of_another,
                )
            )
        lately = filled(
            "{people} {people:person|people} {people:was|were} sent to in {sent_to_days} days",
            people=self.sent_to,
            sent_to_days=str(SENT_TO_DAYS),
        )
        if self.left_out > max(FEW, self.sent_to // SHARE):
            yield (
                filled(
                    "{numbers} {numbers:number|numbers} opted out by replies today, and "
                    "{lately}: read the last replies; {mend}, and let people back in with "
                    "koosend suppress remove",
                    numbers=self.left_out,
                    lately=lately,
                    mend=mend,
                )
            )
        elif self.replies > max(FEW, self.sent_to):
            yield (
                filled(
                    "{replies} {replies:reply|replies} came today, and only {lately}: read "
                    "the last replies; {mend}",
                    replies=self.replies,
                    lately=lately,
                    mend=mend,
                )
            )


def signs_of(ledger: Ledger, state: Path, campaign: Campaign | None, now: float) -> DoorSigns:
    """Look at a folder's receipts, and at the lists and the runs of its accounts; change nothing.

    Raises LedgerUnwritable where a store cannot be opened.
    """
    option = f"--state {quote(str(state))}"
    if campaign is not None:
        option = f"--campaign {quote(str(campaign.file))}"
    places = places_that_count(stores_of(ledger, state, campaign), campaign)
    replies, left_out = ledger.receipts.count_replies_since(_begin_of_day(now))
    return DoorSigns(
        option,
        waiting_in(ledger, places),
        _of_another(ledger, now - DAY_S),
        replies,
        left_out,
        _sent_to(ledger, places, now - SENT_TO_DAYS * DAY_S) if replies > FEW else 0,
    )


def waiting_in(ledger: Ledger, places: tuple[StorePlace, ...]) -> WaitingOptOuts:
    """Count what waits on the list of the account that counts, else on the folder's own."""
    for place in places[:1]:
        with store_if_there(place.folder, place.account) as store:
            if store is not None:
                return store.suppressions.count_waiting()
    return ledger.screening.count_waiting()


def _of_another(ledger: Ledger, since: float) -> int:
    tallies = ledger.receipts.receipt_tallies(since)
    return sum(one.recent for one in tallies if one.kind == OTHER_ACCOUNT)


def _sent_to(ledger: Ledger, places: tuple[StorePlace, ...], since: float) -> int:
    people: dict[tuple[str, str], int] = {}
    for place in places:
        with store_if_there(place.folder, place.account) as store:
            if store is None:
                continue
            names = names_in(store, place)
            for one in ledgers_of(store, ledger):
                for run in one.runs():
                    began = run.started_at is not None and run.started_at >= since
                    if began and run.plan.account in names:
                        people[one.identity(), run.plan.run] = run.recipients
    return sum(people.values())


def _begin_of_day(now: float) -> float:
    return in_china(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
