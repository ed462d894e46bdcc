import pytest

from pipeline.core.phones import likely_number, mobiles_in, spelled_with_letters


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("138OO1380OO", "13800138000"),
        ("l3800138000", "13800138000"),
        ("I38 0013 800O", "13800138000"),
        ("+86 138001380О0", "13800138000"),
        ("13800138000转12", "13800138000"),
        ("张三13800138000", "13800138000"),
        ("tel:+8613800138000", "13800138000"),
        ("13800138000 / 13800138000", "13800138000"),
    ],
)
def test_the_number_that_was_probably_meant_is_told(cell: str, meant: str) -> None:
    assert likely_number(cell) == meant


@pytest.mark.parametrize(
    "cell",
    ["", "无", "138OO1380O", "138001380001234", "A3800138000", "甲13800138000乙13900139000"],
)
def test_where_no_one_number_is_meant_none_is_suggested(cell: str) -> None:
    assert likely_number(cell) is None


def test_a_number_without_letters_is_not_spelled_with_letters() -> None:
    assert spelled_with_letters("138OO138000")
    assert not spelled_with_letters("13800138000")
    assert not spelled_with_letters("O")


@pytest.mark.parametrize(
    ("cell", "held"),
    [
        ("13800138000/13900139000", ("13800138000", "13900139000")),
        ("13800138000 13900139000", ("13800138000", "13900139000")),
        ("1380013800013900139000", ("13800138000", "13900139000")),
        ("138 0013 8000、+86 139 0013 9000", ("13800138000", "13900139000")),
        ("13800138000；021-62345678", ("13800138000",)),
        ("021-62345678 / 0571-85012345", ()),
        ("13800138000,8613800138000", ("13800138000",)),
    ],
)
def test_the_mobile_numbers_of_a_cell_are_told_in_order(cell: str, held: tuple[str, ...]) -> None:
    assert mobiles_in(cell) == held
