"""Say where accounts' stores lie, without the keys that an account is known by."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.core.errors import CampaignInvalid
from pipeline.language import Words
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ports import RunRecord
from pipeline.runner.session.place import Place, own_campaign
from pipeline.settings.account import EMULATOR, LOOPBACK, kind_of, parsed

FOLDER = "koosend-accounts"
"""The folder of accounts' stores, beside a state folder or in the user's state directory."""


def store_folder(configured: str, account: str, state: Path, environ: Mapping[str, str]) -> Path:
    """Say where the store of an account lies. configured is account.store, empty for none.

    The embedded emulator is an account of its state folder alone. A provider on this machine is
    known beside the state folder; a real one in the user's state directory, so that every state
    folder meets the same store. Raises CampaignInvalid where the user has no home folder.
    """
    if configured:
        return Path(configured)
    kind = kind_of(account)
    if kind == EMULATOR:
        return state / "account"
    if kind == LOOPBACK:
        return state.parent / FOLDER
    home = environ.get("XDG_STATE_HOME", "")
    try:
        base = Path(home) if home.startswith("/") else Path.home() / ".local" / "state"
    except RuntimeError:
        raise CampaignInvalid(
            Words(
                "the account's store belongs into the home folder, and this user has none: set "
                "HOME, or name a folder as [account] store"
            ),
            "KS7814",
        ) from None
    return base / "koosend" / "accounts"


def folder_of_run(place: Place, record: RunRecord) -> Path:
    """Say where the store lies that a run's account has, by its campaign file where that is left.

    Without the file it is looked for at its usual place.
    """
    campaign = own_campaign(record, record.plan.planned_at)
    configured: str = campaign.account.store if campaign else ""
    return store_folder(configured, record.plan.account, place.state, os.environ)


@contextmanager
def store_if_there(folder: Path, account: str) -> Iterator[SqliteAccountStore | None]:
    """Open the store of a recorded account; None where it has none. Raises LedgerUnwritable."""
    key = parsed(account)
    if not (folder / f"{key.digest}.sqlite3").exists():
        yield None
        return
    with closing(SqliteAccountStore(folder, key.digest, key.text)) as store:
        yield store
