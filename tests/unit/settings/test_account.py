"""[account]: keys, a ready token or a login by IAM, never two of them; and whom to trust."""

from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid, Exit
from pipeline.reconciler.doubts.policy import DoubtOptions, DoubtPolicy
from pipeline.runner.session.account import account_key
from pipeline.runner.session.doubt_policy import doubt_options
from pipeline.settings import Campaign, load_campaign
from tests.support.certificates import OURS

ENDPOINT = "https://koomessage.myhuaweicloud.cn"
IAM = "https://iam.cn-north-4.myhuaweicloud.com"
LOGIN = {
    "iam_endpoint": IAM,
    "user_env": "KOO_USER",
    "password_env": "KOO_PASSWORD",
    "domain": "shop-ltd",
    "project": "cn-north-4",
}
CAMPAIGN = """
[campaign]
name = "members"
channel = "aim_basic"

[account]
{account}

[source]
path = "members.csv"
phone = "手机号"

[message]
template = "600000002"
"""


def load(folder: Path, endpoint: str = ENDPOINT, **account: str) -> Campaign:
    keys = {"endpoint": endpoint, **account}
    lines = "\n".join(f'{key} = "{value}"' for key, value in keys.items())
    file = folder / "campaign.toml"
    file.write_text(CAMPAIGN.format(account=lines), encoding="utf-8")
    return load_campaign(file, 0.0)


def without(key: str) -> dict[str, str]:
    return {name: value for name, value in LOGIN.items() if name != key}


def test_keys_from_their_usual_variables_are_the_default(tmp_path: Path) -> None:
    account = load(tmp_path).account
    assert list(account.variables) == [
        ("account.access_key_env", "HUAWEICLOUD_SDK_AK"),
        ("account.secret_key_env", "HUAWEICLOUD_SDK_SK"),
    ]
    assert account.is_signed
    half = load(tmp_path, secret_key_env="OTHER").account  # noqa: S106 -- a name
    assert [name for _, name in half.variables] == ["HUAWEICLOUD_SDK_AK", "OTHER"]


def test_a_token_or_a_login_takes_the_place_of_the_keys(tmp_path: Path) -> None:
    token = load(tmp_path, token_env="KOO_TOKEN").account  # noqa: S106 -- the name of a variable
    assert list(token.variables) == [("account.token_env", "KOO_TOKEN")]
    login = load(tmp_path, **LOGIN).account
    assert (login.iam_endpoint, login.domain, login.project) == (IAM, "shop-ltd", "cn-north-4")
    assert list(login.variables) == [
        ("account.user_env", "KOO_USER"),
        ("account.password_env", "KOO_PASSWORD"),
    ]
    assert (token.access_key_env, login.access_key_env) == ("", "")
    assert not token.is_signed
    assert not login.is_signed


@pytest.mark.parametrize("then", list(DoubtPolicy))
def test_only_keys_fence_a_paused_process(tmp_path: Path, then: DoubtPolicy) -> None:
    def options(**account: str) -> DoubtOptions:
        campaign = load(tmp_path, **account)
        text = campaign.file.read_text(encoding="utf-8") + f'[doubt]\nthen = "{then}"\n'
        campaign.file.write_text(text, encoding="utf-8")
        return doubt_options(load_campaign(campaign.file, 0.0))

    assert options().fenced
    assert not options(token_env="KOO_TOKEN").fenced  # noqa: S106 -- the name of a variable
    assert not options(**LOGIN).fenced
    assert options(**LOGIN).then is then


def test_accounts_are_told_apart_by_who_sends_not_by_how_variables_are_called(
    tmp_path: Path,
) -> None:
    environ = {
        "HUAWEICLOUD_SDK_AK": "a",
        "HUAWEICLOUD_SDK_SK": "s",
        "OTHER_AK": "a",
        "THIRD_AK": "b",
        "KOO_TOKEN": "one",
        "OTHER_TOKEN": "two",
        "IAM_USER": "robot",
        "IAM_PASSWORD": "p",
    }
    login = {**LOGIN, "user_env": "IAM_USER", "password_env": "IAM_PASSWORD"}
    alike: list[list[dict[str, str]]] = [
        [{}, {"access_key_env": "OTHER_AK"}],
        [{"access_key_env": "THIRD_AK"}],
        [{"token_env": "KOO_TOKEN"}, {"token_env": "OTHER_TOKEN"}],
        [login],
        [{**login, "domain": "other-ltd"}],
        [{**login, "project": "cn-south-1"}],
    ]
    names = [
        {account_key(load(tmp_path, **account), environ).text for account in accounts}
        for accounts in alike
    ]
    assert [len(found) for found in names] == [1] * len(alike)
    assert len(set.union(*names)) == len(alike)
    assert not any(secret in text for text in set.union(*names) for secret in ("robot", "one"))


