"""Links that cannot be made: a few rounds a start, pauses that grow, and a way out."""

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.answer import Answer, Lost
from pipeline.core.errors import DecisionNeeded, WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Message, Route, TaskName
from pipeline.logs import EventLog
from pipeline.ports import Continuation, Prepared
from pipeline.reconciler.context import Parts
from pipeline.reconciler.doubts import decide
from pipeline.reconciler.doubts.decide import PersonsWord, decide_doubts, exhausted
from pipeline.runner.guards.ceilings import check_names
from pipeline.runner.planning.links import ROUNDS_MAX, LinkRounds
from pipeline.runner.session.session import finish
from pipeline.sender import SenderOptions
from tests.support.fakes.gateway import accept_all
from tests.support.sending import PLAN, RUN, Desk, chunk_of, desk_for

LINKS = replace(PLAN, message=Message(Channel.LINKS_ONLY, "700000001"))


def parts_of(desk: Desk) -> Parts:
    return Parts(
        desk.plan,
        desk.ledger,
        desk.writer,
        desk.gateway,
        desk.limiter,
        desk.clock,
        store=desk.store,
    )


def one_start(desk: Desk) -> int:
    """Send and release as a start does, and count the rounds."""
    rounds = LinkRounds(parts_of(desk))
    count = 1
    desk.run()
    while rounds.release():
        asyncio.run(rounds.pause())
        count += 1
        desk.run()
    rounds.check()
    return count


def lost(_: Prepared) -> Answer:
    return Lost("503")


def test_a_start_makes_five_rounds_with_growing_pauses_and_leaves_the_rest_for_later() -> None:
    desk = desk_for(LINKS, [chunk_of(0, 3, 2)], lost)
    at = desk.note_times()
    with pytest.raises(WorkLeft, match="links could not be made: 3 requests got no answer in 5"):
        one_start(desk)
    assert [one.attempts for one in desk.submissions()] == [ROUNDS_MAX] * 3
    assert [at[3 * n + 3] - at[3 * n] for n in range(4)] == [1.0, 2.0, 4.0, 8.0]
    desk.gateway.answer = accept_all
    assert one_start(desk) == 1
    assert desk.states() == {State.ACCEPTED: 3}


def test_rounds_in_which_links_are_made_do_not_count() -> None:
    desk = desk_for(LINKS, [chunk_of(0, 20, 2)])
    seen: list[str] = []

    def one_in_three(prepared: Prepared) -> Answer:
        seen.append(prepared.task_name)
        return accept_all(prepared) if len(seen) % 3 == 0 else Lost("503")

    desk.gateway.answer = one_in_three
    assert one_start(desk) > ROUNDS_MAX
    assert desk.states() == {State.ACCEPTED: 20}


def test_a_run_is_finished_only_once_its_chunks_went_on_with_their_links(tmp_path: Path) -> None:
    chunk = chunk_of(0, 1, 2)
    makers = tuple(replace(planned, route=Route.PARSE) for planned in chunk.submissions)
    plan = replace(PLAN, message=Message(Channel.AIM_LINKS, "700000001"))
    desk = desk_for(plan, [replace(chunk, submissions=makers)])
    desk.run()
    assert desk.states() == {State.ACCEPTED: 1}

    def is_finished() -> bool:
        record = desk.ledger.run(RUN)
        assert record is not None
        with closing(EventLog(tmp_path / "events.jsonl")) as events:
            finish(record, desk.ledger, desk.writer, desk.clock, events)
        known = desk.ledger.run(RUN)
        return known is not None and known.finished_at is not None

    assert not is_finished()
    desk.writer.continue_chunk(Continuation(0, 1.0, chunk.recipients, (), {}))
    assert is_finished()


def test_what_has_no_name_left_is_told_and_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "ATTEMPTS_MAX", ROUNDS_MAX)
    desk = desk_for(LINKS, [chunk_of(0, 2, 2)])
    desk.gateway.answer = lambda prepared: (
        Lost("503") if "-0000000-" in prepared.task_name else accept_all(prepared)
    )
    with pytest.raises(WorkLeft):
        one_start(desk)
    assert desk.run(SenderOptions(names_max=ROUNDS_MAX)).set_aside == 1
    record = desk.ledger.run(RUN)
    assert record is not None
    with pytest.raises(DecisionNeeded, match=r"1 request with 2 people had .* --give-up"):
        check_names(desk.ledger, record)
    (left,) = exhausted(desk.ledger, RUN)
    assert left.task_name is not None
    word = PersonsWord("give_up", [left.task_name, TaskName("x")], "night operator", 1.0, "why")
    assert decide_doubts(desk.ledger, desk.writer, RUN, word) == ("x",)
    word = replace(word, names=[left.task_name])
    assert decide_doubts(desk.ledger, desk.writer, RUN, word) == ()
    assert desk.states() == {State.ABANDONED: 1, State.ACCEPTED: 1}
    assert desk.submissions()[0].code == "given_up"
    check_names(desk.ledger, record)
