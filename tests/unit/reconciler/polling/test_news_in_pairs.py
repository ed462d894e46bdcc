"""Every pair of news, in both orders, early and after the row was closed, over the real ledger."""

import asyncio
from itertools import combinations

import pytest

from pipeline.audit import books
from pipeline.core.answer import NewsKind
from pipeline.core.model import Channel
from pipeline.core.outcome import SILENCE_S_MAX, Fact, Standing
from pipeline.ports import Answered, Learned
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from tests.support.planning import apply_receipts
from tests.support.reconciling import RUN, World

NEWS = [
    Fact(NewsKind.REFUSED, "KM.90011001", "", ""),
    Fact(NewsKind.NOT_SENT, "task_state submit_failed", "", ""),
    Fact(NewsKind.DELIVERED, "DELIVRD", "", ""),
    Fact(NewsKind.FAILED, "MK:0012", "", ""),
    Fact(NewsKind.FAILED, "EXPIRED", "", ""),
    Fact(NewsKind.RENDERED, "0", "", ""),
    Fact(NewsKind.UNKNOWN_CODE, "UNKNOWN", "", ""),
]


def close(world: World) -> None:
    world.clock.advance(SILENCE_S_MAX + 2 * 86_400.0)
    asyncio.run(poll(world.parts, PollOptions()))


def end(channel: Channel, first: Fact, second: Fact, *, late: bool) -> Standing:
    """Return what becomes of a row, and see that what is recorded is what is proved."""
    world = World(((1,),), channel)
    world.accept(0)
    for fact in (first, second):
        where = world.submission(0)
        said = Answered("page", world.clock.now(), {0: (fact,)})
        world.writer.add_evidence([Learned(where, [said])])
        apply_receipts(world.parts)
        if late:
            close(world)
    close(world)
    standing, where = world.standing(0), world.submission(0)
    facts = world.ledger.facts(RUN, where)[0]
    assert books._judge(world.parts.carrier(where), where, standing, facts, 0) is None
    return Standing(standing.outcome, standing.reason, standing.code)


@pytest.mark.parametrize("channel", [Channel.AIM, Channel.AIM_BASIC, Channel.SMS])
@pytest.mark.parametrize(
    ("one", "other"),
    list(combinations(NEWS, 2)),
    ids=[f"{a.kind}-{a.code} {b.kind}-{b.code}" for a, b in combinations(NEWS, 2)],
)
def test_two_pieces_of_news_end_a_row_the_same_in_any_order_early_or_late(
    channel: Channel, one: Fact, other: Fact
) -> None:
    ends = {
        end(channel, first, second, late=late)
        for first, second in ((one, other), (other, one))
        for late in (False, True)
    }
    assert len(ends) == 1, ends
