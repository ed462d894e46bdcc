"""Open the store of the account that a campaign sends by."""

import os
from collections.abc import Mapping
from pathlib import Path

from pipeline.core.account import AccountKey
from pipeline.ledger.account import SqliteAccountStore
from pipeline.runner.identity import account_key
from pipeline.settings import Campaign

FOLDER = "koosend-accounts"
"""The folder of accounts' stores, beside a state folder or in the user's state directory."""


def store_folder(campaign: Campaign, state: Path, environ: Mapping[str, str]) -> Path:
    """Say where the account's store lies.

    The embedded emulator is an account of its state folder alone. A provider on this machine is
    known beside the state folder; a real one in the user's state directory, so that every state
    folder meets the same store.
    """
    account = campaign.account
    if account.store is not None:
        return account.store
    if account.is_emulator:
        return state / "account"
    if account.is_loopback:
        return state.parent / FOLDER
    home = environ.get("XDG_STATE_HOME", "")
    base = Path(home) if home.startswith("/") else Path.home() / ".local" / "state"
    return base / "koosend" / "accounts"


def open_store(campaign: Campaign, state: Path) -> SqliteAccountStore:
    """Open the account's store. Raises LedgerUnwritable, and CredentialsRefused without keys."""
    key: AccountKey = account_key(campaign, os.environ)
    return SqliteAccountStore(store_folder(campaign, state, os.environ), key.digest, key.text)