NAME = "must be the name of an environment variable, not the secret itself"
MISTAKES: list[tuple[str, dict[str, str], str]] = [
    ("keys and token", {"access_key_env": "A", "token_env": "B"}, "exclude each other"),
    ("secret and token", {"secret_key_env": "A", "token_env": "B"}, "account.secret_key_env and"),
    ("keys and login", {"access_key_env": "A", **LOGIN}, "exclude each other"),
    ("token and login", {"token_env": "A", **LOGIN}, "account.token_env and account.iam_endpoint"),
    ("token and user", {"token_env": "A", "user_env": "B"}, "exclude each other"),
    *((f"no {key}", without(key), f"[account] lacks the key {key};") for key in LOGIN),
    ("a token itself", {"token_env": "MIIabc+/="}, f"account.token_env {NAME}"),
    ("no token", {"token_env": ""}, f"account.token_env {NAME}"),
    ("a password itself", {**LOGIN, "password_env": "geheim!"}, f"account.password_env {NAME}"),
    ("no user", {**LOGIN, "user_env": ""}, f"account.user_env {NAME}"),
    ("no domain", {**LOGIN, "domain": " "}, "account.domain must have 1 to 64 characters"),
    ("a long project", {**LOGIN, "project": "x" * 65}, "account.project must have 1 to 64"),
    ("iam in the clear", {**LOGIN, "iam_endpoint": "http://iam.x.myhuaweicloud.com"}, "https://"),
    ("iam elsewhere", {**LOGIN, "iam_endpoint": "https://iam.evil.example"}, "myhuaweicloud.com"),
    ("iam alike", {**LOGIN, "iam_endpoint": "https://iam.evilmyhuaweicloud.com"}, "ends in"),
    ("iam with a path", {**LOGIN, "iam_endpoint": f"{IAM}/v3/auth/tokens"}, "bare address"),
    ("iam with a user", {**LOGIN, "iam_endpoint": "https://a@x.myhuaweicloud.com"}, "bare address"),
    ("iam of nothing", {**LOGIN, "iam_endpoint": "emulator"}, "account.iam_endpoint must be"),
    ("a bad address", {"endpoint": "http://[::1"}, "account.endpoint is no address"),
    ("a bad port", {"endpoint": "http://127.0.0.1:99999"}, "account.endpoint is no address"),
    ("no such file", {"ca_file": "absent.pem"}, "absent.pem, which cannot be read"),
    ("a folder", {"ca_file": "."}, "cannot be read"),
    ("no certificate", {"ca_file": "campaign.toml"}, "holds no certificate in PEM form"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake[0] for mistake in MISTAKES])
def test_a_mistake_in_the_account_is_one_sentence_that_names_the_key(
    tmp_path: Path, mistake: tuple[str, dict[str, str], str]
) -> None:
    _, account, sentence = mistake
    with pytest.raises(CampaignInvalid) as caught:
        load(tmp_path, **account)
    assert sentence in str(caught.value)
    assert "account" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is Exit.CAMPAIGN_INVALID


@pytest.mark.parametrize(
    "iam",
    [IAM, "https://iam.myhuaweicloud.cn/", "http://127.0.0.1:8080", "https://localhost:8443"],
)
def test_iam_may_be_the_providers_or_on_this_machine(tmp_path: Path, iam: str) -> None:
    assert load(tmp_path, **{**LOGIN, "iam_endpoint": iam}).account.iam_endpoint == iam


def test_the_emulator_takes_a_login_as_it_stands_or_one_of_its_own(tmp_path: Path) -> None:
    assert load(tmp_path, "emulator", **LOGIN).account.is_emulator
    own = load(tmp_path, "emulator", **{**LOGIN, "iam_endpoint": "emulator"}).account
    assert not own.is_signed


def test_certificates_are_named_relative_to_the_campaign(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_bytes(OURS.read_bytes())
    assert load(tmp_path, ca_file="own.pem").account.ca_file == str(tmp_path / "own.pem")
    assert load(tmp_path).account.ca_file == ""
