"""By which names a campaign's account is known, and the store that belongs to it."""

import os
from collections.abc import Iterable
from pathlib import Path

from pipeline.core.errors import CredentialsRefused
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ports import AccountStore, RunRecord
from pipeline.runner.session.account import account_key
from pipeline.runner.session.store_folder import store_folder
from pipeline.settings import Campaign
from pipeline.settings.account import Accounts, origin_of


def accounts_of(campaign: Campaign, store: AccountStore | None = None) -> Accounts:
    """Tell by which names the campaign's account is known.

    Raises CredentialsRefused where the environment does not hold what the campaign names.
    """
    key = account_key(campaign, os.environ)
    known = store.same_accounts() if store is not None else ()
    return Accounts(key.text, frozenset(one.account for one in known))


def names_for_counting(campaign: Campaign, runs: Iterable[RunRecord]) -> frozenset[str]:
    """Return the names of the account, or without its keys all that runs of its endpoint had.

    Only for what sends nothing.
    """
    try:
        return accounts_of(campaign).names
    except CredentialsRefused:
        found = (run.plan.account for run in runs)
        origin = campaign.account.origin
        return frozenset(name for name in found if origin_of(name) == origin)


def open_store(campaign: Campaign, state: Path) -> SqliteAccountStore:
    """Open the account's store. Raises LedgerUnwritable, and CredentialsRefused without keys."""
    key = account_key(campaign, os.environ)
    folder = store_folder(campaign.account.store, key.text, state, os.environ)
    return SqliteAccountStore(folder, key.digest, key.text)
