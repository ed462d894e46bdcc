"""IAM tokens: who gets one, what it opens, and when it stops."""

import itertools
import json
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_clients import (
    DOMAIN,
    TokenCredentials,
    ask_for_token,
    caller,
    password_auth,
    token_of,
)
from tests.support.emulator_plain import ask, own
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import Sdk, phones, refusal_of, sdk_client, send_basic, send_cards

DAY_S = 86_400
REFUSAL = (401, "APIGW.0301")


def client_with(url: str, token: str) -> Sdk:
    client = sdk_client(url)
    client.with_credentials(TokenCredentials(token))
    return client


def list_tasks(client: Sdk) -> Sdk:
    return client.list_aim_send_tasks(sdk.ListAimSendTasksRequest())


def raw_list(url: str, **headers: str) -> tuple[int, dict[str, str]]:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=240)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", "/v1/aim/send-tasks", headers=sent)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_token_comes_in_the_header_and_its_account_in_the_body(
    shared: EmulatorProcess,
) -> None:
    status, token, body = ask_for_token(shared.url, password_auth())
    assert status == 201
    assert 1_000 < len(token) <= 2_000
    assert token not in json.dumps(body)
    told = body["token"]
    issued, expires = (datetime.fromisoformat(told[key]) for key in ("issued_at", "expires_at"))
    assert (expires - issued).total_seconds() == DAY_S
    assert told["methods"] == ["password"]
    assert told["project"]["name"] == "cn-north-4"
    assert told["user"]["name"] == "emulator-user"
    assert told["user"]["domain"] == told["project"]["domain"]


def test_the_sdk_sends_and_asks_under_a_token(emulator: EmulatorProcess) -> None:
    for way in ("sync token", "async token"):
        call = caller(emulator.url, way)
        answer = call("list_aim_send_tasks", sdk.ListAimSendTasksRequest())
        assert answer.page_info.total == 0
    client = client_with(emulator.url, token_of(emulator.url))
    send_basic(client, "token", phones(2))
    send_cards(client, "token", phones(1))
    assert emulator.stats()["messages"] == 3


def test_a_token_needs_no_signature_and_a_new_one_leaves_the_old_one_good(
    shared: EmulatorProcess,
) -> None:
    first, second = token_of(shared.url), token_of(shared.url)
    assert first != second
    for token in (first, second):
        assert raw_list(shared.url, X_Auth_Token=token)[0] == 200


def test_a_token_dies_after_24_hours_of_the_emulators_clock(emulator: EmulatorProcess) -> None:
    client = client_with(emulator.url, token_of(emulator.url))
    emulator.advance(DAY_S - 60)
    assert list_tasks(client).page_info.total == 0
    emulator.advance(61)
    assert refusal_of(lambda: list_tasks(client)) == REFUSAL
    assert refusal_of(lambda: send_basic(client, "late", phones(1))) == REFUSAL
    assert emulator.messages() == []
    again = client_with(emulator.url, token_of(emulator.url))
    assert list_tasks(again).page_info.total == 0


def test_the_lifetime_can_be_shortened(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(token_lifetime_s=30.0)) as emulator:
        token = token_of(emulator.url)
        assert raw_list(emulator.url, X_Auth_Token=token)[0] == 200
        emulator.advance(31)
        status, body = raw_list(emulator.url, X_Auth_Token=token)
        assert (status, body["error_code"]) == REFUSAL
        assert "token expires" in body["error_msg"]
        assert set(body) == {"error_msg", "error_code", "request_id"}


