"""A number that stands in a source again goes in another chunk: no request may hold it twice."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.chunker import plan_chunks
from pipeline.core.model import Channel, Chunk, Message, Recipients, RowBlock
from pipeline.core.routing import Router

ROUTER = Router(Message(Channel.AIM_BASIC, "600000001"), lambda _: {})


def blocks_of(phones: list[int], size: int) -> list[RowBlock]:
    found = []
    for start in range(0, len(phones), size):
        part = phones[start : start + size]
        rows = list(range(start, start + len(part)))
        texts = [f"138{phone:08d}" for phone in part]
        found.append(RowBlock("", (), Recipients(rows, texts, (texts,)), [r + 2 for r in rows], ()))
    return found


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 7), st.integers(1, 7))
def test_no_chunk_holds_a_number_twice_and_no_row_is_lost(
    phones: list[int], block_rows: int, size: int
) -> None:
    planned = list(plan_chunks(blocks_of(phones, block_rows), ROUTER, size=size))
    chunks = [item for item in planned if isinstance(item, Chunk)]
    assert [chunk.chunk for chunk in chunks] == list(range(len(chunks)))
    sent: dict[int, str] = {}
    for chunk in chunks:
        rows, numbers = list(chunk.recipients.rows), list(chunk.recipients.phones)
        assert rows == sorted(rows)
        assert len(set(numbers)) == len(numbers) <= size
        assert list(chunk.lines) == [row + 2 for row in rows]
        assert list(chunk.recipients.values[0]) == numbers
        assert not sent.keys() & set(rows)
        sent.update(zip(rows, numbers, strict=True))
    assert sent == {row: f"138{phone:08d}" for row, phone in enumerate(phones)}
