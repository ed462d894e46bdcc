"""`koosend report`."""

from pathlib import Path

import click

from pipeline.cli.terminal.output import print_json, say, say_first, shared_options
from pipeline.core.errors import Exit
from pipeline.language import Language, filled
from pipeline.runner.commands.report import give_back, write_files
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import open_place


@click.command(
    epilog="Example:  koosend report configs/aim.toml\n\nThe colleague's own workbook, with what "
    "became of each row:  koosend report configs/aim.toml --into members.xlsx"
)
@click.argument("run_or_campaign", metavar="RUN")
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    help="Of report.xlsx and of the texts. Default: [report] language, else that of $LANG.",
)
@click.option(
    "--into",
    type=click.Path(dir_okay=False),
    help="Give this .xlsx, the run's source, back with columns for the outcomes.",
)
@shared_options
def report(
    run_or_campaign: str,
    *,
    language: str | None,
    into: str | None,
    as_json: bool,
    state: Path | None,
) -> int:
    """Write RUN's outcomes.csv, rejected.csv, report.xlsx and report.html into its folder."""
    with open_place(run_or_campaign, state, SystemClock()) as place:
        chosen = Language(language) if language else None
        files = write_files(place, place.run.plan.run, chosen)
        paths = [files.outcomes, files.rejected, files.workbook, files.page]
        paths += [path for path in (files.links, files.family) if path is not None]
        if into is not None:
            given = give_back(place, place.run.plan.run, Path(into), chosen)
            paths.append(given.workbook)
            for lost in given.lost:
                say(filled("the copy of {into} lost: {lost}", into=into, lost=lost), err=True)
    marks = marks_of(place.run)
    if as_json:
        print_json(
            {"run": place.run.plan.run, **marks.as_json(), "files": [str(path) for path in paths]}
        )
    else:
        say_first(marks)
        for path in paths:
            say(str(path))
    return Exit.OK
