from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pipeline.audit.books import Finding, FindingCode, Proof, check_books
from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import State
from pipeline.core.model import Rejection, TaskName
from pipeline.core.outcome import NO_NEWS, Books, Fact, FallbackReason, Outcome, Standing
from pipeline.ports import Attempt, OutcomeBlock, RunRecord, Submission
from tests.support.report import AT, block, phone, record, submission

T = "2026-11-22 20:38:35"


def fact(kind: NewsKind, code: str = "") -> Fact:
    return Fact(kind, code, T, "page:1")


@dataclass(slots=True)
class World:
    """A run whose books balance, to plant corruptions in.

    Rows 0 to 5 are carried by accepted submission 0, row 6 is a duplicate, row 7 is in doubt, row 8
    refused, and row 9 is still planned.
    """

    standings: list[Standing] = field(
        default_factory=lambda: [
            Standing(Outcome.CARD, evidence="page:1"),
            Standing(Outcome.FALLBACK_SMS, FallbackReason.LINK_FAILED, "E1", evidence="page:1"),
            Standing(Outcome.UNDELIVERED, code="MK:0010", evidence="page:1"),
            Standing(Outcome.EXPIRED, NO_NEWS, evidence="silence"),
            Standing(Outcome.DELIVERED, evidence="page:1"),
            Standing(Outcome.REFUSED, code="E200041", evidence="page:1"),
            Standing(Outcome.DUPLICATE, Rejection.DUPLICATE_NUMBER),
            Standing(Outcome.IN_DOUBT),
            Standing(Outcome.REFUSED, code="KM.00001376", evidence="attempt:x"),
            Standing(Outcome.PENDING),
        ]
    )
    submissions: list[Submission] = field(
        default_factory=lambda: [
            submission(0, 0, 6),
            submission(1, 6, 7, State.IN_DOUBT),
            submission(2, 7, 8, State.REFUSED),
            submission(3, 8, 9, State.PLANNED),
        ]
    )
    places: list[int] = field(default_factory=lambda: [0, 0, 0, 0, 0, 0, -1, 1, 2, 3])
    facts: dict[int, tuple[Fact, ...]] = field(
        default_factory=lambda: {
            0: (fact(NewsKind.DELIVERED), fact(NewsKind.RENDERED)),
            1: (fact(NewsKind.DELIVERED), fact(NewsKind.LINK_FAILED, "E1")),
            2: (fact(NewsKind.FAILED, "MK:0010"),),
            4: (fact(NewsKind.DELIVERED),),
            5: (fact(NewsKind.REFUSED, "E200041"),),
        }
    )
    run: RunRecord = field(default_factory=lambda: record(10, 9))
    attempts: list[Attempt] = field(default_factory=list)
    source_changed: str = ""

    def block(self) -> OutcomeBlock:
        return block(self.standings, self.submissions, self.places)

    def findings(
        self, blocks: Sequence[OutcomeBlock] | None = None, books: Books | None = None
    ) -> list[Finding]:
        outcomes = Counter(one.outcome for one in self.standings)
        proof = Proof(
            self.run,
            books or Books(self.run.rows, outcomes, {}, {}, 6),
            self.submissions,
            self.facts_of,
            self.attempts,
            self.source_changed,
        )
        return list(check_books([self.block()] if blocks is None else blocks, proof))

    def facts_of(self, one: Submission) -> Mapping[int, Sequence[Fact]]:
        assert one.state is State.ACCEPTED or one.withheld
        return self.facts


def codes(findings: Sequence[Finding]) -> set[FindingCode]:
    return {finding.code for finding in findings}


def test_books_that_balance_have_no_findings() -> None:
    assert World().findings() == []


def test_the_blocks_may_be_cut_anywhere() -> None:
    world = World()
    whole = world.block()
    for cut in range(1, 10):
        parts = [
            OutcomeBlock(
                whole.rows[part],
                whole.sheets[part],
                whole.lines[part],
                whole.phones[part],
                whole.standings[part],
                whole.submissions[part],
                whole.table,
            )
            for part in (slice(0, cut), slice(cut, 10))
        ]
        assert world.findings(parts) == []


