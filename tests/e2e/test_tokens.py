"""A run that proves who it is by an IAM token; the judge is the emulator's journal."""

import re
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.certificates import ANOTHER, OURS, server_tls
from tests.support.command import Desk, Done
from tests.support.emulator_clients import token_of
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.members import Members, write_members
from tests.support.proxy import Fault, losing

DAY_S = 86_400
PASSWORD = "emulator-password"  # noqa: S105 -- the emulator's published default, no secret
USER = {"KOO_USER": "emulator-user", "KOO_PASSWORD": PASSWORD}
KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
READY = {"token_env": "KOO_TOKEN"}
TRUSTING_OTHERS: tuple[dict[str, str], ...] = ({}, {"ca_file": str(ANOTHER)})
_TOKEN = re.compile(rb"MII[A-Za-z0-9_-]{40}")
_NUMBER = re.compile(r"1[3-9]\d{9}")


@pytest.fixture
def members(tmp_path: Path) -> Members:
    return write_members(tmp_path / "members.csv", 700, seed=83)


def account(desk: Desk, endpoint: str, keys: Mapping[str, str], calls_per_s: float = 0) -> None:
    """Write a campaign of this account."""
    path = desk.write_campaign(endpoint=endpoint, calls_per_s=calls_per_s)
    lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    text = path.read_text(encoding="utf-8").replace("[account]\n", f"[account]\n{lines}")
    path.write_text(text, encoding="utf-8")


def login(iam_endpoint: str) -> dict[str, str]:
    return {
        "iam_endpoint": iam_endpoint,
        "user_env": "KOO_USER",
        "password_env": "KOO_PASSWORD",
        "domain": "emulator-domain",
        "project": "cn-north-4",
    }


def events(desk: Desk) -> str:
    logs = (desk.folder / "state").rglob("events.jsonl")
    return "\n".join(log.read_text(encoding="utf-8") for log in logs)


def left_behind(desk: Desk, done: Done) -> bytes:
    """Return all that a run wrote, on its outputs and in its folders."""
    files = [file.read_bytes() for file in (desk.folder / "state").rglob("*") if file.is_file()]
    return b"".join([done.out.encode(), done.err.encode(), *files])


def is_one_sentence(done: Done, code: int, *parts: str) -> None:
    assert done.exit == code, done.err
    told = [line for line in done.err.splitlines() if line.startswith("koosend: ")]
    assert len(told) == 1, done.err
    for part in parts:
        assert part in told[0]
    assert "Traceback" not in done.err
    assert not _NUMBER.search(done.err + done.out)


def taken(provider: EmulatorProcess) -> list[str]:
    return sorted(str(message["phone"]) for message in provider.messages())


REHEARSALS: Mapping[str, dict[str, str]] = {
    "a login at the emulator": login("emulator"),
    "the real login, not used": login("https://iam.cn-north-4.myhuaweicloud.com"),
    "a ready token": READY,
}


@pytest.mark.parametrize("rehearsal", REHEARSALS)
def test_a_token_account_is_rehearsed_on_the_embedded_emulator_without_any_variable(
    desk: Desk, members: Members, rehearsal: str
) -> None:
    account(desk, "emulator", REHEARSALS[rehearsal])
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert '"token.issued"' in events(desk)
    left = left_behind(desk, done)
    assert PASSWORD.encode() not in left
    assert not _TOKEN.search(left)


def test_a_token_that_dies_in_the_middle_of_a_run_is_replaced_and_each_number_sent_once(
    desk: Desk, members: Members
) -> None:
    with running_emulator(desk.folder) as provider:
        account(desk, provider.url, login(provider.url), calls_per_s=8)
        with desk.started("run", desk.campaign, env=USER) as run:
            while len(taken(provider)) < 200:
                assert run.poll() is None
                time.sleep(0.01)  # waits for another process's file, not for time
            provider.advance(DAY_S + 1)
            assert run.wait(240) == 0
        assert taken(provider) == sorted(members.sendable)
        assert events(desk).count('"token.issued"') == 2


def test_tokens_that_live_for_seconds_are_renewed_throughout_a_run(
    desk: Desk, members: Members
) -> None:
    # The run takes longer than a token lives, and no stall of a busy machine as long.
    with running_emulator(desk.folder, EmulatorOptions(token_lifetime_s=5.0)) as provider:
        account(desk, provider.url, login(provider.url), calls_per_s=0.8)
        done = desk.koosend("run", desk.campaign, env=USER)
        assert done.exit == 0, done.err
        assert taken(provider) == sorted(members.sendable)
        assert events(desk).count('"token.issued"') >= 2
        assert "submission.in_doubt" not in events(desk)


