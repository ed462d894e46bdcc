"""`koosend init`."""

import os
from pathlib import Path

import click

from pipeline.cli.terminal.output import say, say_first, say_text
from pipeline.cli.terminal.speech import readers_language
from pipeline.core.errors import Exit, ReportUnwritable, UsageError
from pipeline.core.model import Channel
from pipeline.language import Words, filled, joined, system_words
from pipeline.runner.commands.init import Proposal, Wish, propose
from pipeline.settings.account import EMULATOR


@click.command(
    epilog="Example:  koosend init members.xlsx > campaign.toml\n\n"
    "koosend init members.xlsx --channel sms --output campaign.toml"
)
@click.argument("spreadsheet", type=click.Path())
@click.option(
    "--channel",
    type=click.Choice([str(channel) for channel in Channel]),
    default=str(Channel.AIM),
    show_default=True,
    help="What is sent: aim is a smart message, aim_basic a video SMS.",
)
@click.option(
    "--endpoint",
    default=EMULATOR,
    show_default=True,
    metavar="URL",
    help="Where it is sent: the emulator to rehearse, or KooMessage's https:// address.",
)
@click.option("--output", type=click.Path(), help="Write the campaign there instead of stdout.")
def init(spreadsheet: str, *, channel: str, endpoint: str, output: str | None) -> int:
    """Look at SPREADSHEET and write a commented campaign for it."""
    folder = Path(output).absolute().parent if output else Path.cwd()
    wish = Wish(Channel(channel), endpoint, readers_language())
    proposal = propose(Path(spreadsheet), folder, wish)
    say_first(proposal.marks, err=True)
    if output is None:
        say_text(proposal.text)
    else:
        _write(Path(output), proposal.text)
        say(filled("wrote {output}", output=output), err=True)
    _print_blanks(proposal, output or Words("the campaign"))
    return Exit.OK


def _write(file: Path, text: str) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            filled("{file} exists already; name another file", file=file), "KS0209"
        ) from None
    except OSError as error:
        raise ReportUnwritable(
            filled("{file} cannot be written ({why})", file=file, why=system_words(error)), "KS7302"
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


def _print_blanks(proposal: Proposal, name: str) -> None:
    if proposal.blanks:
        say(Words("Still to be filled in:"), err=True)
    for blank in proposal.blanks:
        say(joined("  ", blank.text), err=True)
    say(filled("Then: koosend check {name}", name=name), err=True)
