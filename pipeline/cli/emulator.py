"""`koosend emulator`."""

from pathlib import Path

import click

from pipeline.core.errors import Exit
from pipeline.runner.commands.emulator import EmulatorOptions, serve


@click.command(
    epilog="Example:  koosend emulator --port 8088 --journal journal.jsonl\n\nThen set "
    'endpoint = "http://127.0.0.1:8088" in a campaign, with access key emulator-ak and secret '
    "emulator-sk."
)
@click.option("--port", default=0, show_default=True, help="0 takes a free one.")
@click.option("--seed", default=7, show_default=True, help="Decides what each handset does.")
@click.option("--journal", type=click.Path(), help="File that gets a line for each message.")
@click.option("--rate", default=0, show_default=True, help="Calls per second; 0 is no limit.")
@click.option("--faults", type=click.Path(dir_okay=False), help="TOML of what goes wrong when.")
@click.option("--world", type=click.Path(dir_okay=False), help="TOML that replaces the defaults.")
@click.option("--link-lifetime-s", type=float, help="Life of every link, instead of days.")
@click.option(
    "--report-timeout-s", type=float, help="Seconds until silence counts, instead of 72 h."
)
@click.option("--token-lifetime-s", type=float, help="Life of a token, instead of 24 h.")
def emulator(**given: object) -> int:
    """Run a local KooMessage until it is interrupted; prints its address as one JSON line."""
    for name in ("journal", "world", "faults"):
        value = given[name]
        given[name] = Path(str(value)) if value else None
    serve(EmulatorOptions(**given))  # type: ignore[arg-type]  # click has checked each type
    return Exit.OK
