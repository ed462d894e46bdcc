"""Whatever bytes come from outside, each part that reads them ends in a value or in one sentence.

`make fuzz` draws 20 000 for each of the five parts; here it is a few hundred.
"""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.answer import Accepted, Lost, Refused, Throttled
from pipeline.core.errors import KoosendError
from pipeline.core.phones import is_mobile
from pipeline.koomessage.answers import answer_of
from pipeline.koomessage.decoding import Unreadable
from pipeline.koomessage.lists import Item, Page
from pipeline.koomessage.products import aim, aim_basic, sms
from pipeline.koomessage.receipts import read_receipt
from pipeline.koomessage.transport.calls import Reply
from pipeline.koomessage.transport.signing import KeyPair, Request, canonical_query, sign
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from tests.support.koomessage import NAME

LONG = os.environ.get("KOOSEND_FUZZ") == "full"
DRAWN = settings(max_examples=20_000 if LONG else 150, deadline=None, derandomize=not LONG)
ENDS = (Accepted, Lost, Refused, Throttled)
PAGES: Mapping[Callable[[bytes], Page], Callable[[Item], object]] = {
    aim.read_tasks: aim.found_task,
    aim.read_deliveries: aim.delivery,
    aim.read_renderings: aim.rendering,
    aim_basic.read_tasks: aim_basic.found_task,
}
KEYS = ("aim_send_tasks", "send_details", "resolve_details", "aim_basic_send_tasks")

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
NAMES = ("task_id", "task_name", "mobile", "cust_flag", "status", "send_status", "code", "params")
ROWS = st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5) | VALUES, max_size=3)


def as_csv(rows: list[list[str]]) -> bytes:
    """Write rows as a list whose header is what the reader asks for."""
    text = io.StringIO()
    csv.writer(text).writerows([("手机号", "姓名"), *rows])
    return text.getvalue().encode()


def of_bytes(shaped: st.SearchStrategy[object]) -> st.SearchStrategy[bytes]:
    """Draw bytes: any at all, JSON of a shape, and JSON of which some bytes were changed."""
    whole = shaped.map(lambda value: json.dumps(value).encode())
    spoilt = st.tuples(whole, st.integers(0, 99), st.binary(max_size=4)).map(
        lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] + len(drawn[2]) :]
    )
    return st.binary(max_size=200) | whole | spoilt


@DRAWN
@given(st.binary(max_size=300), st.text(max_size=30), st.binary(max_size=30))
def test_the_signer_signs_whatever_is_sent(body: bytes, text: str, header: bytes) -> None:
    query = ((text, text), ("a", [text, "b"]))
    headers = {"Host": "h", "Content-Type": header.decode("latin-1")}
    keys = KeyPair("ak", "sk")
    signed = sign(Request("POST", "/v1/x", query, headers, body, 1_790_000_000.0), keys)
    assert signed["Authorization"].startswith("SDK-HMAC-SHA256 ")
    assert canonical_query(query).isascii()


@DRAWN
@given(
    st.binary(max_size=300)
    | st.lists(st.lists(st.text(max_size=9), min_size=1, max_size=4), max_size=5).map(as_csv)
)
def test_a_list_of_any_bytes_is_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.csv"
        path.write_bytes(content)
        with suppress(KoosendError):
            for block in read(ReaderOptions(path, "手机号", ("姓名",))):
                assert all(map(is_mobile, block.recipients.phones))


@DRAWN
@given(st.sampled_from((200, 201, 400, 401, 403, 404, 429, 500, 502, 504)), of_bytes(VALUES))
def test_an_answer_of_any_bytes_is_a_verdict(status: int, body: bytes) -> None:
    reply = Reply(status, body, "", "", 1000.0, 1000.0)
    for read_body in (aim.read_answer, aim_basic.read_answer, sms.read_answer):
        answer = answer_of(reply, partial(read_body, name=NAME))
        assert isinstance(answer, ENDS)


@DRAWN
@given(
    of_bytes(
        VALUES
        | ROWS.map(lambda rows: {"seq_id": "s", "reports": rows})
        | ROWS.map(lambda rows: {"callback_type": "sms", "body": json.dumps(rows)})
    )
)
def test_a_receipt_of_any_bytes_is_kept_with_what_can_be_read(body: bytes) -> None:
    receipt = read_receipt(body)
    assert receipt.dedupe
    for _, news in receipt.news:
        assert is_mobile(news.phone)


@DRAWN
@given(
    of_bytes(
        VALUES
        | st.tuples(ROWS, VALUES).map(
            lambda told: dict.fromkeys(KEYS, told[0]) | {"page_info": {"total": told[1]}}
        )
        | ROWS.map(lambda rows: {"status": "200", "data": dict.fromkeys(KEYS, rows)})
    )
)
def test_a_list_of_tasks_of_any_bytes_is_read_or_not_believed(body: bytes) -> None:
    for read_list, of_row in PAGES.items():
        with suppress(Unreadable):
            for row in read_list(body).rows:
                of_row(row)
