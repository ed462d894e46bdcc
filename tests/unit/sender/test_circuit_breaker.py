import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.core.answer import Answer, Hindrance, Lost, Refused, Throttled, Unanswered
from pipeline.core.errors import DecisionNeeded, ProviderUnavailable, WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Message
from pipeline.logs.events import known
from pipeline.ports import Prepared
from pipeline.sender import SenderOptions
from tests.support.fakes import ScriptedGateway
from tests.support.fakes.gateway import accept_all
from tests.support.sending import PLAN, chunk_of, desk_for, desk_of

UNREACHED = Throttled(Hindrance.UNREACHABLE, "connection refused")


class Unplugged(ScriptedGateway):
    """Reach nothing, by a question neither."""

    async def clock_ahead_s(self) -> float | Unanswered:
        return Unanswered("connection refused", hindrance=Hindrance.UNREACHABLE)


def test_an_outage_shorter_than_the_limit_is_waited_out_and_nothing_is_lost() -> None:
    desk = desk_of(submissions=40)
    back_at = desk.clock.monotonic() + 90.0
    desk.gateway.answer = lambda prepared: (
        UNREACHED if desk.clock.monotonic() < back_at else accept_all(prepared)
    )
    desk.run()
    assert desk.states() == {State.ACCEPTED: 40}
    assert set(desk.taken_phones().values()) == {1}


def test_an_outage_that_lasts_ends_the_run_with_everything_still_sendable() -> None:
    desk = desk_of(lambda _: UNREACHED, submissions=40)
    before = desk.clock.monotonic()
    with pytest.raises(ProviderUnavailable, match="could not be reached for 120 s"):
        desk.run()
    assert 120.0 <= desk.clock.monotonic() - before <= 180.0
    assert desk.states()[State.PLANNED] + desk.states()[State.DEFERRED] == 40


def test_while_nothing_is_reached_a_start_uses_up_one_name_and_no_more() -> None:
    desk = desk_of(lambda _: UNREACHED, submissions=40)
    desk.gateway = Unplugged(desk.gateway.answer)
    with pytest.raises(ProviderUnavailable, match="could not be reached for 120 s"):
        desk.run()
    assert sum(one.attempts for one in desk.submissions()) == 1


def test_what_makes_links_ends_for_now_and_not_as_unavailable() -> None:
    plan = replace(PLAN, message=Message(Channel.LINKS_ONLY, "700000001"))
    desk = desk_for(plan, [chunk_of(0, 40, 2)], lambda _: Lost("503"))
    with pytest.raises(WorkLeft, match="links could not be made: 10 answers in a row were lost"):
        desk.run()


def test_during_an_outage_requests_leave_one_at_a_time_at_growing_intervals() -> None:
    desk = desk_of(lambda _: UNREACHED, submissions=40)
    at = desk.note_times()
    with pytest.raises(ProviderUnavailable):
        desk.run(SenderOptions(concurrency=4))
    probes = at[4:]
    gaps = [later - earlier for earlier, later in itertools.pairwise(probes)]
    assert gaps
    assert min(gaps) > 0.5
    assert gaps[:4] == sorted(gaps[:4])


@pytest.mark.parametrize("answer", [accept_all, lambda _: Lost("reset")])
def test_outages_with_answers_in_between_do_not_add_up(
    answer: Callable[[Prepared], Answer],
) -> None:
    desk = desk_of(submissions=20, calls_per_s=0.2)
    desk.gateway.answer = lambda prepared: (
        answer(prepared) if desk.clock.monotonic() % 100.0 < 30.0 else UNREACHED
    )
    result = desk.run(SenderOptions(concurrency=1, lost_in_a_row=1000))
    assert result.progress.accepted + result.progress.lost == 20
    assert result.seconds > 300.0


def test_when_every_answer_is_lost_the_list_is_not_burnt_into_doubt() -> None:
    desk = desk_of(lambda _: Lost("502"), submissions=200)
    with pytest.raises(ProviderUnavailable, match="in doubt"):
        desk.run(SenderOptions(concurrency=8, lost_in_a_row=5, lost_probes=5))
    assert desk.states()[State.IN_DOUBT] <= 8 + 5 + 5
    assert desk.states()[State.PLANNED] >= 180


def test_after_lost_answers_in_a_row_the_pauses_grow() -> None:
    desk = desk_of(lambda _: Lost("502"), submissions=50)
    at = desk.note_times()
    with pytest.raises(ProviderUnavailable):
        desk.run(SenderOptions(concurrency=1))
    gaps = [later - earlier for earlier, later in itertools.pairwise(at)]
    assert gaps[:4] == [0.0] * 4
    assert gaps[4:] == pytest.approx([0.5, 1.0, 2.0, 4.0, 8.0])


