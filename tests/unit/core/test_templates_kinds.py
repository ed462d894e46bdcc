"""What each kind of variable takes, from the provider's own descriptions of them."""

import pytest

from pipeline.core.model import Rejection
from pipeline.core.templates import ANY_SMS, KINDS, SHORT_CODE, has_contact, text_chars, url_kind
from pipeline.core.templates import VariableKind as Kind

GOOD: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("张三", "Ann Lee", "会员123456", "3号楼2单元501", "A-1(VIP)", "a/b: c", "😀"),
    Kind.CHARDIGIT: ("0", "A1b2", "12345678901234567890", "138001380001"),
    Kind.DATETIME: (
        *("20261130", "2026-11-30", "2026/11/30", "2026年11月30日", "2024-02-29"),
        *("08:30", "08:30:59", "08点30分", "08点30", "00:00", "23:59:59"),
    ),
    Kind.MONEY: (
        "0",
        "12",
        "1234.50",
        "12.5万",
        "100元",
        "壹仟贰佰叁拾元整",
        "三百元五角",
        "10.1.1.10",
    ),
    Kind.PHONE: ("13800138000", "010-62321234", "95533", "400 800 1234", "+86 13800138000"),
    Kind.NEWTEXT: ("km2g.cn/PDiWqc", "fnafc.cc/kXfvIwzs", "PDiWqc", "(KM:F49C3EGz)"),
    Kind.CARD: ("anything. at <all>", "13800138000"),
    Kind.CARD_INTEGER: ("0", "-12", "+12"),
    Kind.VIDEO: ("http://abc.com/1.jpg", "一\n二"),
}
BAD: dict[Kind, tuple[str, ...]] = {
    Kind.DATETIME: (
        *("2026-13-01", "2026-02-29", "2026-1-2", "2026年1月2日", "30.11.2026", "2026-11/30"),
        *("24:00", "8:30", "08:60", "2026-11-30 08:30", "明天", "０８:30", "202611"),
    ),
    Kind.MONEY: ("￥12", "$12", "1,234.50", "-5", "12.", ".5", "12..5", "免费", "1.2.3", "元"),
    Kind.CHARDIGIT: ("张三", "1-2", "1 2", "1,234", "１２"),
    Kind.PHONE: ("abc", "1", "-", "138_0013", "138-"),
    Kind.NEWTEXT: ("https://km2g.cn/PDiWqc", "km2g.cn/", "a b", "(KM:)"),
    Kind.CARD_INTEGER: ("1.5", "一", "1,234", ""),
}
OF_BAD = {
    Kind.DATETIME: Rejection.VALUE_NOT_A_DATE,
    Kind.MONEY: Rejection.VALUE_NOT_AN_AMOUNT,
    Kind.CHARDIGIT: Rejection.VALUE_NOT_LETTERS_DIGITS,
    Kind.PHONE: Rejection.VALUE_NOT_A_NUMBER,
    Kind.NEWTEXT: Rejection.VALUE_NOT_A_LINK,
    Kind.CARD_INTEGER: Rejection.VALUE_NOT_A_NUMBER,
}


@pytest.mark.parametrize(("kind", "text"), [(k, text) for k in GOOD for text in GOOD[k]])
def test_a_value_of_its_kind_is_taken(kind: Kind, text: str) -> None:
    assert KINDS[kind].objection(text) is None


@pytest.mark.parametrize("kind", [Kind.VIDEO, Kind.CARD])
@pytest.mark.parametrize("unseen", ["\0", "\x07", "\x1b", "\x0b", "\x7f", "\x85"])
def test_what_is_no_text_is_no_value(kind: Kind, unseen: str) -> None:
    assert KINDS[kind].objection(f"张{unseen}三") is Rejection.VALUE_FORBIDDEN


@pytest.mark.parametrize(("kind", "text"), [(k, text) for k in BAD for text in BAD[k]])
def test_a_value_of_another_form_is_refused_for_its_kind(kind: Kind, text: str) -> None:
    assert KINDS[kind].objection(text) is OF_BAD[kind]


@pytest.mark.parametrize("mark", [".", "。", "'", "<", ">", "{", "}", "\n", "\t", "\x00", "\u2028"])
def test_a_text_variable_takes_none_of_the_forbidden_characters(mark: str) -> None:
    assert KINDS[Kind.TEXT].objection(f"云{mark}店") is Rejection.VALUE_FORBIDDEN


def test_an_sms_variable_of_unknown_kind_may_hold_a_point_but_nothing_that_none_takes() -> None:
    assert ANY_SMS.objection("12.50") is None
    assert ANY_SMS.objection("13800138000") is None
    for mark in "。'<>{}\n":
        assert ANY_SMS.objection(f"云{mark}店") is Rejection.VALUE_FORBIDDEN


CONTACTS = (
    *("13800138000", "电话13800138000", "138-0013-8000", "138 0013 8000", "+86 13800138000"),
    *("8613800138000", "１３８００１３８０００", "010-62321234", "02162321234", "0755 26991234"),
    *(
        "400-800-1234",
        "4008001234",
        "800-820-8888",
        "400-8001-234",
        "QQ:12345678",
        "qq 12345678",
        "QQ号12345678",
    ),
    *("微信abc_12345", "微信号:abc12345", "weixin abcdef", "https://a", "http:abc", "WWW。a"),
    *("关注公众号shop123",),
)
NO_CONTACTS = (
    *("会员123456", "订单20261130123456789", "138001380001", "1380013800", "2026年11月30日"),
    *("QQ糖", "微信支付", "3号楼", "0755", "微笑服务", "Wendy", "12345678", "www"),
    *("400123456", "0123456789", "80012345678"),
)


@pytest.mark.parametrize("text", CONTACTS)
def test_contact_data_is_found(text: str) -> None:
    assert has_contact(text)
    assert KINDS[Kind.TEXT].objection(text) in {Rejection.VALUE_CONTACT, Rejection.VALUE_FORBIDDEN}


@pytest.mark.parametrize("text", NO_CONTACTS)
def test_what_only_looks_a_little_like_contact_data_is_let_pass(text: str) -> None:
    assert not has_contact(text)
    assert KINDS[Kind.TEXT].objection(text) is None


def test_an_order_number_must_not_be_a_mobile_number() -> None:
    assert KINDS[Kind.CHARDIGIT].objection("A13800138000") is Rejection.VALUE_CONTACT


def test_custom_codes_and_addresses_have_the_form_of_links() -> None:
    assert SHORT_CODE.objection("Ab12") is None
    assert SHORT_CODE.objection("a-b") is Rejection.VALUE_NOT_A_LINK
    for text in ("https://shop.example.cn", "http://a.cn/b/c.html?x=1&y=%20"):
        assert url_kind().objection(text) is None
    for text in ("shop.example.cn", "ftp://a.cn", "https://a.cn/中"):
        assert url_kind().objection(text) is Rejection.VALUE_NOT_A_LINK


def test_a_rare_character_counts_as_the_two_that_a_text_message_spends_on_it() -> None:
    assert [text_chars(text) for text in ("", "ab", "会员", "😀", "𠮷野")] == [0, 2, 2, 2, 3]
