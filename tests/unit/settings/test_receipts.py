"""The section [receipts], and mistakes in it."""

import pytest

from pipeline.settings.receipts import (
    ReceiptKeys,
    Receipts,
    mistake_in,
    place_of,
    receipts_of,
    url_mistake,
)


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


def test_a_section_that_is_right_has_no_mistake() -> None:
    keys = ReceiptKeys(
        listen="127.0.0.1:8090",
        public_url="https://receipts.example.com/hooks/ ",
        allow=["192.0.2.0/24", "2001:db8::1"],
        proxies=["127.0.0.1"],
        former_token_env="BEFORE",  # noqa: S106 -- the name of a variable
    )
    receipts = receipts_of(keys)
    assert mistake_in(receipts, rehearsal=False) is None
    assert receipts is not None
    assert receipts.public_url == "https://receipts.example.com/hooks"


def test_no_section_has_no_mistake() -> None:
    assert receipts_of(None) is None
    assert mistake_in(None, rehearsal=False) is None


WRONG = [
    (ReceiptKeys(listen="nowhere"), "receipts.listen"),
    (ReceiptKeys(listen="x:1", path_token_env="se-cret"), "receipts.path_token_env"),  # noqa: S106 -- the name of a variable
    (ReceiptKeys(listen="x:1", former_token_env="1"), "receipts.former_token_env"),  # noqa: S106 -- the name of a variable
    (ReceiptKeys(listen="x:1", allow=["example.com"]), "receipts.allow"),
    (ReceiptKeys(listen="x:1", proxies=["10.0.0.0/99"]), "receipts.proxies"),
    (ReceiptKeys(listen="x:1", public_url="receipts.example.com"), "receipts.public_url"),
]


@pytest.mark.parametrize(("keys", "key"), WRONG, ids=[key for _, key in WRONG])
def test_a_mistake_names_its_key(keys: ReceiptKeys, key: str) -> None:
    assert (mistake_in(receipts_of(keys), rehearsal=False) or "").startswith(f"the key {key} ")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8090", "https://10.0.0.1", "https://localhost", "https://[::1]",
     "https://box.local", "https://receipts", "https://169.254.169.254"],
)  # fmt: skip
def test_an_address_that_koomessage_cannot_reach_is_for_rehearsals_only(url: str) -> None:
    assert url_mistake(url, rehearsal=False)
    assert url_mistake(url, rehearsal=True) is None


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x.example.com", "https://", "https://u@x.example.com", "https://x.example.com?a",
     "https://x.example.com#a", "https://x.example.com:99999", "https://[x",
     "https://x.example.com/" + "a" * 900],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused_even_for_a_rehearsal(url: str) -> None:
    assert url_mistake(url, rehearsal=True)


def test_options_that_a_command_line_gives_need_no_section() -> None:
    assert mistake_in(Receipts("127.0.0.1", 0), rehearsal=False) is None