def test_one_burst_of_lost_answers_pauses_the_run_and_does_not_end_it() -> None:
    seen = []

    def burst(prepared: Prepared) -> Answer:
        seen.append(prepared)
        return Lost("reset") if len(seen) <= 32 else accept_all(prepared)

    desk = desk_of(burst, submissions=100)
    desk.run(SenderOptions(width_at_start=32))
    assert desk.states() == {State.IN_DOUBT: 32, State.ACCEPTED: 68}
    paused = [fields for name, fields in desk.events if name == "sending.paused"]
    assert paused == [{"wait_s": 0.5, "why": "5 answers in a row were lost"}]


def test_the_user_is_told_once_for_each_pause_and_why_the_run_ends() -> None:
    desk = desk_of(lambda _: UNREACHED, submissions=40)
    with pytest.raises(ProviderUnavailable) as ended:
        desk.run()
    told = [(name, fields) for name, fields in desk.events if name.startswith("sending.")]
    assert all(known(name, strict=True) for name, _ in told)
    assert {fields["why"] for _, fields in told[:-1]} == {"KooMessage cannot be reached"}
    assert len(told) <= 12
    assert told[-1] == ("sending.stopped", {"why": str(ended.value)})


def test_lost_answers_with_accepted_ones_in_between_do_not_pause_the_run() -> None:
    seen = []

    def every_other(prepared: Prepared) -> Answer:
        seen.append(prepared)
        return Lost("reset") if len(seen) % 2 else accept_all(prepared)

    desk = desk_of(every_other, submissions=100)
    result = desk.run(SenderOptions(concurrency=1))
    assert desk.states() == {State.IN_DOUBT: 50, State.ACCEPTED: 50}
    assert result.seconds == 0.0


def _refuse(_: Prepared) -> Answer:
    return Refused("KM.00001502", "a number has a wrong form", about_rows=True)


def test_when_the_first_requests_are_all_refused_the_list_is_not_burnt() -> None:
    desk = desk_of(_refuse, submissions=40)
    with pytest.raises(
        ProviderUnavailable, match=r"refuses this campaign's requests: KM\.00001502"
    ):
        desk.run(SenderOptions(concurrency=2))
    states = desk.states()
    assert 5 <= states[State.REFUSED] <= 7
    assert states[State.PLANNED] == 40 - states[State.REFUSED]


def test_refusals_after_something_was_taken_are_those_requests_own() -> None:
    desk = desk_of(submissions=40)

    def answer(prepared: Prepared) -> Answer:
        return _refuse(prepared) if desk.gateway.taken else accept_all(prepared)

    desk.gateway.answer = answer
    desk.run(SenderOptions(concurrency=1))
    assert desk.states() == {State.ACCEPTED: 1, State.REFUSED: 39}


def test_the_same_refusal_in_mid_night_that_is_not_about_rows_stops_the_run() -> None:
    desk = desk_of(submissions=40)
    desk.gateway.answer = lambda prepared: (
        Refused("KM.00009999", "the account is in arrears")
        if len(desk.gateway.taken) >= 10
        else accept_all(prepared)
    )
    with pytest.raises(DecisionNeeded, match=r"KM\.00009999 the account is in arrears"):
        desk.run(SenderOptions(concurrency=1))
    assert desk.states() == {State.ACCEPTED: 10, State.REFUSED: 3, State.PLANNED: 27}
    desk.gateway.answer = accept_all
    desk.run()
    assert desk.states() == {State.ACCEPTED: 37, State.REFUSED: 3}


def test_refusals_of_several_kinds_or_with_a_taken_request_in_between_stop_nothing() -> None:
    codes = itertools.cycle(["KM.1", "KM.2", "KM.1", "", "KM.2", "KM.2", ""])

    def answer(prepared: Prepared) -> Answer:
        code = next(codes)
        return Refused(code, "no") if code else accept_all(prepared)

    desk = desk_of(answer, submissions=42)
    desk.run(SenderOptions(concurrency=1))
    assert desk.states() == {State.ACCEPTED: 12, State.REFUSED: 30}


def test_refusals_of_rows_in_between_do_not_hide_what_the_account_meets() -> None:
    codes = itertools.cycle(["KM.1", "KM.00001502"])

    def answer(prepared: Prepared) -> Answer:
        code = next(codes) if desk.gateway.taken else ""
        return Refused(code, "no", about_rows=code != "KM.1") if code else accept_all(prepared)

    desk = desk_of(submissions=42)
    desk.gateway.answer = answer
    with pytest.raises(DecisionNeeded):
        desk.run(SenderOptions(concurrency=1))
    assert desk.states()[State.REFUSED] == 5


def test_a_wrong_clock_leaves_the_work_for_later() -> None:
    wrong = Throttled(Hindrance.CLOCK, "this machine's clock is 90 s behind")
    desk = desk_of(lambda _: wrong, submissions=4)
    with pytest.raises(WorkLeft, match="90 s behind"):
        desk.run(SenderOptions(concurrency=1))
    assert desk.states() == {State.DEFERRED: 1, State.PLANNED: 3}
