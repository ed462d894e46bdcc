"""What a ledger keeps of the ways that recipients go."""

from dataclasses import replace

import pytest

from pipeline.core.answer import NewsKind
from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Channel, Chunk, PlannedSubmission, Recipients, Route, RunId
from pipeline.core.outcome import Outcome
from pipeline.ports import Continuation, Ledger, RunWriter
from tests.support.ledgers import PLAN, a_chunk, concluding, phone_of
from tests.support.ledgers import an_attempt as attempt_named

MIXED = RunId("mixed")
LINKS = RunId("links")


def _chunk(submissions: tuple[PlannedSubmission, ...], count: int) -> Chunk:
    return replace(a_chunk(0, list(range(count))), submissions=submissions)


def _mixed(ledger: Ledger) -> None:
    submissions = (
        PlannedSubmission(0, 0, 5, Route.MAIN, (0, 2, 4)),
        PlannedSubmission(1, 1, 2, Route.SMS, None, "handset_unsupported"),
        PlannedSubmission(2, 3, 4, Route.SKIP, None, "handset_unsupported"),
    )
    facts = {1: ("unsupported", ""), 3: ("unsupported", "")}
    plan = replace(PLAN, run=MIXED)
    ledger.plan(plan, [replace(_chunk(submissions, 5), facts=facts)])


def test_a_chunk_whose_rows_go_different_ways_keeps_each_row_in_its_submission(
    ledger: Ledger,
) -> None:
    _mixed(ledger)
    main, sms, skipped = ledger.submissions(MIXED)
    assert (main.route, main.picked, main.messages) == (Route.MAIN, (0, 2, 4), 3)
    assert (sms.route, sms.picked, sms.messages) == (Route.SMS, None, 1)
    assert (skipped.state, skipped.messages) == (State.ABANDONED, 0)
    chunk = ledger.recipients(MIXED, 0)
    assert list(main.part(chunk).rows) == [0, 2, 4]
    assert list(main.part(chunk).phones) == [phone_of(0), phone_of(2), phone_of(4)]
    (block,) = ledger.outcomes(MIXED)
    assert [block.table[at].submission for at in block.submissions] == [0, 1, 0, 2, 0]
    assert [standing.outcome for standing in block.standings] == [
        Outcome.PENDING,
        Outcome.PENDING,
        Outcome.PENDING,
        Outcome.SKIPPED,
        Outcome.PENDING,
    ]
    assert block.standings[3].reason == "handset_unsupported"


def test_the_reason_of_another_way_is_evidence(ledger: Ledger) -> None:
    _mixed(ledger)
    _, sms, skipped = ledger.submissions(MIXED)
    assert [fact.kind for fact in ledger.facts(MIXED, sms)[1]] == [NewsKind.UNSUPPORTED]
    assert [fact.kind for fact in ledger.facts(MIXED, skipped)[3]] == [NewsKind.UNSUPPORTED]


def test_the_books_of_a_mixed_run_balance(ledger: Ledger) -> None:
    _mixed(ledger)
    books = ledger.books(MIXED)
    assert books.balance
    assert books.outcomes == {Outcome.PENDING: 4, Outcome.SKIPPED: 1}
    assert books.submissions == {State.PLANNED: 2}, "what is skipped is no request"


def _links_planned(ledger: Ledger) -> RunWriter:
    message = replace(PLAN.message, channel=Channel.AIM_LINKS)
    submissions = (
        PlannedSubmission(0, 0, 2, Route.PARSE),
        PlannedSubmission(1, 2, 4, Route.PARSE),
    )
    ledger.plan(replace(PLAN, run=LINKS, message=message), [_chunk(submissions, 4)])
    return ledger.take(LINKS)


def _make(writer: RunWriter, submission: int, links: dict[int, str]) -> None:
    writer.begin([attempt_named(0, submission, run=LINKS)])
    made = concluding(Event.WAS_ACCEPTED, 0, submission)
    writer.conclude([replace(made, links=links)])


def _going(ledger: Ledger) -> Continuation:
    known = ledger.recipients(LINKS, 0)
    links = ledger.routes.links(LINKS, 0)
    column = [links.get(row, "") for row in known.rows]
    with_links = Recipients(known.rows, known.phones, (*known.values, column))
    submissions = (
        PlannedSubmission(2, 0, 4, Route.LINKED, (0, 1, 3)),
        PlannedSubmission(3, 2, 3, Route.SMS, None, "link_failed"),
    )
    return Continuation(0, 200.0, with_links, submissions, {2: ("link_failed", "KM.7")})


def test_a_chunk_goes_on_with_its_links_once(ledger: Ledger) -> None:
    writer = _links_planned(ledger)
    assert ledger.routes.unlinked(LINKS) == (0,)
    assert ledger.books(LINKS).outcomes == {Outcome.PENDING: 4}
    _make(writer, 0, {0: "l0", 1: "l1"})
    _make(writer, 1, {3: "l3"})
    assert ledger.routes.links(LINKS, 0) == {0: "l0", 1: "l1", 3: "l3"}
    assert ledger.books(LINKS).outcomes == {Outcome.PENDING: 4}
    assert ledger.books(LINKS).messages == 0
    writer.continue_chunk(_going(ledger))
    assert ledger.routes.unlinked(LINKS) == ()
    linked, sms = ledger.submissions(LINKS)[2:]
    assert (linked.route, sms.route) == (Route.LINKED, Route.SMS)
    part = linked.part(ledger.recipients(LINKS, 0))
    assert list(part.rows) == [0, 1, 3]
    assert list(part.values[-1]) == ["l0", "l1", "l3"]
    (block,) = ledger.outcomes(LINKS)
    assert [block.table[at].submission for at in block.submissions] == [2, 2, 3, 2]
    assert ledger.books(LINKS).balance
    assert [(f.kind, f.code) for f in ledger.facts(LINKS, sms)[2]] == [
        (NewsKind.LINK_FAILED, "KM.7")
    ]
    with pytest.raises(KoosendError, match="cannot go on"):
        writer.continue_chunk(_going(ledger))
    writer.close()


def test_a_submission_knows_which_requests_made_its_links(ledger: Ledger) -> None:
    writer = _links_planned(ledger)
    _make(writer, 0, {0: "l0", 1: "l1"})
    _make(writer, 1, {3: "l3"})
    writer.continue_chunk(_going(ledger))
    first, second, linked, sms = ledger.submissions(LINKS)
    assert ledger.routes.makers(LINKS, linked) == (first, second)
    assert ledger.routes.makers(LINKS, sms) == ()
    assert ledger.routes.makers(LINKS, first) == ()
    writer.close()


def test_what_handsets_can_show_is_remembered_by_template_and_time(ledger: Ledger) -> None:
    one, two, three = phone_of(1), phone_of(2), phone_of(3)
    ledger.routes.remember_capabilities(
        "1", 100.0, {one: NewsKind.SUPPORTED, two: NewsKind.UNSUPPORTED}
    )
    assert ledger.routes.capabilities("1", [one, two, three], 100.0) == {
        one: NewsKind.SUPPORTED,
        two: NewsKind.UNSUPPORTED,
    }
    assert ledger.routes.capabilities("2", [one, two], 0.0) == {}
    assert ledger.routes.capabilities("1", [one], 100.5) == {}
    ledger.routes.remember_capabilities("1", 101.0, {one: NewsKind.TEMPLATE_INACTIVE})
    assert ledger.routes.capabilities("1", [one, two], 100.5) == {one: NewsKind.TEMPLATE_INACTIVE}
