import itertools
from collections.abc import Callable, Iterator

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Refused, Throttled
from pipeline.core.errors import CredentialsRefused, ProviderUnavailable, WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.model import TaskId
from pipeline.core.names import task_name
from pipeline.core.times import Backoff
from pipeline.logs.events import known
from pipeline.ports import Prepared
from pipeline.sender import SenderOptions
from tests.support.fakes.gateway import accept_all
from tests.support.sending import RUN, desk_of, phone_of

ONE_BY_ONE = SenderOptions(concurrency=1)
BUSY = Throttled(Hindrance.RATE, "the throttling threshold has been reached")


def _in_turn(*answers: Answer | None) -> Callable[[Prepared], Answer]:
    """Answer in turn, None for acceptance, then accept all."""
    left: Iterator[Answer | None] = iter(answers)
    return lambda prepared: next(left, None) or accept_all(prepared)


def test_every_submission_of_a_run_is_accepted_once() -> None:
    desk = desk_of(chunks=3, submissions=4, size=5)
    result = desk.run()
    assert desk.states() == {State.ACCEPTED: 12}
    assert desk.taken_phones() == {phone_of(row): 1 for row in range(60)}
    assert not result.interrupted
    assert (result.progress.accepted, result.progress.messages) == (12, 60)
    assert (result.progress.planned, result.progress.messages_planned) == (12, 60)


def test_submissions_leave_in_source_order_under_derived_names() -> None:
    desk = desk_of(chunks=2, submissions=3, size=1)
    desk.run()
    names = [prepared.task_name for prepared in desk.gateway.submitted]
    assert names == [task_name(RUN, c, s, 1) for c in range(2) for s in range(3)]


def test_an_accepted_submission_has_its_task_id_in_the_ledger() -> None:
    desk = desk_of(submissions=1)
    desk.run()
    (submission,) = desk.submissions()
    assert submission.task_id == f"id-{submission.task_name}"


def test_a_request_carries_the_time_of_its_intent_as_the_ledger_has_it() -> None:
    desk = desk_of(submissions=3, calls_per_s=1.0)
    desk.run()
    intended = [prepared.intended_at for prepared in desk.gateway.submitted]
    assert intended == [submission.attempted_at for submission in desk.submissions()]
    assert len(set(intended)) == 3


def test_numbers_that_an_accepted_request_left_out_are_recorded_by_row() -> None:
    answer = Accepted(TaskId("t1"), {phone_of(1): "KM.1", "13900000000": "KM.2"})
    desk = desk_of(_in_turn(answer), submissions=1, size=3)
    desk.run()
    (submission,) = desk.submissions()
    facts = desk.ledger.facts(RUN, submission)
    assert {row: [fact.code for fact in known] for row, known in facts.items()} == {1: ["KM.1"]}


def test_a_refused_submission_is_final_and_the_rest_goes_on() -> None:
    desk = desk_of(_in_turn(Refused("KM.40001", "a value is too long")))
    result = desk.run()
    assert desk.states() == {State.REFUSED: 1, State.ACCEPTED: 3}
    assert (result.progress.refused, result.progress.messages_refused) == (1, 2)
    refused = next(s for s in desk.submissions() if s.state is State.REFUSED)
    assert (refused.code, refused.message) == ("KM.40001", "a value is too long")


def test_a_refusal_that_stops_the_run_leaves_the_rest_planned_and_names_its_reason() -> None:
    desk = desk_of(_in_turn(None, Refused("KM.9", "template 1 is disabled", stops_run=True)))
    with pytest.raises(ProviderUnavailable, match=r"KM\.9 template 1 is disabled"):
        desk.run(ONE_BY_ONE)
    assert desk.states() == {State.ACCEPTED: 1, State.REFUSED: 1, State.PLANNED: 2}


def test_a_number_in_the_providers_reason_is_masked_in_the_error() -> None:
    desk = desk_of(_in_turn(Refused("KM.9", "13000000001 is blocked", stops_run=True)))
    with pytest.raises(ProviderUnavailable, match=r"130\*{4}0001"):
        desk.run(ONE_BY_ONE)


def test_a_submission_turned_away_is_attempted_again_under_a_new_name() -> None:
    desk = desk_of(_in_turn(BUSY), submissions=1)
    result = desk.run()
    (submission,) = desk.submissions()
    assert (submission.state, submission.attempts) == (State.ACCEPTED, 2)
    names = [prepared.task_name for prepared in desk.gateway.submitted]
    assert names == [task_name(RUN, 0, 0, 1), task_name(RUN, 0, 0, 2)]
    assert (result.progress.attempted, result.progress.throttled) == (2, 1)


