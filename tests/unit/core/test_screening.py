"""Which rejections are screening, and what counts as the same content."""

from pipeline.core.model import Channel, Message, Recipients, Rejection, Value
from pipeline.core.outcome import Outcome
from pipeline.core.screening import Caps, contents_of, rejected_outcome

MESSAGE = Message(Channel.AIM_BASIC, "600000001", (("p_1", Value(0)), ("p_2", Value(literal="x"))))


def test_every_rejection_has_an_outcome_that_was_never_sent() -> None:
    never_sent = {Outcome.INVALID, Outcome.DUPLICATE, Outcome.SUPPRESSED, Outcome.SKIPPED}
    assert {rejected_outcome(reason) for reason in Rejection} == never_sent


def test_contents_are_the_same_where_template_and_values_are_whoever_gets_them() -> None:
    two = Recipients([0, 1, 2], ["a", "b", "c"], (["Li", "Li", "Wang"],))
    first, second, third = contents_of(MESSAGE, two)
    assert first == second != third
    other = Message(Channel.AIM_BASIC, "600000002", MESSAGE.params)
    assert contents_of(other, two)[0] != first


def test_a_message_without_values_is_one_content_for_all() -> None:
    plain = Message(Channel.AIM_BASIC, "600000002")
    assert len(set(contents_of(plain, Recipients([0, 1], ["a", "b"], ())))) == 1


def test_how_far_back_is_looked_is_as_far_as_any_cap_reaches() -> None:
    assert Caps(0, 0, 0).look_back_s() == 0
    assert Caps(0, 5, 0).look_back_s() == 3600
    assert Caps(0, 5, 50).look_back_s() == 86_400
    assert Caps(7, 5, 50).look_back_s() == 86_400
