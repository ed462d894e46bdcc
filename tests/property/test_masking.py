"""Whatever the reader takes for a number is hidden wherever it stands; what is none is left."""

import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.core.model import Rejection
from pipeline.core.phones import mask_in
from pipeline.reader.phones import normalise

MEGABYTE = 1_000_000
IN_TIME_S = 0.5

NUMBERS = st.from_regex("1[3-9][0-9]{9}", fullmatch=True)
PREFIXES = st.sampled_from(("", "86", "+86", "0086", "+0086", "0", "86 0", "(+86)", "＋８６"))
PARTING = st.text(
    " \t\n\r\x0b\x1c\x85\xa0\u1680\u2003\u2028\u202f\u3000"  # all kinds of blanks
    "-()'\"`‘’“”´＇＂‐–—−﹣－（）"  # and of marks
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202d\u202e\u2060\u2066\u2069\ufeff",
    max_size=2,
)
FULL_WIDTH = str.maketrans("0123456789.,+Ee", "０１２３４５６７８９．，＋Ｅｅ")


@st.composite
def notations(draw: st.DrawFn) -> str:
    """A number as a cell of the phone column may hold it."""
    digits = draw(PREFIXES) + draw(NUMBERS)
    match draw(st.sampled_from(("plain", "float", "thousands", "power"))):
        case "float":
            written = f"{digits}.{'0' * draw(st.integers(0, 3))}"
        case "thousands" if digits.isdecimal() and digits.isascii():
            written = f"{int(digits):,}" if digits[0] != "0" else digits
        case "power" if digits.isdecimal() and digits.isascii() and digits[0] != "0":
            more = "0" * draw(st.integers(0, 2))
            power = draw(st.sampled_from(("E+", "e", "E")))
            written = f"{digits[0]}.{digits[1:]}{more}{power}{len(digits) - 1}"
        case _:
            written = digits
    if draw(st.booleans()):
        written = "".join(mark + draw(PARTING) for mark in written)
    if draw(st.booleans()):
        chosen = draw(st.lists(st.booleans(), min_size=len(written), max_size=len(written)))
        pairs = zip(written, chosen, strict=True)
        written = "".join(one.translate(FULL_WIDTH) if wide else one for one, wide in pairs)
    return written


def digits_of(text: str) -> str:
    return "".join(str(int(character)) for character in text if character.isdecimal())


TEXT = st.text("请拨打电话 请于联系abcxyz:;!?=,。，\n\t", max_size=12)


@example("请拨", "13535854175", "")
@example("", "138 001 38000", "")
@example("tel", "1\u200b3\u200b8\u200b0\u200b0\u200b1\u200b3\u200b8\u200b0\u200b0\u200b0", "x")
@example("", "86,013,800,138,000.0", "。")
@example("", "8.613800138000E+12", "")
@example("2026-01-15 ", "1 3 8 0 0 1 3 8 0 0 0", " 2026-01-15")
@given(TEXT, notations(), TEXT)
def test_what_the_reader_takes_for_a_number_is_hidden_within_any_text(
    before: str, cell: str, after: str
) -> None:
    number = normalise(cell)
    assume(not isinstance(number, Rejection))
    for foreign in (False, True):
        shown = mask_in(f"{before}{cell}{after}", foreign=foreign)
        assert str(number) not in digits_of(shown)
        assert "****" in shown


@pytest.mark.parametrize(
    "text",
    [
        "138.0013.8000",
        "138·0013·8000",
        "138/0013/8000",
        "138_0013_8000",
        "138\xa0001\xa038000",
        "1-3-8-0-0-1-3-8-0-0-0",
        "013800138000",
        "99913800138000999",
    ],
)
def test_other_ways_to_part_the_digits_are_hidden_too(text: str) -> None:
    assert "13800138000" not in digits_of(mask_in(f"请拨{text}转1"))


DAYS = st.dates().filter(lambda day: 2000 <= day.year < 2100)
HARMLESS = (
    DAYS.map(str)
    | DAYS.map(lambda day: f"{day.year}年{day.month}月{day.day}日")
    | st.datetimes().filter(lambda at: 2000 <= at.year < 2100).map("{:%Y/%m/%d %H:%M:%S}".format)
    | st.from_regex("[A-Z]{2}[0-9]{1,10}", fullmatch=True)
    | st.from_regex("[2-9][0-9]{0,9}", fullmatch=True)
    | st.from_regex("0{1,9}[2-79]{20}", fullmatch=True)
    | st.decimals(0, 999_999, places=2).map("￥{:,}元".format)
    | st.uuids().map(str)
    | st.from_regex("[a-z][0-9a-z]{7}-[0-9a-z]{7}-[0-9a-z]{2,3}", fullmatch=True)
)


@example(["abcd1534-0000000-001"])
@example(["2026-01-15", "2026-01-16", "7"])
@given(st.lists(HARMLESS, max_size=6))
def test_dates_orders_amounts_and_the_names_of_tasks_are_left_as_they_are(
    parts: list[str],
) -> None:
    text = "; ".join(parts)
    assert mask_in(text) == text
    assert mask_in(", 共 ".join(parts)) == ", 共 ".join(parts)


ALMOST = (
    *("1", "13", "1 3 8 0 ", "1 ", "0 ", "86 ", "8,6.0 ", "13,800,", "1.3800138000", "20-"),
    *("13 800138000 0 0 0 0 ", "a", "你"),
)


@pytest.mark.parametrize(
    "part",
    [*ALMOST, f"13{' ' * 1000}", f"1{' ' * (MEGABYTE - 1)}", "abcdef01-", "deadbeef-dead-beef-"],
)
def test_a_megabyte_of_almost_numbers_is_looked_through_in_half_a_second(part: str) -> None:
    text = part * (MEGABYTE // len(part))
    for foreign in (False, True):
        spent_s = []
        for _ in range(3):  # the best of several, so that a busy machine does no harm
            started = time.process_time()
            mask_in(text, foreign=foreign)
            spent_s.append(time.process_time() - started)
        assert min(spent_s) <= IN_TIME_S