def test_a_row_without_an_outcome_is_found() -> None:
    world = World()
    whole = world.block()
    gap = replace(whole, rows=[*range(6), *range(7, 11)])
    found = world.findings([gap])
    assert FindingCode.ROW_GAP in codes(found)
    assert found[0].sentence == "rows 6 to 6 have no outcome"


def test_a_row_with_two_outcomes_is_found() -> None:
    world = World()
    found = world.findings([replace(world.block(), rows=[0, 0, *range(2, 10)])])
    assert FindingCode.ROW_TWICE in codes(found)


def test_the_last_rows_missing_are_found() -> None:
    world = World()
    world.run = record(12, 9)
    assert FindingCode.ROWS_MISSING in codes(world.findings())


def test_books_that_count_other_than_the_rows_are_found() -> None:
    world = World()
    books = Books(10, {Outcome.CARD: 10}, {}, {}, 9)
    (found,) = world.findings(books=books)
    assert found.code is FindingCode.BOOKS_DIFFER
    assert found.sentence.startswith("the books say card 10, the rows say card 1, fallback_sms 1")


def test_an_accepted_submission_without_a_task_id_is_found() -> None:
    world = World()
    world.submissions[0] = replace(world.submissions[0], task_id=None)
    assert codes(world.findings()) == {FindingCode.NO_TASK_ID}


@pytest.mark.parametrize("name", ["abcd1234-0000000-002", "abcd1235-0000000-001", "campaign"])
def test_a_task_name_that_was_not_derived_is_found(name: str) -> None:
    world = World()
    world.submissions[0] = replace(world.submissions[0], task_name=TaskName(name))
    assert codes(world.findings()) == {FindingCode.NAME_FOREIGN}


def test_an_attempt_under_a_foreign_name_is_found() -> None:
    world = World()
    good = Attempt(0, 0, 1, TaskName("abcd1234-0000000-001"), AT)
    world.attempts = [good]
    assert world.findings() == []
    world.attempts = [replace(good, attempt=2)]
    assert codes(world.findings()) == {FindingCode.NAME_FOREIGN}


def test_an_attempt_of_a_submission_that_was_never_planned_is_found() -> None:
    world = World()
    world.attempts = [Attempt(0, 9, 1, TaskName("abcd1234-0000009-001"), AT)]
    assert codes(world.findings()) == {FindingCode.SUBMISSION_UNKNOWN}


@pytest.mark.parametrize("row", [0, 1, 2, 3, 5])
def test_a_final_outcome_without_evidence_is_found(row: int) -> None:
    world = World()
    world.standings[row] = replace(world.standings[row], evidence="")
    (found,) = world.findings()
    assert found.code is FindingCode.NO_EVIDENCE
    assert found.where == f"sheet Sheet1, line {row + 2}"


def test_a_rejected_row_without_a_reason_is_found() -> None:
    world = World()
    world.standings[6] = Standing(Outcome.DUPLICATE)
    assert codes(world.findings()) == {FindingCode.NO_EVIDENCE}


@pytest.mark.parametrize(
    ("row", "claimed"),
    [
        (4, Standing(Outcome.CARD, evidence="page:1")),
        (2, Standing(Outcome.CARD, evidence="page:1")),
        (2, Standing(Outcome.UNDELIVERED, code="BLACK", evidence="page:1")),
        (0, Standing(Outcome.EXPIRED, NO_NEWS, evidence="silence")),
        (6, Standing(Outcome.CARD, evidence="page:1")),
        (7, Standing(Outcome.CARD, evidence="page:1")),
        (8, Standing(Outcome.PENDING)),
        (9, Standing(Outcome.SKIPPED, "policy")),
    ],
)
def test_an_outcome_that_the_evidence_does_not_prove_is_found(row: int, claimed: Standing) -> None:
    world = World()
    world.standings[row] = claimed
    assert codes(world.findings()) == {FindingCode.OUTCOME_UNPROVED}


