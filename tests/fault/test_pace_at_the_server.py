"""What the other side sees: how often requests arrive, and that slow answers hold up nobody."""

import asyncio
import itertools
import time

from pipeline.core.answer import Accepted, Answer, Lost
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.runner.session.outside import SystemClock
from pipeline.sender import LimiterOptions, SpacedLimiter
from tests.support.answers import TAKEN, drips, says, silence
from tests.support.koomessage import AIM_MESSAGE, NAME, options, recipients
from tests.support.raw_server import Received, raw_server, response

CALLS_PER_S = 50.0
CALLS = 150
SLOW = 6
QUICK = 60
SLOW_READ_S = 6.0
"""Many times what the quick ones take one after the other."""


def worst_second(arrived: list[float]) -> int:
    """Count the most arrivals in any second, wherever it begins."""
    first = worst = 0
    for last, at in enumerate(arrived):
        while at - arrived[first] >= 1.0:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


async def _stalls(longest: list[float]) -> None:
    """Keep the longest time in seconds for which this loop did not get a turn."""
    before = time.monotonic()
    while True:
        await asyncio.sleep(0)
        now = time.monotonic()
        longest[0] = max(longest[0], now - before)
        before = now


async def arrivals() -> tuple[list[float], float]:
    """Send by the campaign's way to hold the pace, and note when each request arrives.

    Return with them for how long in seconds the machine had no time for us.
    """
    arrived: list[float] = []
    stalled_s = [0.0]

    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        arrived.append(time.monotonic())
        await says(response(TAKEN))(request, writer)

    limiter = SpacedLimiter(LimiterOptions(calls_per_s=CALLS_PER_S), SystemClock())
    async with raw_server(respond) as server:
        gateway = KooMessageGateway(options(server.url))
        prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
        beside = asyncio.create_task(_stalls(stalled_s))
        async with asyncio.TaskGroup() as group:
            for _ in range(CALLS):
                await limiter.admit(1)
                group.create_task(gateway.submit(prepared))
        beside.cancel()
        await gateway.close()
    return arrived, stalled_s[0]


def test_in_no_second_do_more_requests_arrive_than_allowed_and_the_pace_is_used() -> None:
    arrived, stalled_s = asyncio.run(arrivals())
    assert len(arrived) == CALLS
    # A busy machine bunches on the way what left evenly: by as much as it stood still, at each
    # of the few turns of the loop that a request takes.
    assert worst_second(arrived) <= CALLS_PER_S * (1.0 + 5 * stalled_s)
    # The mean is held to 95 % of the limit in the limiter's own tests, by a clock nobody stalls.
    assert worst_second(arrived) >= CALLS_PER_S / 10


def test_answers_that_drip_or_never_come_end_and_hold_up_nobody() -> None:
    slow = itertools.cycle((drips, silence))

    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        is_slow = request.body.count(b"cust_flag") == 2
        await (next(slow) if is_slow else says(response(TAKEN)))(request, writer)

    async def submit(gateway: KooMessageGateway, count: int) -> Answer:
        return await gateway.submit(gateway.prepare(AIM_MESSAGE, NAME, recipients(count)))

    async def run() -> tuple[list[Answer], list[Answer]]:
        async with raw_server(respond) as server:
            gateway = KooMessageGateway(options(server.url, read_s=SLOW_READ_S))
            hanging = [asyncio.create_task(submit(gateway, 2)) for _ in range(SLOW)]
            quick = [await submit(gateway, 1) for _ in range(QUICK)]
            assert not any(task.done() for task in hanging), "the slow ones were not slow"
            ended = [await task for task in hanging]
            await gateway.close()
            return ended, quick

    ended, quick = asyncio.run(run())
    assert {type(answer) for answer in ended} == {Lost}  # neither would ever end by itself
    assert {type(answer) for answer in quick} == {Accepted}
