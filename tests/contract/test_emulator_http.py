"""What is no call, or not a whole one, is answered as the gateway answers, and breaks nothing."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_plain import (
    AIM,
    BASIC,
    abandon,
    ask,
    exchange,
    own,
    signed,
    video_body,
)
from tests.support.emulator_process import command

HOST = b"Host: 127.0.0.1\r\n"
SEND = b"POST /v1/aim/send-tasks HTTP/1.1\r\n" + HOST
MALFORMED = {
    "no request line": b"nonsense\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no colon in a header": b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
    "a control character in a header": b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
    "a line too long": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "another version": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "an address that is none": b"GET http://[ HTTP/1.1\r\n" + HOST + b"\r\n",
    "a length that is none": SEND + b"Content-Length: nope\r\n\r\n",
    "a chunk without size": SEND + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a body that does not unpack": SEND
    + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    "an expectation that is none": SEND
    + b"Connection: close\r\nExpect: miracles\r\nContent-Length: 0\r\n\r\n",
}


@contextmanager
def watched() -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run an emulator whose standard error is kept."""
    with subprocess.Popen(
        command(EmulatorOptions()), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield line.decode().split('"')[3], process
        finally:
            process.terminate()


def complaints(process: "subprocess.Popen[bytes]") -> bytes:
    process.terminate()
    return process.communicate(timeout=240)[1]


def test_whatever_is_no_http_is_refused_in_json_and_without_a_traceback() -> None:
    with watched() as (url, process):
        for case, request in MALFORMED.items():
            answer = exchange(url, request)
            assert answer.status == HTTPStatus.BAD_REQUEST, case
            assert answer.headers["content-type"] == "application/json", case
            assert set(answer.json) == {"error_msg", "error_code", "request_id"}, case
            assert answer.json["error_code"] == "APIGW.0201", case
            assert answer.json["request_id"] == answer.headers["x-request-id"], case
            assert "x-koosend-emulator" in answer.headers, case
        assert complaints(process) == b""


@pytest.mark.parametrize("is_reset", [False, True])
@pytest.mark.parametrize("path", [AIM, "/_emulator/clock"])
def test_a_client_that_dies_in_mid_body_leaves_no_trace(path: str, *, is_reset: bool) -> None:
    with watched() as (url, process):
        whole = signed(url, ("POST", path), video_body("half", ["13800000001"]))
        abandon(url, whole[:-20], is_reset=is_reset)
        stats = own(url, ("GET", "/_emulator/stats")).json
        assert (stats["messages"], stats["tasks"]) == (0, 0)
        assert ask(url, ("POST", BASIC), video_body("whole", ["13800000001"])).status == 200
        assert complaints(process) == b""


def test_a_client_that_waits_to_be_told_is_told_to_send_its_body() -> None:
    with watched() as (url, _):
        body = video_body("told", ["13800000001"])
        request = signed(url, ("POST", BASIC), body)
        asking = request.replace(b"Connection: close", b"Connection: close\r\nExpect: 100-continue")
        answer = exchange(url, asking).received
        assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_an_operation_that_is_not_there_is_not_taken_for_another() -> None:
    with watched() as (url, _):
        answer = ask(url, ("GET", "/v1/sms/signatures/files"))
        assert (answer.status, answer.json["error_code"]) == (404, "APIGW.0101")
        unknown = ask(url, ("GET", "/v1/sms/signatures/no-such-id"))
        assert unknown.status == HTTPStatus.BAD_REQUEST