def test_each_time_it_is_turned_away_a_submission_waits_longer() -> None:
    desk = desk_of(_in_turn(BUSY, BUSY, BUSY), submissions=1)
    at = desk.note_times()
    desk.run(SenderOptions(backoff=Backoff(1.0, 2.0, 30.0)))
    waits = [later - earlier for earlier, later in itertools.pairwise(at)]
    assert waits[0] >= 1.0
    assert waits[1] >= 2.0
    assert waits[2] >= 4.0


def test_the_others_go_on_while_one_that_was_turned_away_waits() -> None:
    desk = desk_of(_in_turn(BUSY), submissions=3)
    desk.run(ONE_BY_ONE)
    order = [prepared.task_name for prepared in desk.gateway.submitted]
    assert order[-1] == task_name(RUN, 0, 0, 2)


@pytest.mark.parametrize(
    ("asked_s", "waited_s"), [(7.0, 7.0), (1e9, 30.0), (-5.0, 0.0), (float("nan"), 0.0)]
)
def test_a_wait_that_the_provider_asks_for_holds_everything_within_reason(
    asked_s: float, waited_s: float
) -> None:
    desk = desk_of(_in_turn(Throttled(Hindrance.RATE, "busy", wait_s=asked_s)), submissions=2)
    before = desk.clock.monotonic()
    at = desk.note_times()
    desk.run(ONE_BY_ONE)
    assert at[1] - before == pytest.approx(waited_s, abs=2.1)


def test_refused_credentials_end_the_run_and_the_submission_stays_sendable() -> None:
    refusal = Throttled(Hindrance.CREDENTIALS, "the access key is unknown")
    desk = desk_of(_in_turn(None, refusal))
    with pytest.raises(CredentialsRefused, match="the access key is unknown"):
        desk.run(ONE_BY_ONE)
    assert desk.states() == {State.ACCEPTED: 1, State.DEFERRED: 1, State.PLANNED: 2}


def test_a_lost_answer_leaves_a_doubt_and_the_rest_goes_on() -> None:
    desk = desk_of(_in_turn(Lost("read timed out")), submissions=6)
    result = desk.run()
    assert desk.states() == {State.IN_DOUBT: 1, State.ACCEPTED: 5}
    assert (result.progress.lost, result.progress.messages_lost) == (1, 2)
    assert len(desk.gateway.submitted) == 6


def test_a_second_run_does_not_touch_what_is_final_or_in_doubt() -> None:
    desk = desk_of(_in_turn(Lost("reset"), Refused("KM.1", "no")))
    desk.run(ONE_BY_ONE)
    before = desk.submissions()
    result = desk.run()
    assert desk.submissions() == before
    assert result.progress.attempted == 0


def test_what_an_earlier_run_deferred_goes_on_with_the_next_name() -> None:
    desk = desk_of(_in_turn(Throttled(Hindrance.CREDENTIALS, "expired")), submissions=1)
    with pytest.raises(CredentialsRefused):
        desk.run()
    desk.run()
    assert [p.task_name for p in desk.gateway.submitted] == [
        task_name(RUN, 0, 0, 1),
        task_name(RUN, 0, 0, 2),
    ]


def test_a_rate_refusal_that_never_ends_leaves_the_work_for_later() -> None:
    desk = desk_of(lambda _: BUSY, submissions=2)
    with pytest.raises(WorkLeft, match="for its rate for 600 s"):
        desk.run(SenderOptions(rate_refused_s_max=600.0))
    assert desk.states() == {State.DEFERRED: 2}
    assert desk.taken_phones() == {}


def test_every_answer_is_told_without_a_number() -> None:
    answers = (None, Refused("KM.1", "no"), BUSY, Lost("reset"))
    desk = desk_of(_in_turn(*answers), submissions=4)
    desk.run(ONE_BY_ONE)
    assert {name for name, _ in desk.events} == {
        "submission.accepted",
        "submission.refused",
        "submission.throttled",
        "submission.in_doubt",
    }
    assert all(known(name, strict=True) for name, _ in desk.events)
    assert "1300000" not in repr(desk.events)
    assert desk.progress[-1].attempted == 5
    assert desk.progress[-1].messages_open == 0
