"""A link leads to a public, filed domain as it is written, or it is refused with the reason."""

import pytest

from pipeline.core.model import Rejection
from pipeline.core.templates import KINDS, VariableKind, link_objection

FORM = Rejection.VALUE_NOT_A_LINK
PLACE = Rejection.VALUE_LINK_NOT_PUBLIC
OTHER = Rejection.VALUE_LINK_OTHER_DOMAIN

GOOD = (
    "https://example.com",
    "http://shop.example.cn/a/b.html?x=1&y=%20",
    "https://EXAMPLE.com/A",
    "https://a-b.example.com/_x-1",
    "https://1688.com/",
    "https://163.com",
    "https://12306.cn/index",
    "https://10.0.example.com/x",
    "https://xn--fiqs8s.cn/a",  # 中国.cn
    "https://www.xn--fiq228c.xn--fiqs8s",  # 中文.中国
    "https://internal.example.com",
    "https://nip.io.example.com",
)
NOT_PUBLIC = (
    "http://127.0.0.1/",
    "http://127.1",
    "http://127.0.0.1./",
    "https://2130706433/x",
    "http://0x7f000001",
    "http://0x7f.0.0.1",
    "http://0X7F.1/",
    "http://0177.0.0.1",
    "http://017700000001",
    "http://0/",
    "http://0.0.0.0",
    "http://0x/",
    "http://10.0.0.8/x",
    "http://172.16.0.1",
    "http://192.168.1.1/admin",
    "http://192.168.257",
    "http://169.254.169.254/latest",
    "http://100.64.0.1",
    "http://224.0.0.1",
    "http://255.255.255.255",
    "https://8.8.8.8/",
    "http://127.0.0.1:80/",
    "http://[::1]/",
    "http://[::]:80/",
    "http://[::ffff:127.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]",
    "http://[ff02::1]",
    "http://[2001:db8::1]/",
    "http://[64:ff9b::7f00:1]",
    "http://::1/",
    "http://localhost",
    "http://LOCALHOST/x",
    "http://localhost:8080/",
    "http://a.localhost/",
    "http://localhost.localdomain",
    "http://printer.local/",
    "http://db.internal",
    "http://wiki.intranet/",
    "http://nas.lan",
    "http://router.home.arpa",
    "http://1.0.0.127.in-addr.arpa",
    "http://x.onion/",
    "http://a.test",
    "http://intra/",
    "https://shop",
    "http://127.0.0.1.nip.io",
    "http://app.10-0-0-1.sslip.io/x",
    "http://10.0.0.1.xip.io",
    "http://localtest.me/",
    "http://a.lvh.me",
    "http://NIP.IO/",
    "http://127.0.0.1.example.com",
)
NO_LINKS = (
    "",
    "example.com",
    "//example.com",
    "ftp://example.com",
    "javascript:alert(1)",
    "http://",
    "http:///x",
    "https:example.com",
    " https://example.com",
    "https://example.com ",
    "https://exa mple.com",
    "https://user@example.com",
    "https://example.com@evil.com/",
    "https://user:pass@example.com",
    "https://127.0.0.1@example.com",
    "https://example.com\\@evil.com",
    "https:\\\\example.com",
    "https://example.com\\x",
    "https://example.com/\x00",
    "https://example.com/\n",
    "https://exam\tple.com",
    "https://example.com/\u202ex",
    "https://example.com:0/",
    "https://example.com:443/",
    "https://example.com:65536/",
    "https://example.com:99999999",
    "https://example.com.",
    "https://.example.com",
    "https://a..example.com",
    "https://-a.example.com",
    "https://a-.example.com",
    f"https://{'a' * 64}.com",
    f"https://{'a.' * 130}com",
    "https://中文.cn",
    "https://раураl.com",
    "https://ex\u00adample.com",
    "https://example。com",
    "https://ｅxample.com",
    "https://127%2e0%2e0%2e1",
    "https://xn--80ak6aa92e.com",  # аррӏе, all Cyrillic
    "https://xn--pypal-4ve.com",  # pаypal, one letter of it Cyrillic
    "https://xn--a.com",
    "https://xn--.com",
    "https://xn--99999999999.com",
    "https://ab--cd.com",
    "https://example.com/#x",
    "https://example.com?x=1",
)


@pytest.mark.parametrize("text", GOOD)
def test_a_link_to_a_public_name_is_taken(text: str) -> None:
    assert link_objection(text) is None


@pytest.mark.parametrize(
    ("text", "why"), [(text, PLACE) for text in NOT_PUBLIC] + [(text, FORM) for text in NO_LINKS]
)
@pytest.mark.parametrize("domains", [(), ("example.com", "evil.com")])
def test_any_other_link_is_refused_for_what_is_wrong_with_it(
    text: str, why: Rejection, domains: tuple[str, ...]
) -> None:
    assert link_objection(text, domains) is why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://example.com/x", None),
        ("https://a.b.EXAMPLE.com", None),
        ("https://badexample.com", OTHER),
        ("https://example.com.cn", OTHER),
        ("https://com", PLACE),
        ("https://evil.com/example.com", OTHER),
        ("https://xn--fiqs8s.cn", None),
        ("https://cn", PLACE),
    ],
)
def test_where_domains_are_named_a_link_leads_to_them_alone(
    text: str, why: Rejection | None
) -> None:
    assert link_objection(text, ("example.com", "xn--fiqs8s.cn")) is why


def test_the_short_link_in_an_sms_leads_to_a_public_name_too() -> None:
    link = KINDS[VariableKind.NEWTEXT]
    assert link.objection("km2g.cn/PDiWqc") is None
    assert link.objection("PDiWqc") is None
    for text in ("127.0.0.1/PDiWqc", "localhost/PDiWqc", "a.nip.io/PDiWqc"):
        assert link.objection(text) is PLACE
