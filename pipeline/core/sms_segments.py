"""How many parts a text message is cut into, each of which is paid for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.model import Message, Recipients, Route, SmsLeg
from pipeline.core.templates import SmsTemplate, Templates, VariableKind, text_chars

WHOLE_CHARS_MAX = 70
PART_CHARS_MAX = 67
"""Of a text that is cut: three of 70 places say which part it is."""

LINK_CHARS = 14
"""A standard short link, such as km2g.cn/PDiWqc (CreateResolveTask)."""

_BRACKETS = 2
_PLACEHOLDER = re.compile(r"\$\{([0-9]{1,2})\}")


def part_count(chars: int) -> int:
    """Return the parts of a text of that many characters, signature and brackets included."""
    return 1 if chars <= WHOLE_CHARS_MAX else -(-chars // PART_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is known of a template's length before any values are.

    fixed_chars: text, signature, brackets, and the links that the program gives. weights: how
    often each variable occurs whose values are given, in the template's order.
    """

    fixed_chars: int
    weights: tuple[int, ...]

    def parts(self, columns: Sequence[Sequence[str]], rows: int) -> Sequence[int]:
        """Return the parts of n messages: columns hold n values for each weighed variable."""
        lengths = [list(map(text_chars, column)) for column in columns]
        pairs = list(zip(self.weights, lengths, strict=True))
        longest = self.fixed_chars + sum(
            weight * max(column, default=0) for weight, column in pairs
        )
        if longest <= WHOLE_CHARS_MAX:
            return [1] * rows
        if not pairs:
            return [part_count(self.fixed_chars)] * rows
        weighed = [
            column if weight == 1 else [weight * length for length in column]
            for weight, column in pairs
        ]
        totals = map(sum, zip(*weighed, strict=True))
        return [part_count(self.fixed_chars + total) for total in totals]


def measure(template: SmsTemplate, signature: str, link_chars: int | None = LINK_CHARS) -> Measure:
    """Measure a template's text, which goes out behind its signature in brackets.

    link_chars: the length of the link where the program gives it; None where the link is one of
    the values. A template whose text is not known counts its variables once each.
    """
    found = [int(number) for number in _PLACEHOLDER.findall(template.text)]
    fixed = text_chars(signature) + _BRACKETS + text_chars(_PLACEHOLDER.sub("", template.text))
    weights = []
    for number, variable in enumerate(template.variables, start=1):
        weight = found.count(number) if template.text else 1
        if variable.kind is VariableKind.NEWTEXT and link_chars is not None:
            fixed += weight * link_chars
        else:
            weights.append(weight)
    return Measure(fixed, tuple(weights))


_GIVEN_LINK = frozenset({Route.MAIN, Route.PARSE})


class PartsOfRoutes:
    """Measures the SMS of a run by route, as far as their templates are known."""

    def __init__(self, message: Message, templates: Templates) -> None:
        """Measure what does not depend on a row."""
        self._ways: Mapping[Route, tuple[SmsLeg, Measure]] = {
            route: (leg, _measured(route, leg, template))
            for route, template in (
                (Route.MAIN, templates.sms),
                (Route.PARSE, templates.sms),
                (Route.LINKED, templates.sms),
                (Route.SMS, templates.fallback_sms),
            )
            if template is not None and (leg := message.by(route).sms) is not None
        }

    def knows(self, route: Route) -> bool:
        """Tell whether anything is known of a route's SMS."""
        return route in self._ways

    def of(self, route: Route, recipients: Recipients) -> Sequence[int]:
        """Return the parts of n recipients' SMS; 0 where they are not known."""
        known = self._ways.get(route)
        if known is None:
            return [0] * len(recipients)
        leg, measured = known
        try:
            return measured.parts([value.of(recipients) for value in leg.params], len(recipients))
        except (IndexError, ValueError):
            # The template has changed its variables since the campaign was written.
            return [0] * len(recipients)


def _measured(route: Route, leg: SmsLeg, template: SmsTemplate) -> Measure:
    if route in _GIVEN_LINK and len(leg.params) < len(template.variables):
        return measure(template, leg.signature)
    return measure(template, leg.signature, None)
