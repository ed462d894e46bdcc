"""Find the accounts' suppression lists that a state folder's opt-outs are written to."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.core.errors import CredentialsRefused
from pipeline.ports import Ledger, RunRecord, StorePlace
from pipeline.runner.session.place import own_campaign
from pipeline.runner.session.store_folder import store_folder
from pipeline.settings import Campaign
from pipeline.settings.account import EMULATOR, LOOPBACK, REAL, kind_of, parsed


def share_lists(
    ledger: Ledger, state: Path, campaign: Campaign | None = None
) -> tuple[StorePlace, ...]:
    """Let a ledger work on the list of its account, and write opt-outs to those of all its runs.

    The campaign's account counts, else that of the latest run. A rehearsal's opt-outs stay in the
    rehearsal: where the folder has runs of several kinds, only those of the campaign's kind are
    taken, without a campaign the real ones first. Without the campaign's keys its runs say which
    account it has. Returns where the accounts' stores are; with none the ledger's own list goes
    on, and is joined to the account's at the next start.
    """
    chosen = places_that_count(stores_of(ledger, state, campaign), campaign)
    for place in reversed(chosen):
        ledger.share_list(place, counts=place is chosen[0])
    return chosen


def stores_of(ledger: Ledger, state: Path, campaign: Campaign | None) -> tuple[StorePlace, ...]:
    """Say where the stores of all accounts of a folder are, the one that counts first."""
    return tuple(place for _, place in store_places(ledger, state, campaign))


def places_that_count(
    places: Sequence[StorePlace], campaign: Campaign | None
) -> tuple[StorePlace, ...]:
    """Choose, of a folder's stores, those of the campaign's kind, else the real ones first."""
    if not places:
        return ()
    kinds = {kind_of(place.account) for place in places}
    kind = next(known for known in (REAL, LOOPBACK, EMULATOR) if known in kinds)
    if campaign is not None:
        kind = kind_of(campaign.account.origin)
    return tuple(place for place in places if kind_of(place.account) == kind)


def place_of_run(record: RunRecord, state: Path) -> StorePlace:
    """Say where the store of a run's account lies, by its campaign file where that is left."""
    account = record.plan.account
    campaign = own_campaign(record, record.plan.planned_at)
    configured: str = campaign.account.store if campaign else ""
    folder = store_folder(configured, account, state, os.environ)
    return StorePlace(folder, parsed(account).digest, account)


def store_places(
    ledger: Ledger, state: Path, campaign: Campaign | None
) -> Iterator[tuple[str, StorePlace]]:
    """Yield each account with the place of its store, the one that counts first."""
    seen: set[str] = set()
    if campaign is not None:
        from pipeline.runner.session.account import (  # noqa: PLC0415 -- brings what opens sockets
            store_place,
        )

        try:
            own = store_place(campaign, state)
        except CredentialsRefused:
            pass
        else:
            seen.add(own.account)
            yield own.account, own
    for record in ledger.runs():
        account = record.plan.account
        if account and account not in seen:
            seen.add(account)
            yield account, place_of_run(record, state)
