"""Who may write a run: one process, until it ends or is overtaken."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.core.errors import LedgerUnwritable, Overtaken, RunHeld
from pipeline.core.lifecycle import State
from pipeline.core.outcome import Outcome, Standing
from pipeline.ledger import SqliteLedger
from pipeline.ports import Learned, Question, RunWriter, Submission
from tests.support.children import child, outcome_of
from tests.support.ledgers import (
    PLAN,
    RUN,
    a_chunk,
    accept,
    an_attempt,
    learn,
    name_of,
    planned,
    submission_at,
)

WRITES: dict[str, Callable[[RunWriter, Submission], object]] = {
    "begin": lambda w, _: w.begin([an_attempt(1, 1)]),
    "begin nothing": lambda w, _: w.begin([]),
    "conclude": lambda w, _: w.conclude([]),
    "sweep": lambda w, _: w.sweep(1.0),
    "asked": lambda w, _: w.asked([Question(name_of(), 1.0, 0, "", calibrates=False)]),
    "add_evidence": lambda w, s: learn(w, s, 1.0, {}),
    "settle": lambda w, _: w.settle({0: Standing(Outcome.CARD)}),
    "add_evidence: a life": lambda w, s: w.add_evidence([Learned(s, link_life_s=1.0)]),
    "finish": lambda w, _: w.finish(1.0),
}


def test_a_run_held_by_another_process_is_refused_by_its_number(tmp_path: Path) -> None:
    planned(SqliteLedger(tmp_path)).close()

    def hold(say: Callable[[str], None]) -> None:
        SqliteLedger(tmp_path).take(RUN)
        say("taken")
        signal.pause()

    ledger = SqliteLedger(tmp_path)
    with child(hold) as holder:
        assert holder.line() == "taken"
        with pytest.raises(RunHeld, match=f"held by process {holder.pid};"):
            ledger.take(RUN)
        holder.kill()
        assert holder.rest() == []
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
        writer = ledger.take(RUN)
    record = ledger.run(RUN)
    assert record is not None
    assert record.epoch == 2
    writer.close()
    ledger.close()


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_an_overtaken_writer_can_record_nothing(
    tmp_path: Path, write: Callable[[RunWriter, Submission], object]
) -> None:
    first, second = SqliteLedger(tmp_path), SqliteLedger(tmp_path)
    stale = planned(first).take(RUN)
    accept(stale)
    submission = submission_at(first)
    # Somebody "mends" a stuck run by removing its lock file: the epoch still holds.
    (tmp_path / "runs" / RUN / "lock").unlink()
    fresh = second.take(RUN)
    before = (second.books(RUN), second.run(RUN), second.submissions(RUN))
    with pytest.raises(Overtaken, match="taken over"):
        write(stale, submission)
    assert (second.books(RUN), second.run(RUN), second.submissions(RUN)) == before
    write(fresh, submission)
    first.close()
    second.close()


def test_a_forked_child_does_not_keep_its_parents_lock(tmp_path: Path) -> None:
    planned(SqliteLedger(tmp_path)).close()

    def hold_and_fork(say: Callable[[str], None]) -> None:
        ledger = SqliteLedger(tmp_path)
        ledger.take(RUN)
        grandchild = os.fork()
        if grandchild == 0:
            signal.pause()
        say(str(grandchild))
        signal.pause()

    with child(hold_and_fork) as parent:
        grandchild = int(parent.line())
        try:
            parent.kill()
            os.waitid(os.P_PID, parent.pid, os.WEXITED | os.WNOWAIT)
            ledger = SqliteLedger(tmp_path)
            ledger.take(RUN).close()
            ledger.close()
        finally:
            os.kill(grandchild, signal.SIGKILL)


def test_of_many_processes_that_start_at_once_one_plans_and_takes_the_run(tmp_path: Path) -> None:
    state = tmp_path / "state"

    def start(say: Callable[[str], None]) -> None:
        ledger = SqliteLedger(state)
        if ledger.run(RUN) is None:
            ledger.plan(PLAN, [a_chunk(0, range(1000), 100)])
        ledger.take(RUN)
        say("taken")
        signal.pause()

    def one_by_one(say: Callable[[str], None]) -> None:
        with child(start) as a, child(start) as b, child(start) as c, child(start) as d:
            for each in (a, b, c, d):
                say(each.line())

    with child(one_by_one) as all_of_them:
        said = all_of_them.rest()
    assert len(said) == 4
    assert said.count("taken") == 1
    assert sum(line.startswith("raised RunHeld") for line in said) == 3


def test_many_processes_may_create_the_same_ledger_at_once(tmp_path: Path) -> None:
    def create(say: Callable[[str], None]) -> None:
        for number in range(15):
            SqliteLedger(tmp_path / str(number)).close()
        say("created")

    def together(say: Callable[[str], None]) -> None:
        with child(create) as a, child(create) as b, child(create) as c, child(create) as d:
            for each in (a, b, c, d):
                say(each.line())

    with child(together) as all_of_them:
        assert all_of_them.rest() == ["created"] * 4


def test_a_ledger_locked_for_too_long_is_said_to_be_locked(tmp_path: Path) -> None:
    holder = SqliteLedger(tmp_path)
    planned(holder)

    def wait_briefly() -> object:
        SqliteLedger(tmp_path, busy_timeout_s=0.05).take(RUN)
        return "taken"

    with holder._database.transaction():
        said = outcome_of(wait_briefly)
    assert said.startswith("raised LedgerUnwritable")
    assert "another process keeps it locked" in said
    holder.close()


def test_a_writer_outlives_a_reader_that_waits(tmp_path: Path) -> None:
    ledger, reader = SqliteLedger(tmp_path), SqliteLedger(tmp_path)
    writer = planned(ledger).take(RUN)
    blocks = reader.outcomes(RUN)
    assert len(next(blocks).rows) == 9
    writer.begin([an_attempt()])
    assert submission_at(reader).state is State.IN_FLIGHT
    assert list(blocks) == []
    reader.close()
    ledger.close()


def test_a_taken_run_is_given_back_when_the_ledger_closes(tmp_path: Path) -> None:
    first = SqliteLedger(tmp_path)
    writer = planned(first).take(RUN)
    first.close()
    second = SqliteLedger(tmp_path)
    second.take(RUN)
    with pytest.raises(Overtaken):
        writer.finish(1.0)
    second.close()


def test_a_run_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path)
    planned(ledger)
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(LedgerUnwritable, match="cannot record"):
        ledger.take(RUN)
    ledger.close()
