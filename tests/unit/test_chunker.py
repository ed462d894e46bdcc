"""The chunker: source order, provider limits, the same plan every time."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.chunker import REQUEST_RECIPIENTS_MAX, plan_chunks, plan_submissions
from pipeline.core.model import (
    CHUNK_RECIPIENTS_MAX,
    Channel,
    Chunk,
    Recipients,
    RejectedRow,
    Rejection,
    RowBlock,
)
from pipeline.ports import Rejects


def block(start: int, count: int, *, sheet: str = "", rejected: int = 0) -> RowBlock:
    """Make a block: the recipients' rows first, then the rejected ones."""
    rows = range(start, start + count)
    recipients = Recipients(
        list(rows),
        [f"13{row:09d}" for row in rows],
        ([f"name {row}" for row in rows], [str(row) for row in rows]),
    )
    bad = tuple(
        RejectedRow(row, sheet, row + 2, Rejection.PHONE_EMPTY, "phone", "", ("x",))
        for row in range(start + count, start + count + rejected)
    )
    return RowBlock(sheet, ("phone", "name"), recipients, [row + 2 for row in rows], bad)


def blocks(sizes: list[tuple[int, int]]) -> Iterator[RowBlock]:
    start = 0
    for number, (count, rejected) in enumerate(sizes):
        yield block(start, count, sheet=f"s{number}", rejected=rejected)
        start += count + rejected


def test_chunks_hold_five_thousand_recipients_and_the_last_one_the_rest() -> None:
    plan = list(plan_chunks([block(0, 12_001)], Channel.AIM))
    assert all(isinstance(item, Chunk) for item in plan)
    assert [len(item.recipients) for item in plan if isinstance(item, Chunk)] == [5000, 5000, 2001]


def test_a_full_last_chunk_leaves_no_empty_one() -> None:
    plan = list(plan_chunks([block(0, 10_000)], Channel.AIM))
    assert len(plan) == 2


def test_no_recipients_make_no_chunk() -> None:
    assert list(plan_chunks([block(0, 0, rejected=2)], Channel.AIM)) == [
        Rejects("", ("phone", "name"), block(0, 0, rejected=2).rejected)
    ]


@pytest.mark.parametrize("size", [0, -1, CHUNK_RECIPIENTS_MAX + 1])
def test_a_chunk_size_out_of_bounds_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="a chunk holds"):
        list(plan_chunks([], Channel.AIM, size=size))


@pytest.mark.parametrize("channel", list(Channel))
def test_submissions_cover_a_chunk_without_gap_or_overlap(channel: Channel) -> None:
    for recipients in (1, 99, 100, 101, 499, 500, 501, 4999, 5000):
        parts = plan_submissions(recipients, channel)
        covered = [at for part in parts for at in range(part.start, part.stop)]
        assert covered == list(range(recipients))
        assert [part.submission for part in parts] == list(range(len(parts)))
        assert all(0 < part.stop - part.start <= REQUEST_RECIPIENTS_MAX[channel] for part in parts)
        assert len(parts) == -(-recipients // REQUEST_RECIPIENTS_MAX[channel])


def test_a_full_chunk_is_fifty_requests_of_smart_messages_and_one_of_video() -> None:
    assert len(plan_submissions(5000, Channel.AIM)) == 50
    assert len(plan_submissions(5000, Channel.AIM_BASIC)) == 1
    assert len(plan_submissions(5000, Channel.SMS)) == 10


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=8),
    st.integers(1, 25),
)
def test_every_row_is_planned_once_in_source_order(sizes: list[tuple[int, int]], size: int) -> None:
    read = list(blocks(sizes))
    plan = list(plan_chunks(read, Channel.AIM, size=size))
    chunks = [item for item in plan if isinstance(item, Chunk)]
    assert [row for item in chunks for row in item.recipients.rows] == [
        row for item in read for row in item.recipients.rows
    ]
    assert [sheet for item in chunks for sheet in item.sheets] == [
        item.sheet for item in read for _ in item.recipients.rows
    ]
    assert all(
        len(item.lines) == len(item.recipients.phones) == len(item.recipients.values[1])
        for item in chunks
    )
    assert [len(item.recipients) for item in chunks[:-1]] == [size] * (len(chunks) - 1)
    assert [item.chunk for item in chunks] == list(range(len(chunks)))
    rejected = [row for item in plan if isinstance(item, Rejects) for row in item.rows]
    assert rejected == [row for item in read for row in item.rejected]
    assert plan == list(plan_chunks(read, Channel.AIM, size=size))
