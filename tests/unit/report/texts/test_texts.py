import pytest

from pipeline.core.model import Rejection
from pipeline.core.outcome import ATTENTION, FallbackReason, Outcome
from pipeline.language import Language
from pipeline.report.texts.outcomes import FALLBACKS, OUTCOMES, mend_text, reason_text
from pipeline.report.texts.rejections import REJECTIONS
from tests.support.report import rejected


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", Rejection)
def test_every_rejection_says_what_is_wrong_and_how_to_mend_it(
    code: Rejection, language: Language
) -> None:
    wrong, mend = (words.of(language) for words in REJECTIONS[code])
    text = mend_text(rejected(5, code, ("a", "b", "c")), language)
    assert wrong
    assert mend
    assert text.startswith(wrong)
    assert text.endswith(mend)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_name_and_a_sentence(outcome: Outcome, language: Language) -> None:
    assert OUTCOMES[outcome].name.of(language)
    assert OUTCOMES[outcome].meaning.of(language).endswith((".", "。"))


@pytest.mark.parametrize("outcome", ATTENTION)
def test_every_outcome_that_needs_attention_says_what_to_do(outcome: Outcome) -> None:
    assert all(OUTCOMES[outcome].advice.of(language) for language in Language)


@pytest.mark.parametrize("reason", FallbackReason)
def test_every_fallback_reason_has_a_sentence(reason: FallbackReason) -> None:
    assert reason_text(reason, Language.EN) == FALLBACKS[reason].of(Language.EN)
    assert reason_text(reason, Language.ZH) == FALLBACKS[reason].of(Language.ZH)


def test_a_duplicate_names_the_row_that_came_first() -> None:
    text = mend_text(rejected(5, Rejection.DUPLICATE_NUMBER, ("a", "b", "c")), Language.EN)
    assert "First in row 2." in text


def test_a_reason_that_no_table_knows_is_shown_as_it_is() -> None:
    assert reason_text("campaign_cancelled", Language.EN) == "campaign_cancelled"
    assert reason_text("", Language.ZH) == ""
