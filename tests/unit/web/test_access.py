"""Who may push: the secret, the address, the pace."""

from collections.abc import Sequence

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.web.access import AccessControl, AccessOptions, Verdict, networks
from tests.support.shelf import FORMER, TOKEN


class Watch:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("token", [TOKEN, FORMER])
def test_both_live_secrets_are_welcome(token: str) -> None:
    assert AccessControl(AccessOptions(TOKEN, FORMER)).judge(token, "192.0.2.1") is Verdict.ALLOWED


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "0", "\ud800"])
def test_any_other_is_a_strangers(token: str) -> None:
    assert AccessControl(AccessOptions(TOKEN)).judge(token, "192.0.2.1") is Verdict.UNKNOWN_TOKEN


def test_an_empty_former_secret_opens_nothing() -> None:
    assert AccessControl(AccessOptions(TOKEN, "")).judge("", "192.0.2.1") is Verdict.UNKNOWN_TOKEN


ALLOWED = [
    ("192.0.2.7", "", Verdict.ALLOWED),
    ("::ffff:192.0.2.7", "", Verdict.ALLOWED),
    ("2001:db8::1", "", Verdict.ALLOWED),
    ("198.51.100.1", "", Verdict.NOT_ALLOWED),
    ("", "", Verdict.NOT_ALLOWED),
    ("198.51.100.1", "192.0.2.7", Verdict.NOT_ALLOWED),
    ("10.0.0.1", "192.0.2.7", Verdict.ALLOWED),
    ("10.0.0.1", "203.0.113.9", Verdict.NOT_ALLOWED),
    ("10.0.0.1", "192.0.2.7, 203.0.113.9", Verdict.NOT_ALLOWED),
    ("10.0.0.1", "203.0.113.9, 192.0.2.7, 10.0.0.2", Verdict.ALLOWED),
    ("10.0.0.1", "", Verdict.NOT_ALLOWED),
    ("10.0.0.1", "unknown", Verdict.NOT_ALLOWED),
]


@pytest.mark.parametrize(("peer", "forwarded", "expected"), ALLOWED)
def test_only_listed_addresses_may_push_and_only_our_proxies_name_another(
    peer: str, forwarded: str, expected: Verdict
) -> None:
    allow = ("192.0.2.0/24", "2001:db8::/32")
    access = AccessControl(AccessOptions(TOKEN, allow=allow, proxies=("10.0.0.0/8",)))
    assert access.judge(TOKEN, peer, forwarded) is expected


def judged(access: AccessControl, token: str, addresses: Sequence[str]) -> list[Verdict]:
    return [access.judge(token, address) for address in addresses]


def test_an_address_that_pushes_too_fast_waits_and_others_do_not() -> None:
    watch = Watch()
    access = AccessControl(AccessOptions(TOKEN, posts_per_s=2.0, posts_burst=3.0), watch)
    assert judged(access, TOKEN, ["a"] * 4) == [Verdict.ALLOWED] * 3 + [Verdict.TOO_MANY]
    assert judged(access, TOKEN, ["b"]) == [Verdict.ALLOWED]
    watch.now = 1.0
    assert judged(access, TOKEN, ["a"] * 3) == [Verdict.ALLOWED] * 2 + [Verdict.TOO_MANY]


def test_strangers_spend_nothing_of_those_who_know_the_secret() -> None:
    access = AccessControl(AccessOptions(TOKEN, posts_burst=1.0), Watch())
    strangers = judged(access, "stranger", ["a"] * 1000)
    assert strangers[0] is Verdict.UNKNOWN_TOKEN
    assert strangers[-1] is Verdict.TOO_MANY
    assert judged(access, TOKEN, ["a"]) == [Verdict.ALLOWED]


def test_very_many_addresses_are_not_all_remembered() -> None:
    access = AccessControl(AccessOptions(TOKEN), Watch())
    assert set(judged(access, TOKEN, [str(n) for n in range(5000)])) == {Verdict.ALLOWED}
    assert len(access._known._left) <= 1024


@pytest.mark.parametrize("text", ["", "example.com", "192.0.2.0/33", "1.2.3"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(CampaignInvalid):
        networks([text])


def test_options_do_not_show_their_secrets() -> None:
    assert TOKEN not in repr(AccessOptions(TOKEN, FORMER))
    assert FORMER not in repr(AccessOptions(TOKEN, FORMER))
