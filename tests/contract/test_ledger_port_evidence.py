"""What a ledger knows of rows once there is evidence."""

from dataclasses import replace

import pytest

from pipeline.core.answer import News, NewsKind
from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import RunId, TaskId
from pipeline.core.outcome import Fact, Standing
from pipeline.ports import Answered, Conclusion, Learned, Ledger, Question, RunWriter
from tests.support.ledgers import (
    RUN,
    MakeLedger,
    a_fact,
    accept,
    an_attempt,
    concluding,
    learn,
    name_of,
    phone_of,
    planned,
    store_receipt,
    submission_at,
)


def _delivered(evidence: str) -> Fact:
    return a_fact(NewsKind.DELIVERED, "2026-11-01 12:00:00", evidence=evidence)


def _news(row: int, kind: NewsKind = NewsKind.DELIVERED, at: str = "t") -> News:
    return News(phone_of(row), kind, "", at)


def _rows(ledger: Ledger, run: RunId = RUN) -> dict[int, Standing]:
    blocks = list(ledger.outcomes(run))
    return {row: s for b in blocks for row, s in zip(b.rows, b.standings, strict=True)}


def test_after_a_restart_all_that_was_in_flight_is_in_doubt(reopen: MakeLedger) -> None:
    before = planned(reopen())
    writer = before.take(RUN)
    accept(writer, 0, 0)
    writer.begin([an_attempt(0, 1), an_attempt(1, 1)])
    before.close()
    after = reopen()
    assert submission_at(after, 0, 1).state is State.IN_FLIGHT
    second = after.take(RUN)
    assert second.sweep(500.0) == 2
    assert second.sweep(501.0) == 0
    assert [s.state for s in after.submissions(RUN)] == [
        State.ACCEPTED,
        State.IN_DOUBT,
        State.PLANNED,
        State.IN_DOUBT,
    ]
    swept = submission_at(after, 0, 1)
    assert (swept.concluded_at, swept.message) == (500.0, "no answer was recorded")
    assert [a.event for a in after.attempts(RUN)] == [
        Event.WAS_ACCEPTED,
        Event.WAS_LOST,
        Event.WAS_LOST,
    ]
    second.close()
    after.close()


def test_submissions_are_listed_by_state(ledger: Ledger, writer: RunWriter) -> None:
    accept(writer, 1, 0)
    writer.begin([an_attempt(0, 0)])
    writer.conclude([concluding(Event.WAS_LOST)])
    wanted = frozenset({State.ACCEPTED, State.IN_DOUBT})
    found = ledger.submissions(RUN, wanted)
    assert [(s.chunk, s.state) for s in found] == [(0, State.IN_DOUBT), (1, State.ACCEPTED)]
    assert ledger.submissions(RUN, frozenset()) == ()


def test_a_submission_sent_again_shows_its_latest_attempt(
    ledger: Ledger, writer: RunWriter
) -> None:
    writer.begin([an_attempt(attempt=0)])
    lost = Conclusion(0, 0, Event.WAS_THROTTLED, 101.0, code="APIGW.0308", message="too fast")
    writer.conclude([lost])
    waiting = submission_at(ledger)
    assert (waiting.code, waiting.message, waiting.concluded_at) == ("APIGW.0308", "too fast", 101)
    writer.begin([an_attempt(attempt=1, at=110.0)])
    sent = submission_at(ledger)
    assert (sent.attempts, sent.task_name, sent.attempted_at) == (2, name_of(attempt=1), 110.0)
    assert (sent.concluded_at, sent.code, sent.message) == (None, "", "")


