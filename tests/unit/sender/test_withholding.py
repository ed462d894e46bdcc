"""Who must not be sent to any more is left out of requests that have not left."""

from collections.abc import Mapping

import pytest

from pipeline.core.answer import Answer, Hindrance, Throttled
from pipeline.core.errors import LedgerUnwritable, WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.model import Recipients
from pipeline.core.outcome import Outcome
from pipeline.core.screening import SuppressionReason
from pipeline.ports import Prepared, Suppression
from pipeline.runner.planning.screening import listed_since
from pipeline.sender import Ceilings, SenderOptions
from tests.support.fakes.gateway import accept_all
from tests.support.sending import RUN, Desk, desk_of, meddle_once, phone_of

ONE_BY_ONE = SenderOptions(concurrency=1)


def opting_out(desk: Desk, *rows: int) -> None:
    entries = [Suppression(phone_of(row), SuppressionReason.OPT_OUT, 1.0) for row in rows]
    desk.ledger.screening.suppress(entries)


def listening(desk: Desk) -> Desk:
    desk.withheld = listed_since(desk.ledger.screening, desk.ledger.screening.suppressions_end())
    return desk


def outcomes(desk: Desk) -> list[str]:
    return [
        f"{standing.outcome} {standing.reason}".strip()
        for block in desk.ledger.outcomes(RUN)
        for standing in block.standings
    ]


def test_an_opt_out_in_mid_run_is_left_out_of_all_that_has_not_left() -> None:
    def answer(prepared: Prepared) -> Answer:
        if len(desk.gateway.submitted) == 1:
            opting_out(desk, 0, 3)
        return accept_all(prepared)

    desk = desk_of(answer, submissions=3, size=2, calls_per_s=1.0)
    result = listening(desk).run(ONE_BY_ONE)
    assert desk.taken_phones() == {phone_of(row): 1 for row in (0, 1, 2, 4, 5)}
    assert outcomes(desk) == [*["submitted"] * 3, "suppressed opted_out", *["submitted"] * 2]
    assert [prepared.messages for prepared in desk.gateway.submitted] == [2, 1, 2]
    assert (result.progress.messages, result.progress.messages_withheld) == (5, 1)
    told = dict(desk.events)["submission.withheld"]
    assert told == {"chunk": 0, "submission": 1, "recipients": 1, "left": 1}


def test_a_request_that_would_carry_nobody_never_leaves() -> None:
    desk = listening(desk_of(submissions=3, size=2))
    opting_out(desk, 2, 3)
    result = desk.run(ONE_BY_ONE)
    assert desk.states() == {State.ACCEPTED: 2, State.ABANDONED: 1}
    assert outcomes(desk)[2:4] == ["suppressed opted_out"] * 2
    assert (result.progress.attempted, result.progress.messages_withheld) == (2, 2)


def test_a_run_of_which_nobody_is_left_ends_without_a_request() -> None:
    desk = listening(desk_of(chunks=2, submissions=2, size=2))
    opting_out(desk, *range(8))
    assert not desk.run(ONE_BY_ONE).interrupted
    assert desk.gateway.submitted == []
    assert desk.ledger.books(RUN).outcomes == {Outcome.SUPPRESSED: 8}


def test_an_opt_out_while_a_request_waits_for_its_turn_still_counts() -> None:
    desk = listening(desk_of(submissions=1, size=2))
    asked: list[Recipients] = []
    inner = desk.withheld

    def withheld(recipients: Recipients) -> Mapping[int, str]:
        found = inner(recipients)
        asked.append(recipients)
        if len(asked) == 1:
            opting_out(desk, 1)
        return found

    desk.withheld = withheld
    desk.run()
    assert desk.taken_phones() == {phone_of(0): 1}
    assert [prepared.messages for prepared in desk.gateway.submitted] == [1]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_an_opt_out_at_the_very_moment_when_an_intent_is_recorded_still_counts(
    concurrency: int,
) -> None:
    desk = listening(desk_of(submissions=4, size=2))
    meddle_once(desk, lambda: opting_out(desk, 1, 4))
    ceilings = Ceilings(messages=8)
    result = desk.run(SenderOptions(concurrency=concurrency, ceilings=ceilings))
    assert desk.taken_phones() == {phone_of(row): 1 for row in (0, 2, 3, 5, 6, 7)}
    assert outcomes(desk).count("suppressed opted_out") == 2
    assert desk.states() == {State.ACCEPTED: 4}
    assert [one.attempts for one in desk.submissions()] == [1] * 4
    assert (result.progress.messages, result.progress.messages_withheld) == (6, 2)


def test_who_was_withheld_stays_out_of_the_next_attempt_and_more_may_join() -> None:
    def answer(prepared: Prepared) -> Answer:
        if len(desk.gateway.submitted) > 1:
            return accept_all(prepared)
        desk.ledger.screening.unsuppress([phone_of(0)], 2.0, "back")
        opting_out(desk, 1)
        return Throttled(Hindrance.RATE, "too fast")

    desk = listening(desk_of(answer, submissions=1, size=3))
    opting_out(desk, 0)
    desk.run()
    assert desk.taken_phones() == {phone_of(2): 1}
    assert outcomes(desk) == [*["suppressed opted_out"] * 2, "submitted"]
    (submission,) = desk.submissions()
    assert (submission.attempts, submission.withheld) == (2, (0, 1))


def test_the_next_process_leaves_out_whom_the_last_one_withheld() -> None:
    desk = listening(desk_of(submissions=1, size=2))
    opting_out(desk, 0)
    with pytest.raises(WorkLeft):
        desk.run(may_send=lambda: "not now")
    desk.ledger.screening.unsuppress([phone_of(0)], 2.0, "back")
    desk.withheld = listed_since(desk.ledger.screening, 0)
    desk.run()
    assert desk.taken_phones() == {phone_of(1): 1}


def test_a_withheld_message_costs_nothing() -> None:
    desk = listening(desk_of(submissions=2, size=2))
    opting_out(desk, 0)
    ceilings = Ceilings(messages=3, cost=3, cost_of=lambda one: one.messages)
    desk.run(SenderOptions(concurrency=1, ceilings=ceilings))
    assert sum(desk.taken_phones().values()) == 3


def test_where_it_cannot_be_recorded_that_somebody_is_withheld_nothing_is_sent() -> None:
    desk = listening(desk_of(submissions=2, size=2))
    opting_out(desk, 0)
    desk.ledger.fail_from = desk.ledger.writes + 1
    with pytest.raises(LedgerUnwritable):
        desk.run(ONE_BY_ONE)
    assert desk.gateway.submitted == []


def test_who_was_on_the_list_when_the_rows_were_held_against_it_is_not_looked_for_again() -> None:
    desk = desk_of(submissions=1, size=2)
    opting_out(desk, 0)
    listening(desk).run()
    assert desk.taken_phones() == {phone_of(0): 1, phone_of(1): 1}
