"""`koosend init`."""

import os
from pathlib import Path

import click

from pipeline.core.errors import Exit, ReportUnwritable, UsageError
from pipeline.runner.commands.init import propose


@click.command(epilog="Example:  koosend init members.xlsx > campaign.toml")
@click.argument("spreadsheet", type=click.Path())
@click.option("--output", type=click.Path(), help="Write the campaign there instead of stdout.")
def init(spreadsheet: str, *, output: str | None) -> int:
    """Look at SPREADSHEET and write a commented campaign for it."""
    folder = Path(output).absolute().parent if output else Path.cwd()
    text = propose(Path(spreadsheet), folder)
    if output is None:
        click.echo(text, nl=False)
        return Exit.OK
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{output} exists already; name another file") from None
    except OSError as error:
        raise ReportUnwritable(f"{output} cannot be written ({error.strerror})") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    click.echo(f"wrote {output}; fill in the template, then: koosend check {output}", err=True)
    return Exit.OK
