"""`koosend schedule`."""

import os
from pathlib import Path
from typing import TypedDict, Unpack

import click

from pipeline.cli.terminal.output import say, say_first, say_text
from pipeline.core.errors import Exit, UsageError
from pipeline.language import Words
from pipeline.runner.commands.schedule import Kind, install, remove, shown, usual_kind
from pipeline.runner.scheduling.jobs import Wish, made_schedule, user_of
from pipeline.runner.scheduling.places import places_of
from pipeline.runner.session.outside import SystemClock
from pipeline.settings import load_campaign


class _Asked(TypedDict):
    """The options of `schedule`, as click hands them over."""

    at: str
    kind: str | None
    is_installed: bool
    is_removed: bool
    user: str
    env_file: str
    mail: str
    late: bool
    rehearsal: bool


@click.command(
    epilog="Example:  koosend schedule campaign.toml --at 20:30 --mail ops@example.com --install"
)
@click.argument("campaign", type=click.Path(dir_okay=False))
@click.option("--at", default="20:30", show_default=True, help="Time of day in China.")
@click.option(
    "--for",
    "kind",
    type=click.Choice([str(kind) for kind in Kind]),
    help="What starts it. Default: systemd where it runs, else cron.",
)
@click.option("--install", "is_installed", is_flag=True, help="Write it, not only show it.")
@click.option("--remove", "is_removed", is_flag=True, help="Take away what --install wrote.")
@click.option("--user", default="", help="Who runs it, as root says. Default: whoever calls.")
@click.option(
    "--env-file",
    default="",
    type=click.Path(dir_okay=False),
    help="File of the variables that hold secrets. Default: koosend.env in the state folder.",
)
@click.option("--mail", default="", help="Who gets the last words of a night that failed.")
@click.option("--late", is_flag=True, help="Make up for a missed night, however late (systemd).")
@click.option("--rehearsal", is_flag=True, help="Rehearse every day: nobody is sent anything.")
def schedule(campaign: str, **asked: Unpack[_Asked]) -> int:
    """Show, or write, what runs CAMPAIGN every night and closes its books every hour."""
    if asked["is_installed"] and asked["is_removed"]:
        raise UsageError(
            Words("--install and --remove exclude each other; say one of them"), "KS0206"
        )
    now = SystemClock().now()
    loaded = load_campaign(Path(campaign), now)
    places = places_of(user_of(asked["user"]), os.environ)
    if asked["is_removed"]:
        for sentence in remove(loaded, places):
            say(sentence)
        return Exit.OK
    wish = Wish(asked["at"], asked["mail"], asked["user"], asked["env_file"], asked["late"])
    made = made_schedule(loaded, wish, rehearsal=asked["rehearsal"])
    kind = Kind(asked["kind"]) if asked["kind"] else usual_kind()
    if not asked["is_installed"]:
        say_text(shown(made, kind, places, now))
        return Exit.OK
    say_first(made.marks)
    for sentence in install(made, kind, places, now):
        say(sentence)
    return Exit.OK
