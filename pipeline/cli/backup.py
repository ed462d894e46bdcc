"""`koosend backup`."""

from pathlib import Path

import click

from pipeline.cli.terminal.output import print_json, say, shared_options
from pipeline.core.errors import Exit
from pipeline.language import filled
from pipeline.runner.backups.making import Wish
from pipeline.runner.commands.backup import as_json as json_of
from pipeline.runner.commands.backup import backup as make_backup
from pipeline.runner.session.outside import SystemClock

_MEGABYTE = 1_000_000


@click.command(epilog="Example:  koosend backup configs/aim.toml --to /backup/koosend --keep 14")
@click.argument("campaign", required=False)
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder of backups; each gets a folder of its own in it.",
)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Remove older backups of this state folder, but for the latest N.",
)
@shared_options
def backup(
    campaign: str | None, *, to: Path, keep: int | None, state: Path | None, as_json: bool
) -> int:
    """Copy the ledger of CAMPAIGN, or of the state folder, and its account's store; runs go on.

    Reports and spreadsheets are not copied.
    """
    made = make_backup(campaign, state, Wish(to.absolute(), keep or 0), SystemClock())
    if as_json:
        print_json(json_of(made))
        return Exit.OK
    manifest = made.found.manifest
    stores = filled(
        "{stores} {stores:account's store|account's stores}", stores=len(manifest.stores)
    )
    gone = len(made.removed)
    removed = filled("; {gone} older {gone:one|ones} removed", gone=gone) if gone else ""
    say(
        filled(
            "backed up, and proved: {runs} {runs:run|runs} and {stores} of {state} in "
            "{folder}, {bytes} MB{removed}",
            runs=manifest.runs,
            stores=stores,
            state=manifest.state,
            folder=made.found.folder,
            bytes=f"{made.bytes / _MEGABYTE:,.1f}",
            removed=removed,
        )
    )
    return Exit.OK
