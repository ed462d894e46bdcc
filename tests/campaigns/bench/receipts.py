"""Receipts of a whole run: stored as they are pushed, then folded into outcomes.

python -m tests.campaigns.bench.receipts CHANNEL ROWS PER_BODY prints one job's figures as JSON.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.chunker import plan_chunks
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import RowBlock, RunId, TaskId
from pipeline.core.names import task_name
from pipeline.core.outcome import Outcome
from pipeline.core.routing import Router
from pipeline.koomessage.receipts import read_receipt
from pipeline.ledger import SqliteLedger
from pipeline.ports import Attempt, Conclusion, PushedReceipt, RunPlan
from pipeline.reconciler.context import Parts
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.session import settle_heap
from pipeline.sender import LimiterOptions, SpacedLimiter
from tests.campaigns.bench.measure import told
from tests.campaigns.bench.send import MESSAGES, RUN, recipients
from tests.support.fakes import ScriptedGateway
from tests.support.memory_ledger import MemoryStore
from tests.support.planning import apply_receipts

GROUP = 20
_DONE = {"aim": Outcome.CARD, "aim_basic": Outcome.VIDEO}


def main() -> None:
    """Plan, accept, push, fold."""
    channel, count, per_body = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        ledger = SqliteLedger(Path(folder))
        plan = RunPlan(
            RUN, "bench", "", MESSAGES[channel], "{}", "", "", 0, clock.now(), account="bench"
        )
        everybody = recipients(count)
        block = RowBlock("", (), everybody, [row + 2 for row in everybody.rows], ())
        ledger.plan(plan, plan_chunks([block], Router(plan.message, lambda _: {})))
        tasks = accept_all(ledger, clock.now())
        posts = list(bodies(channel, everybody.phones, tasks, per_body))
        del everybody, block
        settle_heap()
        began, used = time.perf_counter(), time.process_time()
        store(ledger, posts)
        stored_s = time.perf_counter() - began
        fold(ledger, plan, clock)
        wall_s, cpu_s = time.perf_counter() - began, time.process_time() - used
        assert ledger.books(RUN).outcomes == {_DONE[channel]: count}
        ledger.close()
    print(json.dumps({"bodies": len(posts), "stored_s": stored_s, "folded_s": wall_s - stored_s}))
    told(count, wall_s, cpu_s)


def accept_all(ledger: SqliteLedger, at: float, run: RunId = RUN) -> list[tuple[int, str]]:
    """Have every submission accepted; return for each its number of recipients and its task."""
    writer = ledger.take(run)
    tasks = []
    planned = ledger.submissions(run, frozenset({State.PLANNED}))
    for start in range(0, len(planned), 500):
        some = planned[start : start + 500]
        keys = [(one.chunk, one.submission) for one in some]
        writer.begin([Attempt(*key, 0, task_name(run, *key, 0), at) for key in keys])
        named = [(key, TaskId(f"8113760c-787c-4c87-{key[0]:05d}-{key[1]:06d}")) for key in keys]
        writer.conclude([Conclusion(*k, Event.WAS_ACCEPTED, at, task_id=task) for k, task in named])
        tasks += [(one.recipients, str(task)) for one, (_, task) in zip(some, named, strict=True)]
    writer.close()
    return tasks


def bodies(
    channel: str, phones: Sequence[str], tasks: Sequence[tuple[int, str]], per_body: int
) -> Iterator[bytes]:
    """Write what KooMessage would push, per_body numbers a body, across tasks."""
    of = [task for count, task in tasks for _ in range(count)]
    for start in range(0, len(phones), per_body):
        pairs = list(
            zip(of[start : start + per_body], phones[start : start + per_body], strict=True)
        )
        if channel == "aim_basic":
            yield _push({"seq_id": f"{start:032x}", "reports": [_report(*pair) for pair in pairs]})
            continue
        for kind, write in (("sms", _sms), ("shortchain", _card)):
            inner = json.dumps([write(*pair) for pair in pairs])
            yield _push(
                {"request_id": f"{kind}{start}", "domain_id": "d", "callback_type": kind,
                 "body": inner, "retry": False}
            )  # fmt: skip


def store(ledger: SqliteLedger, posts: Sequence[bytes]) -> None:
    """Read and keep the bodies as the listener does, a few of them in one transaction."""
    for start in range(0, len(posts), GROUP):
        group = [(body, read_receipt(body)) for body in posts[start : start + GROUP]]
        ledger.receipts.store_receipts(
            [PushedReceipt(0.0, str(r.kind), body, r.news, r.replies) for body, r in group]
        )


def fold(ledger: SqliteLedger, plan: RunPlan, clock: SystemClock) -> None:
    """Fold them into outcomes as reconcile does."""
    writer = ledger.take(plan.run)
    limiter = SpacedLimiter(LimiterOptions(), clock)
    store = MemoryStore()
    apply_receipts(Parts(plan, ledger, writer, ScriptedGateway(), limiter, clock, store=store))
    writer.close()


def _push(body: object) -> bytes:
    return json.dumps(body).encode()


def _report(task: str, phone: str) -> dict[str, object]:
    times = {"stime": "2026-11-06 20:38:33", "rtime": "2026-11-06 20:38:35"}
    return {
        "task_id": task,
        "mobile": phone,
        "status": 0,
        "code": "DELIVRD",
        "desc": "success",
    } | times


def _sms(task: str, phone: str) -> dict[str, object]:
    return {"task_id": task, "cust_flag": phone, "msg_id": f"m{phone}", "tpl_id": "700000001",
            "aim_url": "km2g.cn/abcdef", "send_time": "2026-11-06T20:38:33",
            "receive_time": "2026-11-06T20:38:35", "send_status": "DELIVRD", "total": "1",
            "sequence": "1", "extend": ""}  # fmt: skip


def _card(task: str, phone: str) -> dict[str, object]:
    return {"task_id": task, "cust_flag": phone, "tpl_id": "700000001",
            "aim_url": "km2g.cn/abcdef", "status": 0, "describe": "success"}  # fmt: skip


if __name__ == "__main__":
    main()
