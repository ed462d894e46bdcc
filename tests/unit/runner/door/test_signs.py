"""What is told of the receipts' door, from what number on, and to whom a listener is open."""

import pytest

from pipeline.ports import WaitingOptOuts
from pipeline.runner.door.exposure import exposed
from pipeline.runner.door.signs import FEW, SHARE, DoorSigns
from pipeline.settings import Receipts


def signs(**counts: int) -> DoorSigns:
    waits = WaitingOptOuts(counts.pop("waits", 0), 1.0, 2.0)
    return DoorSigns("--state 'a b'", waits, **counts)


def test_an_ordinary_day_says_nothing() -> None:
    many = signs(replies=5_000, left_out=5_000, sent_to=5_000 * SHARE)
    assert signs().sentences == many.sentences == ()
    assert signs(replies=FEW, left_out=FEW).sentences == ()


def test_what_waits_names_the_command_that_decides() -> None:
    (sentence,) = signs(waits=2).sentences
    assert sentence == signs(waits=2).held
    assert sentence.startswith("2 numbers that this account never was to send to opted out")
    assert "koosend suppress strangers --state 'a b', then --honour or --refuse" in sentence


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"replies": FEW + 1, "left_out": FEW + 1, "sent_to": SHARE}, "101 numbers opted out"),
        ({"replies": 600, "left_out": 501, "sent_to": 500 * SHARE}, "501 numbers opted out"),
        ({"replies": 2_001, "left_out": 9, "sent_to": 2_000}, "2,001 replies came today, and only"),
        ({"of_another": 1}, "1 receipt of the last 24 hours named another account"),
    ],
)
def test_more_than_the_account_could_cause_is_told(counts: dict[str, int], says: str) -> None:
    (sentence,) = signs(**counts).sentences
    assert sentence.startswith(says)
    assert "change the secret" in sentence


@pytest.mark.parametrize("place", ["127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1"])
def test_a_listener_on_this_machine_is_nothing_to_tell(place: str) -> None:
    assert exposed(Receipts(place)) == exposed(None) == ""


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("0.0.0.0:8090", "any of its addresses"),
        ("[::]:8090", "any of its addresses"),
        ("192.0.2.7:8090", "192.0.2.7"),
        ("[2001:db8::1]:8090", "2001:db8::1"),
        ("box.example.com:8090", "box.example.com"),
    ],
)
def test_a_listener_beyond_this_machine_says_who_reaches_it_and_what_protects_it(
    place: str, where: str
) -> None:
    said = exposed(Receipts(place))
    assert said.startswith(f"receipts.listen = {place}: whoever reaches this machine at {where} ")
    assert "the secret in the path is all that protects it" in said
    assert "put a TLS proxy in front" in said
    allowed = exposed(Receipts(place, allow=("192.0.2.0/24",)), "--listen")
    assert allowed.startswith(f"--listen = {place}: ")
    assert "(from the networks of receipts.allow)" in allowed
