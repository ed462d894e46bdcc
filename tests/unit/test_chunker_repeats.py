"""A number that stands in a source again goes in another chunk: no request may hold it twice."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.chunker import plan_chunks
from pipeline.core.model import Channel, Chunk, Message, People, Recipients, RowBlock
from pipeline.core.routing import Router

ROUTER = Router(Message(Channel.AIM_BASIC, "600000001"), lambda _: {})


def blocks_of(phones: list[int], size: int) -> list[RowBlock]:
    found = []
    for start in range(0, len(phones), size):
        part = phones[start : start + size]
        rows = list(range(start, start + len(part)))
        texts = [f"138{phone:08d}" for phone in part]
        some, lines = Recipients(rows, texts, (texts,)), [row + 2 for row in rows]
        found.append(RowBlock("", (), some, lines, (), people=people_of(rows)))
    return found


def people_of(rows: Sequence[int]) -> People:
    numbers, messages = ([n + row for row in rows] for n in (1 << 63, 7))
    eight = [b"".join(n.to_bytes(8, "little") for n in some) for some in (numbers, messages)]
    return People("1.a.1", *eight)


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
        assert chunk.people == people_of(rows)
        assert not sent.keys() & set(rows)
        sent.update(zip(rows, numbers, strict=True))
    assert sent == {row: f"138{phone:08d}" for row, phone in enumerate(phones)}
