"""What the provider's gateway does before an operation is reached: signatures, limits, paths."""

import itertools
import json
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, running_emulator
from tests.support.emulator_sdk import Sdk, phones, refusal_of, sdk_client, send_basic

LIST = "/v1/aim/send-tasks"
MEBIBYTE = 1024 * 1024


def list_tasks(client: Sdk) -> Sdk:
    return client.list_aim_send_tasks(sdk.ListAimSendTasksRequest())


def ask(
    url: str, call: tuple[str, str], body: bytes = b"", *, sign: bool = True, **headers: str
) -> tuple[int, dict[str, Any]]:
    """Send a call (method, path) signed by the official signer; return its status and JSON."""
    method, path = call
    where = urlsplit(url)
    sent = {"Host": where.netloc, "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    if sign:
        request = SdkRequest(method, "http", where.netloc, path, path, [], sent, body)
        sent = Signer(BasicCredentials(ACCESS_KEY, SECRET_KEY, "p")).sign(request).header_params
    connection = HTTPConnection(where.hostname or "", where.port, timeout=240)
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        assert answer.headers["Content-Type"].startswith("application/json")
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_only_the_right_key_and_secret_are_let_in(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        assert list_tasks(sdk_client(emulator.url)).page_info.total == 0
        wrong = (
            sdk_client(emulator.url, secret_key="wrong"),  # noqa: S106 -- wrong on purpose
            sdk_client(emulator.url, access_key="unknown"),
        )
        for client in wrong:
            assert refusal_of(partial(send_basic, client, "no", phones(1))) == (401, "APIGW.0301")
        assert emulator.messages() == []


def test_a_call_without_signature_is_refused_in_the_gateways_shape(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        status, body = ask(emulator.url, ("GET", LIST), sign=False)
        assert status == 401
        assert set(body) == {"error_msg", "error_code", "request_id"}
        assert body["error_code"] == "APIGW.0301"


def test_a_signature_dies_after_fifteen_minutes_of_real_time_only(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        emulator.advance(90_000)
        assert ask(emulator.url, ("GET", LIST))[0] == 200
        status, body = ask(emulator.url, ("GET", LIST), X_Sdk_Date="20200101T000000Z")
        assert (status, body["error_code"]) == (401, "APIGW.0301")


def test_a_body_changed_after_signing_is_refused(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        status, _ = ask(emulator.url, ("POST", LIST), b"{}", X_Sdk_Content_Sha256=digest)
        assert status == 401


def test_unknown_paths_and_methods_are_not_published(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        for method, path in (("POST", "/"), ("GET", "/v2/aim/send-tasks"), ("PUT", LIST)):
            status, body = ask(emulator.url, (method, path))
            assert (status, body["error_code"]) == (404, "APIGW.0101")


def test_bodies_may_have_twelve_mebibytes(tmp_path: Path) -> None:
    path = "/v1/aim-basic/send-tasks"
    with running_emulator(tmp_path) as emulator:
        status, body = ask(emulator.url, ("POST", path), b" " * (12 * MEBIBYTE - 2) + b"{}")
        assert (status, body["error_code"]) == (400, "KM.90016414")
        status, body = ask(emulator.url, ("POST", path), b" " * (12 * MEBIBYTE) + b"{}")
        assert (status, body["error_code"]) == (413, "APIGW.0201")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"\xff"', b"[" * 100_000], ids=lambda body: repr(body[:9])
)
def test_a_body_that_is_no_object_is_an_illegal_parameter(tmp_path: Path, body: bytes) -> None:
    with running_emulator(tmp_path) as emulator:
        for path, is_long in ((LIST, True), ("/v1/aim-basic/send-tasks", False)):
            status, answer = ask(emulator.url, ("POST", path), body)
            assert (status, answer["error_code"]) == (400, "KM.EMULATOR.BODY")
            assert ("error_message" in answer) == is_long


def test_calls_past_the_rate_are_throttled_before_anything_happens(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(rate=3)) as emulator:
        client = sdk_client(emulator.url)
        codes: list[tuple[int, str]] = []
        sent = 0
        while not codes or sent < 8:  # a slow machine may need many to put four into one second
            sent += 1
            try:
                send_basic(client, f"burst-{sent}", phones(1))
            except ClientRequestException as refused:
                codes.append((refused.status_code, refused.error_code))
        assert set(codes) == {(429, "APIGW.0308")}
        taken = sent - len(codes)
        assert taken >= 3
        assert len(emulator.messages()) == taken
        stats = emulator.stats()
        assert (stats["calls"], stats["throttled"], stats["tasks"]) == (sent, len(codes), taken)


def test_the_throttling_body_names_the_limit_and_the_window(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(rate=1)) as emulator:
        answers = (ask(emulator.url, ("GET", LIST)) for _ in itertools.count())
        body = next(body for status, body in answers if status == 429)
        assert body["error_msg"] == (
            "The throttling threshold has been reached: policy user over ratelimit,"
            "limit:1,time:1 second"
        )
        assert set(body) == {"error_msg", "error_code", "request_id"}
