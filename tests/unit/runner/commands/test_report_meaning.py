"""What the provider's codes mean, and in which language a report is written."""

import pytest

from pipeline.koomessage.codes import CODES, advice_for
from pipeline.koomessage.receipt_codes import FAMILIES, RECEIPT_CODES
from pipeline.language import Language, environments_language


def code_meaning(code: str) -> str:
    meaning, _ = advice_for(code)
    return meaning.of(Language.EN)


def test_every_known_code_has_a_meaning_and_an_unknown_one_none() -> None:
    for code in (*CODES, *RECEIPT_CODES, *(f"{prefix}9999" for prefix, _ in FAMILIES)):
        assert code_meaning(code)
    assert code_meaning("") == ""
    assert code_meaning("NEVER-HEARD-OF") == ""


def test_a_code_of_its_own_outweighs_its_family() -> None:
    assert code_meaning("MK:0055") != code_meaning("MK:0001")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, Language.EN),
        ({"LANG": "en_GB.UTF-8"}, Language.EN),
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, Language.EN),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "C"}, Language.ZH),
        ({"LANG": "zhuang"}, Language.EN),
        ({"LANG": "C", "KOOSEND_LANG": "zh"}, Language.ZH),
        ({"LANG": "zh_CN.UTF-8", "KOOSEND_LANG": "en"}, Language.EN),
        ({"LANG": "zh_CN.UTF-8", "KOOSEND_LANG": ""}, Language.ZH),
    ],
)
def test_the_language_is_that_of_the_environment(
    environ: dict[str, str], language: Language
) -> None:
    assert environments_language(environ) is language