def test_a_ready_token_sends_and_an_expired_one_is_refused_until_there_is_another(
    desk: Desk, members: Members
) -> None:
    with running_emulator(desk.folder) as provider:
        account(desk, provider.url, READY)
        token = token_of(provider.url)
        provider.advance(DAY_S + 1)
        old = desk.koosend("run", desk.campaign, env={"KOO_TOKEN": token})
        is_one_sentence(old, 77, "the token")
        assert taken(provider) == []
        assert token[:60].encode() not in left_behind(desk, old)
        new = desk.koosend("run", desk.campaign, env={"KOO_TOKEN": f"{token_of(provider.url)}\n"})
        assert new.exit == 0, new.err
        assert taken(provider) == sorted(members.sendable)


def test_what_is_no_token_is_told_without_quoting_it(desk: Desk, members: Members) -> None:
    account(desk, "http://127.0.0.1:9", READY)
    is_one_sentence(desk.koosend("run", desk.campaign), 77, "KOO_TOKEN", "is not set")
    done = desk.koosend("run", desk.campaign, env={"KOO_TOKEN": "two words"})
    is_one_sentence(done, 77, "KOO_TOKEN does not hold a token")
    assert "two words" not in done.err
    assert members.sendable


def test_a_wrong_password_is_told_once_and_the_right_one_goes_on(
    desk: Desk, members: Members
) -> None:
    with running_emulator(desk.folder) as provider:
        account(desk, provider.url, login(provider.url))
        is_one_sentence(desk.koosend("run", desk.campaign), 77, "KOO_USER", "is not set")
        wrong = desk.koosend("run", desk.campaign, env={**USER, "KOO_PASSWORD": "wrong-word"})
        is_one_sentence(wrong, 77, "IAM refuses the login", "account.password_env")
        assert b"wrong-word" not in left_behind(desk, wrong)
        assert provider.stats()["calls_by_operation"] == {"KeystoneCreateUserTokenByPassword": 1}
        right = desk.koosend("run", desk.campaign, env=USER)
        assert right.exit == 0, right.err
        assert taken(provider) == sorted(members.sendable)


def test_an_iam_that_is_not_there_is_told_and_the_same_command_goes_on(
    desk: Desk, members: Members
) -> None:
    with running_emulator(desk.folder) as provider:
        account(desk, provider.url, login("http://127.0.0.1:9"))
        gone = desk.koosend("run", desk.campaign, env=USER)
        is_one_sentence(gone, 69, "IAM gives no token: cannot connect", "account.iam_endpoint")
        assert taken(provider) == []
        account(desk, provider.url, login(provider.url))
        assert desk.koosend("run", desk.campaign, env=USER).exit == 0
        assert taken(provider) == sorted(members.sendable)


@pytest.mark.parametrize(("token", "end"), [(True, 79), (False, 0)], ids=["token", "keys"])
def test_a_doubt_that_keys_would_settle_is_held_for_a_person_with_a_token(
    desk: Desk, members: Members, end: int, *, token: bool
) -> None:
    def plan(number: int) -> Fault:
        return Fault.DROP_BEFORE if number == 2 else Fault.NONE

    with running_emulator(desk.folder) as provider, losing(provider.url, plan) as wire:
        account(desk, wire.url, login(wire.url) if token else {})
        done = desk.koosend("run", desk.campaign, env={**USER, **KEYS})
        assert done.exit == end, done.err
        assert ('"not_fenced"' in events(desk)) is token
        if token:
            assert len(taken(provider)) == len(set(taken(provider))) < len(members.sendable)
            (doubt,) = desk.koosend("doubts", desk.campaign, "--json").json["doubts"]
            reason = "not in the console"
            named = ("--release", doubt["task_name"], "--reason", reason, "--yes")
            assert desk.koosend("doubts", desk.campaign, *named).exit == 0
            assert desk.koosend("run", desk.campaign, env=USER).exit == 0
        assert taken(provider) == sorted(members.sendable)


def never(_: int) -> Fault:
    return Fault.NONE


def test_a_certificate_that_is_not_trusted_ends_at_once_and_nothing_is_sent(
    desk: Desk, members: Members
) -> None:
    with running_emulator(desk.folder) as provider:
        with losing(provider.url, never, server_tls()) as wire:
            for trust in TRUSTING_OTHERS:
                account(desk, wire.url, trust)
                done = desk.koosend("run", desk.campaign, env=KEYS)
                is_one_sentence(done, 69, "certificate is not trusted")
            account(desk, wire.url, {**login(wire.url), "ca_file": str(ANOTHER)})
            by_login = ("run", desk.campaign, "--same-account")
            is_one_sentence(desk.koosend(*by_login, env=USER), 69, "certificate")
            assert provider.stats()["calls"] == 0
            account(desk, wire.url, {**login(wire.url), "ca_file": str(OURS)})
            done = desk.koosend(*by_login, env=USER)
            assert done.exit == 0, done.err
        assert taken(provider) == sorted(members.sendable)