def test_an_attempt_keeps_what_became_known_of_it_last(ledger: Ledger, writer: RunWriter) -> None:
    writer.begin([an_attempt(attempt=0)])
    writer.conclude([Conclusion(0, 0, Event.WAS_LOST, 101.0, message="timeout")])
    writer.conclude([Conclusion(0, 0, Event.WAS_RELEASED, 1500.0, note="absent, asked 9 times")])
    writer.begin([an_attempt(attempt=1, at=1501.0)])
    writer.conclude([concluding(Event.WAS_ACCEPTED, at=1502.0)])
    writer.conclude([concluding(Event.WAS_FOUND, at=1600.0, task_id="other")])
    first, second = ledger.attempts(RUN)
    assert (first.event, first.concluded_at, first.note) == (
        Event.WAS_RELEASED,
        1500.0,
        "absent, asked 9 times",
    )
    assert (second.event, second.concluded_at, second.task_id) == (
        Event.WAS_ACCEPTED,
        1502.0,
        "task-0-0",
    )


def test_abandoning_a_deferred_submission_leaves_its_attempt_throttled(
    ledger: Ledger, writer: RunWriter
) -> None:
    writer.begin([an_attempt()])
    writer.conclude([concluding(Event.WAS_THROTTLED)])
    writer.conclude([Conclusion(0, 0, Event.WAS_ABANDONED, 102.0, code="budget")])
    assert submission_at(ledger).state is State.ABANDONED
    assert ledger.attempts(RUN)[0].event is Event.WAS_THROTTLED


def test_questions_are_kept_in_order_and_only_about_attempts(
    ledger: Ledger, writer: RunWriter
) -> None:
    writer.begin([an_attempt(0, 0), an_attempt(0, 1)])
    asked = [
        Question(name_of(0, 1), 110.0, 0, "none", calibrates=False),
        Question(name_of(0, 0), 111.0, -1, "timeout", calibrates=False),
        Question(name_of(0, 0), 112.0, 1, "task-0-0", calibrates=True),
    ]
    writer.asked(asked[:2])
    writer.asked(asked[2:])
    assert list(ledger.questions(RUN)) == asked
    with pytest.raises(KoosendError, match="no attempt"):
        writer.asked([Question(name_of(1, 1), 113.0, 0, "", calibrates=False)])


def test_evidence_is_collected_by_row_and_named(ledger: Ledger, writer: RunWriter) -> None:
    accept(writer, 0, 0)
    submission = submission_at(ledger)
    learn(writer, submission, 200.0, {0: [_delivered("ignored")], 1: []})
    rendered = a_fact(NewsKind.RENDERED, "2026-11-01 13:00:00")
    learn(writer, submission, 300.0, {0: [rendered], 1: [_delivered("")]})
    facts = ledger.facts(RUN, submission)
    assert facts == {
        0: (_delivered("page:1"), replace(rendered, evidence="page:2")),
        1: (_delivered("page:2"),),
    }
    assert ledger.facts(RUN, submission_at(ledger, 0, 1)) == {}


def test_the_same_answer_twice_is_one_piece_of_evidence(ledger: Ledger, writer: RunWriter) -> None:
    accept(writer)
    submission = submission_at(ledger)
    for at in (200.0, 300.0):
        learn(writer, submission, at, {0: [_delivered("")]})
    learn(writer, submission, 400.0, {})
    assert ledger.facts(RUN, submission) == {0: (_delivered("page:1"),)}


def test_evidence_about_a_row_elsewhere_is_refused_whole(ledger: Ledger, writer: RunWriter) -> None:
    accept(writer)
    submission = submission_at(ledger)
    for stranger in (2, 3, 99):
        with pytest.raises(KoosendError, match="outside"):
            learn(writer, submission, 1.0, {0: [_delivered("")], stranger: [_delivered("")]})
    assert ledger.facts(RUN, submission) == {}


