"""What a reply means is told by its whole sentence, in both directions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.replies.meaning import Judged, Meaning, judge
from pipeline.core.replies.signs import Sign
from pipeline.core.replies.words import LETTERS, OPT_OUTS
from tests.support.replies import OTHER, OUT, UNCLEAR


@pytest.mark.parametrize("answer", OUT)
def test_who_wants_no_more_opts_out_however_it_is_said(answer: str) -> None:
    assert judge(answer) == Judged(Meaning.OPTS_OUT)


@pytest.mark.parametrize(
    ("answer", "sign"), [(one, sign) for sign, some in UNCLEAR.items() for one in some]
)
def test_who_may_want_no_more_is_unclear_and_why_is_told(answer: str, sign: Sign) -> None:
    assert judge(answer) == Judged(Meaning.UNCLEAR, sign)


@pytest.mark.parametrize("answer", ["", " ", "。", *OTHER])
def test_any_other_answer_says_nothing_of_it(answer: str) -> None:
    assert judge(answer) == Judged(Meaning.OTHER)


@pytest.mark.parametrize("word", [*LETTERS, *OPT_OUTS])
@pytest.mark.parametrize("around", ["{}", " {}。", "({})", "{}!!!", "请回复{}", "{}谢谢", "\n{}\n"])
def test_every_word_counts_with_whatever_courtesy(word: str, around: str) -> None:
    assert judge(around.format(word.lower())).meaning is Meaning.OPTS_OUT


@given(st.text())
def test_no_text_is_an_exception(answer: str) -> None:
    assert isinstance(judge(answer), Judged)


@given(
    st.sampled_from(OUT), st.text("，。！ 　!.~", max_size=5), st.text("，。！ 　!.~", max_size=5)
)
def test_marks_and_blanks_around_it_change_nothing(answer: str, before: str, behind: str) -> None:
    assert judge(before + answer + behind).meaning is Meaning.OPTS_OUT


WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@given(st.sampled_from([*OUT, *OTHER]))
def test_full_width_letters_change_nothing(answer: str) -> None:
    assert judge(answer.translate(WIDE)).meaning is judge(answer).meaning


@given(
    st.sampled_from(OTHER),
    st.sampled_from(["我要退订", "别再给我发了", "please stop sending me messages"]),
)
def test_a_demand_counts_whatever_else_is_said_before(other: str, demand: str) -> None:
    assert judge(f"{other}。{demand}").meaning is Meaning.OPTS_OUT


@given(st.lists(st.sampled_from(OTHER), max_size=4))
def test_harmless_sentences_together_are_no_opt_out(several: list[str]) -> None:
    assert judge("。".join(several)).meaning is not Meaning.OPTS_OUT
