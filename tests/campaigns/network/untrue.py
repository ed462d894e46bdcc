"""Providers whose answers prove nothing: lists that hide, refusals that were none, parts untold.

Each case is a few rules of a faults file and how a run that meets them may end. A list that errs
matters only beside a lost answer, so that most cases lose two: one request was taken, one was not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.errors import Exit


class End(StrEnum):
    """How a case may end: what may be left undone, and what must be told of it.

    Nobody is ever sent to twice but by FALSE_AXIOM, where each is told, and HIDDEN, where nothing
    can show it, and never thrice.
    """

    SETTLES = "everybody is reached, by itself"
    HOLDS = "what was not taken is held for a person, or proved absent and sent"
    WAITS = "the same, or left for a later start, since nothing but errors is answered"
    OPEN = "who was left out in silence has an open row"
    UNSENT = "the same, or told as refused, and reached by a rerun"
    REFUSED = "who was refused is reached by a rerun"
    FALSE_AXIOM = "whoever is sent to twice is told of, by an event and 79"
    HIDDEN = "a policy sends nobody a third message"


EXITS: Mapping[End, frozenset[int]] = {
    End.SETTLES: frozenset({Exit.OK}),
    End.HOLDS: frozenset({Exit.OK, Exit.DECISION_NEEDED}),
    End.WAITS: frozenset({Exit.OK, Exit.WORK_LEFT, Exit.DECISION_NEEDED}),
    End.OPEN: frozenset({Exit.OK}),
    End.UNSENT: frozenset({Exit.OK}),
    End.REFUSED: frozenset({Exit.OK}),
    End.FALSE_AXIOM: frozenset({Exit.OK}),
    End.HIDDEN: frozenset({Exit.OK, Exit.DECISION_NEEDED}),
}
"""The exit codes of a case's last command."""


@dataclass(frozen=True, slots=True)
class Untrue:
    """A case: the keys of each of its rules, and how it ends."""

    rules: tuple[str, ...]
    end: End = End.SETTLES


SENDS = "operation = SENDS"
"""Stands for the operations by which a channel sends, where a rule is about lists otherwise."""

_LOST = ('what = "drop_before"\nnth = [3]', 'what = "drop_after_commit"\nnth = [4]')
"""One request that was not taken and one that was, after others that serve as controls."""


def _list(keys: str, end: End = End.SETTLES) -> Untrue:
    return Untrue((keys, *_LOST), end)


def _lists(*keys: str, end: End = End.SETTLES) -> Untrue:
    return Untrue((*keys, *_LOST), end)


def _statuses(form: str, *statuses: int) -> Untrue:
    """Answer one request after the other with these, though each was taken."""
    return Untrue(
        tuple(
            f'what = "commit_then_status"\nform = "{form}"\nstatus = {status}\nnth = [{nth}]'
            for nth, status in enumerate(statuses, start=1)
        )
    )


def _refusal(status: int, code: str, nth: str = "[3]") -> Untrue:
    keys = f'what = "commit_then_refuse"\nstatus = {status}\ncode = "{code}"\nnth = {nth}'
    return Untrue((keys,), End.FALSE_AXIOM)


_ERRS = 'what = "error_in_200"\nform = "{}"\nprobability = 0.1'

