"""What is what: every answer to a send, given on a real socket, and what is true after it."""

import asyncio
from collections.abc import Mapping

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Refused, Throttled
from tests.support.answers import LOST, TAKEN, answer_to, says, submit
from tests.support.raw_server import RawServer, Respond, raw_server, response

RATE_BODY = (
    b'{"error_msg":"The throttling threshold has been reached: policy user over ratelimit,'
    b'limit:20,time:1 minute","error_code":"APIGW.0308","request_id":"r"}'
)
NUMBER_SENT = "13800000000"


@pytest.mark.parametrize("respond", LOST.values(), ids=LOST.keys())
def test_whatever_proves_nothing_is_lost_after_one_post(respond: Respond) -> None:
    answer, server = answer_to(respond)  # silence would last for ever, and one byte at a time
    assert isinstance(answer, Lost), answer
    assert answer.why
    assert NUMBER_SENT not in answer.why
    assert server.posts == 1


REFUSED: Mapping[str, tuple[bytes, str, bool]] = {
    "a code about rows": (
        response(b'{"error_code":"KM.00001375","error_msg":"13800000000 x"}', "400 Bad"),
        "KM.00001375",
        False,
    ),
    "a code about the campaign": (
        response(b'{"error_code":"KM.00001128","error_msg":"x"}', "400 Bad"),
        "KM.00001128",
        True,
    ),
    "an unknown code": (
        response(b'{"error_code":"KM.00009999","error_msg":"13800000000"}', "400"),
        "KM.00009999",
        False,
    ),
    "the old field": (
        response(b'{"error_code":"KM.00001125","error_message":{"a":1}}', "400 Bad"),
        "KM.00001125",
        True,
    ),
    "forbidden": (response(b'{"error_code":"APIGW.0302"}', "403 No"), "APIGW.0302", True),
    "no such place": (response(b'{"error_code":"APIGW.0101"}', "404 No"), "APIGW.0101", True),
    "an older gateway": (response(b'{"error_code":"APIG.0101"}', "404 No"), "APIG.0101", True),
    "a task that failed": (
        response(b'{"task_id":"t-1","task_state":"Failed","send_count":0}'),
        "task_state Failed",
        False,
    ),
}


@pytest.mark.parametrize(("raw", "code", "stops_run"), REFUSED.values(), ids=REFUSED.keys())
def test_what_proves_a_refusal_is_refused_after_one_post(
    raw: bytes, code: str, *, stops_run: bool
) -> None:
    answer, server = answer_to(says(raw))
    assert isinstance(answer, Refused), answer
    assert (answer.code, answer.stops_run) == (code, stops_run)
    assert answer.message
    assert NUMBER_SENT not in answer.message
    assert server.posts == 1


TOO_LARGE: Mapping[str, tuple[str, str]] = {
    "numbers of a check": ("400 Bad", "KM.90016301"),
    "links": ("400 Bad", "KM.90016403"),
    "codes": ("400 Bad", "KM.90016416"),
    "receivers": ("400 Bad", "KM.00001500"),
    "bytes": ("413 Too Large", "APIGW.0201"),
}


