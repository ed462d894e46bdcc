import csv
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from pipeline.audit.books import Finding, Proof, check_books
from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import Event
from pipeline.core.outcome import Fact, FallbackReason, Outcome, Standing
from pipeline.ports import Ledger
from pipeline.report.write import write_report
from tests.support.html_page import read_page
from tests.support.ledgers import (
    RUN,
    a_fact,
    accept,
    an_attempt,
    concluding,
    learn,
    ledger_maker,
    planned,
    submission_at,
)


def checked(ledger: Ledger) -> list[Finding]:
    record = ledger.run(RUN)
    assert record is not None
    proof = Proof(
        run=record,
        books=ledger.books(RUN),
        submissions=ledger.submissions(RUN),
        facts=partial(ledger.facts, RUN),
        attempts=[one.attempt for one in ledger.attempts(RUN)],
    )
    return list(check_books(ledger.outcomes(RUN), proof))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Plan nine rows; two submissions are accepted, one is refused, one in doubt."""
    one = planned(ledger_maker(tmp_path)())
    writer = one.take(RUN)
    accept(writer, 0, 0)
    accept(writer, 0, 1)
    writer.begin([an_attempt(1, 0), an_attempt(1, 1)])
    writer.conclude([concluding(Event.WAS_REFUSED, 1, 0), concluding(Event.WAS_LOST, 1, 1)])
    news: Mapping[int, Sequence[Fact]] = {
        0: [a_fact(NewsKind.DELIVERED, "2026-11-22 20:38:35"), a_fact(NewsKind.RENDERED)],
        1: [a_fact(NewsKind.DELIVERED), a_fact(NewsKind.LINK_FAILED, code="E1")],
    }
    learn(writer, submission_at(one), 200.0, news)
    writer.settle(
        {
            0: Standing(Outcome.CARD, "", "", "2026-11-22 20:38:35", "", "page:1"),
            1: Standing(Outcome.FALLBACK_SMS, FallbackReason.LINK_FAILED, "E1", evidence="page:1"),
        }
    )
    writer.close()
    return one


def test_the_report_of_a_real_run_has_one_line_for_each_row(ledger: Ledger, tmp_path: Path) -> None:
    files = write_report(ledger, RUN, tmp_path / "report")
    with files.outcomes.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["row"], line["outcome"]) for line in lines] == [
        ("2", "card"),
        ("3", "fallback_sms"),
        ("4", "invalid"),
        ("5", "submitted"),
        ("6", "submitted"),
        ("7", "duplicate"),
        ("8", "refused"),
        ("9", "refused"),
        ("10", "in_doubt"),
    ]
    with files.rejected.open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert [line["koosend_reason"] for line in rejected] == ["phone_empty", "duplicate_number"]
    assert [line["积分"] for line in rejected] == ["'=1+1", "'=1+1"]


def test_the_figures_in_the_page_are_those_of_the_ledger(ledger: Ledger, tmp_path: Path) -> None:
    books = ledger.books(RUN)
    files = write_report(ledger, RUN, tmp_path / "report")
    page = read_page(files.page.read_text(encoding="utf-8"))
    outcomes = page.counts("outcome.")
    assert outcomes.pop("all") == page.count("funnel.rows") == books.rows
    assert outcomes == {str(outcome): count for outcome, count in books.outcomes.items()}
    requests = {str(state): count for state, count in books.submissions.items() if count}
    assert page.counts("requests.") == requests
    assert page.count("recipients.accepted") == books.messages
    assert page.counts("fallback.") == {"link_failed": 1}


def test_the_books_of_a_real_run_balance(ledger: Ledger) -> None:
    assert checked(ledger) == []


def test_an_outcome_that_a_hand_changed_is_found(ledger: Ledger) -> None:
    writer = ledger.take(RUN)
    writer.settle({3: Standing(Outcome.CARD, evidence="page:9")})
    writer.close()
    (found,) = checked(ledger)
    assert (found.code, found.where) == ("outcome_unproved", "line 5")