UNTRUE: Mapping[str, Untrue] = {
    "errors in 200, no list": _list(_ERRS.format("null_list")),
    "errors in 200, an empty list": _list(_ERRS.format("empty_list")),
    "errors in 200, in the envelope": _list(_ERRS.format("envelope")),
    "errors in 200, an envelope and an empty list": _list(_ERRS.format("empty_envelope")),
    "nothing but errors in 200": _list('what = "error_in_200"', End.WAITS),
    "lists that are empty now and then": _list('what = "list_empty"\nprobability = 0.3', End.HOLDS),
    "lists that are always empty": _list('what = "list_empty"', End.HOLDS),
    "lists of the last second": _list('what = "list_window"\nspan_s = 1', End.HOLDS),
    "lists of the last five seconds": _list('what = "list_window"\nspan_s = 5', End.HOLDS),
    "a task that is in no list": Untrue(
        ('what = "list_hides"\nanswer = "lost"\nnth = [3]', 'what = "drop_before"\nnth = [4]'),
        End.HIDDEN,
    ),
    "every second task in no list": Untrue(
        ('what = "list_hides"\nanswer = "lost"\nevery = 2',), End.HIDDEN
    ),
    "tasks that are in no list, though answered": Untrue(
        (*_LOST, 'what = "list_hides"\nevery = 2'), End.HOLDS
    ),
    "offsets that are ignored": _list('what = "list_offset_ignored"'),
    "offsets that are ignored, unfiltered": _lists(
        'what = "list_offset_ignored"\ncap = 2', 'what = "list_unfiltered"', end=End.HOLDS
    ),
    "offsets that count pages": _list('what = "list_offset_is_page"'),
    "offsets that count pages, unfiltered": _lists(
        'what = "list_offset_is_page"\ncap = 2', 'what = "list_unfiltered"', end=End.HOLDS
    ),
    "a total of the page": _list('what = "list_total_per_page"\ncap = 20'),
    "a total of the page, unfiltered": _lists(
        'what = "list_total_per_page"\ncap = 2', 'what = "list_unfiltered"'
    ),
    "no total and small pages": _list('what = "list_no_total"\ncap = 20'),
    "no total and small pages, unfiltered": _lists(
        'what = "list_no_total"\ncap = 2', 'what = "list_unfiltered"'
    ),
    "names that begin alike": _list('what = "list_fuzzy"\nform = "prefix"\nlength = 8'),
    "names that hold each other": _list('what = "list_fuzzy"\nform = "substring"\nlength = 3'),
    "the oldest first": _lists(
        'what = "list_oldest_first"', 'what = "list_capped"\ncap = 2', 'what = "list_unfiltered"'
    ),
    "a filter that is ignored": _list('what = "list_unfiltered"'),
    "names left out": _list('what = "list_names"\nform = "missing"', End.HOLDS),
    "names in capitals": _list('what = "list_names"\nform = "upper"'),
    "names with blanks": _list('what = "list_names"\nform = "padded"'),
    "a proxy's page, though taken": _statuses("html", 403, 404, 418, 451),
    "a proxy's empty page, though taken": _statuses("empty", 499, 404, 403),
    "a proxy's JSON without a code, though taken": _statuses("json", 451, 403, 404),
    "an error in 200 of what was taken": Untrue((f'what = "error_in_200"\n{SENDS}\nnth = [2, 4]',)),
    "429, though taken": _refusal(429, "APIGW.0308", "[3, 5]"),
    "401, though taken": _refusal(401, "APIGW.0301"),
    "too many at once, though taken": _refusal(400, "KM.90016403"),
    "a part is taken and the answer lost": Untrue(
        ('what = "partial"\nanswer = "lost"\nnth = [3]',), End.OPEN
    ),
    "a refusal of an unknown code": Untrue(
        ('what = "refuse"\ncode = "KM.90019999"\nnth = [3, 4]',), End.REFUSED
    ),
    "a refusal of a request": Untrue(
        ('what = "refuse"\ncode = "KM.90019999"\nstatus = 403\nnth = [2, 3, 4]',), End.REFUSED
    ),
    "a task that is said to have failed": Untrue(
        ('what = "task_state"\nstate = "submit_failed"\nnth = [3]',), End.SETTLES
    ),
    "a lost task that is said to have failed": Untrue(
        ('what = "task_state"\nstate = "submit_failed"\nanswer = "lost"\nnth = [3]',), End.SETTLES
    ),
    "a task that has failed": Untrue(
        ('what = "task_state"\nstate = "submit_failed"\ntaken = false\nnth = [3]',), End.UNSENT
    ),
}
"""Each case by its name."""