def test_an_outcome_that_news_has_overtaken_is_told_apart_from_a_false_one() -> None:
    world = World()
    world.standings[0] = Standing(Outcome.SUBMITTED)
    (found,) = world.findings()
    assert found.code is FindingCode.OUTCOME_BEHIND
    assert found.sentence == "it is submitted, the evidence says card"


def test_a_recipient_that_no_submission_carries_is_found() -> None:
    world = World()
    world.submissions[0] = replace(world.submissions[0], stop=5)
    assert codes(world.findings()) == {FindingCode.CHUNK_GAP, FindingCode.RECIPIENTS_DIFFER}


def test_a_row_that_left_its_submission_is_found() -> None:
    world = World()
    world.places[5] = 3
    world.standings[5] = Standing(Outcome.PENDING)
    assert codes(world.findings()) == {FindingCode.RECIPIENTS_DIFFER}


def test_rows_of_a_submission_that_was_never_planned_are_found() -> None:
    world = World()
    table = [*world.submissions, submission(9, 0, 1, State.PLANNED)]
    places = [*world.places[:-1], 4]
    found = world.findings([block(world.standings, table, places)])
    assert FindingCode.SUBMISSION_UNKNOWN in codes(found)


def test_a_number_in_two_accepted_submissions_is_found_and_masked() -> None:
    world = World()
    whole = world.block()
    phones = [phone(0), phone(0), *whole.phones[2:]]
    (found,) = world.findings([replace(whole, phones=phones)])
    assert found.code is FindingCode.SENT_TWICE
    assert found.where == "138****0000"


def test_a_number_sent_once_and_rejected_once_is_no_finding() -> None:
    world = World()
    whole = world.block()
    phones = [*whole.phones[:6], phone(0), *whole.phones[7:]]
    assert world.findings([replace(whole, phones=phones)]) == []


def test_numbers_that_were_forgotten_are_no_finding() -> None:
    world = World()
    assert world.findings([replace(world.block(), phones=[""] * 10)]) == []


def test_what_a_purged_run_can_no_longer_prove_is_told_apart_from_what_is_wrong() -> None:
    world = World()
    world.run = replace(world.run, purged_at=AT)
    world.facts = {}
    found = world.findings()
    assert {one.code for one in found} == {FindingCode.FORGOTTEN}
    world.standings[9] = Standing(Outcome.CARD, evidence="page:1")
    assert FindingCode.OUTCOME_UNPROVED in {one.code for one in world.findings()}


def test_a_withheld_row_is_held_against_the_reason_on_record() -> None:
    world = World()
    world.submissions[3] = replace(world.submissions[3], withheld=(9,), stop=10)
    world.run = record(10, 10)
    world.facts[9] = (fact(NewsKind.WITHHELD, "opted_out"),)
    claimed = Standing(Outcome.SUPPRESSED, "opted_out", evidence="page:1")
    world.standings[9] = claimed
    codes = [one.code for one in world.findings()]
    assert FindingCode.OUTCOME_UNPROVED not in codes
    world.standings[9] = Standing(Outcome.PENDING)
    assert FindingCode.OUTCOME_UNPROVED in [one.code for one in world.findings()]


def test_a_source_that_changed_is_told() -> None:
    world = World()
    world.source_changed = "the file is no longer what was read"
    assert codes(world.findings()) == {FindingCode.SOURCE_CHANGED}


def test_every_finding_is_planted_by_some_test_here() -> None:
    tests = Path(__file__).parent.glob("test_*.py")
    told = "".join(test.read_text(encoding="utf-8") for test in tests)
    assert [code for code in FindingCode if f"FindingCode.{code.name}" not in told] == []
