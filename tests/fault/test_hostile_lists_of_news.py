"""Over the wire: failed tasks, tasks taken in part, and ids written otherwise than answered."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import Event
from pipeline.core.model import Channel, TaskId, TaskName
from pipeline.core.outcome import Outcome
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.ports import Conclusion
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from tests.support.koomessage import options, using
from tests.support.raw_server import Received, raw_server, response
from tests.support.reconciling import World, phone

TASK = TaskId("8113760c-787c-4c87-82c8-1d27024fef34")
SHOUTED = TASK.replace("-", "").upper()
LATER_S = 8 * 86_400.0

Rows = Callable[[TaskName], list[dict[str, object]]]


def polled(world: World, lists: dict[str, tuple[str, Rows]]) -> None:
    """Poll a run once, whose provider answers each path's list with what lists says."""
    name = world.submission(0).task_name
    assert name is not None

    def answered(request: Received) -> bytes:
        path = request.target.partition("?")[0]
        key, rows = lists.get(path, ("resolve_details", lambda _: []))
        found = rows(name)
        page = {key: found, "page_info": {"offset": 0, "limit": 100, "total": len(found)}}
        if path.startswith("/v1/aim-basic"):
            page = {"status": "200", "message": "success", "data": page}
        return response(json.dumps(page).encode(), "200 OK", "Content-Type: application/json")

    async def ask(gateway: KooMessageGateway) -> None:
        ours = world.parts
        parts = replace(ours, gateway=gateway)
        await poll(parts, PollOptions(silences_max=2))

    async def whole() -> None:
        async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
            writer.write(answered(request))

        async with raw_server(respond) as server:
            await using(KooMessageGateway(options(server.url)), ask)

    asyncio.run(whole())


def world_of(channel: Channel) -> World:
    world = World(((4,),), channel)
    world.attempt(0)
    taken = Conclusion(0, 0, Event.WAS_ACCEPTED, world.clock.now(), task_id=TASK)
    world.writer.conclude([taken])
    return world


def outcomes(world: World) -> list[Outcome]:
    return [world.standing(row).outcome for row in range(4)]


def details(*rows: int, status: str = "success") -> Rows:
    return lambda _: [
        {"task_id": SHOUTED, "cust_flag": f"+86{phone(row)}", "send_status": status} for row in rows
    ]


def task(**said: object) -> Rows:
    return lambda name: [{"task_id": SHOUTED, "task_name": name, **said}]


@pytest.mark.parametrize("state", ["submit_failed", "提交失败", "sending_failed", "发送失败"])
def test_a_video_task_that_is_listed_as_failed_was_sent_to_nobody(state: str) -> None:
    world = world_of(Channel.AIM_BASIC)
    counts = {"total_count": 4, "success_count": 0, "failed_count": 0, "timeout_count": 0}
    listed = task(task_state=state, **counts)
    polled(world, {"/v1/aim-basic/send-tasks": ("aim_basic_send_tasks", listed)})
    assert set(outcomes(world)) == {Outcome.REFUSED}
    assert world.standing(0).code == f"task_state {state}"


def test_details_that_write_the_id_in_another_way_are_of_the_task() -> None:
    world = world_of(Channel.AIM)
    polled(world, {"/v1/aim/send-details": ("send_details", details(0, 1, 2, 3))})
    assert set(outcomes(world)) == {Outcome.DELIVERED}


@pytest.mark.parametrize("status", ["success", "sending"])
def test_a_smart_task_that_was_taken_in_part_shows_who_was_not_sent_to(status: str) -> None:
    world = world_of(Channel.AIM)
    lists = {
        "/v1/aim/send-details": ("send_details", details(0, 1, status=status)),
        "/v1/aim/send-tasks": ("aim_send_tasks", task(submission_count=2, task_state="Success")),
    }
    polled(world, lists)
    assert Outcome.REFUSED not in outcomes(world)
    world.clock.advance(LATER_S)
    polled(world, lists)
    assert outcomes(world)[2:] == [Outcome.REFUSED] * 2
    assert world.standing(3).code == "not_taken"
    assert Outcome.REFUSED not in outcomes(world)[:2]


@pytest.mark.parametrize(("sent", "outcome"), [(0, Outcome.REFUSED), (4, Outcome.EXPIRED)])
def test_a_failed_smart_task_was_sent_to_nobody_only_where_its_count_says_so(
    sent: int, outcome: Outcome
) -> None:
    world = world_of(Channel.AIM)
    listed = task(submission_count=4, task_state="Fail", send_count=sent)
    world.clock.advance(LATER_S)
    polled(
        world,
        {
            "/v1/aim/send-details": ("send_details", details()),
            "/v1/aim/send-tasks": ("aim_send_tasks", listed),
        },
    )
    assert set(outcomes(world)) == {outcome}


@pytest.mark.parametrize("code", ["UNKNOWN", "ACCEPTED", "DELIVRD"])
def test_a_detail_that_proves_nothing_closes_nobody_until_it_is_silent(code: str) -> None:
    world = world_of(Channel.SMS)
    rows: Rows = lambda _: [  # noqa: E731 -- a table's row
        {"task_id": TASK, "cust_flag": phone(0), "send_status": "fail", "result_code": code}
    ]
    polled(world, {"/v1/aim/send-details": ("send_details", rows)})
    assert set(outcomes(world)) == {Outcome.SUBMITTED}
    world.clock.advance(LATER_S)
    polled(world, {"/v1/aim/send-details": ("send_details", rows)})
    assert world.standing(0).code == f"{code} with status fail"
    assert world.standing(0).outcome is Outcome.EXPIRED
    facts = world.ledger.facts(world.plan.run, world.submission(0))
    assert {one.kind for one in facts[0]} == {NewsKind.UNKNOWN_CODE}
