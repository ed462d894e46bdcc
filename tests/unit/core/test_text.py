import json
import re
import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.text import HIDDEN, counted, escaped, one_line, span_text, visible


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 requests 0 people were 0 entries stand"),
        (1, "1 request 1 person was 1 entry stands"),
        (2, "2 requests 2 people were 2 entries stand"),
        (12330, "12,330 requests 12,330 people were 12,330 entries stand"),
    ],
)
def test_a_count_agrees_with_its_noun_and_verb(number: int, said: str) -> None:
    parts = (("request", ""), ("person", "was"), ("entry", "stands"))
    assert " ".join(counted(number, *part) for part in parts) == said


def test_counts_in_a_column_stand_under_each_other() -> None:
    assert [counted(n, "row", width=5) for n in (1, 1200)] == ["    1 row", "1,200 rows"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (1200, "20 min"), (7200, "2.0 h")],
)
def test_a_span_is_told_in_the_unit_that_people_would_use(seconds: float, said: str) -> None:
    assert span_text(seconds) == said


UNSEEN = re.compile(f"[{HIDDEN}\ud800-\udfff]")
SIGNS = st.text("a姓\x1b[]0;31mHJ\x07\\\x9b\x9c\x9d\x7f\t\n\r\u2028\u2029\u202e\u2066\u200f\ud800")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[2J\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;a title\x07here", "here"),
        ("\x1b]8;;http://a.example\x1b\\here\x1b]8;;\x1b\\", "here"),
        ("\x1b]0;never ended", "]0;never ended"),
        ("\x1bPq\x1b\\here", "here"),
        ("\u202emoc.elpmaxe\u202c", "moc.elpmaxe"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("\ud800", "\ufffd"),
        ("家\u200d族 👨\u200d👩\u3000x", "家\u200d族 👨\u200d👩\u3000x"),
    ],
)
def test_what_steers_a_screen_or_turns_text_is_not_shown(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(SIGNS | st.text())
def test_a_shown_text_holds_nothing_unseen_and_one_line_is_one(text: str) -> None:
    assert not UNSEEN.search(visible(text))
    assert not UNSEEN.search(one_line(text))
    assert len(one_line(f"x{text}").splitlines()) == 1
    assert visible(visible(text)) == visible(text)


@given(SIGNS | st.text())
def test_what_a_program_reads_is_spelled_and_not_lost(text: str) -> None:
    spelled = escaped(json.dumps(text, ensure_ascii=False))
    assert json.loads(spelled) == text
    assert not UNSEEN.search(spelled)
    if not re.search('[\ud800-\udfff"\\\\\r\n]', text):
        assert tomllib.loads(f'a = "{escaped(text)}"') == {"a": text}


@pytest.mark.parametrize("part", ["\x1b]", "\x9d", "\x1b[", "\x9b0", "\x1bP\x1b"])
def test_a_megabyte_of_sequences_is_cleared_in_a_moment(part: str) -> None:
    started = time.process_time()
    visible(part * (1_000_000 // len(part)))
    assert time.process_time() - started < 2
