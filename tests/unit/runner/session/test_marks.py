"""What is a rehearsal and what is not: by the account, and on this machine by what answers."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.ledger import SqliteLedger
from pipeline.ports import Ledger, Marks, RunRecord
from pipeline.ports.marks import REHEARSAL, UNKNOWN_ENDPOINT
from pipeline.runner.session.marks import Answerers, marks_of
from tests.support.fakes import ManualClock
from tests.support.ledgers import PLAN, RUN, an_attempt, items
from tests.support.planning import Silent

HERE = f"http://127.0.0.1:8088 {'0' * 32}"


class Told(Silent):
    """Keep what was said first, in the order in which it was."""

    def __init__(self) -> None:
        self.marks: list[str] = []

    def mark(self, marks: Marks) -> None:
        self.marks.append(marks.text)


@contextmanager
def opened(folder: Path, account: str = HERE) -> Iterator[Ledger]:
    with closing(SqliteLedger(folder / "state")) as ledger:
        if ledger.run(RUN) is None:
            ledger.plan(replace(PLAN, account=account), items())
        yield ledger


def found(ledger: Ledger) -> RunRecord:
    record = ledger.run(RUN)
    assert record is not None
    return record


def hear(folder: Path, answers: Sequence[bool], account: str = HERE) -> Sequence[str]:
    """Hear these answers in one process; return what was said first."""
    told = Told()
    with opened(folder, account) as ledger, closing(ledger.take(RUN)) as writer:
        answerers = Answerers(ManualClock(), told)
        answerers.hear_for(found(ledger), writer, ledger)
        for emulated in answers:
            answerers.heard(emulated)
    return told.marks


def marks(folder: Path) -> Marks:
    with opened(folder) as ledger:
        return marks_of(found(ledger))


@pytest.mark.parametrize(
    ("account", "emulated", "mark"),
    [
        ("emulator abc", None, Marks(rehearsal=True)),
        (HERE, True, Marks(rehearsal=True)),
        (HERE, False, Marks(unknown_endpoint=True)),
        (HERE, None, Marks(unknown_endpoint=True)),
        ("http://localhost:80 abc", None, Marks(unknown_endpoint=True)),
        ("https://[::1]:8443 abc", True, Marks(rehearsal=True)),
        ("https://koomessage.myhuaweicloud.cn:443 abc", None, Marks()),
        ("https://koomessage.myhuaweicloud.cn:443 abc", True, Marks()),
    ],
)
def test_only_what_reaches_nobody_is_a_rehearsal(
    account: str, mark: Marks, *, emulated: bool | None
) -> None:
    record = RunRecord(replace(PLAN, account=account), 1, 1, 1, 1, None, None, emulated=emulated)
    assert marks_of(record) == mark
    trial = replace(record, plan=replace(record.plan, meaning='{"trial": ["x"]}'))
    assert marks_of(trial) == replace(mark, test_send=True)


def test_a_marked_answer_makes_a_rehearsal_that_outlives_the_process(tmp_path: Path) -> None:
    assert marks(tmp_path) == Marks(unknown_endpoint=True)
    assert hear(tmp_path, [True, True]) == [REHEARSAL]
    assert marks(tmp_path) == Marks(rehearsal=True)
    assert hear(tmp_path, [True]) == []


def test_one_answer_without_the_mark_ends_the_rehearsal_for_good(tmp_path: Path) -> None:
    assert hear(tmp_path, [True, False, True]) == [REHEARSAL, UNKNOWN_ENDPOINT]
    assert marks(tmp_path) == Marks(unknown_endpoint=True)
    assert hear(tmp_path, [True]) == []
    assert marks(tmp_path) == Marks(unknown_endpoint=True)


def test_what_left_before_anything_answered_is_never_called_a_rehearsal(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger, closing(ledger.take(RUN)) as writer:
        writer.begin([an_attempt()])
    assert hear(tmp_path, [True]) == [UNKNOWN_ENDPOINT]
    assert marks(tmp_path) == Marks(unknown_endpoint=True)


def test_of_an_account_that_is_elsewhere_nothing_is_noted(tmp_path: Path) -> None:
    elsewhere = "https://koomessage.myhuaweicloud.cn:443 abc"
    assert hear(tmp_path, [True, False], elsewhere) == []
    with opened(tmp_path) as ledger:
        assert found(ledger).emulated is None


@pytest.mark.parametrize("change", ["UPDATE answerer SET emulated = 1", "DELETE FROM answerer"])
def test_what_answered_is_never_taken_back(tmp_path: Path, change: str) -> None:
    hear(tmp_path, [False])
    file = next((tmp_path / "state").glob("*.sqlite3"))
    with closing(sqlite3.connect(file)) as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute(change)
