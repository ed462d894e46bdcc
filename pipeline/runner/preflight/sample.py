"""Fill a campaign's message in for a few people, as they would see it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.model import Message, Recipients, SmsLeg
from pipeline.core.phones import mask, mask_in
from pipeline.core.routing import CARD_CHANNELS
from pipeline.core.sms_segments import Measure, measure
from pipeline.core.templates import SmsTemplate, Templates, VariableKind

ROWS = 3
LINK = "km2g.cn/******"
"""Stands for the short link, which is made only when a message is sent."""

_PLACEHOLDER = re.compile(r"\$\{([0-9]{1,2})\}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One recipient's message. phone is masked, and so is every number in a value or a text.

    values are those of the card or the video, by the parameter's name. sms is the text of the
    SMS where its template is known, else its values stand in sms_values alone.
    """

    phone: str
    values: Mapping[str, str]
    sms: str
    sms_values: tuple[str, ...]
    fallback_sms: str = ""


def samples(message: Message, templates: Templates, recipients: Recipients) -> tuple[Sample, ...]:
    """Fill the message in for the first recipients."""
    rows = range(min(ROWS, len(recipients)))
    return tuple(_sample(message, templates, recipients.part(at, at + 1)) for at in rows)


def _sample(message: Message, templates: Templates, person: Recipients) -> Sample:
    leg, spare = message.sms, message.fallback.sms
    own = tuple(value.of(person)[0] for value in leg.params) if leg else ()
    spares = tuple(value.of(person)[0] for value in spare.params) if spare else ()
    return Sample(
        mask(person.phones[0]),
        {name: mask_in(value.of(person)[0]) for name, value in message.params},
        mask_in(_text(leg, templates.sms, own)),
        tuple(map(mask_in, own)),
        mask_in(_text(spare, templates.fallback_sms, spares)),
    )


def _text(leg: SmsLeg | None, template: SmsTemplate | None, values: Sequence[str]) -> str:
    """Write the text out behind its signature; the link's place is filled where none is given."""
    if leg is None or template is None or not template.text:
        return ""
    given = iter(values)
    has_link_value = len(values) == len(template.variables)
    places = [
        LINK if variable.kind is VariableKind.NEWTEXT and not has_link_value else next(given, "")
        for variable in template.variables
    ]

    def fill(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        return places[at] if 0 <= at < len(places) else found[0]

    return f"【{leg.signature}】{_PLACEHOLDER.sub(fill, template.text)}"


class Texts:
    """Measures the SMS of a campaign, as far as their templates are known."""

    def __init__(self, message: Message, templates: Templates) -> None:
        """Measure what does not depend on a row."""
        self._legs = (message.sms, message.fallback.sms)
        with_link = message.channel in CARD_CHANNELS
        known = (templates.sms, templates.fallback_sms)
        self._measures = tuple(
            None
            if leg is None or template is None
            else _measure(leg, template, with_link=with_link and not at)
            for at, (leg, template) in enumerate(zip(self._legs, known, strict=True))
        )

    def own(self, recipients: Recipients) -> Mapping[int, int]:
        """Count recipients by the parts of the campaign's own SMS; none where not known."""
        return Counter(self._parts(0, recipients))

    def fallback(self, recipients: Recipients) -> int:
        """Add up the parts of the SMS for those who cannot see the card; one where not known."""
        if self._legs[1] is None:
            return 0
        return sum(self._parts(1, recipients)) or len(recipients)

    def _parts(self, at: int, recipients: Recipients) -> Sequence[int]:
        leg, known = self._legs[at], self._measures[at]
        if leg is None or known is None:
            return ()
        return known.parts([value.of(recipients) for value in leg.params], len(recipients))


def _measure(leg: SmsLeg, template: SmsTemplate, *, with_link: bool) -> Measure:
    return measure(template, leg.signature) if with_link else measure(template, leg.signature, None)
