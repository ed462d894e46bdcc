import subprocess
import sys

import pytest

from pipeline.core.model import Rejection
from pipeline.reader.phones import normalise, normalise_column
from tests.support.source import ROOT

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
    "13,800,138,000",
    "13,800,138,000.00",
    "8,613,800,138,000",
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
    ("138001380O0", Rejection.PHONE_LETTERS),
    ("l38oo1380oo", Rejection.PHONE_LETTERS),
    ("I380O138OOO", Rejection.PHONE_LETTERS),
    ("+86 138 ОΟ13 8〇00", Rejection.PHONE_LETTERS),
    ("Ｏ13800138000", Rejection.PHONE_LETTERS),
    ("OOO", Rejection.PHONE_NOT_A_NUMBER),
    ("138O0138", Rejection.PHONE_NOT_A_NUMBER),
    ("1380013800a", Rejection.PHONE_NOT_A_NUMBER),
    ("١٣٨٠٠١٣٨٠٠٠", Rejection.PHONE_NOT_A_NUMBER),
    ("13800138000转12", Rejection.PHONE_NOT_A_NUMBER),
    ("1380013\x00800", Rejection.PHONE_NOT_A_NUMBER),
    ("1380013800", Rejection.PHONE_TOO_SHORT),
    ("861380013800", Rejection.PHONE_TOO_LONG),
    ("+861380013800", Rejection.PHONE_TOO_SHORT),
    ("138001380001", Rejection.PHONE_TOO_LONG),
    ("13800138000138001", Rejection.PHONE_TOO_LONG),
    ("330106199001011234", Rejection.PHONE_TOO_LONG),
    ("6222 0212 3456 7890 123", Rejection.PHONE_TOO_LONG),
    ("12800138000", Rejection.PHONE_NOT_MOBILE),
    ("23800138000", Rejection.PHONE_NOT_MOBILE),
    ("021-62345678", Rejection.PHONE_LANDLINE),
    ("+8602162345678", Rejection.PHONE_LANDLINE),
    ("8602162345678", Rejection.PHONE_LANDLINE),
    ("(010) 6234 5678", Rejection.PHONE_LANDLINE),
    ("0571-85012345", Rejection.PHONE_LANDLINE),
    ("57185012345", Rejection.PHONE_LANDLINE),
    ("2162345678", Rejection.PHONE_LANDLINE),
    ("62345678", Rejection.PHONE_LANDLINE),
    ("0571-85012345-801", Rejection.PHONE_LANDLINE),
    ("0571-85012345转801", Rejection.PHONE_LANDLINE),
    ("021-62345678 ext. 12", Rejection.PHONE_LANDLINE),
    ("10086", Rejection.PHONE_SERVICE),
    ("95588", Rejection.PHONE_SERVICE),
    ("12345", Rejection.PHONE_SERVICE),
    ("110", Rejection.PHONE_SERVICE),
    ("400-800-1234", Rejection.PHONE_SERVICE),
    ("800 810 1234", Rejection.PHONE_SERVICE),
    ("10690000001", Rejection.PHONE_SERVICE),
    ("1064912345678", Rejection.PHONE_SERVICE),
    ("+852 9123 4567", Rejection.PHONE_FOREIGN),
    ("0085291234567", Rejection.PHONE_FOREIGN),
    ("+1 380 013 8000", Rejection.PHONE_FOREIGN),
    ("+447400123456", Rejection.PHONE_FOREIGN),
    ("85291234567", Rejection.PHONE_FOREIGN),
    ("853 6612 3456", Rejection.PHONE_FOREIGN),
    ("886912345678", Rejection.PHONE_FOREIGN),
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
    ("13800138000 021-62345678", Rejection.PHONE_SEVERAL),
    ("021-62345678 13800138000", Rejection.PHONE_SEVERAL),
    ("13800138000|13900139000", Rejection.PHONE_SEVERAL),
    ("13800138000\\13900139000", Rejection.PHONE_SEVERAL),
    ("张三 13800138000 李四 13900139000", Rejection.PHONE_SEVERAL),
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


@pytest.mark.parametrize("segment", ["140", "141", "154", "165", "179", "192", "199"])
def test_a_segment_that_no_library_knows_yet_is_sent_to_all_the_same(segment: str) -> None:
    assert normalise(f"+86 {segment}00138000") == f"{segment}00138000"


def test_a_list_of_plain_numbers_does_not_load_the_numbering_plan() -> None:
    script = (
        "import sys; from pipeline.reader.phones import normalise_column\n"
        "normalise_column(['13800138000', '+86 138 0013 8001', '1.3800138002E+10'])\n"
        "print('phonenumbers' in sys.modules)\n"
        "normalise_column(['021-62345678'])\n"
        "print('phonenumbers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
