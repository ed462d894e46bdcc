"""Whatever way and order news comes in, the rows end the same; and nothing is recorded twice.

The same means outcome, reason and code. A row that reached its best outcome is left alone, so that
which of several equal proofs it names, with its time, is that of the first.
"""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.answer import News, NewsKind, Renderings
from pipeline.core.model import Channel
from pipeline.core.outcome import SILENCE_S_MAX, Standing
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import PollResult, poll
from tests.support.examples import tried
from tests.support.ledgers import store_receipt
from tests.support.memory_ledger import MemoryLedger
from tests.support.planning import apply_receipts
from tests.support.reconciling import RUN, World, phone

ROWS = 3
NEWS = st.builds(
    News,
    st.integers(0, ROWS - 1).map(phone),
    st.sampled_from([NewsKind.DELIVERED, NewsKind.FAILED, NewsKind.RENDERED, NewsKind.LINK_FAILED]),
    st.sampled_from(["", "A", "F", "EXPIRED"]),
    st.sampled_from(["", "10:00", "11:00"]),
)
CHANNEL = st.sampled_from([Channel.AIM, Channel.AIM_BASIC])


def receive(world: World, news: News) -> None:
    task = world.submission(0).task_id
    assert task is not None
    store_receipt(world.ledger.receipts, world.clock.now(), "x", b"raw", [(task, news)])


def pass_over(world: World) -> PollResult:
    return asyncio.run(poll(world.parts, PollOptions()))


def ends(world: World) -> list[tuple[str, ...]]:
    """Return how the rows stand once all time has passed."""
    world.clock.advance(SILENCE_S_MAX + 86_400.0)
    # The first pass may reopen rows by belated receipts; the second closes them.
    pass_over(world)
    assert pass_over(world).open_rows == 0
    return [_plain(world.standing(row)) for row in range(ROWS)]


def _plain(standing: Standing) -> tuple[str, ...]:
    return (standing.outcome, standing.reason, standing.code)


def accepted(channel: Channel, ledger: MemoryLedger | None = None) -> World:
    world = World(((ROWS,),), channel, ledger)
    world.accept(0)
    return world


@tried(200, 1_000)
@given(channel=CHANNEL, news=st.lists(NEWS, max_size=6), data=st.data())
def test_order_repetition_and_belatedness_change_nothing(
    channel: Channel, news: list[News], data: st.DataObject
) -> None:
    at_once = accepted(channel)
    for one in news:
        receive(at_once, one)
    expected = ends(at_once)

    again = st.lists(st.sampled_from(news), max_size=3) if news else st.just([])
    repeated = news + data.draw(again)
    step_by_step = accepted(channel)
    for one in data.draw(st.permutations(repeated)):
        receive(step_by_step, one)
        match data.draw(st.sampled_from(["fold", "poll", "wait", "nothing"])):
            case "fold":
                apply_receipts(step_by_step.parts)
            case "poll":
                pass_over(step_by_step)
            case "wait":
                step_by_step.clock.advance(data.draw(st.floats(0.0, 2 * SILENCE_S_MAX)))
                pass_over(step_by_step)
    assert ends(step_by_step) == expected


@settings(max_examples=100, deadline=None)
@given(news=st.lists(NEWS, max_size=6))
def test_polling_again_appends_nothing(news: list[News]) -> None:
    world = accepted(Channel.AIM)
    task = world.submission(0).task_id
    assert task is not None
    rendered = tuple(one for one in news if one.kind is NewsKind.RENDERED)
    world.gateway.delivered[task] = tuple(one for one in news if one not in rendered)
    world.gateway.rendered[task] = Renderings(rendered, 3600.0)
    pass_over(world)
    facts = world.ledger.facts(RUN, world.submission(0))
    pass_over(world)
    assert world.ledger.facts(RUN, world.submission(0)) == facts
    said = {(phone(row), f.kind, f.code, f.at) for row, of in facts.items() for f in of}
    assert said == {(one.phone, one.kind, one.code, one.at) for one in news}
    assert sum(map(len, facts.values())) == len(said)
