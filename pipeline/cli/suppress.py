"""`koosend suppress`: the numbers that want nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click

from pipeline.cli.terminal.output import (
    F,
    json_option,
    note_of,
    print_json,
    print_table,
    say,
    say_first,
    state_option,
)
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import Exit, UsageError
from pipeline.core.phones import mask
from pipeline.core.screening import SuppressionReason
from pipeline.core.times import iso_in_china
from pipeline.language import Words, filled, joined, listed
from pipeline.logs.mask import Mask
from pipeline.ports import Marks, SuppressionRecord
from pipeline.runner.commands import suppress as screening_list
from pipeline.runner.commands.suppress import Wish, open_list
from pipeline.runner.session.outside import SystemClock

_LISTED = 50
_COLUMNS = (
    Column(Words("number")),
    Column(Words("reason")),
    Column(Words("since")),
    Column(Words("from"), wraps=True),
    Column(Words("note"), wraps=True),
    Column(Words("removed")),
)

_campaign_option = click.option(
    "--campaign",
    type=click.Path(dir_okay=False),
    help="A campaign file: the list of its account.",
)


def _where(command: F) -> F:
    """Give a command the options that say where the list is, and --json."""
    return json_option(state_option(_campaign_option(command)))


@click.group(
    epilog="Example:  koosend suppress add 13800138000 --note 'asked by mail'\n\n"
    "Example:  koosend suppress import optouts.csv --campaign campaign.toml"
)
def suppress() -> None:
    """Keep the list of numbers that want nothing; no run of the account reaches them.

    Who answers a message with R, T, TD or 退订 is put there by itself, where receipts are heard.
    So is who may mean that, with the reason unclear_reply: read these, and remove who does not.
    """


@suppress.command(epilog="Example:  koosend suppress add 13800138000 --note 'asked by mail'")
@click.argument("numbers", nargs=-1, required=True)
@click.option("--note", default="", help="Why; kept with the entry.")
@_where
def add(
    numbers: tuple[str, ...], *, note: str, as_json: bool, state: Path | None, campaign: str | None
) -> int:
    """Put NUMBERS on the list."""
    phones = screening_list.numbers_of(numbers)
    clock = SystemClock()
    with open_list(_wish(state, campaign, makes=True), clock) as found:
        new = screening_list.add(found.book, phones, clock.now(), note_of(note, "--note"))
    change = _Change(Words("put on the list"), new, len(phones), found.marks)
    return _print_change(change, as_json=as_json)


@suppress.command("import", epilog="Example:  koosend suppress import optouts.csv --reason opt_out")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--reason",
    type=click.Choice([SuppressionReason.OPT_OUT.value, SuppressionReason.IMPORTED.value]),
    default=SuppressionReason.IMPORTED.value,
    show_default=True,
    help="opt_out where each of them asked for it.",
)
@click.option("--note", default="", help="Kept with each entry.")
@_where
def take_in(file: str, *, state: Path | None, **given: object) -> int:
    """Put the numbers of FILE on the list: one a line, or the phone column of a spreadsheet.

    Nothing is taken in where a line holds no number: a number that cannot be read cannot be left
    out.
    """
    clock = SystemClock()
    reason = SuppressionReason(str(given["reason"]))
    note = note_of(str(given["note"]), "--note")
    with open_list(_wish(state, given["campaign"], makes=True), clock) as found:
        count, new = screening_list.take_in(found.book, Path(file), reason, clock.now(), note)
    change = _Change(Words("put on the list"), new, count, found.marks)
    return _print_change(change, as_json=bool(given["as_json"]))


@suppress.command(
    "list",
    epilog="Example:  koosend suppress list 13800138000 --history\n\n"
    "Example:  koosend suppress list --reason unclear_reply",
)
@click.argument("numbers", nargs=-1)
@click.option("--history", is_flag=True, help="Also entries that were removed.")
@click.option(
    "--reason",
    type=click.Choice([one.value for one in SuppressionReason if one != SuppressionReason.ERASED]),
    help="Only entries of this reason; unclear_reply: replies that a person must read.",
)
@click.option("--all", "everything", is_flag=True, help=f"More than {_LISTED} entries.")
@_where
def show(numbers: tuple[str, ...], *, state: Path | None, **given: object) -> int:
    """Show the list, or what it says of NUMBERS. Numbers are masked; export writes them whole."""
    phones = screening_list.numbers_of(numbers) if numbers else None
    history, everything = bool(given["history"]), bool(given["everything"])
    with open_list(_wish(state, given["campaign"]), SystemClock()) as found:
        count = screening_list.counts(found.book)
        entries = _of(given["reason"], found.book.suppressions(phones, history=history))
        shown = list(entries if everything or phones else islice(entries, _LISTED))
        more = next(entries, None) is not None
        waits = found.book.count_waiting().numbers
    if given["as_json"]:
        print_json(
            {
                **found.marks.as_json(),
                "counts": {str(r): n for r, n in count.items()},
                "waiting": waits,
                "entries": [screening_list.as_json(record) for record in shown],
            }
        )
        return Exit.OK
    say_first(found.marks)
    if shown:
        print_table(_COLUMNS, [_row(record) for record in shown])
    total = sum(count.values())
    stands = filled(
        "{total} {total:entry stands|entries stand}: {reasons}",
        total=total,
        reasons=listed(f"{n:,} {reason}" for reason, n in count.items()),
    )
    beside = filled(
        "; beside it {strangers} {strangers:stranger waits|strangers wait} (suppress strangers)",
        strangers=waits,
    )
    say(joined(stands, beside if waits else ""))
    if more:
        say(filled("The first {listed} are shown; --all shows the rest.", listed=str(_LISTED)))
    return Exit.OK


@suppress.command(epilog="Example:  koosend suppress remove 13800138000 --note 'signed up again'")
@click.argument("numbers", nargs=-1, required=True)
@click.option("--note", default="", help="Why; required, and kept with the entry.")
@_where
def remove(
    numbers: tuple[str, ...], *, note: str, as_json: bool, state: Path | None, campaign: str | None
) -> int:
    """Take NUMBERS off the list. Their entries stay in its history."""
    why = note_of(note, "--note")
    if not why:
        raise UsageError(
            Words("say why with --note: who opted out must have asked to be sent to again"),
            "KS0207",
        )
    phones = screening_list.numbers_of(numbers)
    clock = SystemClock()
    with open_list(_wish(state, campaign), clock) as found:
        gone = found.book.unsuppress(phones, clock.now(), why)
    change = _Change(Words("taken off the list"), gone, len(phones), found.marks)
    return _print_change(change, as_json=as_json)


@suppress.command(
    epilog="Example:  koosend suppress strangers --campaign campaign.toml\n\n"
    "Example:  koosend suppress strangers --refuse --note 'pushed by somebody else'"
)
@click.option("--honour", is_flag=True, help="Put all of them on the list.")
@click.option("--refuse", is_flag=True, help="Keep all of them off it: they may be sent to.")
@click.option("--note", default="", help="Why you decide so; required with a decision, and kept.")
@click.option("--all", "everything", is_flag=True, help=f"Show more than {_LISTED}.")
@_where
def strangers(*, state: Path | None, **given: object) -> int:
    """Show who opted out that the account never was to send to, and decide what that counts for.

    A few of them a day go on the list by themselves (receipts.strangers_per_day). These are the
    others: they wait here, and may be sent to, until you decide.
    """
    honour, why = _decision(given)
    clock = SystemClock()
    with open_list(_wish(state, given["campaign"]), clock) as found:
        if why:
            done = found.book.decide_waiting(clock.now(), why, honour=honour)
            words = Words("put on the list") if honour else Words("left off the list")
            change = _Change(words, done, done, found.marks)
            return _print_change(change, as_json=bool(given["as_json"]))
        waiting = found.book.count_waiting()
        shown = found.book.waiting(-1 if given["everything"] else _LISTED)
    if given["as_json"]:
        entries = [screening_list.as_json(SuppressionRecord(entry)) for entry in shown]
        print_json({**found.marks.as_json(), "waiting": waiting.numbers, "entries": entries})
        return Exit.OK
    say_first(found.marks)
    if shown:
        print_table(_COLUMNS, [_row(SuppressionRecord(entry)) for entry in shown])
    say(
        filled(
            "{numbers} {numbers:number|numbers} {numbers:waits|wait} for a decision",
            numbers=waiting.numbers,
        )
    )
    if waiting.numbers:
        say(Words("Next: the same command with --honour or --refuse, and --note"))
    return Exit.OK


def _decision(given: Mapping[str, object]) -> tuple[bool, str]:
    """Return whether to honour, and why; "" where nothing is to be decided."""
    honour, why = bool(given["honour"]), note_of(str(given["note"]), "--note")
    if honour and given["refuse"]:
        raise UsageError(
            Words("--honour and --refuse exclude each other; say one of them"), "KS0206"
        )
    if not honour and not given["refuse"]:
        return False, ""
    if not why:
        raise UsageError(Words("say why with --note: it is kept beside the decision"), "KS0207")
    return honour, why


@suppress.command(epilog="Example:  koosend suppress export optouts.csv")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--history", is_flag=True, help="Also entries that were removed.")
@_where
def export(
    file: str, *, history: bool, as_json: bool, state: Path | None, campaign: str | None
) -> int:
    """Write the list with its whole numbers into FILE, a new CSV that only you can read."""
    with open_list(_wish(state, campaign), SystemClock()) as found:
        count = screening_list.write_out(found.book.suppressions(history=history), Path(file))
    if as_json:
        print_json({**found.marks.as_json(), "file": file, "entries": count})
    else:
        say_first(found.marks)
        say(filled("{entries} {entries:entry|entries} written to {file}", entries=count, file=file))
    return Exit.OK


def _wish(state: Path | None, campaign: object, *, makes: bool = False) -> Wish:
    return Wish(state, Path(str(campaign)) if campaign else None, makes)


def _of(reason: object, records: Iterator[SuppressionRecord]) -> Iterator[SuppressionRecord]:
    return (one for one in records if reason is None or one.suppression.reason == reason)


@dataclass(frozen=True, slots=True)
class _Change:
    """What was done to so many of the numbers that were given, and what is said first of it."""

    words: str
    done: int
    given: int
    marks: Marks


def _print_change(change: _Change, *, as_json: bool) -> int:
    if as_json:
        counts = {"given": change.given, "changed": change.done}
        print_json({**change.marks.as_json(), **counts})
    else:
        left = change.given - change.done
        rest = filled("; {left} need no change", left=left) if left > 0 else ""
        say_first(change.marks)
        done = filled(
            "{numbers} {numbers:number|numbers} {what}", numbers=change.done, what=change.words
        )
        say(joined(done, rest))
    return Exit.OK


def _row(record: SuppressionRecord) -> tuple[str, ...]:
    hide = Mask()
    entry = record.suppression
    removed = ""
    if record.removed_at is not None:
        removed = " ".join((iso_in_china(record.removed_at)[:10], record.removed_note))
    return (
        mask(entry.phone),
        str(entry.reason),
        iso_in_china(entry.at)[:10],
        hide(entry.source),
        hide(entry.note),
        hide(removed),
    )
