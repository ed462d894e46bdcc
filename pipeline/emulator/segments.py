"""How many segments a text message is cut into, and billed as: 70 characters, or 67 each.

Every character counts as one, the signature with its brackets included.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.emulator.tasks import SmsDetail

_WHOLE_MAX, _PART_MAX = 70, 67
_BRACKETS = 2
_PLACEHOLDER = re.compile(r"\$\{([0-9]{1,2})\}")


@dataclass(frozen=True, slots=True)
class Measure:
    """Know a template's length: what stands fixed, and how often each variable occurs.

    A plain one has each variable once, as nearly all templates do.
    """

    fixed: int
    weights: tuple[int, ...]
    is_plain: bool

    def parts(self, lengths: Iterable[int]) -> int:
        """Return the segments for values of these lengths, in the template's order."""
        if self.is_plain:
            return parts_of(self.fixed + sum(lengths))
        pairs = zip(self.weights, lengths, strict=True)
        return parts_of(self.fixed + sum(weight * length for weight, length in pairs))


def measure(content: str, sign: str, variables: int) -> Measure:
    """Measure a template's text, which goes out behind its signature.

    A world that does not say the text leaves its variables, once each.
    """
    found = [int(number) for number in _PLACEHOLDER.findall(content)]
    weights = tuple(found.count(number) if content else 1 for number in range(1, variables + 1))
    fixed = len(sign) + _BRACKETS + len(_PLACEHOLDER.sub("", content))
    return Measure(fixed, weights, is_plain=set(weights) <= {1})


def parts_of(characters: int) -> int:
    """Return the segments of a text of this length."""
    if characters <= _WHOLE_MAX:
        return 1
    return -(-characters // _PART_MAX)


def long_texts(parts: Sequence[int]) -> SmsDetail | None:
    """Return what a smart message's task keeps of its text: nothing when all of them are short."""
    return SmsDetail(parts=list(parts)) if max(parts, default=1) > 1 else None
