import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.answer import NewsKind
from pipeline.core.model import Channel, Message, Recipients, SmsLeg, Value
from pipeline.core.outcome import Fact
from pipeline.ledger.codec import (
    pack_facts,
    pack_json,
    pack_personal,
    pack_texts,
    unpack_facts,
    unpack_message,
    unpack_personal,
    unpack_texts,
)

TEXTS = st.text(st.characters(codec="utf-8"))
FACTS = st.builds(Fact, st.sampled_from(NewsKind), TEXTS, TEXTS, st.just("page:7"))
VALUES = st.builds(Value, st.none() | st.integers(0, 9), TEXTS)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS)))
def test_recipients_survive_their_blob(people: list[tuple[str, str, str]]) -> None:
    rows = list(range(len(people)))
    columns = [[person[i] for person in people] for i in range(3)]
    recipients = Recipients(rows, columns[0], (columns[1], columns[2]))
    assert unpack_personal(pack_personal(recipients), rows) == recipients


@given(st.dictionaries(st.integers(0, 10**9), st.lists(FACTS, max_size=3)))
def test_facts_survive_in_row_order_whatever_order_they_came_in(
    facts: dict[int, list[Fact]],
) -> None:
    text, digest = pack_facts(facts)
    backwards = dict(reversed(facts.items()))
    assert pack_facts(backwards) == (text, digest)
    expected = [(row, fact) for row in sorted(facts) for fact in facts[row]]
    assert unpack_facts(text, "page:7") == expected


@given(st.lists(st.text()))
def test_cells_survive_except_for_half_characters(cells: list[str]) -> None:
    kept = unpack_texts(pack_texts(cells))
    assert len(kept) == len(cells)
    for before, after in zip(cells, kept, strict=True):
        assert after == "".join("?" if "\ud800" <= c <= "\udfff" else c for c in before)


@given(st.sampled_from(Channel), st.lists(st.tuples(TEXTS, VALUES)), st.booleans())
def test_a_message_survives(
    channel: Channel,
    params: list[tuple[str, Value]],
    with_sms: bool,  # noqa: FBT001 - drawn data
) -> None:
    leg = SmsLeg("1069", "1", "云", "app", tuple(value for _, value in params))
    message = Message(channel, "7", tuple(params), sms=leg if with_sms else None)
    assert unpack_message(pack_json(message)) == message


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"not zlib",
        zlib.compress(b"not msgpack"),
        pack_personal(Recipients([0], ["1"], ()))[:-3],
        pack_personal(Recipients([0, 1, 2], ["1", "2", "3"], ())),
        pack_personal(Recipients([0, 1], ["1", "2"], (["only one"],))),
    ],
    ids=["empty", "garbage", "wrong content", "cut off", "too many", "ragged"],
)
def test_a_damaged_blob_is_noticed(blob: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack_personal(blob, [0, 1])
