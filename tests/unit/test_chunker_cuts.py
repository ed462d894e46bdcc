"""Chunks that end after a given number of recipients, so that these can be sent to alone."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.chunker import plan_chunks
from pipeline.core.model import Channel, Chunk, Message, Recipients, RowBlock
from pipeline.core.routing import Router

ROUTER = Router(Message(Channel.AIM, "1"), lambda _: {})


def sizes(phones: Sequence[int], cuts: Sequence[int], size: int = 5000) -> list[int]:
    rows = list(range(len(phones)))
    recipients = Recipients(rows, [f"13{phone:09d}" for phone in phones], ())
    block = RowBlock("", ("phone",), recipients, [row + 2 for row in rows], ())
    chunks = list(plan_chunks([block], ROUTER, size=size, cuts=cuts))
    assert all(isinstance(chunk, Chunk) for chunk in chunks)
    found = [chunk for chunk in chunks if isinstance(chunk, Chunk)]
    assert [chunk.chunk for chunk in found] == list(range(len(found)))
    return [len(chunk.recipients) for chunk in found]


def test_a_chunk_ends_after_each_cut_and_the_next_ones_are_whole_again() -> None:
    assert sizes(range(12_000), [500]) == [500, 5000, 5000, 1500]
    assert sizes(range(12_000), [6000, 37]) == [37, 5000, 963, 5000, 1000]


def test_a_cut_behind_the_last_recipient_changes_nothing() -> None:
    assert sizes(range(7_000), [9000]) == sizes(range(7_000), []) == [5000, 2000]


@given(
    st.lists(st.integers(0, 12), max_size=60),
    st.lists(st.integers(1, 70), max_size=4),
    st.integers(1, 20),
)
def test_whatever_repeats_a_chunk_ends_after_each_cut(
    phones: list[int], cuts: list[int], size: int
) -> None:
    found = sizes(phones, cuts, size)
    ends = {sum(found[:count]) for count in range(len(found) + 1)}
    assert sum(found) == len(phones)
    assert {cut for cut in cuts if cut <= len(phones)} <= ends
    assert max(found, default=0) <= size
