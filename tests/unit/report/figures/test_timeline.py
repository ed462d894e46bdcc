import re
from dataclasses import replace

import pytest

from pipeline.core.lifecycle import State
from pipeline.ports import Submission
from pipeline.report.figures.timeline import SLOTS_MAX, Timeline, timeline
from pipeline.report.html.charts import chart
from pipeline.report.html.page import environment
from tests.support.html_page import read_page
from tests.support.report import AT, submission


def answered(number: int, after_s: float, state: State = State.ACCEPTED) -> Submission:
    one = submission(number, 0, 100, state)
    return replace(one, concluded_at=AT + after_s)


def drawn(shown: Timeline, limit_per_s: float) -> str:
    parts = environment().get_template("parts.html.j2").module
    return str(parts.timeline(chart(shown, limit_per_s)))  # type: ignore[attr-defined]  # a macro


def made(*after_s: float) -> Timeline:
    shown = timeline(answered(number, at) for number, at in enumerate(after_s))
    assert shown is not None
    return shown


def test_only_what_was_taken_is_on_the_timeline() -> None:
    assert timeline([answered(0, 1, State.REFUSED), answered(1, 1, State.IN_DOUBT)]) is None
    assert timeline([]) is None


def test_messages_are_counted_in_the_second_of_their_answer_and_gaps_are_shown() -> None:
    shown = made(0.2, 0.9, 3.5)
    assert (shown.starts_at, shown.slot_s, shown.counts) == (int(AT), 1, (200, 0, 0, 100))
    assert shown.rates == (200.0, 0.0, 0.0, 100.0)


@pytest.mark.parametrize(
    "span_s", [1, 60, 88, 89, 90, 178, 1000, 5400, 86_400, 8 * 86_400, 86_400 * 400, 86_400 * 4000]
)
def test_no_run_is_too_long_for_the_chart(span_s: int) -> None:
    shown = made(0, span_s / 2, span_s)
    assert len(shown.counts) <= SLOTS_MAX
    assert shown.messages == 300
    assert shown.starts_at <= AT
    assert shown.ends_at > AT + span_s


def test_slots_of_a_minute_and_more_give_their_rate_by_the_minute() -> None:
    shown = made(0, 4 * 3600)
    assert shown.by_minute
    assert shown.slot_s == 300
    assert shown.rates[0] == 20.0


@pytest.mark.parametrize(
    ("limit", "lines", "sentence"),
    [
        (0.0, 0, ""),
        (150.0, 1, "The dashed line is the campaign's limit: 150 messages per second."),
        (50.0, 1, "Answers may come in bunches"),
        (5000.0, 0, "The campaign's limit of 5,000 messages per second lies above this chart."),
    ],
)
def test_the_limit_is_drawn_where_it_is_in_sight(limit: float, lines: int, sentence: str) -> None:
    text = drawn(made(0, 1, 2, 40), limit)
    assert len(re.findall(r'<line class="limit"', text)) == lines
    assert sentence in " ".join(read_page(text).texts["en"])


def test_the_bars_are_as_high_as_the_rates() -> None:
    text = drawn(made(0, 0, 1, 1, 1, 1, 3), 0.0)
    heights = [float(one) for one in re.findall(r'<rect class="now"[^>]* height="([\d.]+)"', text)]
    assert heights == [100.0, 200.0, 50.0]
