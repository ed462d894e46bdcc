"""`koosend erase`: one person's data, out of every run of the account."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import click

from pipeline.cli.terminal.books import time_text
from pipeline.cli.terminal.output import (
    asked,
    confirm,
    print_json,
    print_table,
    say,
    say_first,
    shared_options,
)
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import Exit, UsageError
from pipeline.core.model import RunId
from pipeline.core.phones import mask, mask_in
from pipeline.language import Text, Words, filled, joined, listed
from pipeline.ports.erasing import Erasing, ErasureRecord
from pipeline.runner.commands import erase as erasing
from pipeline.runner.commands.erase import Done, Found
from pipeline.runner.forgetting.folders import Everywhere, everywhere
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock

_COLUMNS = (
    Column(Words("run")),
    Column(Words("campaign"), wraps=True),
    Column(Words("rows")),
    Column(Words("of others")),
    Column(Words("files")),
    Column("", wraps=True),
)
_DONE_BEFORE = (
    Column(Words("when")),
    Column(Words("person")),
    Column(Words("rows")),
    Column(Words("runs"), wraps=True),
    Column(Words("from"), wraps=True),
    Column(Words("by"), wraps=True),
)


class _Wished(TypedDict):
    """The options that say who and how, as click hands them over."""

    file: str | None
    listing: bool
    gone: bool
    yes: bool


@click.command(
    epilog="Example:  koosend erase --campaign campaign.toml\n\n"
    "Example:  koosend erase --file requests.txt --yes --campaign campaign.toml"
)
@click.argument("numbers", nargs=-1, metavar="")
@click.option(
    "--file", help="Numbers, one a line; - is standard input. Without it one is asked for."
)
@click.option("--list", "listing", is_flag=True, help="Show what was erased, when and from where.")
@click.option("--gone", is_flag=True, help="Go on without state folders that are not there.")
@click.option("--yes", is_flag=True, help="Do not ask. It cannot be undone.")
@click.option(
    "--campaign", type=click.Path(dir_okay=False), help="A campaign file: its account and folder."
)
@shared_options
def erase(
    numbers: tuple[str, ...],
    *,
    campaign: str | None,
    as_json: bool,
    state: Path | None,
    **wished: Unpack[_Wished],
) -> int:
    """Erase one person: number, values, replies and receipts, out of every run of the account.

    Their rows stay, without them, so that the books balance; nothing is sent to them any more.
    """
    if numbers:
        raise UsageError(
            Words(
                "a number on the command line stands in the shell's history and in ps, so it is "
                "not taken from there and nothing was erased: leave it out and type it when you "
                "are asked, or name a file with --file"
            ),
            "KS0216",
        )
    clock = SystemClock()
    file = _campaign(campaign)
    if wished["listing"]:
        with everywhere(file, state, clock) as place:
            return _list(place, as_json=as_json)
    phones = _numbers(wished["file"])
    with everywhere(file, state, clock) as place:
        found = erasing.look(place, phones)
        if not as_json:
            _tell(place, phones, found)
        confirm(_question(found, phones), yes=wished["yes"])
        done = erasing.erase(place, phones, Erasing(clock.now(), _command(wished["file"])))
        if as_json:
            print_json(erasing.as_json(place, found, phones, done))
        else:
            _tell_done(place, done)
    missing = bool(place.missing) and not wished["gone"]
    return Exit.WORK_LEFT if done.left or missing or not done.compact else Exit.OK


def _campaign(campaign: str | None) -> Path | None:
    """Return the campaign file that was named."""
    return Path(campaign) if campaign else None


def _numbers(file: str | None) -> tuple[str, ...]:
    if file is not None:
        return erasing.numbers_in(Path(file))
    if not sys.stdin.isatty():
        raise UsageError(
            Words(
                "there is no terminal to ask for the number at: name a file with --file PATH, or "
                "- for standard input"
            ),
            "KS0216",
        )
    return (erasing.number_of(asked(Words("Whose data? The number")), Words("that number")),)


def _command(file: str | None) -> str:
    """Say how it was asked for, as it is recorded: without any number."""
    return "koosend erase" + (f" --file {mask_in(file)}" if file else "")


def _question(found: Sequence[Found], phones: Sequence[str]) -> Text:
    free = [one for one in found if one.traces and not one.kept]
    rows, runs = sum(one.rows for one in free), len(free)
    people = filled("{people} {people:person|people}", people=len(phones))
    return filled(
        "{people} with {rows} {rows:row|rows} in {runs} {runs:run|runs} would be "
        "erased, and never sent to again; it cannot be undone.",
        people=people,
        rows=rows,
        runs=runs,
    )


def _tell(place: Everywhere, phones: Sequence[str], found: Sequence[Found]) -> None:
    say_first(*(marks_of(one.record) for one in found))
    say(filled("Looked for {mask} in:", mask=listed([*map(mask, phones)])))
    for site in place.sites:
        say(joined("  ", str(site.folder)))
    for folder in (*place.missing, *place.given_up):
        say(filled("  {folder} is not there: what stands in it was not reached", folder=folder))
    for folder in dict.fromkeys(store.folder for store in place.stores):
        say(filled("  {folder}, the account's store", folder=folder))
    if found:
        print_table(_COLUMNS, [_line(one) for one in found])


def _line(one: Found) -> tuple[str, ...]:
    plan = one.record.plan
    word = filled("left alone: {kept}", kept=one.kept) if one.kept else str(one.site.folder)
    counts = (f"{one.rows:,}", f"{one.others:,}", f"{len(one.files):,}")
    return plan.run, plan.campaign, *counts, listed((*marks_of(one.record).kinds, word))


def _tell_done(place: Everywhere, done: Done) -> None:
    gone = done.erased
    say(
        filled(
            "{rows} {rows:row|rows} of {runs} {runs:run|runs} erased, {rows_2} "
            "{rows_2:row|rows} of others no longer names them; {receipts} "
            "{receipts:receipt|receipts}, {replies} {replies:reply|replies}, {handsets} "
            "{handsets:handset|handsets}, {entries} {entries:entry|entries} of the "
            "suppression list, {numbers} {numbers:number|numbers} in the account's store",
            rows=done.rows,
            runs=len(done.runs),
            rows_2=done.others,
            receipts=gone.receipts,
            replies=gone.replies,
            handsets=gone.handsets,
            entries=gone.entries,
            numbers=gone.beside_names,
        )
    )
    say(Words("Nothing is sent to them any more: a keyed digest of the number is kept for that."))
    if done.files:
        say(
            filled(
                "{files} {files:file|files} in folders of runs deleted; koosend report RUN "
                "makes them again, without these people",
                files=done.files,
            )
        )
    _tell_what_is_left(place, done)


def _tell_what_is_left(place: Everywhere, done: Done) -> None:
    for run, why in done.left.items():
        say(
            filled(
                "run {run} was left alone: {why}; then give this command again", run=run, why=why
            ),
            err=True,
        )
    if place.missing:
        say(
            filled(
                "{folders} {folders:state folder|state folders} {folders:is|are} not "
                "there; put back what is missing and give this command again, or add "
                "--gone where it is gone for good",
                folders=len(place.missing),
            ),
            err=True,
        )
    if not done.compact:
        say(
            Words(
                "another process has a ledger open, so that traces remain in its files; give this "
                "command again once it has ended"
            ),
            err=True,
        )
    for journal in place.journals:
        say(filled("The emulator's own record is not touched: {journal}", journal=journal))
    say(
        Words(
            "The spreadsheet, copies and backups are yours to mend, and KooMessage keeps its own."
        )
    )


def _list(place: Everywhere, *, as_json: bool) -> int:
    found = sorted(erasing.erasures(place), key=lambda one: one[1].at)
    if as_json:
        print_json([_as_json(where, record) for where, record in found])
    elif found:
        print_table(
            _DONE_BEFORE,
            [
                (
                    time_text(record.at),
                    record.person,
                    f"{sum(record.rows.values()):,}",
                    _runs(record.rows),
                    where,
                    record.command,
                )
                for where, record in found
            ],
        )
    else:
        say(Words("Nobody was erased here."))
    return Exit.OK


def _runs(rows: Mapping[RunId, int]) -> str:
    return ", ".join(f"{run} ({count:,})" for run, count in rows.items() if count)


def _as_json(where: str, record: ErasureRecord) -> dict[str, object]:
    return {
        "at": record.at,
        "person": record.person,
        "rows": dict(record.rows),
        "from": where,
        "command": record.command,
    }
