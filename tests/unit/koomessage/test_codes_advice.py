import pytest

from pipeline.koomessage.codes import CODES, Advice, advice_for
from pipeline.koomessage.receipt_codes import FAMILIES, RECEIPT_CODES


@pytest.mark.parametrize("code", [*RECEIPT_CODES, *(f"{start}9999" for start, _ in FAMILIES)])
def test_every_code_of_a_receipt_has_its_meaning_in_both_languages(code: str) -> None:
    known = advice_for(code)
    assert known.meaning_en
    assert any("\u4e00" <= one <= "\u9fff" for one in known.meaning_zh)
    assert bool(known.mend_en) is bool(known.mend_zh)


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_an_answer_says_what_to_do(code: str) -> None:
    known = advice_for(code)
    assert known.meaning_en == CODES[code].meaning
    assert known.mend_en.endswith("rerun.") or known.mend_zh


def test_a_code_that_nobody_knows_says_nothing() -> None:
    assert advice_for("ZZ:1") == Advice()
