"""`koosend demo`."""

from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.terminal.output import say
from pipeline.core.errors import Exit
from pipeline.language import Words, filled
from pipeline.runner.commands.demo import lay_out

_WAIT = "90s"


@click.command(epilog="Example:  koosend demo koosend-demo")
@click.argument("folder", type=click.Path(file_okay=False), default="koosend-demo")
@click.option("--files-only", is_flag=True, help="Write the demo's files, and send nothing.")
@click.pass_context
def demo(context: click.Context, folder: str, *, files_only: bool) -> int:
    """Send to 12 000 made-up people through the embedded emulator; FOLDER holds it all.

    Its campaigns and spreadsheets are yours to change: files that are there are never written over.
    No account is needed, and nobody is sent anything.
    """
    laid_out = lay_out(Path(folder))
    if laid_out.written:
        say(
            filled(
                "{n} {n:file is|files are} written below {folder}",
                n=laid_out.written,
                folder=folder,
            )
        )
    if files_only:
        return Exit.OK
    file = str(laid_out.campaign)
    for words, before in (
        (("run", file), ""),
        (
            ("reconcile", file, "--wait", _WAIT),
            Words("The links of this demo live 20 seconds. Waiting until every row is final ..."),
        ),
        (("verify", file), ""),
        (("report", file), Words("Report (open report.xlsx first):")),
    ):
        code = _do(context, words, before)
        if code:
            return code
    return Exit.OK


def _do(context: click.Context, words: Sequence[str], before: str) -> int:
    """Do as a user would who types these words, after saying something."""
    say()
    if before:
        say(before)
    say(filled("$ koosend {words}", words=" ".join(words)))
    command = context.find_root().command
    code = command.main(words, prog_name="koosend", standalone_mode=False)
    return code if isinstance(code, int) else Exit.OK
