"""Folders and stores that an earlier version wrote take replies that may opt out."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from pipeline.core.screening import SuppressionReason
from pipeline.ledger import SqliteLedger, account
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ledger.sqlite import migrate
from pipeline.ledger.sqlite.sql import script
from pipeline.ports import PushedReceipt, Reply, Suppression

FIRST, SECOND = "13800138001", "13800138002"
ENTRY = (
    "INSERT INTO suppression (id, phone, reason, at, source, note, removed_at, removed_note)"
    " VALUES (?, ?, ?, 5.0, 'receipt:1', 'T', ?, ?)"
)
ASKS = Reply(SECOND, "怎么退订", "", "", opts_out=False, unclear="asks")


def of_version_2(file: Path, scripts: Sequence[str]) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        migrate.migrate(raw, file, [script(name) for name in scripts[:2]])
        raw.execute(ENTRY, (7, FIRST, "opt_out", None, ""))
        raw.execute(ENTRY, (8, SECOND, "manual", 6.0, "came back"))
        assert raw.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_ledger_of_version_2_keeps_its_list_and_takes_more(tmp_path: Path) -> None:
    of_version_2(tmp_path / "ledger.sqlite3", migrate.SCRIPTS)
    with closing(SqliteLedger(tmp_path)) as ledger:
        first, second = ledger.screening.suppressions(history=True)
        assert (first.suppression.phone, first.removed_at) == (FIRST, None)
        assert (second.suppression.note, second.removed_note) == ("T", "came back")
        ledger.receipts.store_receipts([PushedReceipt(9.0, "reply", b"{}", replies=(ASKS,))])
        assert ledger.receipts.count_replies() == (1, 0, 1)
        (number,) = ledger.screening.suppressed()[SuppressionReason.UNCLEAR_REPLY]
        assert str(number) == SECOND


def test_a_store_of_version_2_keeps_its_list_and_takes_more(tmp_path: Path) -> None:
    of_version_2(tmp_path / "digest.sqlite3", account.SCRIPTS)
    with closing(SqliteAccountStore(tmp_path, "digest", "an account")) as store:
        assert len(list(store.suppressions.suppressions(history=True))) == 2
        before = store.suppressions.suppressions_end()
        unclear = Suppression(SECOND, SuppressionReason.UNCLEAR_REPLY, 9.0)
        assert store.suppressions.suppress([unclear]) == 1
        assert store.suppressions.suppressions_end() > before
        since = store.suppressions.suppressed_since(before)
        assert since == {SECOND: SuppressionReason.UNCLEAR_REPLY}
