"""A text is its English wherever a program reads it, and is said whole in any language."""

import copy
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import UsageError
from pipeline.core.phones import mask_in
from pipeline.core.text import brief, one_line
from pipeline.language import (
    COMMA,
    Bilingual,
    Composed,
    Language,
    Text,
    Words,
    filled,
    joined,
    listed,
    packed,
    unpacked,
)

ROWS = filled("{rows} {rows:row|rows}", rows=1_234)
SENTENCE = filled("{file}: {sentence}", file=Path("/x/a.csv"), sentence=ROWS)


def test_a_text_is_a_string_of_its_english_for_programs() -> None:
    assert SENTENCE == "/x/a.csv: 1,234 rows"
    assert json.loads(json.dumps({"what": SENTENCE})) == {"what": "/x/a.csv: 1,234 rows"}
    assert f"{SENTENCE}" == str(SENTENCE)
    assert copy.deepcopy(SENTENCE).of(Language.ZH) == "/x/a.csv：1,234 行"


def test_an_error_is_english_for_logs_and_is_said_in_the_readers_language() -> None:
    error = UsageError(SENTENCE, "KS0203")
    assert str(error) == "/x/a.csv: 1,234 rows"
    assert error.text.of(Language.ZH) == "/x/a.csv：1,234 行"
    assert (error.code, UsageError(SENTENCE).code) == ("KS0203", "KS0201")


def test_what_makes_a_text_harmless_does_so_in_every_language() -> None:
    said = filled("{file}: {sentence}", file="a\nb", sentence="13800138000")
    shown = one_line(mask_in(said))
    assert shown == "a b: 138****8000"
    assert isinstance(shown, Text)
    assert shown.of(Language.ZH) == "a b：138****8000"
    assert len(Text(brief(filled("{file}: {sentence}", file="x" * 99, sentence="y")))) == 60


def test_names_are_listed_with_the_comma_of_each_language() -> None:
    assert listed(["a", ROWS]) == "a, 1,234 rows"
    assert listed(["a", ROWS]).of(Language.ZH) == "a、1,234 行"
    assert not listed([])


def test_two_texts_of_both_languages_are_one_only_where_both_are() -> None:
    assert Bilingual("a", "甲") != Bilingual("a", "乙")
    assert {Bilingual("a", "甲"): 1}[Bilingual("a", "甲")] == 1
    assert Bilingual("a", "甲") == "a"


TEXTS = st.recursive(
    st.one_of(
        st.text(max_size=9).map(Text),
        st.sampled_from(["Outcome", "Run", "never heard of"]).map(Words),
        st.tuples(st.text(max_size=5), st.text(max_size=5)).map(lambda pair: Bilingual(*pair)),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.integers(-(2**53), 2**53)).map(
            lambda both: filled("{file}: {sentence}", file=both[0], sentence=both[1])
        ),
        st.lists(inner, max_size=3).map(lambda parts: joined(*parts, by=COMMA)),
    ),
    max_leaves=6,
)


@given(TEXTS)
def test_a_text_is_the_same_in_another_process(text: Text) -> None:
    carried = msgspec.msgpack.decode(msgspec.msgpack.encode(packed(text)))
    assert [unpacked(carried).of(one) for one in Language] == [text.of(one) for one in Language]


@pytest.mark.parametrize(
    "values",
    [None, 7, [], ["words"], ["words", 1, ""], ["filled", "x"], ["run", "x", ""], {"a": "b"}],
)
def test_what_is_no_text_is_refused(values: object) -> None:
    with pytest.raises(ValueError, match="no text"):
        unpacked(values)  # type: ignore[arg-type]  # whatever another process may send


def test_a_template_from_another_process_reaches_into_nothing_and_grows_nothing() -> None:
    with pytest.raises(KeyError):
        unpacked(["filled", "{x.__class__}", {"x": "y"}])
    assert unpacked(["filled", "{x:>999999999}", {"x": "y"}]) == "y"


def test_what_is_composed_is_carried_as_its_english() -> None:
    assert unpacked(packed(Composed(lambda language: language.value))) == "en"
