"""What of an address is shown, and what counts as another."""

import pytest

from pipeline.ports import ReceiptTopic
from pipeline.runner.commands.receipts import Wish, masked

SECRET = "0123456789abcdef" * 2
OTHER = "f" * 32


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"https://x.example.com/{SECRET}/receipts", "https://x.example.com/0123****/receipts"),
        (f"https://x.example.com/{SECRET}", "https://x.example.com/0123****"),
        (f"https://x.example.com/{SECRET}/{OTHER}/", "https://x.example.com/0123****/ffff****/"),
        (
            "https://x.example.com/v1/vms/send-callback",
            "https://x.example.com/v1/vms/send-callback",
        ),
        ("", ""),
    ],
)
def test_what_could_be_a_secret_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("before", "granted", "replaces"),
    [
        ("", False, False),
        (f"https://x.example.com/{SECRET}/receipts", True, False),
        (f"https://x.example.com/{OTHER}/receipts", False, False),
        (f"https://y.example.com/{SECRET}/receipts", False, True),
        (f"https://x.example.com/other/{SECRET}/receipts", False, True),
    ],
)
def test_only_an_address_of_another_place_is_somebody_elses(
    before: str, *, granted: bool, replaces: bool
) -> None:
    wish = Wish(ReceiptTopic.SENT, f"https://x.example.com/{SECRET}/receipts", before)
    assert (wish.is_granted, wish.replaces) == (granted, replaces)
