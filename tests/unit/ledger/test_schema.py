"""The schema's own refusals, tried with a plain connection: no code of ours stands in between."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.core.answer import News, NewsKind
from pipeline.core.lifecycle import TABLE, Event, State
from pipeline.core.model import TaskId
from pipeline.core.outcome import Outcome
from pipeline.ledger import SqliteLedger
from pipeline.ports import ControlKind, ControlRecord, Question
from tests.support.ledgers import (
    RUN,
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


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    ledger = SqliteLedger(tmp_path)
    planned(ledger)
    writer = ledger.take(RUN)
    accept(writer, 0, 0)
    writer.begin([an_attempt(0, 1)])
    fact = a_fact(NewsKind.DELIVERED)
    learn(writer, submission_at(ledger), 1.0, {0: [fact]})
    writer.asked([Question(name_of(), 2.0, 1, "task-0-0", calibrates=True)])
    news = News(phone_of(0), NewsKind.DELIVERED)
    store_receipt(ledger.receipts, 3.0, "sms", b"{}", [(TaskId("task-0-0"), news)])
    ledger.record_control(RUN, ControlRecord(4.0, ControlKind.PAUSE, "ann"))
    ledger.close()
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        yield raw


REFUSED = {
    "a step back": "UPDATE submission SET state = 'planned', event = 'was_released' WHERE chunk=0",
    "a step that skips the doubt": "UPDATE submission SET state = 'deferred',"
    " event = 'was_released' WHERE state = 'in_flight'",
    "a legal step under another event": "UPDATE submission SET state = 'in_doubt',"
    " event = 'was_refused' WHERE state = 'in_flight'",
    "a state without its event": "UPDATE submission SET state = 'refused'"
    " WHERE state = 'in_flight'",
    "acceptance without a task id": "UPDATE submission SET state = 'accepted',"
    " event = 'was_accepted' WHERE state = 'in_flight'",
    "a flight without an attempt": "UPDATE submission SET state = 'in_flight', attempts = 1,"
    " event = 'attempted', attempted_at = 1 WHERE chunk = 1 AND submission = 0",
    "a flight under another's attempt": "UPDATE submission SET state = 'in_flight', attempts = 1,"
    " event = 'attempted', attempted_at = 1, task_name = (SELECT min(task_name) FROM attempt)"
    " WHERE chunk = 1 AND submission = 0",
    "a submission that starts in flight": "INSERT INTO submission (run_no, chunk, submission,"
    " start, stop, first_row, last_row, state) VALUES (1, 1, 9, 0, 1, 6, 6, 'in_flight')",
    "another task id": "UPDATE submission SET task_id = 'other' WHERE state = 'accepted'",
    "no task id any more": "UPDATE submission SET task_id = NULL WHERE state = 'accepted'",
    "other recipients": "UPDATE submission SET stop = stop + 1",
    "a deleted submission": "DELETE FROM submission WHERE state = 'planned'",
    "a task name twice": "INSERT INTO attempt SELECT task_name, run_no, 1, 1, 0, 1 FROM attempt"
    " LIMIT 1",
    "a replaced attempt": "INSERT OR REPLACE INTO attempt SELECT task_name, run_no, 1, 1, 0, 1"
    " FROM attempt LIMIT 1",
    "a task name too long": "INSERT INTO attempt VALUES ('123456789012345678901', 1, 1, 1, 0, 1)",
    "an attempt of nothing": "INSERT INTO attempt VALUES ('nothing', 1, 7, 1, 0, 1)",
    "a changed attempt": "UPDATE attempt SET at = 0",
    "a deleted attempt": "DELETE FROM attempt",
    "a changed step": "UPDATE step SET event = 'was_throttled'",
    "a deleted step": "DELETE FROM step",
    "a replaced step": "INSERT OR REPLACE INTO step (id, run_no, chunk, submission, from_state,"
    " event, to_state, at) VALUES (1, 1, 0, 0, 'planned', 'was_abandoned', 'abandoned', 1)",
    "an illegal step on record": "INSERT INTO step (run_no, chunk, submission, from_state, event,"
    " to_state, at) VALUES (1, 0, 0, 'accepted', 'was_released', 'deferred', 1)",
    "a changed question": "UPDATE question SET found = 0",
    "a deleted question": "DELETE FROM question",
    "changed evidence": "UPDATE evidence SET facts = '[]'",
    "deleted evidence": "DELETE FROM evidence",
    "replaced evidence": "INSERT OR REPLACE INTO evidence (id, run_no, chunk, submission, source,"
    " at, digest, facts) VALUES (1, 1, 0, 0, 'page', 1, x'00', '[]')",
    "a changed receipt": "UPDATE receipt SET body = x'00'",
    "a backdated receipt": "UPDATE receipt SET at = 0, body = x''",
    "a deleted receipt": "DELETE FROM receipt",
    "a replaced receipt": "INSERT OR REPLACE INTO receipt VALUES (1, 1, 'sms', x'', 1)",
    "changed news": "UPDATE news SET kind = 'failed'",
    "news gone before its receipt": "DELETE FROM news",
    "news of no kind": "INSERT INTO news VALUES (1, 't', 'p', 'exploded', '', '', 0)",
    "a row twice": "INSERT INTO row (run_no, row, sheet_no, line, chunk, submission)"
    " VALUES (1, 0, 0, 2, 0, 0)",
    "a row in two chunks": "UPDATE row SET chunk = 1 WHERE row = 0",
    "a row with no outcome there is": "UPDATE row SET outcome = 'lost' WHERE row = 0",
    "a rejected row that was sent": "UPDATE row SET outcome = 'card' WHERE row = 2",
    "a rejected row without outcome": "UPDATE row SET outcome = NULL WHERE row = 2",
    "a deleted row": "DELETE FROM row WHERE row = 8",
    "another message": "UPDATE run SET message = '{}'",
    "other counts": "UPDATE run SET row_count = row_count - 1",
    "an epoch that falls": "UPDATE run SET epoch = 0",
    "an epoch that stands": "UPDATE run SET epoch = epoch",
    "a deleted run": "DELETE FROM run",
    "a run named like a path": "INSERT INTO run SELECT 9, '../../etc', campaign, campaign_path,"
    " message, meaning, source_path, source_sha256, source_bytes, planned_at, account, previous,"
    " templates, screened_to, 0, 0, 0, 0, NULL, NULL, NULL, NULL FROM run",
    "another ledger": "UPDATE ledger SET identity = lower(hex(randomblob(16)))",
    "a second ledger": "INSERT INTO ledger VALUES (1, lower(hex(randomblob(16))), 0)",
    "who is withheld from what has left": "UPDATE submission SET messages = 0, withheld = x'00'"
    " WHERE state = 'accepted'",
    "who is withheld no longer": "UPDATE submission SET messages = 2, withheld = NULL"
    " WHERE state = 'planned'",
    "a message more": "UPDATE submission SET messages = messages + 1, withheld = x'00'"
    " WHERE state = 'planned'",
    "a changed word": "UPDATE control SET who = 'ben'",
    "a word taken back in silence": "DELETE FROM control",
    "a replaced word": "INSERT OR REPLACE INTO control VALUES (1, 1, 5, 'resume', 'ben', '', 0)",
    "a word of nobody": "INSERT INTO control VALUES (2, 1, 5, 'resume', '', '', 0)",
    "a word that says nothing": "INSERT INTO control VALUES (2, 1, 5, 'hurry', 'ben', '', 0)",
    "a stop without a reason": "INSERT INTO control VALUES (2, 1, 5, 'stop', 'ben', '', 0)",
    "a limit below nothing": "INSERT INTO control VALUES (2, 1, 5, 'limit', 'ben', '', -1)",
    "a pause of so many": "INSERT INTO control VALUES (2, 1, 5, 'pause', 'ben', '', 5)",
    "a word of no run": "INSERT INTO control VALUES (2, 9, 5, 'pause', 'ben', '', 0)",
    "a chunk too large": "INSERT INTO chunk VALUES (1, 9, 0, 9999, 5001, NULL)",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
def test_the_schema_refuses(raw: sqlite3.Connection, statement: str) -> None:
    before = list(raw.iterdump())
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)
    assert list(raw.iterdump()) == before


def test_the_legal_steps_are_those_of_the_lifecycle_table(raw: sqlite3.Connection) -> None:
    stored = set(raw.execute("SELECT from_state, event, to_state FROM legal_step"))
    assert stored == {(s, e, to) for s, steps in TABLE.items() for e, to in steps.items()}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_schema_knows_every_outcome(raw: sqlite3.Connection, outcome: Outcome) -> None:
    assert raw.execute("UPDATE row SET outcome = ? WHERE row = 0", (outcome,)).rowcount == 1


NEVER_PUSHED = {
    NewsKind.WITHHELD,
    NewsKind.TASK_FAILED,
    NewsKind.NOT_SENT,
    NewsKind.NOT_NAMED,
    NewsKind.UNDER_WAY,
}


@pytest.mark.parametrize("kind", [kind for kind in NewsKind if kind not in NEVER_PUSHED])
def test_the_schema_knows_every_kind_of_news_that_is_pushed(
    raw: sqlite3.Connection, kind: NewsKind
) -> None:
    values = (kind,)
    assert raw.execute("INSERT INTO news VALUES (1, 't', 'p', ?, '', '', 0)", values).rowcount == 1


def test_the_steps_on_record_replay_to_the_state(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path)
    writer = planned(ledger).take(RUN)
    writer.begin([an_attempt()])
    writer.conclude([concluding(Event.WAS_LOST)])
    writer.conclude([concluding(Event.WAS_RELEASED)])
    writer.begin([an_attempt(attempt=1)])
    writer.conclude([concluding(Event.WAS_ACCEPTED)])
    ledger.close()
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as raw:
        steps = raw.execute("SELECT from_state, event, to_state FROM step ORDER BY id").fetchall()
        state = State.PLANNED
        for before, event, after in steps:
            assert before == state
            state = TABLE[state][Event(event)]
            assert after == state
        (stored,) = raw.execute("SELECT state FROM submission WHERE chunk=0 AND submission=0")
        assert stored == (State.ACCEPTED,)
        assert len(steps) == 5


def test_a_purge_may_forget_every_number_and_the_books_still_balance(
    raw: sqlite3.Connection, tmp_path: Path
) -> None:
    raw.executescript(
        "DELETE FROM personal; UPDATE rejected SET phone = '', cells = '[]';"
        "UPDATE receipt SET body = x''; DELETE FROM news;"
    )
    raw.execute("VACUUM")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"1300000" not in (tmp_path / "ledger.sqlite3").read_bytes()
    ledger = SqliteLedger(tmp_path)
    books = ledger.books(RUN)
    assert books.balance
    assert books.rows == 9
    blocks = list(ledger.outcomes(RUN))
    assert [phone for block in blocks for phone in block.phones] == [""] * 9
    rejected = {Outcome.INVALID, Outcome.DUPLICATE}
    tally = ledger.reporting.tally(RUN).items()
    assert {said: count for said, count in tally if said[0] in rejected} == {
        (Outcome.INVALID, "phone_empty", ""): 1,
        (Outcome.DUPLICATE, "duplicate_number", ""): 1,
    }
    assert list(ledger.facts(RUN, submission_at(ledger))) == [0]
    ledger.close()
