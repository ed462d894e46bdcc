"""Judge by its whole sentence whether a reply opts out, may do so, or says nothing of it.

Whoever perhaps opts out is left out as well, and a person is shown why.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.replies import chinese, english
from pipeline.core.replies.signs import Found, Sign
from pipeline.core.replies.words import lone_word
from pipeline.core.replies.writing import Clause, clauses_of, in_one_form

_CHARS_MAX = 1000
"""No handset sends more at once."""


class Meaning(StrEnum):
    """What a reply says of further messages."""

    OPTS_OUT = "opts_out"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a reply means; sign says what makes it unclear, where it is."""

    meaning: Meaning
    sign: Sign | None = None


def judge(answer: str) -> Judged:
    """Judge a reply."""
    text = in_one_form(answer[:_CHARS_MAX])
    found = set(_found(text))
    if Sign.OPTS_OUT in found:
        return Judged(Meaning.OPTS_OUT)
    sign = next((sign for sign in Sign if sign in found), None)
    return Judged(Meaning.OTHER if sign is None else Meaning.UNCLEAR, sign)


def _found(text: str) -> Iterator[Found]:
    """Yield what the whole says as one word, or else what each of its clauses says."""
    alone = lone_word(text)
    if alone is not None:
        yield alone
        return
    clauses = clauses_of(text)
    for clause in clauses:
        yield from chinese.found_in(clause)
        yield from english.found_in(clause)
    yield _begins(clauses, text)


_LETTER = re.compile(r"[RTN]")
_WORD = re.compile(r"TDD?|QX(?:DY)?")


def _begins(clauses: list[Clause], text: str) -> Found:
    """Say what a short word means that the reply begins with: "TD，别烦", "T, enough"."""
    if not clauses:
        return None
    first = clauses[0]
    if _WORD.fullmatch(first.letters):
        return Sign.ASKS if first.asks else Sign.OPTS_OUT
    return Sign.LIKE if _LETTER.fullmatch(first.letters) and not text.isascii() else None
