"""`koosend restore`."""

from pathlib import Path

import click

from pipeline.cli.terminal.output import print_json, say, shared_options
from pipeline.core.errors import Exit
from pipeline.language import filled
from pipeline.runner.commands.restore import as_json as json_of
from pipeline.runner.commands.restore import next_commands
from pipeline.runner.commands.restore import restore as put_back
from pipeline.runner.session.outside import SystemClock


@click.command(
    epilog="Example:  koosend restore /backup/koosend/koosend-2026-11-28-020000-3fa85f64\n\n"
    "Without --state it is put back into the folder that it was made of."
)
@click.argument("backup", type=click.Path(path_type=Path))
@shared_options
def restore(backup: Path, *, state: Path | None, as_json: bool) -> int:
    """Put BACKUP into a state folder without a ledger.

    Its unfinished runs send nothing before KooMessage was asked for all that was sent since. An
    account's store that stands in its place is left as it is.
    """
    done = put_back(backup.absolute(), state, SystemClock())
    if as_json:
        print_json(json_of(done))
        return Exit.OK
    manifest = done.found.manifest
    say(
        filled(
            "put back into {state}: {runs} {runs:run|runs}, as of {made}",
            state=done.state,
            runs=manifest.runs,
            made=manifest.made,
        )
    )
    for store in done.stores:
        say(filled("the account's store was put back as well: {store}", store=store))
    for store in done.kept:
        say(
            filled(
                "the account's store {store} is there, knows more, and was left as it is",
                store=store,
            )
        )
    for line in next_commands(done):
        say(filled("Next:  {line}", line=line))
    return Exit.OK
