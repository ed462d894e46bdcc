"""Sending jobs: koosend with its ledger, and the official SDK in a pool of 32 threads."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.chunker import plan_chunks
from pipeline.core.model import Channel, Message, Recipients, RowBlock, RunId, SmsLeg, Value
from pipeline.core.routing import Router
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.ledger import SqliteLedger
from pipeline.ports import RunPlan
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.session import settle_heap
from pipeline.sender import LimiterOptions, Sender, SenderParts, SpacedLimiter, StopSignal
from tests.campaigns.bench.measure import told
from tests.support.memory_ledger import MemoryStore

THREADS = 32
RUN = RunId("bench000")
MESSAGES = {
    "aim": Message(
        channel=Channel.AIM,
        template="700000001",
        params=(("name", Value(0)), ("points", Value(1)), ("shop", Value(2))),
        sms=SmsLeg("10690000001", "15010661", "云商城", "member-app", (Value(0), Value(1))),
        fields=("name", "points", "city"),
    ),
    "aim_basic": Message(
        channel=Channel.AIM_BASIC,
        template="600000001",
        params=(("p_1", Value(0)), ("p_2", Value(1))),
        fields=("name", "points", "city"),
    ),
}


def recipients(count: int) -> Recipients:
    """Make recipients whose values all differ."""
    rows = range(count)
    return Recipients(
        rows,
        [f"13{row:09d}" for row in rows],
        ([f"会员{row}" for row in rows], [str(row) for row in rows], ["云商城"] * count),
    )


def koosend(channel: str, url: str, count: int) -> tuple[float, float]:
    """Send through the real gateway, sender and ledger; return wall and CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = SqliteLedger(Path(folder))
        message = MESSAGES[channel]
        clock = SystemClock()
        plan = RunPlan(
            RUN, "bench", "", message, "{}", "", "", 0, planned_at=clock.now(), account="bench"
        )
        everybody = recipients(count)
        block = RowBlock("", (), everybody, [row + 2 for row in everybody.rows], ())
        ledger.plan(plan, plan_chunks([block], Router(message, lambda _: {})))
        began, used = time.perf_counter(), time.process_time()
        asyncio.run(_send(ledger, plan, url, clock))
        figures = time.perf_counter() - began, time.process_time() - used
        ledger.close()
        return figures


async def _send(ledger: SqliteLedger, plan: RunPlan, url: str, clock: SystemClock) -> None:
    settle_heap()  # as every session does
    writer = ledger.take(plan.run)
    gateway = KooMessageGateway(GatewayOptions(url, "ak", "sk"))
    limiter = SpacedLimiter(LimiterOptions(), clock)
    parts = SenderParts(ledger, writer, gateway, limiter, clock, MemoryStore())
    result = await Sender(plan, parts).run(StopSignal())
    assert result.progress.messages == result.progress.messages_planned
    await gateway.close()
    writer.close()


def official(channel: str, url: str, count: int) -> tuple[float, float]:
    """Send through the official SDK, as its documentation shows; return wall and CPU seconds."""
    client = (
        sdk.KooMessageClient.new_builder()
        .with_credentials(BasicCredentials("ak", "sk", "0" * 32))
        .with_endpoint(url)
        .build()
    )
    everybody = recipients(count)
    size, call = {"aim": (100, _aim), "aim_basic": (5000, _aim_basic)}[channel]
    parts = [everybody.part(at, at + size) for at in range(0, count, size)]
    began, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda part: call(client, part), parts))
    assert len(answers) == len(parts)
    return time.perf_counter() - began, time.process_time() - used


def _aim(client: Any, part: Recipients) -> object:  # noqa: ANN401 -- the SDK ships no types
    rows = zip(part.phones, *part.values, strict=True)
    params = [
        sdk.CreateResolveTaskParam(
            cust_flag=phone,
            dync_params={"name": name, "points": points, "shop": shop},
            sms_params=[name, points],
        )
        for phone, name, points, shop in rows
    ]
    body = sdk.CreateAimSendTaskRequestBody(
        task_name=f"b{part.rows[0]}",
        sms_channel=sdk.SmsChannel("10690000001", "15010661", "云商城", "member-app"),
        resolve_task=sdk.AIMResolveTask(
            tpl_id="700000001",
            resolve_times=1,
            aim_code_type="individual",
            expiration_time=7,
            params=params,
        ),
    )
    return client.create_aim_send_task(sdk.CreateAimSendTaskRequest(body=body))


def _aim_basic(client: Any, part: Recipients) -> object:  # noqa: ANN401 -- the SDK ships no types
    rows = zip(part.phones, part.values[0], part.values[1], strict=True)
    params = [
        sdk.IndividualParam(
            mobiles=[phone],
            dync_params=[
                sdk.ContentParam("p_1", "txt", "txt", name),
                sdk.ContentParam("p_2", "txt", "txt", points),
            ],
        )
        for phone, name, points in rows
    ]
    body = sdk.CreateVmsSendTaskRequestBody(
        task_name=f"b{part.rows[0]}", tpl_id="600000001", individual_params=params
    )
    return client.create_vms_send_task(sdk.CreateVmsSendTaskRequest(body=body))


JOBS: dict[str, Callable[[str, str, int], tuple[float, float]]] = {
    "koosend": koosend,
    "official": official,
}

if __name__ == "__main__":
    job, channel, url, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    wall_s, cpu_s = JOBS[job](channel, url, count)
    told(count, wall_s, cpu_s)
