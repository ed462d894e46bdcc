"""Into how many parts a text message is cut: 70 characters, or 67 each."""

import pytest

from pipeline.core.sms_segments import measure, part_count
from pipeline.core.templates import SmsTemplate, Variable, VariableKind

TEXT, LINK = VariableKind.TEXT, VariableKind.NEWTEXT


def template(text: str, *kinds: VariableKind) -> SmsTemplate:
    return SmsTemplate("1", text, tuple(Variable(str(at), kind) for at, kind in enumerate(kinds)))


@pytest.mark.parametrize(
    ("chars", "parts"), [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)]
)
def test_a_text_of_70_characters_is_one_part_and_a_longer_one_has_67_in_each(
    chars: int, parts: int
) -> None:
    assert part_count(chars) == parts


def test_the_signature_counts_with_its_brackets() -> None:
    # 【华为云】 is 5 characters.
    assert measure(template("x" * 65), "华为云").parts([], 2) == [1, 1]
    assert measure(template("x" * 66), "华为云").parts([], 2) == [2, 2]


def test_each_row_is_measured_with_its_own_values() -> None:
    found = measure(template("${1}您好,积分${2}", TEXT, TEXT), "云商城")
    assert found.fixed_chars == 10
    assert found.parts([["张", "张" * 60], ["1", "1"]], 2) == [1, 2]
    assert found.parts([["张" * 59, "张" * 60], ["1", "1"]], 2) == [1, 2]


def test_a_variable_that_stands_twice_counts_twice_and_one_that_stands_nowhere_does_not() -> None:
    found = measure(template("${1}${1}${3}", TEXT, TEXT, TEXT), "云")
    assert found.weights == (2, 0, 1)
    assert found.parts([["张" * 20], ["x" * 99], ["李" * 27]], 1) == [1]
    assert found.parts([["张" * 20], ["x" * 99], ["李" * 28]], 1) == [2]


def test_the_link_that_the_program_gives_counts_as_a_standard_one() -> None:
    text = template("${1} ${2}", TEXT, LINK)
    assert measure(text, "云").weights == (1,)
    assert measure(text, "云").fixed_chars == 3 + 1 + 14
    assert measure(text, "云", link_chars=None).weights == (1, 1)


def test_a_template_whose_text_is_not_known_has_its_variables_once_each() -> None:
    assert measure(template("", TEXT, TEXT), "云").weights == (1, 1)


def test_an_emoji_takes_two_places() -> None:
    found = measure(template("${1}", TEXT), "云")
    assert found.parts([["😀" * 33, "😀" * 34]], 2) == [1, 2]


def test_no_rows_have_no_parts() -> None:
    assert measure(template("${1}" + "x" * 80, TEXT), "云").parts([[]], 0) == []
