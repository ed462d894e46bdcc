"""An erasure that is killed anywhere is ended by the same command, and nothing of it is left."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pipeline.core.answer import News, NewsKind
from pipeline.core.model import TaskId
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.screening import SuppressionReason
from pipeline.ledger import SqliteLedger
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ports import PushedReceipt, StorePlace, Suppression
from pipeline.settings.account import parsed
from tests.support.command import command
from tests.support.ledgers import PLAN, RUN, accept, items, phone_of
from tests.support.shim import Action, Point, Shim, Step, steps_of

ACCOUNT = "emulator 0123"
WHO = phone_of(0)
KILLED = -9
POINTS = 5


def begin(state: Path) -> None:
    """Make a state folder with a run, a receipt, a list, and a report that all hold the number."""
    store = StorePlace(state / "account", parsed(ACCOUNT).digest, ACCOUNT)
    with closing(SqliteLedger(state)) as ledger:
        ledger.share_list(store)
        ledger.plan(replace(PLAN, account=ACCOUNT), items())
        with closing(ledger.take(RUN)) as writer:
            accept(writer)
            writer.settle({0: Standing(Outcome.CARD, evidence="receipt:1")})
        news = ((TaskId("task-0-0"), News(WHO, NewsKind.DELIVERED, "", "t")),)
        ledger.receipts.store_receipts([PushedReceipt(5.0, "sms", WHO.encode(), news)])
        ledger.screening.suppress([Suppression(WHO, SuppressionReason.OPT_OUT, 5.0, "", WHO)])
    (state / "runs" / RUN / "outcomes.csv").write_text(WHO, encoding="utf-8")


def erase(folder: Path, shim: Shim, point: Point | None = None) -> int:
    """Give the command, watched by the shim; return how it ended."""
    watched = shim.environment(folder / "state", folder / "log", point)
    line = command("erase", "--file", "asked.txt", "--yes", "--state", "state")
    quiet = subprocess.DEVNULL
    done = subprocess.run(
        line, cwd=folder, env={**os.environ, **watched}, stdout=quiet, stderr=quiet, check=False
    )
    return done.returncode


def traces(state: Path) -> list[str]:
    forms = (WHO.encode(), int(WHO).to_bytes(6, "big"))
    files = [file for file in state.rglob("*") if file.is_file()]
    return [file.name for file in files if any(form in file.read_bytes() for form in forms)]


def chosen(steps: Sequence[Step]) -> list[Point]:
    """Choose points all over what was recorded, once the number is looked for."""
    writes = [step for step in steps if step.kind in {"pwrite", "fdatasync", "fsync", "ftruncate"}]
    picked = [writes[n * (len(writes) - 1) // (POINTS - 1)] for n in range(POINTS)]
    return [Point(Action.BEFORE, step.kind, step.target, step.ordinal) for step in picked]


def test_the_same_command_ends_an_erasure_that_was_killed(tmp_path: Path, shim: Shim) -> None:
    first = tmp_path / "first"
    begin(first / "state")
    (first / "asked.txt").write_text(WHO, encoding="utf-8")
    cases = [shutil.copytree(first, tmp_path / str(n)) for n in range(POINTS)]
    assert traces(first / "state")
    assert erase(first, shim) == 0
    points = chosen(steps_of(first / "log"))

    def broken(folder: Path, point: Point) -> int:
        killed = erase(folder, shim, point)
        (folder / "log").unlink()
        assert erase(folder, shim) == 0, point
        return killed

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(broken, cases, points)) == {KILLED}
    for folder, point in zip(cases, points, strict=True):
        assert traces(folder / "state") == [], point
        store = parsed(ACCOUNT).digest
        with closing(SqliteAccountStore(folder / "state" / "account", store, ACCOUNT)) as account:
            assert account.suppressions.erased().reason(WHO) is SuppressionReason.OPT_OUT
        with closing(SqliteLedger(folder / "state")) as ledger:
            assert sorted(ledger.erasures.rows(RUN)) == [0, 5]
            assert ledger.books(RUN).balance
