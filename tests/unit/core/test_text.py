import pytest

from pipeline.core.text import counted, span_text


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
