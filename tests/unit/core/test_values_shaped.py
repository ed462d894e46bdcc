"""What a campaign may ask to be done to a value."""

import pytest

from pipeline.core.values import Spaces, dated, plain_amount, squeezed, truncated, unknown_directive


def test_spaces_inside_are_made_one_or_none() -> None:
    assert squeezed("张 　 三\n丰", Spaces.SINGLE) == "张 三 丰"
    assert squeezed("张 　 三\n丰", Spaces.NONE) == "张三丰"


@pytest.mark.parametrize(
    ("text", "chars", "cut"),
    [
        ("会员中心", 4, "会员中心"),
        ("会员中心", 3, "会员中"),
        ("ab cd", 3, "ab"),
        ("ab😀", 3, "ab"),
        ("ab😀", 4, "ab😀"),
        ("😀😀", 3, "😀"),
    ],
)
def test_a_text_is_cut_to_a_length_and_no_character_in_two(text: str, chars: int, cut: str) -> None:
    assert truncated(text, chars) == cut


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("￥1,234.50", "1234.50"),
        ("¥ 12", "12"),
        ("$1,234,567", "1234567"),
        ("1，234", "1234"),
        ("1,234元", "1234元"),
        ("12 元", "12元"),
        ("1234.50", "1234.50"),
        ("1,23", "1,23"),
        ("￥", "￥"),
        ("免费", "免费"),
        ("", ""),
    ],
)
def test_an_amount_loses_its_sign_and_separators_and_anything_else_stays(
    text: str, plain: str
) -> None:
    assert plain_amount(text) == plain


@pytest.mark.parametrize(
    ("text", "date_format", "written"),
    [
        ("2026-11-30", "%Y年%m月%d日", "2026年11月30日"),
        ("2026-01-02", "%-m月%-d日", "1月2日"),
        ("2026/1/2", "%Y-%m-%d", "2026-01-02"),
        ("2026年1月2日", "%Y%m%d", "20260102"),
        ("20260102", "%Y/%m/%d", "2026/01/02"),
        ("2026.1.2", "%Y-%m-%d", "2026-01-02"),
        ("2026-11-30 08:05:09", "%m月%d日%H点%M分", "11月30日08点05分"),
        ("2026-11-30T8:05", "%-H:%M:%S", "8:05:00"),
        ("08:30:00", "%H:%M", "08:30"),
        ("8点30分", "%H:%M", "08:30"),
        ("2026-11-30", "100%%", "100%"),
        ("08:30:00", "%Y", None),
        ("2026-02-30", "%Y", None),
        ("2026-11-30 25:00", "%H", None),
        ("46000", "%Y", None),
        ("明天", "%Y", None),
        ("", "%Y", None),
    ],
)
def test_a_date_is_written_as_asked_and_what_is_none_is_not(
    text: str, date_format: str, written: str | None
) -> None:
    assert dated(text, date_format) == written


def test_a_directive_that_is_not_known_is_named() -> None:
    assert unknown_directive("%Y年%m月%d日 %H:%M:%S %-m%-d%-H%%") == ""
    assert unknown_directive("%Y %b") == "%b"
    assert unknown_directive("%Y %-S") == "%-S"
    assert unknown_directive("100%") == "%"
