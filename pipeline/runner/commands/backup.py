"""`backup`: copy a state folder's ledger, and its accounts' stores, while runs go on."""

import os
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.language import Words
from pipeline.ports import Clock
from pipeline.runner.backups.making import Backup, Wish, back_up
from pipeline.runner.session.place import folder_asked_for, is_run_id, state_folder
from pipeline.settings import load_campaign


def backup(campaign: str | None, given: Path | None, wish: Wish, clock: Clock) -> Backup:
    """Back up the state folder that was named, else the campaign's. Nothing in it is changed.

    Raises UsageError for a run, which is no folder, CampaignInvalid, and what back_up does.
    """
    if campaign is not None and is_run_id(campaign):
        raise UsageError(
            Words("koosend backup takes a campaign file or --state, not a run"), "KS0208"
        )
    named = state_folder(given, os.environ)
    # A campaign that cannot be read keeps nobody from a backup of a folder that is named.
    loaded = load_campaign(Path(campaign), clock.now()) if campaign and named is None else None
    return back_up(named or folder_asked_for(None, loaded), wish, clock.now())


def as_json(made: Backup) -> dict[str, object]:
    """Return the one object that --json prints."""
    manifest = made.found.manifest
    return {
        "backup": str(made.found.folder),
        "state": manifest.state,
        "identity": manifest.identity,
        "made": manifest.made,
        "runs": manifest.runs,
        "files": len(manifest.files),
        "stores": len(manifest.stores),
        "bytes": made.bytes,
        "removed": list(made.removed),
    }
