import pytest

from pipeline.core.model import Rejection
from pipeline.language import Language
from pipeline.report.texts.numbers import number_words
from pipeline.report.texts.outcomes import mend_text
from tests.support.report import rejected


def said(reason: Rejection, cell: str, language: Language = Language.EN) -> str:
    words = number_words(rejected(5, reason, ("张三", cell, "7")), masked=False)
    return words.of(language) if words else ""


def test_letters_for_digits_come_with_the_number_that_was_probably_meant() -> None:
    assert said(Rejection.PHONE_LETTERS, "138OO1380OO") == "It is probably 13800138000."
    assert said(Rejection.PHONE_LETTERS, "138OO1380OO", Language.ZH) == "可能是 13800138000。"
    assert said(Rejection.PHONE_NOT_A_NUMBER, "张三13800138000") == "It is probably 13800138000."
    assert said(Rejection.PHONE_NOT_A_NUMBER, "无") == ""


def test_several_numbers_are_told_one_by_one() -> None:
    cell = "13800138000/139 0013 9000"
    assert said(Rejection.PHONE_SEVERAL, cell) == "It holds 13800138000, 13900139000."
    assert said(Rejection.PHONE_SEVERAL, "021-62345678/0571-85012345") == ""


def test_of_a_great_many_numbers_the_first_five_are_told() -> None:
    cell = "/".join(f"138001380{n:02}" for n in range(90))
    text = said(Rejection.PHONE_SEVERAL, cell)
    assert text.endswith("13800138003, 13800138004 and more.")


@pytest.mark.parametrize(
    ("cell", "en", "zh"),
    [
        ("+852 9123 4567", "Hong Kong, China", "中国香港"),
        ("85291234567", "Hong Kong, China", "中国香港"),
        ("00853 6612 3456", "Macao, China", "中国澳门"),
        ("+886 912 345 678", "Taiwan, China", "中国台湾"),
        ("+81 90 1234 5678", "Japan", "日本"),
        ("+65 9123 4567", "Singapore", "新加坡"),
        ("+1 212 555 1234", "United States", "美国"),
        ("+1 380 013 80000", "+1", "+1"),
    ],
)
def test_a_number_of_another_country_or_region_names_it(cell: str, en: str, zh: str) -> None:
    assert said(Rejection.PHONE_FOREIGN, cell) == f"It belongs to {en}."
    assert said(Rejection.PHONE_FOREIGN, cell, Language.ZH) == f"号码属于{zh}。"


def test_a_country_code_that_nobody_has_says_nothing() -> None:
    assert said(Rejection.PHONE_FOREIGN, "+999 1234 5678") == ""


def test_a_row_whose_number_was_purged_says_nothing_of_it() -> None:
    assert [said(reason, "") for reason in Rejection if said(reason, "")] == []


def test_on_a_screen_the_number_that_was_meant_is_masked() -> None:
    row = rejected(5, Rejection.PHONE_LETTERS, ("张三", "138OO1380OO", "7"))
    assert "13800138000" in mend_text(row, Language.EN)
    assert "138****8000" in mend_text(row, Language.EN, masked=True)
    assert "13800138000" not in mend_text(row, Language.EN, masked=True)
