import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.screening import OPT_OUTS, canonical, is_opt_out

SAID = [
    "T",
    "t",
    " Ｔ ",
    "TD",
    "td。",
    "R",
    "“R”",
    "退订",
    "退订!",
    "【退订】",
    "取关",
    "回T",
    "回 t",
    "回复TD",
    "请回复退订",
    "回退订",
    "我要退订，别烦我",
    "怎么退订不了",
    "请不要再发了",
    "STOP",
    "QX",
]
NOT_SAID = [
    "",
    " ",
    "。",
    "好的",
    "TT",
    "RT",
    "谢谢 T恤 多少钱",
    "不退订",
    "我没退订",
    "回",
    "回复",
    "N",
    "1",
    "Thanks",
    "13800138000",
    "什么时候退款",
]


@pytest.mark.parametrize("answer", SAID)
def test_a_word_for_it_opts_out_however_it_is_written(answer: str) -> None:
    assert is_opt_out(answer)


@pytest.mark.parametrize("answer", NOT_SAID)
def test_any_other_answer_does_not(answer: str) -> None:
    assert not is_opt_out(answer)


@pytest.mark.parametrize("word", sorted(OPT_OUTS))
def test_every_word_is_written_as_answers_are_compared(word: str) -> None:
    assert canonical(word) == word
    assert is_opt_out(f" {word.lower()}。")


@given(st.text())
def test_no_text_is_an_exception_and_writing_it_in_one_form_twice_changes_nothing(
    answer: str,
) -> None:
    assert is_opt_out(answer) is is_opt_out(canonical(answer))