def test_what_is_learned_of_several_submissions_is_recorded_all_or_not_at_all(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer, 0, 0)
    accept(writer, 0, 1)
    one, other = submission_at(ledger, 0, 0), submission_at(ledger, 0, 1)
    first = Answered("page", 1.0, {0: [_delivered("")]})
    second = Answered("links", 2.0, {0: [_delivered("")], 1: [_delivered("")]})
    astray = Learned(other, [Answered("page", 3.0, {0: [_delivered("")]})])
    with pytest.raises(KoosendError, match="outside"):
        writer.add_evidence([Learned(one, [first, second], 60.0), astray])
    assert ledger.facts(RUN, one) == {}
    assert ledger.link_life_s(RUN, one) is None
    writer.add_evidence([Learned(one, [first, second], 60.0), Learned(other, [], 90.0)])
    assert ledger.facts(RUN, one) == {
        0: (_delivered("page:1"), _delivered("links:2")),
        1: (_delivered("links:2"),),
    }
    assert [ledger.link_life_s(RUN, of) for of in (one, other)] == [60.0, 90.0]


def test_numbers_left_out_of_an_accepted_request_are_refused_by_evidence(
    ledger: Ledger, writer: RunWriter
) -> None:
    writer.begin([an_attempt()])
    accepted = replace(concluding(Event.WAS_ACCEPTED), refused={1: "AIM.0042"})
    writer.conclude([accepted])
    facts = ledger.facts(RUN, submission_at(ledger))
    assert facts == {1: (Fact(NewsKind.REFUSED, "AIM.0042", "", "answer:1"),)}
    writer.begin([an_attempt(0, 1)])
    with pytest.raises(KoosendError, match="outside"):
        writer.conclude([replace(concluding(Event.WAS_ACCEPTED, 0, 1), refused={0: "AIM.0042"})])
    assert submission_at(ledger, 0, 1).state is State.IN_FLIGHT


def test_a_receipt_may_overtake_the_answer(ledger: Ledger, writer: RunWriter) -> None:
    early, late = _news(0), _news(1, NewsKind.FAILED)
    task = TaskId("task-0-0")
    number = store_receipt(ledger.receipts, 50.0, "sms", b"{}", [(task, early)])
    assert ledger.facts(RUN, submission_at(ledger)) == {}
    accept(writer)
    again = store_receipt(ledger.receipts, 60.0, "sms", b"{}", [(task, late)])
    assert again > number
    assert ledger.facts(RUN, submission_at(ledger)) == {
        0: (Fact(NewsKind.DELIVERED, "", "t", f"receipt:{number}"),),
        1: (Fact(NewsKind.FAILED, "", "t", f"receipt:{again}"),),
    }


def test_news_of_other_tasks_and_unknown_numbers_is_kept_and_ignored(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer, 0, 0)
    strangers = [
        (TaskId("task-0-0"), _news(999)),
        (TaskId("task-0-0"), _news(3)),
        (TaskId("somebody-elses"), _news(0)),
    ]
    store_receipt(ledger.receipts, 50.0, "sms", b"\x00raw", strangers)
    assert ledger.facts(RUN, submission_at(ledger)) == {}


def test_link_life_is_remembered(reopen: MakeLedger) -> None:
    ledger = planned(reopen())
    writer = ledger.take(RUN)
    accept(writer)
    assert ledger.link_life_s(RUN, submission_at(ledger)) is None
    writer.add_evidence([Learned(submission_at(ledger), link_life_s=86400.0)])
    ledger.close()
    again = reopen()
    assert again.link_life_s(RUN, submission_at(again)) == 86400.0
    again.close()


def test_a_finished_run_that_sends_again_is_no_longer_finished(
    ledger: Ledger, writer: RunWriter
) -> None:
    def times() -> tuple[float | None, float | None]:
        record = ledger.run(RUN)
        assert record is not None
        return record.started_at, record.finished_at

    writer.begin([an_attempt()])
    writer.conclude([concluding(Event.WAS_LOST)])
    writer.finish(900.0)
    assert times() == (100.0, 900.0)
    writer.conclude([concluding(Event.WAS_RELEASED)])
    assert times() == (100.0, None)
    writer.finish(901.0)
    writer.begin([an_attempt(attempt=1, at=950.0)])
    assert times() == (100.0, None)
