"""Shape and judge a column of values at once; what is odd in it is looked at one by one."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core.parameters import FieldRules
from pipeline.core.rejection import Adjustment, Rejection
from pipeline.core.shaping import Shape, Spaces, dated, plain_amount, squeezed, truncated
from pipeline.core.value_kinds import SEPARATOR

_SPACE = re.compile(r"\s")
_SHOWN = re.compile("[,，¥￥$€£ ]")


@dataclass(slots=True)
class Shaped:
    """A column's values after shaping.

    wrong: positions of values that could not be shaped. adjusted: positions of those that were.
    """

    values: list[str]
    wrong: dict[int, Rejection] = field(default_factory=dict)
    adjusted: dict[Adjustment, list[int]] = field(default_factory=dict)

    def change(self, adjustment: Adjustment, made: Callable[[str], str]) -> None:
        """Replace each value by what is made of it, and note those that were others before."""
        self.put(adjustment, [made(text) for text in self.values])

    def put(self, adjustment: Adjustment, values: list[str]) -> None:
        """Take new values, and note which ones are not as before."""
        pairs = enumerate(zip(self.values, values, strict=True))
        changed = [at for at, (old, new) in pairs if old != new]
        if changed:
            self.adjusted[adjustment] = changed
            self.values = values


def shape(values: list[str], asked: FieldRules) -> Shaped:
    """Do to a column's values what the campaign asks, in the order that docs tell."""
    shaped = Shaped(values)
    wanted = asked.shape
    if wanted == Shape() and not asked.plain_amounts:
        return shaped
    if wanted.spaces is not Spaces.KEEP and _SPACE.search("".join(shaped.values)):
        shaped.change(Adjustment.SPACES, lambda text: squeezed(text, wanted.spaces))
    if wanted.date_format:
        _date(shaped, wanted.date_format)
    if asked.plain_amounts and _SHOWN.search("".join(shaped.values)):
        shaped.change(Adjustment.PLAIN_AMOUNT, plain_amount)
    longest = wanted.truncate_chars
    # A rare character counts as two, so that half as many may be too many.
    if longest and 2 * max(map(len, shaped.values), default=0) > longest:
        shaped.change(Adjustment.TRUNCATED, lambda text: truncated(text, longest))
    default = wanted.default
    if default is not None and "" in shaped.values:
        shaped.adjusted[Adjustment.DEFAULTED] = [
            at for at, text in enumerate(shaped.values) if not text
        ]
        shaped.values = [text or default for text in shaped.values]
    return shaped


def objections(values: Sequence[str], asked: FieldRules) -> Iterator[tuple[int, Rejection]]:
    """Yield the positions of the values that break a rule, and which; some more than once."""
    if not asked.rules:
        return
    joined = SEPARATOR.join([*values, ""])
    alone = joined.count(SEPARATOR) == len(values)
    for rule in asked.rules:
        for at in rule.unsure(joined) if alone else range(len(values)):
            why = rule.objection(values[at])
            if why is not None:
                yield at, why


def _date(shaped: Shaped, date_format: str) -> None:
    written = {text: dated(text, date_format) for text in set(shaped.values)}
    shaped.wrong = {
        at: Rejection.VALUE_NOT_A_DATE
        for at, text in enumerate(shaped.values)
        if text and written[text] is None
    }
    shaped.put(Adjustment.DATED, [written[text] or text for text in shaped.values])
