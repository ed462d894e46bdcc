"""Say of values what keeps them from being sent, whatever they are sent to."""

from collections.abc import Iterator, Sequence

from pipeline.core.legible.characters import is_damaged, may_be_damaged
from pipeline.core.legible.notation import is_machine_notation, may_be_machine_notation
from pipeline.core.model import Rejection


def objection(text: str) -> Rejection | None:
    """Say what is wrong with one text, if anything is."""
    if is_damaged(text):
        return Rejection.VALUE_GARBLED
    return Rejection.VALUE_MACHINE_NOTATION if is_machine_notation(text) else None


def objections(
    values: Sequence[str], joined: str, characters: str
) -> Iterator[tuple[int, Rejection]]:
    """Yield the positions of a column's values that cannot be sent, and why.

    joined: the values, SEPARATOR around each. characters: all that occur in them.
    """
    if not may_be_damaged(joined, characters) and not may_be_machine_notation(joined, characters):
        return
    for at, text in enumerate(values):
        why = objection(text)
        if why is not None:
            yield at, why
