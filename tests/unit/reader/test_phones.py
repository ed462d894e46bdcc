import pytest

from pipeline.core.model import Rejection
from pipeline.reader.phones import normalise, normalise_column

PLAIN = "13800138000"

WAYS_TO_WRITE_IT = (
    PLAIN,
    "+8613800138000",
    "+86 138 0013 8000",
    "8613800138000",
    "86-138-0013-8000",
    "008613800138000",
    "+008613800138000",
    "(+86)13800138000",
    "（+86）13800138000",
    "+86 (0)13800138000",
    "013800138000",
    " 13800138000 ",
    "\u00a013800138000\u3000",
    "\u200b13800138000\ufeff",
    "\u202d13800138000\u202c",
    "138\t0013\n8000",
    "138-0013-8000",
    "138—0013—8000",
    "138\u20110013\u22128000",
    "１３８００１３８０００",
    "＋８６１３８００１３８０００",
    "13800138000.0",
    "13800138000.",
    "8613800138000.0",
    "1.3800138000E+10",
    "1.3800138000e10",
    "1.38001380000E+10",
    "8.613800138000E+12",
    "'13800138000",
    "‘13800138000’",
    '"13800138000"',
)


@pytest.mark.parametrize("text", WAYS_TO_WRITE_IT)
def test_a_number_is_known_however_it_is_written(text: str) -> None:
    assert normalise(text) == PLAIN


NO_NUMBERS = (
    ("", Rejection.PHONE_EMPTY),
    ("  \u3000\u200b", Rejection.PHONE_EMPTY),
    ("-", Rejection.PHONE_EMPTY),
    ("无", Rejection.PHONE_NOT_A_NUMBER),
    ("#N/A", Rejection.PHONE_NOT_A_NUMBER),
    ("########", Rejection.PHONE_NOT_A_NUMBER),
    ("13800138000.5", Rejection.PHONE_NOT_A_NUMBER),
    ("138001380O0", Rejection.PHONE_NOT_A_NUMBER),
    ("1380013800a", Rejection.PHONE_NOT_A_NUMBER),
    ("١٣٨٠٠١٣٨٠٠٠", Rejection.PHONE_NOT_A_NUMBER),
    ("13800138000转12", Rejection.PHONE_NOT_A_NUMBER),
    ("1380013\x00800", Rejection.PHONE_NOT_A_NUMBER),
    ("1380013800", Rejection.PHONE_TOO_SHORT),
    ("861380013800", Rejection.PHONE_TOO_LONG),
    ("10086", Rejection.PHONE_TOO_SHORT),
    ("+861380013800", Rejection.PHONE_TOO_SHORT),
    ("138001380001", Rejection.PHONE_TOO_LONG),
    ("1064912345678", Rejection.PHONE_TOO_LONG),
    ("12800138000", Rejection.PHONE_NOT_MOBILE),
    ("23800138000", Rejection.PHONE_NOT_MOBILE),
    ("021-62345678", Rejection.PHONE_NOT_MOBILE),
    ("+8602162345678", Rejection.PHONE_NOT_MOBILE),
    ("+852 9123 4567", Rejection.PHONE_FOREIGN),
    ("0085291234567", Rejection.PHONE_FOREIGN),
    ("+1 380 013 8000", Rejection.PHONE_FOREIGN),
    ("1.38E+10", Rejection.PHONE_ROUNDED),
    ("1.38001E+10", Rejection.PHONE_ROUNDED),
    ("1.3800138E+10", Rejection.PHONE_ROUNDED),
    ("1.38001380005E+10", Rejection.PHONE_ROUNDED),
    ("8.61E+12", Rejection.PHONE_ROUNDED),
    ("1,38E+10", Rejection.PHONE_ROUNDED),
    ("13800138000/13900139000", Rejection.PHONE_SEVERAL),
    ("13800138000,13900139000", Rejection.PHONE_SEVERAL),
    ("13800138000；13900139000", Rejection.PHONE_SEVERAL),
    ("13800138000、021-62345678", Rejection.PHONE_SEVERAL),
    ("13800138000 13900139000", Rejection.PHONE_SEVERAL),
    ("13800138000\n+8613900139000", Rejection.PHONE_SEVERAL),
    ("138 0013 8000 或 139 0013 9000", Rejection.PHONE_SEVERAL),
)


@pytest.mark.parametrize(("text", "reason"), NO_NUMBERS)
def test_what_is_no_number_says_why(text: str, reason: Rejection) -> None:
    assert normalise(text) is reason


def test_a_column_says_the_same_as_each_of_its_cells() -> None:
    cells = [*WAYS_TO_WRITE_IT, *(text for text, _ in NO_NUMBERS), "😀" * 11, "\ud800" * 11]
    column = normalise_column(cells)
    for at, cell in enumerate(cells):
        found = normalise(cell)
        if isinstance(found, Rejection):
            assert column.rejected[at] is found
            assert (column.texts[at], column.numbers[at]) == (cell, 0)
        else:
            assert (column.texts[at], column.numbers[at]) == (found, int(found))
            assert (at in column.repaired) == (cell != found)


def test_a_column_without_cells_has_no_numbers() -> None:
    column = normalise_column([])
    assert list(column.texts) == []
    assert not column.rejected


@pytest.mark.parametrize("digits", ["8" * 1_000_000, "13800138000" * 90_000, "1.3E" * 250_000])
def test_a_cell_of_a_million_characters_is_judged_at_once(digits: str) -> None:
    assert isinstance(normalise(digits), Rejection)