@pytest.mark.parametrize(("status", "code"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_a_request_that_is_too_large_may_be_split_because_its_code_is_believed(
    status: str, code: str
) -> None:
    raw = response(f'{{"error_code":"{code}","error_msg":"x"}}'.encode(), status)
    answer, server = answer_to(says(raw))
    assert isinstance(answer, Refused), answer
    assert (answer.code, answer.split, answer.stops_run, answer.axiom) == (code, True, False, code)
    assert server.posts == 1


@pytest.mark.parametrize(
    ("status", "code", "about_rows"),
    [
        ("400 Bad", "KM.00001375", True),
        ("400 Bad", "KM.90016801", True),
        ("400 Bad", "KM.00008888", False),
        ("403 No", "KM.00008888", False),
        ("400 Bad", "APIGW.0201", False),
    ],
)
def test_a_refusal_says_whether_it_is_known_to_be_about_rows(
    status: str, code: str, *, about_rows: bool
) -> None:
    answer, _ = answer_to(says(response(f'{{"error_code":"{code}"}}'.encode(), status)))
    assert isinstance(answer, Refused), answer
    assert (answer.about_rows, answer.split, answer.axiom) == (about_rows, False, "")


ACCEPTED: Mapping[str, tuple[bytes, dict[str, str]]] = {
    "plain": (TAKEN, {}),
    "a number for an id": (b'{"task_id":45971116}', {}),
    "failed, but something was sent": (
        b'{"task_id":"t","task_state":"Failed","send_count":"2"}',
        {},
    ),
    "links that failed": (
        (
            b'{"task_id":"t","failed_short_chains":[{"cust_flag":"+8613800000001",'
            b'"result_code":"KM.90016801"},{"cust_flag":13800000000},{"cust_flag":"?"},7]}'
        ),
        {"13800000001": "KM.90016801", "13800000000": "failed_short_chain"},
    ),
    "null for the links": (b'{"task_id":"t","failed_short_chains":null}', {}),
    "odd types elsewhere": (b'{"task_id":"t","task_state":{},"send_count":[],"x":1e3}', {}),
}


@pytest.mark.parametrize(("body", "left_out"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_task_id_proves_acceptance(body: bytes, left_out: dict[str, str]) -> None:
    answer, server = answer_to(says(response(body)))
    assert isinstance(answer, Accepted), answer
    assert dict(answer.refused) == left_out
    assert server.posts == 1


WAITS: Mapping[str, tuple[str, float | None]] = {
    "none": ("", None),
    "seconds": ("7", 7.0),
    "a fraction": ("0.5", 0.5),
    "absurd": ("1000000000", None),
    "long": ("3600", 60.0),
    "negative": ("-5", None),
    "no number": ("nan", None),
    "endless": ("inf", None),
    "words": ("soon", None),
    "a date": ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
    "a date long gone": ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    "a date that is none": ("Thu, 99 Foo 2026 00:00:30 GMT", None),
}


@pytest.mark.parametrize(("stated", "wait_s"), WAITS.values(), ids=WAITS.keys())
def test_a_rate_refusal_is_throttled_with_its_wait_and_ceiling(
    stated: str, wait_s: float | None
) -> None:
    headers = ["Date: Thu, 01 Jan 2026 00:00:00 GMT"]
    headers += [f"Retry-After: {stated}"] if stated else []
    answer, server = answer_to(says(response(RATE_BODY, "429 Too Many", *headers)))
    assert isinstance(answer, Throttled), answer
    assert answer.hindrance is Hindrance.RATE
    assert answer.axiom == "APIGW.0308"
    assert answer.wait_s == wait_s
    assert answer.ceiling_per_s == pytest.approx(20 / 60)
    assert server.posts == 1


@pytest.mark.parametrize(
    ("headers", "hindrance"),
    [
        ((), Hindrance.CREDENTIALS),
        (("Date: long ago",), Hindrance.CREDENTIALS),
        (("Date: Thu, 01 Jan 2026 00:00:00 GMT",), Hindrance.CLOCK),
    ],
)
def test_a_401_is_hindered_and_not_sent_again_when_there_is_nothing_new_to_sign_with(
    headers: tuple[str, ...], hindrance: Hindrance
) -> None:
    body = b'{"error_code":"APIGW.0301","error_msg":"verify fail, Access=emulator-ak"}'
    answer, server = answer_to(says(response(body, "401 No", *headers)))
    assert isinstance(answer, Throttled), answer
    assert answer.hindrance is hindrance
    assert answer.axiom == "APIGW.0301"
    assert ("clock is" in answer.message) is (hindrance is Hindrance.CLOCK)
    assert "emulator-ak" not in answer.message
    assert server.posts == 1


@pytest.mark.parametrize("status", ["200 OK", "500 Oops", "400 Bad"])
def test_once_an_answer_is_dated_by_another_clock_nothing_more_is_posted(status: str) -> None:
    raw = response(TAKEN, status, "Date: Thu, 01 Jan 2026 00:00:00 GMT")

    async def run() -> tuple[list[Answer], RawServer]:
        async with raw_server(says(raw)) as server:
            return await submit(server, times=3), server

    answers, server = asyncio.run(run())
    assert server.posts == 1
    assert not isinstance(answers[0], Throttled)
    for answer in answers[1:]:
        assert isinstance(answer, Throttled)
        assert answer.hindrance is Hindrance.CLOCK
