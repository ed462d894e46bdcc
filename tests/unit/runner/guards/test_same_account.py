"""A run is gone on with, and asked about, only as who sent it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.answer import Unanswered
from pipeline.core.errors import AccountDiffers, Exit
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.koomessage.transport.credentials import FixedKeys, FixedToken
from pipeline.koomessage.transport.iam import ask_domain
from pipeline.koomessage.transport.signing import KeyPair
from pipeline.ledger import SqliteLedger
from pipeline.runner.guards.same_account import BY_IAM, BY_WORD, compare_accounts, keep_same
from pipeline.runner.session.account import accounts_of, open_store
from pipeline.runner.session.place import Place, Said
from pipeline.settings import Campaign, load_campaign
from tests.support.command import Desk
from tests.support.ledgers import PLAN, RUN, items
from tests.support.raw_server import Received, raw_server, response

REAL = "https://koomessage.myhuaweicloud.cn"
SAME = Said(same_account=True)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_key(monkeypatch, "key-1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


def use_key(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", key)
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", "secret")


def a_campaign(folder: Path, endpoint: str) -> Campaign:
    return load_campaign(Desk(folder).write_campaign(endpoint=endpoint, settle_s=1200), 0.0)


def a_run(campaign: Campaign) -> Place:
    """Plan a run by the campaign's present account."""
    ledger = SqliteLedger(campaign.state)
    ledger.plan(replace(PLAN, account=accounts_of(campaign).own), items())
    return Place(campaign.state, ledger, campaign, ledger.run(RUN))


def compared(campaign: Campaign, place: Place, said: Said, domain: str = "") -> str:
    store = open_store(campaign, place.state)
    try:
        told = replace(place, said=said)
        why = compare_accounts(campaign, told, place.run, store, lambda: domain)
        if why:
            keep_same(store, store.folder, place.run, 1.0, why)
        return why
    finally:
        store.close()


def test_another_port_of_this_machine_is_another_account_whatever_is_said(tmp_path: Path) -> None:
    place = a_run(a_campaign(tmp_path, "http://127.0.0.1:8001"))
    assert compared(a_campaign(tmp_path, "HTTP://127.0.0.1:8001/"), place, Said()) == ""
    other = a_campaign(tmp_path, "http://127.0.0.1:8002")
    for said in (Said(), SAME):
        with pytest.raises(AccountDiffers, match=r"127\.0\.0\.1:8001 .*127\.0\.0\.1:8002") as told:
            compared(other, place, said)
        assert told.value.exit_code is Exit.CAMPAIGN_INVALID
        assert "--same-account" not in str(told.value)


def test_a_changed_key_is_taken_at_a_persons_word_and_that_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = a_campaign(tmp_path, REAL)
    place = a_run(campaign)
    use_key(monkeypatch, "key-2")
    with pytest.raises(AccountDiffers, match="--same-account"):
        compared(campaign, place, Said())
    assert compared(campaign, place, SAME) == BY_WORD
    assert compared(campaign, place, Said()) == ""


@pytest.mark.parametrize("endpoint", [REAL, "https://koomessage.cn-north-4.myhuaweicloud.com"])
def test_one_account_by_iams_word_needs_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    first = a_campaign(tmp_path, REAL)
    place = a_run(first)
    store = open_store(first, place.state)
    store.learn_domain("domain-1")
    store.close()
    use_key(monkeypatch, "key-2")
    campaign = a_campaign(tmp_path, endpoint)
    with pytest.raises(AccountDiffers):
        compared(campaign, place, Said(), domain="domain-2")
    with pytest.raises(AccountDiffers):
        compared(campaign, place, Said(), domain="")
    assert compared(campaign, place, Said(), domain="domain-1") == BY_IAM


def test_a_rehearsal_is_not_gone_on_with_by_a_real_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = a_run(a_campaign(tmp_path, "emulator"))
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", "key-1")
    with pytest.raises(AccountDiffers):
        compared(a_campaign(tmp_path, REAL), place, SAME)


ONE = b'{"domains": [{"id": "d1", "name": "shop"}], "links": {}}'
NONE = b'{"domains": []}'
TWO = b'{"domains": [{"id": "d1"}, {"id": "d2"}]}'


@pytest.mark.parametrize(("body", "domain"), [(ONE, "d1"), (NONE, None), (TWO, None), (b"<", None)])
def test_iam_is_asked_by_key_pair_and_by_token(body: bytes, domain: str | None) -> None:
    seen: list[Received] = []

    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0)
        seen.append(request)
        writer.write(response(body))

    async def ask() -> list[str | Unanswered]:
        async with raw_server(respond) as server:
            options = GatewayOptions(server.url)
            proofs = (FixedKeys(KeyPair("ak", "sk")), FixedToken("token-1"))
            return [await ask_domain(options, proof, lambda: 1_790_000_000.0) for proof in proofs]

    found = asyncio.run(ask())
    assert [one if isinstance(one, str) else None for one in found] == [domain, domain]
    assert {request.target for request in seen} == {"/v3/auth/domains"}
    assert "authorization" in seen[0].headers
    assert seen[1].headers["x-auth-token"] == "token-1"
