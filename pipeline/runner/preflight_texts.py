"""Measure the SMS that a campaign's rows would become."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.core.model import Message, Recipients, SmsLeg
from pipeline.core.routing import CARD_CHANNELS
from pipeline.core.sms_parts import Measure, measure
from pipeline.core.template import SmsTemplate, Templates


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
