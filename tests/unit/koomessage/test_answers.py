"""What a reply says of waiting and of rates; the rest of the verdict is tried on real sockets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Refused, Throttled
from pipeline.core.model import TaskId
from pipeline.koomessage.answers import WAIT_S_MAX, answer_of, ceiling_per_s, retry_after_s
from pipeline.koomessage.products import aim, aim_basic
from pipeline.koomessage.transport.calls import Failed, Reply
from tests.support.koomessage import NAME

BODIES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b'{"task_id":"t"}',
            b'{"data":{"task_id":"t"}}',
            b'{"error_code":"APIGW.0308"}',
            b'{"error_code":"KM.80000001"}',
            b'{"error_code":"APIGW.0301"}',
            b'{"code":403,"error":"proxy"}',
            b'{"task_id":"t","task_state":"Failed"}',
            b'{"error_code":{},"error_msg":[1]}',
        ]
    ),
)


def reply(status: int, body: bytes, retry_after: str = "", late_s: float = 0.0) -> Reply:
    return Reply(status, body, retry_after, "", 1000.0, 1000.0 + late_s)


@pytest.mark.parametrize(
    ("message", "ceiling"),
    [
        ("policy user over ratelimit,limit:20,time:1 second", 20.0),
        ("policy api over ratelimit,limit:30,time:1 minute", 0.5),
        ("over ratelimit,limit: 10 , time: 2 second", 5.0),
        ("limit:7200,time:1 hour", 2.0),
        ("limit:86400,time:1 day", 1.0),
        ("limit:0,time:1 second", None),
        ("limit:5,time:0 second", None),
        ("limit:999999999,time:1 second", None),
        ("limit:99999999999999,time:1 second", None),
        ("limit:-5,time:1 second", None),
        ("too many calls", None),
        ("", None),
    ],
)
def test_the_ceiling_is_read_from_the_refusals_text(message: str, ceiling: float | None) -> None:
    assert ceiling_per_s(message) == ceiling


@given(st.text(max_size=40))
def test_no_retry_after_makes_us_wait_long(stated: str) -> None:
    wait_s = retry_after_s(reply(429, b"", stated))
    assert wait_s is None or 0 <= wait_s <= WAIT_S_MAX


@given(st.integers(100, 999), BODIES, st.sampled_from(["aim", "aim_basic"]))
def test_each_reply_has_one_verdict_and_only_proof_lets_us_send_again(
    status: int, body: bytes, product: str
) -> None:
    read = {"aim": aim.read_answer, "aim_basic": aim_basic.read_answer}[product]
    answer: Answer = answer_of(reply(status, body), lambda taken: read(taken, NAME))
    match answer:
        case Throttled(hindrance=Hindrance.RATE):
            assert status == 429
            assert b"0308" in body
        case Throttled():
            assert (status, answer.axiom) == (401, "APIGW.0301")
        case Refused():
            assert (400 <= status < 500 and b"APIGW.0" in body) or b"Failed" in body
        case Accepted():
            assert 200 <= status < 300
            assert b"task_id" in body
        case Lost():
            assert answer.why


def test_a_failure_before_the_first_byte_is_throttled_and_one_after_it_is_lost() -> None:
    def never(_: bytes) -> Answer:
        return Accepted(TaskId("never"))

    before = answer_of(Failed(written=False, why="refused"), never)
    assert before == Throttled(Hindrance.UNREACHABLE, "refused")
    assert answer_of(Failed(written=True, why="reset"), never) == Lost("reset")


def test_a_401_long_after_signing_blames_the_delay_and_not_the_keys() -> None:
    def never(_: bytes) -> Answer:
        return Accepted(TaskId("never"))

    body = b'{"error_code":"APIGW.0301"}'
    late = answer_of(reply(401, body, late_s=1000.0), never)
    soon = answer_of(reply(401, body, late_s=1.0), never)
    assert isinstance(late, Throttled)
    assert isinstance(soon, Throttled)
    assert (late.hindrance, soon.hindrance) == (Hindrance.UNREACHABLE, Hindrance.CREDENTIALS)
