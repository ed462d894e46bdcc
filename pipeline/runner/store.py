"""Open the store of the account that a campaign sends by."""

import os
from pathlib import Path

from pipeline.ledger.account import SqliteAccountStore
from pipeline.runner.identity import account_key
from pipeline.runner.store_folder import store_folder
from pipeline.settings import Campaign


def open_store(campaign: Campaign, state: Path) -> SqliteAccountStore:
    """Open the account's store. Raises LedgerUnwritable, and CredentialsRefused without keys."""
    key = account_key(campaign, os.environ)
    folder = store_folder(campaign.account.store, key.text, state, os.environ)
    return SqliteAccountStore(folder, key.digest, key.text)
