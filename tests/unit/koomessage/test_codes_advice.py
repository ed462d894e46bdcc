import pytest

from pipeline.koomessage.codes import CODES, advice_for
from pipeline.koomessage.receipt_codes import FAMILIES, RECEIPT_CODES
from pipeline.language import Language, Words


@pytest.mark.parametrize("code", [*RECEIPT_CODES, *(f"{start}9999" for start, _ in FAMILIES)])
def test_every_code_of_a_receipt_has_its_meaning_in_both_languages(code: str) -> None:
    meaning, mend = advice_for(code)
    assert meaning.of(Language.EN)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in meaning.of(Language.ZH))
    assert bool(mend.of(Language.EN)) is bool(mend.of(Language.ZH))


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_an_answer_says_what_to_do(code: str) -> None:
    meaning, mend = advice_for(code)
    assert meaning.of(Language.EN) == CODES[code].meaning
    assert mend.of(Language.EN).endswith("rerun.") or mend.of(Language.ZH)


def test_a_code_that_nobody_knows_says_nothing() -> None:
    assert advice_for("ZZ:1") == (Words(), Words())
