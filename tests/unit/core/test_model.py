import pytest

from pipeline.core.model import Recipients, Value
from pipeline.core.phones import is_mobile, mask

THREE = Recipients(
    [4, 7, 9], ["13000000004", "13000000007", "13000000009"], (["a", "b", "c"], ["x", "y", "z"])
)


def test_a_part_keeps_rows_phones_and_values_together() -> None:
    part = THREE.part(1, 3)
    assert part == Recipients([7, 9], ["13000000007", "13000000009"], (["b", "c"], ["y", "z"]))
    assert len(part) == 2


def test_a_parameter_takes_its_values_from_a_field_or_repeats_a_literal() -> None:
    assert list(Value(field=1).of(THREE)) == ["x", "y", "z"]
    assert list(Value(literal="云商城").of(THREE)) == ["云商城"] * 3


def test_a_number_is_shown_masked() -> None:
    assert mask("13000000001") == "130****0001"


@pytest.mark.parametrize("text", ["", "1", "1300001", "1300000000"])
def test_a_text_too_short_to_be_masked_is_not_shown_at_all(text: str) -> None:
    assert mask(text) == "****"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13000000001", True),
        ("19999999999", True),
        ("12000000001", False),
        ("1300000000", False),
        ("130000000011", False),
        ("+8613000000001", False),
        ("13000000001\n", False),
        ("１３０００００００００", False),
        ("1300000000１", False),
        ("", False),
    ],
)
def test_a_mobile_is_eleven_plain_digits(text: str, expected: bool) -> None:  # noqa: FBT001  # a row of the table
    assert is_mobile(text) is expected
