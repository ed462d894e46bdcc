"""`koosend schedule`."""

from pathlib import Path

import click

from pipeline.cli.terminal.output import say_text
from pipeline.core.errors import Exit
from pipeline.runner.commands.schedule import crontab
from pipeline.runner.session.outside import SystemClock
from pipeline.settings import load_campaign


@click.command(epilog="Example:  koosend schedule campaign.toml --at 20:30 --mail ops@example.com")
@click.argument("campaign", type=click.Path(dir_okay=False))
@click.option("--at", default="20:30", show_default=True, help="Time of day, by this machine.")
@click.option("--mail", default="", help="Who gets the last words of a run that failed.")
@click.option("--rehearsal", is_flag=True, help="Rehearse every day: nobody is sent anything.")
def schedule(campaign: str, *, at: str, mail: str, rehearsal: bool) -> int:
    """Print the crontab lines that run CAMPAIGN every day: absolute paths, lock, log, mail."""
    now = SystemClock().now()
    loaded = load_campaign(Path(campaign), now)
    say_text(crontab(loaded, at, mail, now, rehearsal=rehearsal))
    return Exit.OK
