"""The last things that went wrong with a run, from its events, each with what to do about it."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.core.lifecycle import State
from pipeline.core.phones import mask_in
from pipeline.core.remedies.remedy import remedy_of
from pipeline.core.text import brief
from pipeline.core.times import time_in_china
from pipeline.koomessage.codes import advice_for
from pipeline.language import Language, Text, Words, filled
from pipeline.logs import Event
from pipeline.ports import Submission
from pipeline.web.page.shown import Trouble

SHOWN = 8
_TAIL_BYTES = 128 * 1024
_DETAIL_CHARS = 300

_TOLD: Mapping[str, tuple[Text, Text]] = {
    Event.RUN_STOPPED: (
        Words("The run ended early"),
        Words("Mend what it says, then run the same command again: it goes on."),
    ),
    Event.RUN_INTERRUPTED: (
        Words("A signal ended the run"),
        Words("The same command again goes on with what was left."),
    ),
    Event.LEDGER_OLD: (
        Words("The ledger is older than what was sent"),
        Words("See the page on backups: nothing is sent before KooMessage was asked."),
    ),
    Event.SUBMISSION_IN_DOUBT: (
        Words("A request got no answer"),
        Words("Nothing is to be done yet: KooMessage is asked by its name."),
    ),
    Event.DOUBT_HELD: (
        Words("Asking does not help with a doubt"),
        Words("Look for its name in KooMessage's console, then decide on the page of doubts."),
    ),
    Event.DOUBT_TAKEN_NOT_LISTED: (
        Words("A task that was taken is not in KooMessage's list"),
        Words("No absence is believed until the list works again; decide doubts by the console."),
    ),
    Event.DOUBT_FOUND_TWICE: (
        Words("Two tasks of one name: its people may have got it twice"),
        Words("Look at both tasks in the console, and tell whoever answers for the campaign."),
    ),
    Event.AXIOM_FALSE: (
        Words("A request that was refused had been taken"),
        Words("Nothing is sent again by that code any more; see koosend verify."),
    ),
    Event.CLOCK_APART: (
        Words("This machine's clock is wrong"),
        Words("Set it (NTP), then run the same command again."),
    ),
    Event.SENDING_PAUSED: (
        Words("Sending waits"),
        Words("It goes on by itself, or once a person resumes what a person paused."),
    ),
    Event.SENDING_STOPPED: (
        Words("Sending ended early"),
        Words("Mend what it says, then run the same command again: it goes on."),
    ),
    Event.SUBMISSION_TAKEN_ODDLY: (
        Words("KooMessage took a request, but not plainly all of it"),
        Words("Its numbers are asked about; the report tells of each."),
    ),
    Event.SUBMISSION_SET_ASIDE: (
        Words("A request has used up its names"),
        Words("Give it up on the page of doubts, or look why it fails again and again."),
    ),
    Event.TASK_FAILED: (
        Words("KooMessage lists a task as failed"),
        Words("The report says which rows; they may be rerun where they certainly got nothing."),
    ),
    Event.TASK_TAKEN_IN_PART: (
        Words("A task was taken without some of its numbers"),
        Words("Those were not sent to; the report says why, and a rerun may send to them."),
    ),
    Event.POLL_GAVE_UP: (
        Words("Questions about a task stay unanswered"),
        Words("koosend reconcile asks again."),
    ),
}
_FIELDS = ("why", "code", "message", "task_name", "error")


def troubles_of(requests: Sequence[Submission], events: Path) -> Sequence[Trouble]:
    """List what went wrong last, the latest first: refusals by their code, and loud events."""
    found = [*_refusals(requests), *_events(events)]
    found.sort(key=lambda one: one.at, reverse=True)
    return found[:SHOWN]


def _refusals(requests: Sequence[Submission]) -> Iterator[Trouble]:
    """Yield one trouble for each code by which requests were refused."""
    latest: dict[str, Submission] = {}
    counts: dict[str, int] = {}
    for one in requests:
        if one.state is not State.REFUSED:
            continue
        counts[one.code] = counts.get(one.code, 0) + 1
        known = latest.get(one.code)
        if known is None or (one.concluded_at or 0) >= (known.concluded_at or 0):
            latest[one.code] = one
    for code, one in latest.items():
        meaning, todo = advice_for(code)
        what = filled(
            "KooMessage refused {n} {n:request|requests} with {code}", n=counts[code], code=code
        )
        at = time_in_china(one.concluded_at) if one.concluded_at is not None else ""
        detail = brief(mask_in(one.message), _DETAIL_CHARS)
        yield Trouble(at, what, detail, todo if todo.of(Language.EN) else meaning)


def _events(file: Path) -> Iterator[Trouble]:
    last: dict[str, Trouble] = {}
    for line in last_lines(file):
        try:
            told = json.loads(line)
            name, at = str(told["event"]), str(told["at"])
        except (ValueError, LookupError, TypeError):
            continue
        if name in _TOLD:
            what, todo = _told_of(name, str(told.get("error_code", "")))
            detail = ", ".join(str(told[one]) for one in _FIELDS if told.get(one))
            when = at[:19].replace("T", " ")
            last[name] = Trouble(when, what, brief(mask_in(detail), _DETAIL_CHARS), todo)
    yield from last.values()


def _told_of(event: str, error_code: str) -> tuple[Text, Text]:
    """Say what happened and what to do: an error's own remedy is better than its event's."""
    remedy = remedy_of(error_code) if error_code else None
    return _TOLD[event] if remedy is None else (remedy.title, remedy.mend)


def last_lines(file: Path) -> Sequence[str]:
    """Read the last whole lines of a file; none where it is not there."""
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(max(0, size - _TAIL_BYTES))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return ()
    return lines[1:] if size > _TAIL_BYTES else lines
