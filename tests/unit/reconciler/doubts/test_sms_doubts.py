"""Doubts about SMS: receipts bear their names, and details show them only beside numbers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from pipeline.core.answer import FoundTask, News, NewsKind, Unanswered
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, TaskId, TaskName
from pipeline.ports import PushedReceipt
from pipeline.reconciler.doubts.policy import DoubtOptions
from pipeline.reconciler.doubts.settle import DoubtResult, settle_doubts
from tests.support.reconciling import RUN, LaggingGateway, World, phone

SETTLE_S = 1200.0


@dataclass(slots=True)
class DetailsGateway(LaggingGateway):
    """Shows a name only beside the numbers that were taken under it, as details do.

    beside holds the numbers that a name is shown beside; any number where it holds none.
    questions lists the numbers of each question.
    """

    beside: dict[TaskName, frozenset[str]] = field(default_factory=dict)
    questions: list[tuple[TaskName, tuple[str, ...]]] = field(default_factory=list)
    unanswered: int = 0

    async def find(
        self, channel: Channel, name: TaskName, since: float, phones: Sequence[str] = ()
    ) -> tuple[FoundTask, ...] | Unanswered:
        """List what was taken under the name, where one of the numbers shows it."""
        self.questions.append((name, tuple(phones)))
        if self.unanswered and len(self.questions) % self.unanswered == 0:
            return Unanswered("scripted silence")
        found = await LaggingGateway.find(self, channel, name, since, phones)
        shown = self.beside.get(name)
        return found if shown is None or shown & set(phones) else ()


def sms_world(*sizes: int) -> tuple[World, DetailsGateway]:
    world = World((sizes,), channel=Channel.SMS)
    gateway = DetailsGateway(clock=world.clock)
    world.gateway = gateway
    return world, gateway


def settle(world: World, **options: object) -> DoubtResult:
    chosen = DoubtOptions(**options)  # type: ignore[arg-type]  # a test names what it changes
    return asyncio.run(settle_doubts(world.parts, chosen, wait=True))


def push(world: World, *names: tuple[TaskName, str]) -> None:
    named = tuple((name, TaskId(task)) for name, task in names)
    world.ledger.receipts.store_receipts(
        [PushedReceipt(world.clock.now(), "sms", b"{}", names=named)]
    )


def test_a_receipt_that_bears_a_doubts_name_settles_it_without_a_question() -> None:
    world, gateway = sms_world(2, 2)
    push(world, (world.lose(0), "t-1"))
    assert settle(world) == DoubtResult(found=1)
    assert (world.submission(0).state, world.submission(0).task_id) == (State.ACCEPTED, "t-1")
    assert world.ledger.attempts(RUN)[0].note == "a receipt bears its name"
    assert gateway.questions == []


def test_a_name_in_receipts_of_two_tasks_is_an_alarm() -> None:
    world, _ = sms_world(2)
    name = world.lose(0)
    push(world, (name, "t-2"), (name, "t-1"))
    assert settle(world) == DoubtResult(found=1)
    assert world.submission(0).task_id == "t-1"
    (alarm,) = world.seen("doubt.found_twice")
    assert alarm["task_ids"] == ["t-1", "t-2"]


def test_a_receipt_settles_even_what_asking_can_never_tell() -> None:
    world, _ = sms_world(2, 2)
    world.gateway.silent = True
    push(world, (world.lose(0), "t-1"))
    world.lose(1)
    assert settle(world) == DoubtResult(found=1, later=1)


def test_a_receipt_that_comes_while_a_doubt_is_asked_for_keeps_it_from_being_released() -> None:
    world, gateway = sms_world(2, 2)
    world.accept(0)
    name = world.lose(1)

    @dataclass(slots=True)
    class Late(DetailsGateway):
        async def find(
            self, channel: Channel, name: TaskName, since: float, phones: Sequence[str] = ()
        ) -> tuple[FoundTask, ...] | Unanswered:
            found = await DetailsGateway.find(self, channel, name, since, phones)
            if self.clock.monotonic() >= 1000.0 + SETTLE_S:
                push(world, (doubted, "t-1"))
            return found

    doubted = name
    world.gateway = Late(clock=world.clock, taken=gateway.taken)
    assert settle(world) == DoubtResult(found=1)
    assert world.submission(1).task_id == "t-1"


@pytest.mark.parametrize("unanswered", [0, 7])
def test_absence_is_believed_only_once_every_number_was_asked_for(unanswered: int) -> None:
    world, gateway = sms_world(2, 40)
    gateway.unanswered = unanswered
    world.accept(0)
    name = world.lose(1)
    assert settle(world) == DoubtResult(released=1)
    asked = {who for one, phones in gateway.questions if one == name for who in phones}
    assert asked == {phone(row) for row in range(2, 42)}
    assert world.limiter.questions >= 40


def test_a_task_that_left_out_the_first_numbers_is_found_beside_the_others() -> None:
    world, gateway = sms_world(2, 40)
    world.accept(0)
    name = world.lose(1)
    world.take(name)
    gateway.beside[name] = frozenset({phone(30)})
    assert settle(world) == DoubtResult(found=1)
    assert world.submission(1).state is State.ACCEPTED


def test_what_is_known_to_be_left_out_is_not_asked_for_to_see_whether_asking_works() -> None:
    world, gateway = sms_world(5, 2)
    world.accept(0, refused={0: "E200041", 1: "E200041", 2: "E200041"})
    accepted = world.submission(0).task_name
    assert accepted is not None
    gateway.beside[accepted] = frozenset({phone(3), phone(4)})
    world.lose(1)
    assert settle(world) == DoubtResult(released=1)
    assert {who for one, phones in gateway.questions if one == accepted for who in phones} == {
        phone(3)
    }


def test_without_a_name_seen_beside_a_number_a_doubt_is_held() -> None:
    world, _ = sms_world(2, 2)
    world.lose(0)
    assert settle(world) == DoubtResult(held=1)
    assert world.submission(0).state is State.IN_DOUBT


def test_a_receipt_of_an_unknown_task_for_a_doubts_number_holds_its_release() -> None:
    world, _ = sms_world(2, 2)
    world.accept(0)
    name = world.lose(1)
    world.clock.advance(1.0)
    news = ((TaskId("somebody-elses"), News(phone(2), NewsKind.DELIVERED, "DELIVRD", "t")),)
    world.ledger.receipts.store_receipts([PushedReceipt(world.clock.now(), "sms", b"{}", news)])
    assert settle(world) == DoubtResult(held=1)
    (held,) = world.seen("doubt.held")
    assert held == {"task_name": name, "reason": "receipts_of_an_unknown_task"}
