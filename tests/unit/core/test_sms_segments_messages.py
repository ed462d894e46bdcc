"""Into how many parts the SMS of each way is cut, as far as its template is known."""

from pipeline.core.model import Channel, Fallback, Message, Policy, Recipients, Route, SmsLeg, Value
from pipeline.core.sms_segments import PartsOfRoutes
from pipeline.core.templates import SmsTemplate, Templates, Variable, VariableKind

TEXT, LINK = VariableKind.TEXT, VariableKind.NEWTEXT
OWN = SmsTemplate("1", "${1}" + "x" * 45 + "${2}", (Variable("1", TEXT), Variable("2", LINK)))
PLAIN = SmsTemplate("2", "${1}" + "x" * 66, (Variable("1", TEXT),))
LEG = SmsLeg("1069", "1", "云商", "app", (Value(0),), link_position=2)
MESSAGE = Message(
    Channel.AIM_LINKS,
    "700000001",
    sms=LEG,
    fields=("name",),
    fallback=Fallback(Policy.SMS, sms=SmsLeg("1069", "2", "云商", "app", (Value(0),))),
)
PEOPLE = Recipients([0, 1], ["13800138000", "13800138001"], (["王芳", "王" * 10],))
KNOWN = PartsOfRoutes(MESSAGE, Templates(sms=OWN, fallback_sms=PLAIN))


def test_the_campaigns_own_sms_counts_a_standard_link() -> None:
    assert list(KNOWN.of(Route.PARSE, PEOPLE)) == [1, 2]


def test_a_link_that_was_made_counts_as_it_is() -> None:
    linked = Recipients(
        PEOPLE.rows, PEOPLE.phones, (*PEOPLE.values, ["k.cn/1", "k.cn/" + "x" * 30])
    )
    assert list(KNOWN.of(Route.LINKED, linked)) == [1, 2]


def test_the_sms_of_the_fallback_is_measured_by_its_own_template() -> None:
    assert list(KNOWN.of(Route.SMS, PEOPLE)) == [2, 2]


def test_what_is_not_known_or_does_not_fit_any_more_counts_nothing() -> None:
    assert list(KNOWN.of(Route.VIDEO, PEOPLE)) == [0, 0]
    assert list(PartsOfRoutes(MESSAGE, Templates()).of(Route.SMS, PEOPLE)) == [0, 0]
    assert list(KNOWN.of(Route.LINKED, PEOPLE)) == [0, 0]
    assert not PartsOfRoutes(MESSAGE, Templates()).knows(Route.SMS)
