"""What a person is told of an error besides its one sentence.

A code is KS, the exit code it ends with in two digits (30 for 130 and 143), and a number within it.
It is never given to another error, and never taken away: people have it in their mails and tickets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from pipeline.core.errors import Exit
from pipeline.language import Text

_INTERRUPTED = "30"
_KINDS = {
    "02": "usage",
    "30": "later",
    "65": "source",
    "66": "source",
    "69": "provider",
    "70": "files",
    "73": "files",
    "74": "files",
    "75": "later",
    "77": "provider",
    "78": "campaign",
    "79": "decision",
}
"""In which module the codes of an exit code are."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A title, what happened, and how to mend it."""

    title: Text
    cause: Text
    mend: Text


def exit_of(code: str) -> Exit:
    """Return the exit code that an error's code ends with. Raises ValueError for no code."""
    number = code.removeprefix("KS")[:2]
    return Exit.INTERRUPTED if number == _INTERRUPTED else Exit(int(number))


def remedy_of(code: str) -> Remedy | None:
    """Return what is known of a code; None for one that there is not."""
    kind = _KINDS.get(code.removeprefix("KS")[:2])
    return None if kind is None else _of_kind(kind).get(code)


def remedies() -> Mapping[str, Remedy]:
    """Return all, by code."""
    kinds = dict.fromkeys(_KINDS.values())
    return dict(sorted(pair for kind in kinds for pair in _of_kind(kind).items()))


def _of_kind(kind: str) -> Mapping[str, Remedy]:
    found: Mapping[str, Remedy] = import_module(f"pipeline.core.remedies.{kind}").REMEDIES
    return found