def test_the_world_may_hold_another_user_and_lifetime(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text(
        '[account]\niam_user = "someone"\niam_password = "else"\n[times]\ntoken_lifetime_s = 5.0\n',
        "utf-8",
    )
    with running_emulator(tmp_path, EmulatorOptions(world=world)) as emulator:
        assert ask_for_token(emulator.url, password_auth())[0] == 401
        wanted = password_auth(name="someone", password="else")  # noqa: S106 -- a test world's
        status, token, _ = ask_for_token(emulator.url, wanted)
        assert status == 201
        emulator.advance(6)
        assert raw_list(emulator.url, X_Auth_Token=token)[0] == 401


def test_a_token_outlives_a_restart_of_the_emulator(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        token = token_of(emulator.url)
        emulator.advance(DAY_S / 2)
    with running_emulator(tmp_path) as emulator:
        assert raw_list(emulator.url, X_Auth_Token=token)[0] == 200
        emulator.advance(DAY_S / 2 + 1)
        assert raw_list(emulator.url, X_Auth_Token=token)[0] == 401


FORGED: dict[str, Callable[[str], str]] = {
    "one letter changed": lambda token: (
        token[:20] + ("a" if token[20] != "a" else "b") + token[21:]
    ),
    "the end cut off": lambda token: token[:-1],
    "cut at 1000": lambda token: token[:1_000],
    "another token": lambda _: "MIIunknown",
    "no token at all": lambda _: "-" * 40,
    "a letter that is none": lambda token: token + "ÿ",
}


@pytest.mark.parametrize("case", FORGED)
def test_a_token_that_was_not_given_opens_nothing(shared: EmulatorProcess, case: str) -> None:
    forged = FORGED[case](token_of(shared.url))
    status, body = raw_list(shared.url, X_Auth_Token=forged)
    assert (status, body["error_code"]) == REFUSAL
    assert forged[3:30] not in body["error_msg"]


def test_a_token_for_no_project_is_given_but_opens_nothing_here(
    shared: EmulatorProcess,
) -> None:
    for scope in ({}, {"domain": {"name": DOMAIN}}):
        status, token, body = ask_for_token(shared.url, password_auth(scope))
        assert status == 201
        assert "project" not in body["token"]
        assert raw_list(shared.url, X_Auth_Token=token)[0] == 401


WRONG: dict[str, tuple[object, int]] = {
    "a wrong password": (password_auth(password="no"), 401),  # noqa: S106 -- wrong on purpose
    "another user": (password_auth(name="nobody"), 401),
    "another domain": (password_auth(domain={"name": "nowhere"}), 401),
    "no domain": (password_auth(domain={}), 401),
    "another project": (password_auth({"project": {"name": "cn-south-1"}}), 401),
    "a project and a domain": (
        password_auth({"project": {"name": "cn-north-4"}, "domain": {"name": DOMAIN}}),
        400,
    ),
    "no password": (password_auth(password=None), 400),
    "another method": (
        {"auth": {**password_auth()["auth"], "identity": {"methods": ["totp"]}}},
        400,
    ),
    "no auth": ({}, 400),
    "no JSON": (b"{", 400),
    "no UTF-8": (b'"\xff"', 400),
    "deep JSON": (b"[" * 100_000, 400),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_gets_iams_own_error_and_no_token(
    shared: EmulatorProcess, case: str
) -> None:
    body, expected = WRONG[case]
    status, token, answer = ask_for_token(shared.url, body)
    assert (status, token) == (expected, "")
    assert set(answer["error"]) == {"code", "message", "title"}
    assert answer["error"]["code"] == expected


def test_the_project_may_be_named_by_its_id(shared: EmulatorProcess) -> None:
    project = ask_for_token(shared.url, password_auth())[2]["token"]["project"]
    status, token, _ = ask_for_token(shared.url, password_auth({"project": {"id": project["id"]}}))
    assert status == 201
    assert raw_list(shared.url, X_Auth_Token=token)[0] == 200


def test_asking_for_tokens_is_not_limited_by_the_gateways_rate(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(rate=1)) as emulator:
        tokens = [token_of(emulator.url) for _ in range(5)]
        assert raw_list(emulator.url, X_Auth_Token=tokens[0])[0] == 200
        others = itertools.cycle(tokens)  # on a slow machine one of the first is in time again
        while raw_list(emulator.url, X_Auth_Token=next(others))[0] != 429:
            pass


DOMAINS = ("GET", "/v3/auth/domains")


def asked_by_token(url: str, token: str) -> tuple[int, dict[str, Any]]:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=240)
    try:
        connection.request(*DOMAINS, headers={"X-Auth-Token": token})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_iam_tells_whose_account_a_key_or_a_token_belongs_to(shared: EmulatorProcess) -> None:
    token, body = ask_for_token(shared.url, password_auth())[1:]
    theirs = body["token"]["project"]["domain"]
    signed = ask(shared.url, DOMAINS)
    assert signed.status == 200
    (domain,) = signed.json["domains"]
    assert (domain["id"], domain["name"], domain["enabled"]) == (theirs["id"], DOMAIN, True)
    assert asked_by_token(shared.url, token) == (200, signed.json)
    for scope in ({}, {"domain": {"name": DOMAIN}}):
        unscoped = ask_for_token(shared.url, password_auth(scope))[1]
        assert asked_by_token(shared.url, unscoped) == (200, signed.json)
        assert raw_list(shared.url, X_Auth_Token=unscoped)[0] == 401


def test_iam_tells_nobody_else_whose_account_it_is(shared: EmulatorProcess) -> None:
    assert asked_by_token(shared.url, "MIInobody")[0] == 401
    assert own(shared.url, DOMAINS).status == 401


def test_asking_whose_account_it_is_is_not_limited_by_the_gateways_rate(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(rate=1)) as emulator:
        assert [ask(emulator.url, DOMAINS).status for _ in range(5)] == [200] * 5
