"""`koosend purge`: forget who old runs were sent to."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import click

from pipeline.cli.terminal.books import time_text
from pipeline.cli.terminal.output import print_json, print_table, say, say_first, shared_options
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import Exit
from pipeline.language import Text, Words, filled, listed
from pipeline.runner.commands.purge import (
    Candidate,
    Purged,
    PurgeWish,
    as_json,
    candidates,
    ended_at,
)
from pipeline.runner.commands.purge import purge as purge_runs
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import open_place

_COLUMNS = (
    Column(Words("run")),
    Column(Words("campaign"), wraps=True),
    Column(Words("ended")),
    Column(Words("rows")),
    Column(Words("files")),
    Column("", wraps=True),
)


class _Wished(TypedDict):
    """The options that say what to forget, as click hands them over."""

    runs: tuple[str, ...]
    days: int | None
    unfinished: bool
    files: bool


@click.command(
    epilog="Example:  koosend purge --older-than 180 --campaign campaign.toml --files --yes\n\n"
    "Without --yes it only tells what it would forget."
)
@click.option("--yes", is_flag=True, help="Do it. It cannot be undone.")
@click.option(
    "--campaign", type=click.Path(dir_okay=False), help="A campaign file: its state folder."
)
@shared_options
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=1),
    help="Runs that ended more than so many days ago.",
)
@click.option("--run", "runs", multiple=True, metavar="RUN", help="A run; may be repeated.")
@click.option("--unfinished", is_flag=True, help="Also runs with rows that are not settled.")
@click.option("--files", is_flag=True, help="Also delete the files in these runs' folders.")
def purge(
    *, yes: bool, campaign: str | None, as_json: bool, state: Path | None, **wished: Unpack[_Wished]
) -> int:
    """Forget the numbers and values of old runs; the books stay and still balance."""
    clock = SystemClock()
    days = None if wished["runs"] else wished["days"]
    wish = PurgeWish(wished["runs"], days, wished["unfinished"], wished["files"])
    with open_place(campaign, state, clock) as place:
        found = candidates(place, wish, clock.now())
        done = purge_runs(place, wish, clock) if yes else None
    _tell(found, done, wish, in_json=as_json)
    is_kept = bool(done.left_alone) if done else any(candidate.why_not for candidate in found)
    return Exit.WORK_LEFT if wish.runs and is_kept else Exit.OK


def _tell(
    found: Sequence[Candidate], done: Purged | None, wish: PurgeWish, *, in_json: bool
) -> None:
    if in_json:
        records = [candidate.record for candidate in found]
        ends = {record.plan.run: time_text(ended_at(record)) for record in records}
        print_json(as_json(found, done, ends))
        return
    say_first(*(marks_of(candidate.record) for candidate in found))
    if found:
        print_table(_COLUMNS, [_line(candidate, done) for candidate in found])
    if done is None:
        due = sum(not candidate.why_not for candidate in found)
        say(
            filled(
                "{runs} {runs:run|runs} would be forgotten; nothing was changed: add --yes "
                "to do it",
                runs=due,
            )
        )
        return
    gone = done.forgotten
    say(
        filled(
            "{runs} {runs:run|runs} forgotten: {rows} {rows:row|rows}, {receipts} "
            "{receipts:receipt|receipts}, {numbers} {numbers:number|numbers} in the "
            "account's store, {replies} {replies:reply|replies}, {handsets} "
            "{handsets:handset|handsets}; {files} {files:file|files} deleted",
            runs=len(done.runs),
            rows=gone.recipients + gone.rejected,
            receipts=gone.receipts,
            numbers=done.beside_names,
            replies=gone.replies,
            handsets=gone.handsets,
            files=done.files,
        )
    )
    _tell_what_is_left(found, done, wish)


def _tell_what_is_left(found: Sequence[Candidate], done: Purged, wish: PurgeWish) -> None:
    purged = [candidate for candidate in found if candidate.record.plan.run in done.runs]
    left = sum(len(candidate.files) for candidate in purged)
    if left and not wish.files:
        say(
            filled(
                "{left} files in their folders may still hold numbers: --files deletes them",
                left=left,
            )
        )
    if not done.compact:
        say(
            Words(
                "another process has the ledger open, so that traces remain in its files; "
                "run the same command again once it has ended"
            ),
            err=True,
        )


def _line(candidate: Candidate, done: Purged | None) -> tuple[str, ...]:
    record, plan = candidate.record, candidate.record.plan
    why_not = candidate.why_not or (done.left_alone.get(plan.run, "") if done else "")
    word: Text = Words("forgotten") if done else Words("would be forgotten")
    if why_not:
        word = filled("left alone: {why_not}", why_not=why_not)
    elif candidate.forgotten_before:
        word = filled("forgotten on {time}", time=time_text(record.purged_at or 0.0))
    rows, files = f"{record.rows:,}", f"{len(candidate.files):,}"
    words = listed((*marks_of(record).kinds, word))
    return plan.run, plan.campaign, time_text(ended_at(record)), rows, files, words
