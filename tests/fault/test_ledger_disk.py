"""The disk and the machine fail: nothing recorded is lost, and the user reads one sentence."""

import os
import resource
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.answer import NewsKind
from pipeline.core.errors import LedgerUnwritable
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Chunk, RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.ledger import SqliteLedger
from pipeline.ports import RunWriter
from tests.support.children import NOBODY, child, drop_root, outcome_of
from tests.support.ledgers import (
    PLAN,
    RUN,
    a_chunk,
    a_fact,
    accept,
    an_attempt,
    concluding,
    learn,
    planned,
    submission_at,
)

OTHER = RunId("run00002")


def _many() -> Iterator[Chunk]:
    for chunk in range(20):
        yield a_chunk(chunk, range(chunk * 5000, chunk * 5000 + 5000), 100)


def _intact(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def _fill(writer: RunWriter, ledger: SqliteLedger) -> object:
    """Write until the ledger refuses; return how many writes had succeeded, and the refusal."""
    submission = submission_at(ledger)
    written = 0
    try:
        while written < 100_000:
            said = {0: [a_fact(NewsKind.DELIVERED, at=f"{written} " * 2000)]}
            learn(writer, submission, 1.0, said)
            written += 1
    except LedgerUnwritable as error:
        return f"{written}|{error}"
    return "never refused"


def test_a_disk_that_refuses_more_bytes_stops_the_run_and_loses_nothing(tmp_path: Path) -> None:
    ledger = planned(SqliteLedger(tmp_path))
    accept(ledger.take(RUN))
    ledger.close()

    def work() -> object:
        opened = SqliteLedger(tmp_path)
        writer = opened.take(RUN)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
        filled = _fill(writer, opened)
        try:
            writer.begin([an_attempt(1, 0), an_attempt(1, 1), an_attempt(0, 1)])
        except LedgerUnwritable:
            return f"{filled}|refused"
        return f"{filled}|began"

    written, sentence, began = outcome_of(work).split("|")
    assert int(written) > 3
    assert str(tmp_path / "ledger.sqlite3") in sentence
    assert "free space" in sentence
    assert "nothing more was sent" in sentence
    _intact(tmp_path)
    again = SqliteLedger(tmp_path)
    assert len(again.facts(RUN, submission_at(again))[0]) == int(written)
    expected = State.PLANNED if began == "refused" else State.IN_FLIGHT
    assert submission_at(again, 0, 1).state is expected
    again.take(RUN).begin([an_attempt(1, 0, attempt=5)])
    again.close()


def test_a_full_database_is_said_to_be_a_full_disk_and_the_plan_leaves_nothing(
    tmp_path: Path,
) -> None:
    ledger = SqliteLedger(tmp_path)
    planned(ledger)
    pages = ledger._database._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._database._connection.execute(f"PRAGMA max_page_count = {pages + 60}")
    with pytest.raises(LedgerUnwritable, match="the disk is full; free space and run again"):
        ledger.plan(replace(PLAN, run=OTHER), _many())
    assert ledger.run(OTHER) is None
    assert ledger.books(RUN).balance
    ledger._database._connection.execute("PRAGMA max_page_count = 100000")
    assert ledger.plan(replace(PLAN, run=OTHER), _many()).recipients == 100_000
    ledger.close()
    _intact(tmp_path)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a process without root's rights can reach."""
    folder = Path(tempfile.mkdtemp(prefix="koosend-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


def _hand_over(folder: Path, mode: int) -> None:
    for path in (*folder.rglob("*"), folder):
        shutil.chown(path, *_owner())
        if path.is_dir():
            path.chmod(mode)


def _owner() -> tuple[int, int]:

    return (NOBODY, NOBODY) if os.geteuid() == 0 else (os.getuid(), os.getgid())


def _open_as_nobody(folder: Path) -> str:
    def work() -> object:
        drop_root()
        SqliteLedger(folder).take(RUN).begin([an_attempt()])
        return "began"

    return outcome_of(work)


def test_a_folder_that_is_read_only_is_one_sentence(open_folder: Path) -> None:
    state = open_folder / "state"
    planned(SqliteLedger(state)).close()
    _hand_over(state, 0o555)
    said = _open_as_nobody(state)
    assert said.startswith("raised LedgerUnwritable: the ledger ")
    assert "writable and run again" in said
    _hand_over(state, 0o755)
    assert _open_as_nobody(state) == "began"


def test_a_folder_that_cannot_be_made_is_one_sentence(open_folder: Path) -> None:
    state = open_folder / "closed" / "state"
    state.parent.mkdir()
    _hand_over(state.parent, 0o555)
    said = _open_as_nobody(state)
    assert said.startswith("raised LedgerUnwritable: the ledger ")
    assert "access is denied" in said


def test_a_file_that_is_no_ledger_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"the accounts of 1998" * 400)
    with pytest.raises(LedgerUnwritable, match="is damaged"):
        SqliteLedger(tmp_path)
    assert path.read_bytes() == b"the accounts of 1998" * 400


def test_a_damaged_page_is_one_sentence_without_numbers(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path)
    ledger.plan(PLAN, _many())
    ledger.close()
    path = tmp_path / "ledger.sqlite3"
    content = bytearray(path.read_bytes())
    content[8 * 4096 :] = b"\xa5" * (len(content) - 8 * 4096)
    path.write_bytes(content)

    def read_everything() -> None:
        damaged = SqliteLedger(tmp_path)
        with closing(damaged):
            damaged.books(RUN)
            list(damaged.outcomes(RUN))

    with pytest.raises(LedgerUnwritable, match=r"is damaged .* nothing more was sent") as raised:
        read_everything()
    assert raised.value.__cause__ is None
    assert "130" not in str(raised.value)


def test_a_kill_between_intent_and_answer_leaves_a_doubt(tmp_path: Path) -> None:
    planned(SqliteLedger(tmp_path)).close()

    def send(say: Callable[[str], None]) -> None:
        ledger = SqliteLedger(tmp_path)
        writer = ledger.take(RUN)
        accept(writer, 0, 0)
        writer.begin([an_attempt(0, 1)])
        say("on the wire")
        signal.pause()

    with child(send) as sender:
        assert sender.line() == "on the wire"
        sender.kill()
        assert sender.rest() == []
    ledger = SqliteLedger(tmp_path)
    assert submission_at(ledger, 0, 1).state is State.IN_FLIGHT
    writer = ledger.take(RUN)
    assert writer.sweep(300.0) == 1
    assert [s.state for s in ledger.submissions(RUN)] == [
        State.ACCEPTED,
        State.IN_DOUBT,
        State.PLANNED,
        State.PLANNED,
    ]
    assert [a.event for a in ledger.attempts(RUN)] == [Event.WAS_ACCEPTED, Event.WAS_LOST]
    ledger.close()
    _intact(tmp_path)


def test_a_kill_while_planning_leaves_no_run(tmp_path: Path) -> None:
    def plan(say: Callable[[str], None]) -> None:
        def slowly() -> Iterator[Chunk]:
            for chunk in _many():
                yield chunk
                if chunk.chunk == 15:
                    say("half way")
                    signal.pause()

        SqliteLedger(tmp_path).plan(PLAN, slowly())

    with child(plan) as planner:
        assert planner.line() == "half way"
        planner.kill()
        assert planner.rest() == []
    ledger = SqliteLedger(tmp_path)
    assert ledger.run(RUN) is None
    assert ledger.plan(PLAN, _many()).recipients == 100_000
    assert ledger.books(RUN).outcomes == {Outcome.PENDING: 100_000}
    ledger.close()


@pytest.mark.parametrize("lines", range(1, 40, 4))
def test_whatever_was_recorded_before_a_kill_is_there_after_it(tmp_path: Path, lines: int) -> None:
    ledger = SqliteLedger(tmp_path)
    ledger.plan(PLAN, [a_chunk(0, range(1000), 10)])
    ledger.close()

    def send(say: Callable[[str], None]) -> None:
        writer = SqliteLedger(tmp_path).take(RUN)
        for submission in range(100):
            writer.begin([an_attempt(0, submission)])
            say(f"begun {submission}")
            writer.conclude([concluding(Event.WAS_ACCEPTED, 0, submission)])
            say(f"accepted {submission}")
            writer.settle({submission * 10: Standing(Outcome.CARD)})
            say(f"settled {submission}")

    with child(send) as sender:
        said = [sender.line() for _ in range(lines)]
        sender.kill()
        said += sender.rest()
    after = SqliteLedger(tmp_path)
    states = {s.submission: s.state for s in after.submissions(RUN)}
    outcomes = [s.outcome for block in after.outcomes(RUN) for s in block.standings]
    for line in said:
        word, number = line.split(" ")
        submission = int(number)
        assert states[submission] in (State.IN_FLIGHT, State.ACCEPTED)
        assert word == "begun" or states[submission] is State.ACCEPTED
        assert word != "settled" or outcomes[submission * 10] is Outcome.CARD
    assert after.books(RUN).balance
    after.close()
    _intact(tmp_path)
