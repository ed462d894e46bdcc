"""The reconciler over the real ledger, reopened between its calls."""

import asyncio
from pathlib import Path

from pipeline.core.answer import News, NewsKind, Renderings
from pipeline.core.lifecycle import State
from pipeline.core.outcome import Outcome
from pipeline.ledger.ledger import SqliteLedger
from pipeline.reconciler.doubts.policy import DoubtOptions, DoubtPolicy
from pipeline.reconciler.doubts.settle import DoubtResult, settle_doubts
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from tests.support.ledgers import store_receipt
from tests.support.planning import apply_receipts
from tests.support.reconciling import RUN, World, phone


def reopen(world: World, folder: Path) -> None:
    world.writer.close()
    world.ledger.close()
    world.ledger = SqliteLedger(folder)
    world.writer = world.ledger.take(RUN)


def test_doubts_are_settled_across_processes(tmp_path: Path) -> None:
    world = World(((2, 2, 2, 2),), ledger=SqliteLedger(tmp_path))
    world.accept(0)
    world.lose(1)
    found = world.take(world.lose(2))
    world.clock.advance(3.0)
    first = asyncio.run(settle_doubts(world.parts, DoubtOptions(), wait=False))
    assert (first.found, first.waiting) == (1, 1)
    reopen(world, tmp_path)
    world.clock.advance(1300.0)
    assert asyncio.run(settle_doubts(world.parts, DoubtOptions(), wait=False)) == DoubtResult(
        released=1
    )
    assert [one.state for one in world.ledger.submissions(RUN)] == [
        State.ACCEPTED,
        State.DEFERRED,
        State.ACCEPTED,
        State.PLANNED,
    ]
    assert world.submission(2).task_id == found
    world.lose(3)
    assumed = DoubtOptions(then=DoubtPolicy.ASSUME_SENT)
    asyncio.run(settle_doubts(world.parts, assumed, wait=True))
    assert world.standing(6).outcome is Outcome.SKIPPED
    assert world.standing(6).reason == "assumed_sent"
    assert world.ledger.books(RUN).balance
    world.ledger.close()


def test_the_books_close_by_polling_and_stay_closed(tmp_path: Path) -> None:
    world = World(((100, 100), (100,)), ledger=SqliteLedger(tmp_path))
    for chunk, number in ((0, 0), (0, 1), (1, 0)):
        task = world.accept(number, chunk)
        first = 200 * chunk + 100 * number
        world.gateway.delivered[task] = tuple(
            News(phone(row), NewsKind.DELIVERED, "DELIVRD", "t") for row in range(first, first + 99)
        )
        world.gateway.rendered[task] = Renderings(
            tuple(News(phone(row), NewsKind.RENDERED) for row in range(first, first + 50)), 3600.0
        )
    poll_once = asyncio.run
    assert poll_once(poll(world.parts, PollOptions())).settled == 150
    task_of_first = world.submission(0).task_id
    assert task_of_first is not None
    store_receipt(
        world.ledger.receipts,
        1.0,
        "aim",
        b"raw",
        [(task_of_first, News(phone(99), NewsKind.FAILED, "MK:0001"))],
    )
    assert apply_receipts(world.parts).settled == 1
    reopen(world, tmp_path)
    world.clock.advance(4000.0)
    assert asyncio.run(poll(world.parts, PollOptions())).open_rows == 2
    world.clock.advance(72 * 3600.0)
    assert asyncio.run(poll(world.parts, PollOptions())).open_rows == 0
    assert world.ledger.books(RUN).outcomes == {
        Outcome.CARD: 150,
        Outcome.FALLBACK_SMS: 147,
        Outcome.UNDELIVERED: 1,
        Outcome.EXPIRED: 2,
    }
    again = asyncio.run(poll(world.parts, PollOptions()))
    assert (again.asked, again.changed) == (0, 0)
    world.ledger.close()
