"""Write numbers: as they are held, and as a section of a format shows them."""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from pipeline.reader.workbooks.shown.codes import Kind, NotKnown, Section, Token

SURE_MAX = 1e15
"""A spreadsheet keeps 15 digits; what a larger number ended in is lost."""

_DIGITS_MAX = 15
_PLACES_MAX = 30
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(_PLACES_MAX + 1))
_CONTEXT = Context(prec=400, rounding=ROUND_HALF_UP)
_SIGNS = ("-", "")
_BRACKETS = ("(", ")")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
"""How files write a number."""


def exact(value: float) -> Decimal:
    """Return a number to the 15 digits that spreadsheets keep."""
    return Decimal(f"{value:.{_DIGITS_MAX}g}")


def held(value: float) -> str:
    """Write a number with all its digits and without a power of ten, as nothing shows it."""
    if abs(value) < SURE_MAX:
        if value.is_integer():
            return str(int(value))
        text = f"{value:.{_DIGITS_MAX}g}"
        return f"{Decimal(text):f}" if "e" in text else text
    return f"{Decimal(repr(value)):f}".removesuffix(".0") if math.isfinite(value) else str(value)


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a section writes a number.

    whole, places: what stands before and after the point, in order; power: by how many tens it is
    shifted.
    """

    whole: tuple[Token, ...]
    places: tuple[Token, ...]
    has_point: bool
    grouped: bool
    power: int
    places_count: int

    @property
    def around(self) -> tuple[str, str]:
        """Return the text before the first digit and after the last one, without blanks around."""
        tokens = (*self.whole, *self.places)
        at = [where for where, token in enumerate(tokens) if token.kind == "digit"]
        before = "".join(token.text for token in tokens[: at[0]])
        return before.strip(), "".join(token.text for token in tokens[at[-1] + 1 :]).strip()

    @property
    def is_solid(self) -> bool:
        """Tell whether nothing stands between the digits."""
        kinds = [token.kind == "digit" for token in (*self.whole, *self.places)]
        return kinds[kinds.index(True) :][: sum(kinds)] == [True] * sum(kinds)

    def shown(self, size: Decimal) -> str:
        """Write a number that is not negative."""
        rounded = self.rounded(size)
        whole, _, places = f"{rounded:f}".partition(".")
        after = self._places(places)
        # As LibreOffice does; Excel leaves the point where no place follows.
        point = "." if self.has_point and after[:1] in _DIGIT_OR_BLANK else ""
        return f"{self._whole(whole.lstrip('0'))}{point}{after}"

    def rounded(self, size: Decimal) -> Decimal:
        """Return a number as it is shown, with as many places."""
        shifted = size.scaleb(self.power, _CONTEXT) if self.power else size
        return shifted.quantize(_UNITS[self.places_count], context=_CONTEXT)

    def is_zero(self, size: Decimal) -> bool:
        """Tell whether a number is shown as nothing but zeros."""
        return not self.rounded(size)

    def _whole(self, digits: str) -> str:
        """Put digits in their places from the right; the first place takes all that are left."""
        written: list[str] = []
        left = digits
        count = 0
        first = next((at for at, one in enumerate(self.whole) if one.kind == "digit"), None)
        for at in range(len(self.whole) - 1, -1, -1):
            token = self.whole[at]
            if token.kind != "digit":
                written.append(token.text)
                continue
            taken = left if at == first else left[-1:]
            left = "" if at == first else left[:-1]
            for digit in reversed(taken or _EMPTY[token.text]):
                if self.grouped and count and count % 3 == 0 and digit != " ":
                    written.append(",")
                written.append(digit)
                count += 1
        return (
            "".join(reversed(written))
            if first is not None
            else "".join((*(token.text for token in self.whole), digits))
        )

    def _places(self, digits: str) -> str:
        written: list[str] = []
        needed = len(digits.rstrip("0"))
        at = 0
        for token in self.places:
            if token.kind != "digit":
                written.append(token.text)
                continue
            written.append(digits[at] if at < needed else _EMPTY[token.text])
            at += 1
        return "".join(written)


_DIGIT_OR_BLANK = frozenset("0123456789 ")
_EMPTY = {"0": "0", "#": "", "?": " "}
"""What stands in a place that has no digit."""


def pattern_of(section: Section) -> Pattern:
    """Read how a section of digits writes a number. Raises NotKnown."""
    tokens = list(section.tokens)
    points = [at for at, token in enumerate(tokens) if token.kind == "point"]
    if len(points) > 1:
        raise NotKnown("points")
    cut = points[0] if points else len(tokens)
    whole, places = tokens[:cut], tokens[cut + 1 :]
    digits = [at for at, token in enumerate(tokens) if token.kind == "digit"]
    commas = [at for at, token in enumerate(tokens) if token.kind == "comma"]
    if len(digits) > _PLACES_MAX or any(at < digits[0] for at in commas):
        raise NotKnown("digits")
    last_whole = max((at for at in digits if at < cut), default=-1)
    grouping = [at for at in commas if at < last_whole]
    scaling = [at for at in commas if at > last_whole]
    # A comma shifts the number where it follows the last digit, right before the point or after.
    ends = {digits[-1] + step for step in range(1, len(commas) + 1)}
    befores = {last_whole + step for step in range(1, len(commas) + 1)}
    if not set(scaling) <= ends | befores or (scaling and max(scaling) > cut > min(scaling)):
        raise NotKnown("commas")
    percents = sum(token.kind == "percent" for token in tokens)
    return Pattern(
        tuple(token for token in whole if token.kind != "comma"),
        tuple(token for token in places if token.kind != "comma"),
        bool(points),
        bool(grouping),
        2 * percents - 3 * len(scaling),
        sum(token.kind == "digit" for token in places),
    )


def is_bare(section: Section, pattern: Pattern, *, negative: bool) -> bool:
    """Tell whether a section only writes the number that is held in another way.

    negative: of a section for negative numbers, which must say so itself.
    """
    if section.kind is not Kind.NUMBER or pattern.power or not pattern.is_solid:
        return False
    return (
        pattern.around in (_SIGNS, _BRACKETS)
        if negative
        else pattern.around in {("", ""), ("+", "")}
    )
