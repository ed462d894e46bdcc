"""What is too large for one request is split and goes on; nobody is sent to twice or left out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.audit.books import Proof, check_books
from pipeline.audit.replay import check_steps
from pipeline.chunker import LinkFates, continue_chunk
from pipeline.core.answer import Accepted, Answer, NewsKind, Refused
from pipeline.core.errors import KoosendError, LedgerUnwritable
from pipeline.core.lifecycle import Event, IllegalStep, State
from pipeline.core.model import Channel, Message, Route, SmsLeg, TaskId, TaskName
from pipeline.core.outcome import Outcome
from pipeline.logs.events import known
from pipeline.ports import Conclusion, Continuation, Prepared
from tests.support.fakes.gateway import accept_all
from tests.support.ledgers import a_fact, an_attempt, learn
from tests.support.sending import PLAN, RUN, Desk, chunk_of, desk_for, desk_of, phone_of

CODE = "KM.00001500"


def at_most(recipients: int) -> Callable[[Prepared], Answer]:
    """Take requests of so many recipients, and ask to send less in the others."""

    def answer(prepared: Prepared) -> Answer:
        if prepared.messages > recipients:
            return Refused(CODE, "too many numbers", split=True)
        return accept_all(prepared)

    return answer


def findings(desk: Desk) -> list[str]:
    """Prove the books as verify does."""
    record = desk.ledger.run(RUN)
    assert record is not None
    attempts = desk.ledger.attempts(RUN)
    proof = Proof(
        record,
        desk.ledger.books(RUN),
        desk.submissions(),
        lambda one: desk.ledger.facts(RUN, one),
        [one.attempt for one in attempts],
    )
    found = [*check_books(desk.ledger.outcomes(RUN), proof)]
    return [one.sentence for one in [*found, *check_steps(desk.submissions(), attempts)]]


def test_a_request_that_is_too_large_is_split_until_it_is_taken() -> None:
    desk = desk_of(at_most(3), submissions=2, size=10)
    result = desk.run()
    assert desk.taken_phones() == {phone_of(row): 1 for row in range(20)}
    assert {one.state for one in desk.submissions()} == {State.SPLIT, State.ACCEPTED}
    assert all(one.recipients <= 3 for one in desk.submissions() if one.state is State.ACCEPTED)
    assert desk.store.sizes() == {Channel.AIM: 3}
    assert (result.progress.messages, result.progress.refused) == (20, 0)
    assert findings(desk) == []
    books = desk.ledger.books(RUN)
    assert (books.outcomes, books.messages) == ({Outcome.SUBMITTED: 20}, 20)
    told = [fields for name, fields in desk.events if name == "submission.split"]
    assert known("submission.split", strict=True)
    assert told[0]["parts"] == 2


def test_what_is_learned_cuts_the_next_one_into_as_many_parts_as_it_needs() -> None:
    desk = desk_of(at_most(2), submissions=1, size=10)
    desk.store.learn_size(Channel.AIM, 2, 1.0, CODE)
    desk.run()
    states = desk.states()
    assert (states[State.SPLIT], states[State.ACCEPTED]) == (1, 5)


def test_what_we_judge_ourselves_teaches_nothing_of_the_account() -> None:
    def too_large(prepared: Prepared) -> Answer:
        large = prepared.messages > 5
        return Refused("body_too_large", "", split=True) if large else accept_all(prepared)

    desk = desk_of(too_large, submissions=1, size=10)
    desk.run()
    assert desk.states() == {State.SPLIT: 1, State.ACCEPTED: 2}
    assert desk.store.sizes() == {}


def test_who_is_alone_in_a_request_that_is_too_large_is_refused() -> None:
    desk = desk_of(at_most(0), submissions=1, size=2)
    desk.run()
    assert desk.states() == {State.SPLIT: 1, State.REFUSED: 2}
    assert desk.ledger.books(RUN).outcomes == {Outcome.REFUSED: 2}
    assert findings(desk) == []


@pytest.mark.parametrize(
    "answer",
    [Refused(CODE, "too many", split=True), Refused(CODE, "no")],
    ids=["send less", "refused"],
)
def test_a_code_that_was_found_false_proves_nothing_for_this_account(answer: Answer) -> None:
    desk = desk_of(lambda _: answer, submissions=1, size=4)
    desk.store.doubt_code(CODE, TaskName("run00000-0000000-001"), 1.0)
    desk.run()
    assert desk.states() == {State.IN_DOUBT: 1}


def test_where_the_parts_cannot_be_recorded_nothing_more_leaves() -> None:
    desk = desk_of(at_most(2), submissions=2, size=4)
    desk.ledger.fail_from = desk.ledger.writes + 2
    with pytest.raises(LedgerUnwritable):
        desk.run()
    assert desk.states() == {State.IN_FLIGHT: 1, State.PLANNED: 1}
    assert len(desk.gateway.submitted) == 1


def test_who_was_withheld_stays_withheld_and_is_in_no_part() -> None:
    desk = desk_of(at_most(2), submissions=1, size=5)
    desk.withheld = lambda part: {row: "opt_out" for row in part.rows if row == 2}
    desk.run()
    assert desk.taken_phones() == {phone_of(row): 1 for row in (0, 1, 3, 4)}
    assert findings(desk) == []
    outcomes = desk.ledger.books(RUN).outcomes
    assert outcomes == {Outcome.SUBMITTED: 4, Outcome.SUPPRESSED: 1}
    assert desk.run().progress.attempted == 0


def test_what_was_known_of_the_rows_before_goes_along() -> None:
    desk = desk_of(at_most(2), submissions=1, size=4)
    (whole,) = desk.submissions()
    facts = {row: [a_fact(NewsKind.UNSUPPORTED)] for row in (0, 3)}
    learn(desk.writer, whole, 1.0, facts)
    desk.run()
    _, first, second = desk.submissions()
    assert list(desk.ledger.facts(RUN, first)) == [0]
    assert list(desk.ledger.facts(RUN, second)) == [3]


@pytest.mark.parametrize(
    "parts",
    [[[0, 1, 2, 3]], [[0, 1], [2]], [[0, 1], [1, 2, 3]], [[0, 1], [2, 3, 4]], [[0, 1, 2, 3], []]],
    ids=["one", "somebody missing", "twice", "a stranger", "empty"],
)
def test_the_ledger_takes_only_parts_that_are_the_whole(parts: list[list[int]]) -> None:
    desk = desk_of(submissions=2, size=4)
    desk.writer.begin([an_attempt(attempt=1)])
    before = desk.submissions()
    with pytest.raises(KoosendError):
        desk.writer.split(Conclusion(0, 0, Event.WAS_SPLIT, 2.0), parts)
    assert desk.submissions() == before


def test_a_split_is_recorded_with_its_parts_or_not_at_all() -> None:
    desk = desk_of(submissions=2, size=4)
    desk.writer.begin([an_attempt(attempt=1)])
    with pytest.raises(IllegalStep):
        desk.writer.conclude([Conclusion(0, 0, Event.WAS_SPLIT, 2.0)])
    with pytest.raises(IllegalStep):
        desk.writer.split(Conclusion(0, 0, Event.WAS_LOST, 2.0), [[0, 1], [2, 3]])
    with pytest.raises(IllegalStep):
        desk.writer.split(Conclusion(0, 1, Event.WAS_SPLIT, 2.0), [[4, 5], [6, 7]])
    parts = desk.writer.split(Conclusion(0, 0, Event.WAS_SPLIT, 2.0), [[0, 3], [1, 2]])
    assert [(one.submission, tuple(one.positions)) for one in parts] == [(2, (0, 3)), (3, (1, 2))]
    assert {one.state for one in parts} == {State.PLANNED}


def test_links_that_are_made_in_parts_go_on_together() -> None:
    sms = SmsLeg("10690000001", "15010661", "云商城", "member-app", link_position=1)
    plan = replace(PLAN, message=Message(Channel.AIM_LINKS, "700000001", sms=sms))
    whole = chunk_of(0, 1, 6)
    parse = tuple(replace(one, route=Route.PARSE) for one in whole.submissions)
    desk = desk_for(plan, [replace(whole, submissions=parse)])

    def make(prepared: Prepared) -> Answer:
        if prepared.messages > 2:
            return Refused("KM.90016403", "too many links", split=True)
        phones = prepared.body.decode().split()
        links = {phone: f"https://w.com/{phone}" for phone in phones}
        return Accepted(TaskId(f"id-{prepared.task_name}"), links=links)

    desk.gateway.answer = make
    desk.withheld = lambda part: {row: "opt_out" for row in part.rows if row == 5}
    desk.run()
    assert desk.states() == {State.SPLIT: 2, State.ACCEPTED: 3}
    links = desk.ledger.routes.links(RUN, 0)
    assert sorted(links) == [0, 1, 2, 3, 4]
    recipients = desk.ledger.recipients(RUN, 0)
    column = [links.get(row, "") for row in recipients.rows]
    linked = replace(recipients, values=(column,))
    going = continue_chunk(
        plan.message, linked, desk.submissions(), LinkFates(links, {5: "opt_out"})
    )
    desk.writer.continue_chunk(Continuation(0, 2.0, linked, going.submissions, going.facts))
    desk.gateway.answer = accept_all
    desk.run()
    assert desk.taken_phones() == Counter({phone_of(row): 2 for row in range(5)})
    assert findings(desk) == []
