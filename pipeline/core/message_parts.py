"""How many parts the SMS of each recipient is cut into, by the way it goes. Pure."""

from collections.abc import Mapping, Sequence

from pipeline.core.model import Message, Recipients, Route, SmsLeg
from pipeline.core.sms_parts import Measure, measure
from pipeline.core.template import SmsTemplate, Templates

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
            return measured.parts([one.of(recipients) for one in leg.params], len(recipients))
        except (IndexError, ValueError):
            # The template has changed its variables since the campaign was written.
            return [0] * len(recipients)


def _measured(route: Route, leg: SmsLeg, template: SmsTemplate) -> Measure:
    if route in _GIVEN_LINK and len(leg.params) < len(template.variables):
        return measure(template, leg.signature)
    return measure(template, leg.signature, None)
