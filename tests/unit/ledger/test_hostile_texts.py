"""Texts that end a statement and begin another are texts, wherever the ledger keeps or asks one."""

import ast
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.answer import News, NewsKind
from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import Event
from pipeline.core.model import Recipients, RejectedRow, Rejection, RunId, TaskId
from pipeline.core.screening import SuppressionReason
from pipeline.ledger import SqliteLedger
from pipeline.ports import Ledger, Rejects, Suppression
from tests.support.ledgers import (
    PLAN,
    RUN,
    a_chunk,
    an_attempt,
    concluding,
    phone_of,
    store_receipt,
)
from tests.support.payloads import SQL_PAYLOADS
from tests.support.source import ROOT

ROWS = range(len(SQL_PAYLOADS))
EVIL = Path("/tmp/koosend-evil")  # noqa: S108 -- what a payload would make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def ledger(folder: Path) -> Iterator[Ledger]:
    opened = SqliteLedger(folder)
    yield opened
    opened.close()


def layout(folder: Path) -> Mapping[str, object]:
    """Return what a ledger is made of: each table and trigger, and the marks of its version."""
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as found:
        made = dict(found.execute("SELECT name, sql FROM sqlite_schema").fetchall())
        marks = ("user_version", "application_id")
        return made | {mark: found.execute(f"PRAGMA {mark}").fetchone() for mark in marks}


def planned_with_payloads(ledger: Ledger) -> None:
    """Put a payload wherever a list or a campaign can put a text."""
    rows = list(ROWS)
    sent = Recipients(rows, [phone_of(row) for row in rows], (SQL_PAYLOADS, SQL_PAYLOADS))
    chunk = replace(a_chunk(0, rows, 100, SQL_PAYLOADS), recipients=sent)
    rejected = tuple(
        RejectedRow(
            len(rows) + row,
            text,
            row,
            Rejection.PHONE_NOT_A_NUMBER,
            text,
            text,
            (text,),
            detail=text,
        )
        for row, text in enumerate(SQL_PAYLOADS)
    )
    parts = [Rejects(one.sheet, (one.sheet,), (one,)) for one in rejected]
    text = SQL_PAYLOADS[2]
    plan = replace(PLAN, campaign=text, campaign_path=text, source_path=text, account=text)
    ledger.plan(plan, [chunk, *parts])


def test_two_hundred_statements_as_names_and_values_are_kept_as_texts(
    ledger: Ledger, folder: Path
) -> None:
    assert len(set(SQL_PAYLOADS)) == 200
    before = layout(folder)
    planned_with_payloads(ledger)
    assert [*map(tuple, ledger.recipients(RUN, 0).values)] == [SQL_PAYLOADS, SQL_PAYLOADS]
    (block,) = ledger.outcomes(RUN)
    assert tuple(block.sheets[: len(SQL_PAYLOADS)]) == SQL_PAYLOADS
    rejected = [row for part in ledger.rejects(RUN) for row in part.rows]
    assert {(row.sheet, row.column, row.phone, row.detail) for row in rejected} == {
        (text, text, text, text) for text in SQL_PAYLOADS
    }
    assert (len(ledger.runs()), len(ledger.runs(SQL_PAYLOADS[2]))) == (1, 1)
    assert layout(folder) == before
    assert not EVIL.exists()


def test_two_hundred_statements_as_ids_and_questions_find_nothing_and_change_nothing(
    ledger: Ledger, folder: Path
) -> None:
    planned_with_payloads(ledger)
    before = layout(folder)
    books = ledger.books(RUN)
    for text in SQL_PAYLOADS:
        assert ledger.run(RunId(text)) is None
        assert ledger.runs_of(text) == ()
        assert list(ledger.screening.suppressions([text])) == []
        assert ledger.reporting.parts_told([TaskId(text)]) == {}
        assert (len(ledger.runs(text)) == 1) is (text == SQL_PAYLOADS[2])
        with pytest.raises(KoosendError):
            ledger.take(RunId(text))
    assert (ledger.books(RUN), layout(folder)) == (books, before)


def test_two_hundred_statements_from_the_provider_and_from_strangers_are_kept_as_texts(
    ledger: Ledger, folder: Path
) -> None:
    planned_with_payloads(ledger)
    before = layout(folder)
    with closing(ledger.take(RUN)) as writer:
        writer.begin([an_attempt()])
        task = SQL_PAYLOADS[2]
        writer.conclude([concluding(Event.WAS_ACCEPTED, task_id=task)])
    for at, text in enumerate(SQL_PAYLOADS):
        news = News(phone_of(at), NewsKind.FAILED, code=text, at=text)
        store_receipt(ledger.receipts, float(at), text, text.encode(), [(TaskId(text), news)])
        entry = Suppression(phone_of(at), SuppressionReason.MANUAL, float(at), text, text)
        assert ledger.screening.suppress([entry]) == 1
    (taken,) = [one for one in ledger.submissions(RUN) if one.task_id is not None]
    assert taken.task_id == task
    kept = ledger.screening.suppressions()
    assert sorted(known.suppression.note for known in kept) == sorted(SQL_PAYLOADS)
    assert layout(folder) == before
    assert not EVIL.exists()


def statements_of(module: Path) -> Iterator[ast.expr]:
    """Yield the first argument of each call that runs a statement."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"execute", "executemany", "executescript"}
            and node.args
        ):
            yield node.args[0]


def is_ours(statement: ast.expr) -> bool:
    """Tell whether a statement is a text of ours, a named one, or a setting with a number.

    A bare name stands in the ledger's own loops over its scripts and settings.
    """
    match statement:
        case ast.Constant(value=str()) | ast.Name(id="statement" | "setting" | "question"):
            return True
        case ast.Subscript(value=ast.Attribute(attr="_queries")):
            return True
        case ast.JoinedStr(values=[ast.Constant(value=str(begins)), *_]):
            return begins.split(" ")[0] == "PRAGMA"
        case _:
            return False


def test_no_statement_is_put_together_of_texts() -> None:
    found = [
        (module.name, statement)
        for module in (ROOT / "pipeline").rglob("*.py")
        for statement in statements_of(module)
    ]
    assert len(found) > 15
    assert [(name, ast.unparse(one)) for name, one in found if not is_ours(one)] == []
