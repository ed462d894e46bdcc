"""Receipts in a flood: each on disk before it is thanked for, and none unanswered."""

import asyncio
import json
from pathlib import Path

import aiohttp

from pipeline.ledger import SqliteLedger
from pipeline.logs import EventLog
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.receipts import ReceiptKeeper
from pipeline.web.listener import Listener, serve_app
from tests.campaigns.bench.flood import flooded
from tests.support.shelf import TOKEN, access

CONNECTIONS = 64
POSTS = 4000


def body(number: int) -> bytes:
    report = {"task_id": "t", "mobile": f"13{number:09d}", "status": 0, "code": "DELIVRD"}
    return json.dumps({"seq_id": str(number), "reports": [report]}).encode()


def test_a_flood_of_receipts_is_kept_whole_and_all_of_it_is_answered(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path)
    events = EventLog(tmp_path / "events.jsonl")
    statuses: list[int] = []

    async def push(session: aiohttp.ClientSession, url: str, numbers: range) -> None:
        for number in numbers:
            async with session.post(url, data=body(number)) as answer:
                statuses.append(answer.status)

    async def run() -> None:
        keeper = ReceiptKeeper(ledger.receipts, SystemClock(), events)
        app = Listener(access(), keeper.store, events.emit).app()
        async with (
            serve_app("127.0.0.1", 0, app) as address,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session,
        ):
            url = f"http://{address}/{TOKEN}/x"
            shares = [range(start, POSTS, CONNECTIONS) for start in range(CONNECTIONS)]
            await asyncio.gather(*(push(session, url, numbers) for numbers in shares))

    asyncio.run(run())
    assert set(statuses) == {200}
    (tally,) = ledger.receipts.receipt_tallies(0.0)
    assert (tally.kind, tally.count, tally.not_whole) == ("aim_basic", POSTS, 0)
    ledger.close()
    events.close()


def test_a_ledger_that_another_process_writes_to_keeps_a_receipt_waiting_not_failing(
    tmp_path: Path,
) -> None:
    ledger, planner = SqliteLedger(tmp_path), SqliteLedger(tmp_path)
    events = EventLog(tmp_path / "events.jsonl")

    async def run() -> None:
        keeper = ReceiptKeeper(ledger.receipts, SystemClock(), events)
        with planner._database.transaction():
            storing = asyncio.create_task(keeper.store("", body(1)))
            for _ in range(20):
                await asyncio.sleep(0.005)  # the loop is free meanwhile
            assert not storing.done()
        await storing

    asyncio.run(run())
    assert [tally.count for tally in ledger.receipts.receipt_tallies(0.0)] == [1]
    for one in (ledger, planner):
        one.close()
    events.close()


def test_a_service_that_is_killed_in_mid_flood_holds_everything_it_thanked_for() -> None:
    flood = flooded(1200, 600, connections=32, killed_after=500)
    assert flood.statuses[200] >= 400
    assert flood.statuses[200] < 1200
    assert flood.kept >= flood.statuses[200]
    assert flood.lost == 0


def test_a_service_that_is_pushed_one_number_a_post_answers_and_keeps_each() -> None:
    flood = flooded(800, 400)
    assert flood.statuses == {200: 800}
    assert (flood.kept, flood.lost) == (800, 0)
