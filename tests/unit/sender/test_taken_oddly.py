"""What an acceptance says beside its task id is recorded and told, by number where it can be."""

import pytest

from pipeline.core.answer import TAKEN_ODDLY, Accepted, NewsKind, Refused
from pipeline.core.lifecycle import State
from pipeline.core.model import TaskId
from pipeline.runner.commands.status import taken_oddly
from tests.support.sending import RUN, desk_of, phone_of

TASK = TaskId("t-1")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Accepted(TASK, said="20014 partly"), "it says 20014 partly"),
        (Accepted(TASK, taken=3), "it counts 3 of 5 numbers as taken"),
        (
            Accepted(TASK, named=frozenset({phone_of(0), phone_of(2)})),
            "it does not name 3 of 5 numbers",
        ),
        (Accepted(TASK), ""),
        (Accepted(TASK, taken=5, named=frozenset(map(phone_of, range(5)))), ""),
        (Accepted(TASK, {phone_of(0): "KM.1"}, taken=4), ""),
    ],
)
def test_what_is_odd_about_an_acceptance_stands_in_its_step_and_is_told(
    answer: Accepted, message: str
) -> None:
    desk = desk_of(chunks=1, submissions=1, size=5)
    desk.gateway.answer = lambda _: answer
    desk.run()
    (one,) = desk.submissions()
    (record,) = desk.ledger.attempts(RUN)
    code = TAKEN_ODDLY if message else ""
    assert (one.state, one.code, one.message) == (State.ACCEPTED, code, message)
    assert (record.code, record.message) == (code, message)
    told = [fields["why"] for name, fields in desk.events if name == "submission.taken_oddly"]
    assert told == ([message] if message else [])
    assert [one.message for one in taken_oddly(desk.ledger, RUN)] == told


def test_whom_an_answer_does_not_name_is_known_by_row() -> None:
    desk = desk_of(chunks=1, submissions=1, size=3)
    refused = {phone_of(1): "E200028"}
    desk.gateway.answer = lambda _: Accepted(TASK, refused, named={phone_of(0), phone_of(1)})
    desk.run()
    facts = desk.ledger.facts(RUN, desk.submissions()[0])
    assert {row: [one.kind for one in of] for row, of in facts.items()} == {
        1: [NewsKind.REFUSED],
        2: [NewsKind.NOT_NAMED],
    }


def test_a_refusal_keeps_the_task_that_it_names() -> None:
    desk = desk_of(chunks=1, submissions=1, size=3)
    desk.gateway.answer = lambda _: Refused("task_state Failed", "nothing", task_id=TASK)
    desk.run()
    (one,) = desk.submissions()
    (record,) = desk.ledger.attempts(RUN)
    assert (one.state, one.task_id, record.task_id) == (State.REFUSED, TASK, TASK)


def test_no_task_is_made_up_for_a_refusal_that_names_none() -> None:
    desk = desk_of(chunks=1, submissions=1, size=3)
    desk.gateway.answer = lambda _: Refused("KM.00001502", "a number has a wrong form")
    desk.run()
    assert desk.submissions()[0].task_id is None
