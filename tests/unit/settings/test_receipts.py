"""The section [receipts], and mistakes in it."""

import json
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.settings import Receipts, load_campaign
from pipeline.settings.receipts import bare_url, mistakes, place_of, url_mistake
from tests.support.command import Desk


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:8090", ("127.0.0.1", 8090)),
        (" localhost:0 ", ("localhost", 0)),
        ("[::1]:80", ("::1", 80)),
        ("8090", None),
        (":8090", None),
        ("127.0.0.1:", None),
        ("127.0.0.1:65536", None),
        ("127.0.0.1:٨", None),
    ],
)
def test_a_place_is_host_and_port(text: str, place: tuple[str, int] | None) -> None:
    assert place_of(text) == place


def loaded(folder: Path, **keys: object) -> Receipts | None:
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items())
    desk = Desk(folder)
    desk.write_campaign(extra=f"[receipts]\n{lines}\n" if keys else "")
    return load_campaign(desk.campaign, 0.0).receipts


def test_a_section_that_is_right_is_taken(tmp_path: Path) -> None:
    receipts = loaded(
        tmp_path,
        listen="127.0.0.1:8090",
        public_url="https://receipts.example.com/hooks/ ",
        allow=["192.0.2.0/24", "2001:db8::1"],
        proxies=["127.0.0.1"],
        former_token_env="BEFORE",  # noqa: S106 -- the name of a variable
    )
    assert receipts is not None
    assert list(mistakes(receipts, rehearsal=False)) == []
    assert receipts.place == ("127.0.0.1", 8090)
    assert bare_url(receipts.public_url) == "https://receipts.example.com/hooks"


def test_without_the_section_there_are_no_receipts(tmp_path: Path) -> None:
    assert loaded(tmp_path) is None


NAME = "must be the name of an environment variable, not the secret itself"
WRONG: list[tuple[dict[str, object], str]] = [
    ({"listen": "nowhere"}, "listen is wrong"),
    ({"path_token_env": "se-cret"}, f"path_token_env {NAME}"),
    ({"path_token_env": "TOKEN\n"}, f"path_token_env {NAME}"),
    ({"former_token_env": "1"}, f"former_token_env {NAME}"),
    ({"allow": ["example.com"]}, 'allow lists "example.com"'),
    ({"proxies": ["10.0.0.0/99"]}, 'proxies lists "10.0.0.0/99"'),
    ({"public_url": "receipts.example.com"}, "public_url must begin with https://"),
]


@pytest.mark.parametrize(("keys", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_mistake_names_its_key(tmp_path: Path, keys: dict[str, object], says: str) -> None:
    with pytest.raises(CampaignInvalid) as caught:
        loaded(tmp_path, **{"listen": "x:1", **keys})
    assert f": the key receipts.{says}" in str(caught.value)
    assert "se-cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8090", "https://10.0.0.1", "https://localhost", "https://[::1]",
     "https://box.local", "https://receipts", "https://169.254.169.254", "https://127.1",
     "https://box.home.arpa", "https://box.local.", "https://10.0x1", "https://2130706433"],
)  # fmt: skip
def test_an_address_that_koomessage_cannot_reach_is_for_rehearsals_only(url: str) -> None:
    assert url_mistake(url, rehearsal=False)
    assert url_mistake(url, rehearsal=True) is None


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x.example.com", "https://", "https://u@x.example.com", "https://x.example.com?a",
     "https://x.example.com#a", "https://x.example.com:99999", "https://[x",
     "https://x.example.com/" + "a" * 900, "https://@x.example.com", "https://x.example.com/?",
     "https://x.example.com/#", "https://x.example.com/a b", "https://x.example.com\\@y.example.com",
     "https://x.example.com/\u56de"],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_even_for_a_rehearsal(url: str) -> None:
    assert url_mistake(url, rehearsal=True)


@pytest.mark.parametrize("url", ["http://receipts.example.com", "HTTP://8.8.8.8:8090/hooks"])
def test_plain_http_is_for_rehearsals_only(url: str) -> None:
    assert "must begin with https://: by http" in str(url_mistake(url, rehearsal=False))
    assert url_mistake(url, rehearsal=True) is None
    assert url_mistake(url.casefold().replace("http:", "https:"), rehearsal=False) is None


@pytest.mark.parametrize(
    ("endpoint", "is_refused"),
    [("https://koomessage.cn-north-4.myhuaweicloud.com", True), ("emulator", False),
     ("http://127.0.0.1:8088", False)],
)  # fmt: skip
def test_a_campaign_of_a_real_account_takes_https_only(
    tmp_path: Path, endpoint: str, *, is_refused: bool
) -> None:
    desk = Desk(tmp_path)
    section = '[receipts]\nlisten = "127.0.0.1:0"\npublic_url = "http://receipts.example.com"\n'
    desk.write_campaign(endpoint=endpoint, settle_s=1200, extra=section)
    if not is_refused:
        assert load_campaign(desk.campaign, 0.0).receipts is not None
        return
    with pytest.raises(CampaignInvalid, match=r"key receipts\.public_url must begin with https"):
        load_campaign(desk.campaign, 0.0)


def test_options_that_a_command_line_gives_need_no_section() -> None:
    assert list(mistakes(Receipts("127.0.0.1:0"), rehearsal=False)) == []
