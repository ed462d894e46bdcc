"""Lenient reading: what is understood, and what is kept out of sight."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.koomessage.decoding import (
    Unreadable,
    clean,
    count,
    items,
    mapping,
    number,
    parse,
    phone,
    seconds_between,
    task_id,
    text,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("8113760c-787c-4c87-82c8-1d27024fef34", "8113760c-787c-4c87-82c8-1d27024fef34"),
        ("8113760C787C4C8782C81D27024FEF34", "8113760c-787c-4c87-82c8-1d27024fef34"),
        (" 8113760C-787C-4C87-82C8-1D27024FEF34 ", "8113760c-787c-4c87-82c8-1d27024fef34"),
        (100000000000000017, "100000000000000017"),
        ("m_1", "m_1"),
        ("ABC", "ABC"),
        ("Z113760c787c4c8782c81d27024fef34", "Z113760c787c4c8782c81d27024fef34"),
        (None, ""),
        (["x"], ""),
    ],
)
def test_a_task_id_has_one_form(written: object, read: str) -> None:
    assert task_id(written) == read


@pytest.mark.parametrize(
    "form",
    [
        "13800000001",
        "+8613800000001",
        "8613800000001",
        "008613800000001",
        "+86 138 0000 0001",
        "138-0000-0001",
        " 13800000001 ",
        13800000001,
        8613800000001,
    ],
)
def test_every_form_of_a_number_is_read_as_eleven_digits(form: object) -> None:
    assert phone(form) == "13800000001"


@pytest.mark.parametrize(
    "form", ["", "abc", "12800000001", "1380000001", "138000000011", "85213800000001", None, [], {}]
)
def test_what_is_no_mobile_number_is_read_as_nothing(form: object) -> None:
    assert phone(form) == ""


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (5, 5),
        ("5", 5),
        (" 5 ", 5),
        (5.0, 5),
        (-1, -1),
        (5.5, None),
        (10**15, 10**15),
        (10**15 + 1, None),
        (1e30, None),
        (str(10**16), None),
        (True, None),
        ("", None),
        ("five", None),
        ("5" * 30, None),
        ("٥", None),
        (None, None),
        ([5], None),
    ],
)
def test_counts_are_read_from_numbers_and_texts(value: object, read: int | None) -> None:
    assert number(value) == read
    assert count(value) == (None if read is not None and read < 0 else read)


@pytest.mark.parametrize(
    ("value", "read"), [(" a ", "a"), (7, "7"), (True, ""), (None, ""), ([1], ""), ({}, "")]
)
def test_texts_are_read_from_texts_and_numbers(value: object, read: str) -> None:
    assert text(value) == read


def test_lists_are_read_leaving_out_what_is_no_object() -> None:
    assert list(items([{"a": 1}, 2, None, {"b": 3}])) == [{"a": 1}, {"b": 3}]
    assert list(items({"a": 1})) == [{"a": 1}]
    assert list(items("a")) == []
    assert mapping([1]) == {}


@pytest.mark.parametrize(
    ("begin", "end", "seconds"),
    [
        ("2022-07-19T08:44:04Z", "2022-07-26T08:44:04Z", 7 * 86_400.0),
        ("2022-07-19T08:44:04.00Z", "2022-07-19T08:44:05", 1.0),
        ("2022-07-19 08:44:04", "2022-07-19T08:45:04Z", 60.0),
        ("2022-07-19T08:44:04Z", "2022-07-19T08:44:04Z", None),
        ("2022-07-19T08:44:04Z", "2022-07-18T08:44:04Z", None),
        ("", "2022-07-18T08:44:04Z", None),
        ("soon", "later", None),
        (None, 5, None),
    ],
)
def test_a_span_is_read_whatever_form_its_ends_have(
    begin: object, end: object, seconds: float | None
) -> None:
    assert seconds_between(begin, end) == seconds


@given(st.binary())
def test_any_body_is_json_or_unreadable(body: bytes) -> None:
    try:
        parse(body)
    except Unreadable as error:
        assert "no readable JSON" in str(error)  # noqa: PT017 - either end is right


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("number 13800000001 is wrong", "number 138****0001 is wrong"),
        ("+8613800000001", "+861****0001"),
        ("138 0000 0001 and 139-1111-2222", "138****0001 and 139****2222"),
        ("KM.90016301", "KM.90016301"),
        ("verify fail, Access=AKAKAK, Signature=abc", "verify fail, Access=****, Signature=****"),
        ("X-Auth-Token: MIIF8gYJ", "X-Auth-Token: ****"),
        ("x" * 64, "****"),
        ("line\nbreak\x00\u2028end", "line break end"),
        ("请求过多", "请求过多"),
        (None, ""),
        ({"a": "13800000001"}, ""),
    ],
)
def test_a_providers_text_is_shown_without_numbers_and_secrets(said: object, shown: str) -> None:
    assert clean(said) == shown


def test_a_long_text_is_cut() -> None:
    assert len(clean("ab " * 10_000)) <= 300


@given(
    before=st.text(max_size=20),
    prefix=st.sampled_from(["", "86", "+86", "0086"]),
    digits=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    after=st.text(max_size=20),
)
def test_no_number_passes(before: str, prefix: str, digits: str, after: str) -> None:
    assert re.search(r"1[3-9][0-9]{9}", clean(f"{before} {prefix}{digits} {after}")) is None
