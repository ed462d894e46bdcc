"""`koosend explain`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from pipeline.cli.terminal.books import time_text
from pipeline.cli.terminal.output import print_json, say, say_first, shared_options
from pipeline.core.answer import NewsKind
from pipeline.core.errors import Exit
from pipeline.core.lifecycle import Event
from pipeline.core.model import Route
from pipeline.core.phones import mask_in
from pipeline.core.routing import ROUTED
from pipeline.core.times import moment_in_china
from pipeline.language import BLANK, COLON, Composed, Text, Words, filled, joined
from pipeline.ports.erasing import ErasedKind
from pipeline.report.texts.outcomes import mend_text, outcome_words, reason_words
from pipeline.runner.commands.explain import ENDS, Life, Story
from pipeline.runner.commands.explain import explain as explain_row
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import open_place
from pipeline.runner.session.shared_lists import share_lists

_ERASED: Mapping[ErasedKind, str] = {
    ErasedKind.PERSON: Words("the row has no number and no values any more"),
    ErasedKind.VALUE: Words("a value no longer names the number of somebody else"),
}


def print_life(life: Life) -> None:
    """Print all stories in the order of their runs, and when the number opted out."""
    for story in life.stories:
        print_story(story)
    for known in life.suppressions:
        entry = known.suppression
        source = filled(", from {source}", source=mask_in(entry.source)) if entry.source else ""
        say(
            filled(
                "{time}  on the suppression list: {reason}{source}",
                time=time_text(entry.at),
                reason=entry.reason,
                source=source,
            )
        )
        if known.removed_at is not None:
            note = f" ({mask_in(known.removed_note)})" if known.removed_note else ""
            say(filled("{time}  taken off it{note}", time=time_text(known.removed_at), note=note))


def print_story(story: Story) -> None:
    """Print what was tried for a row, what was learned, and what became of it."""
    plan = story.record.plan
    place = (
        Text(f"{story.sheet}:{story.line}")
        if story.sheet
        else filled("line {line}", line=str(story.line))
    )
    say_first(marks_of(story.record))
    say(
        filled(
            "{place}, {phone}, run {run} of {campaign}",
            place=place,
            phone=story.phone,
            run=plan.run,
            campaign=plan.campaign,
        )
    )
    if story.submission is not None:
        channel = plan.message.channel_of(story.submission.route)
        if story.submission.route is not Route.SKIP:
            say(
                filled(
                    "  goes by {channel}, chunk {chunk}{story}",
                    channel=channel,
                    chunk=str(story.submission.chunk),
                    story=_why(story),
                )
            )
    _print_what_happened(story)
    words = outcome_words(story.standing.outcome, story.record.plan.message.channel)
    reason = "" if story.rejected is not None else reason_words(story.standing.reason)
    meaning = joined(words.meaning, reason, by=BLANK) if reason else words.meaning
    say(joined("  => ", words.name, COLON, meaning))


def _print_what_happened(story: Story) -> None:
    say(
        filled(
            "  read when the run was planned, {time}", time=time_text(story.record.plan.planned_at)
        )
    )
    if story.erased is not None:
        kind, at = story.erased
        say(
            filled(
                "  {time}  erased by koosend erase: {erased}",
                time=time_text(at),
                erased=_ERASED[kind],
            )
        )
    if story.rejected is not None:
        rejected = story.rejected
        text = Composed(lambda language: mend_text(rejected, language, masked=True))
        say(filled("  not sent: {words}", words=text))
    for at, sentence in sorted([*_attempts(story), *_questions(story)], key=lambda line: line[0]):
        say(joined(f"  {time_text(at)}  ", sentence))
    for fact in story.facts:
        code = f" {fact.code}" if fact.code and fact.kind is not NewsKind.RENDERED else ""
        say(
            filled(
                "  {at}  {kind}{code}, from {evidence}",
                at=moment_text(fact.at),
                kind=fact.kind,
                code=code,
                evidence=fact.evidence,
            )
        )


def _attempts(story: Story) -> Iterator[tuple[float, str]]:
    """Tell of each request that was made for a row, with the time."""
    making = {maker.place for maker in story.makers}
    for record in story.attempts:
        key = record.attempt.place
        what = Words("link asked for as") if key in making else Words("sent as")
        code = "" if record.event is Event.WAS_LOST else record.code
        said = " ".join(filter(None, (code, record.message)))
        yield (
            record.attempt.at,
            joined(
                joined(what, f" {record.attempt.task_name}", COLON, ENDS[record.event]),
                filled(", task {task_id}", task_id=record.task_id) if record.task_id else "",
                joined(COLON, said) if said else "",
                f" ({mask_in(record.note)})" if record.note else "",
            ),
        )


def _questions(story: Story) -> Iterator[tuple[float, str]]:
    """Tell of each question by name, with the time."""
    for asked in story.questions:
        found = (
            Words("no answer")
            if asked.found < 0
            else Words("listed")
            if asked.found
            else Words("not listed")
        )
        yield (
            asked.at,
            filled("asked for {task_name}: {found}", task_name=asked.task_name, found=found),
        )


def moment_text(theirs: str) -> str:
    """Write a moment that KooMessage wrote; one without a zone is taken as written in China."""
    if not theirs:
        return f"{'-':<19}"
    moment = moment_in_china(theirs)
    return moment[:19].replace("T", " ") if moment.endswith("+08:00") else moment


def _why(story: Story) -> str:
    """Say why a row goes another way than the campaign's own."""
    if story.submission is None or story.submission.route not in {Route.SMS, Route.VIDEO}:
        return ""
    kinds = {fact.kind for fact in story.facts}
    reasons = [reason for kind, reason in ROUTED.items() if kind in kinds]
    return joined(COLON, reason_words(reasons[0])) if reasons else ""


@click.command(epilog="Example:  koosend explain 3fk2a9qd 17\n\nA number works too: 13800138000")
@click.argument("run_or_campaign", metavar="RUN")
@click.argument("row_or_phone", metavar="ROW-OR-PHONE")
@shared_options
def explain(run_or_campaign: str, row_or_phone: str, *, as_json: bool, state: Path | None) -> int:
    """Tell the life of one row of RUN, by its line in the spreadsheet, or of a number.

    A row is followed through its reruns, a number through every run of the state folder.
    """
    with open_place(run_or_campaign, state, SystemClock()) as place:
        share_lists(place.ledger, place.state, place.campaign)
        life = explain_row(place.ledger, place.run, row_or_phone)
    if as_json:
        print_json([story.as_json() for story in life.stories])
    else:
        print_life(life)
    return Exit.OK
