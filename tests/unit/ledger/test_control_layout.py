"""A ledger that an earlier version wrote takes what people say of its runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.ledger import SqliteLedger
from pipeline.ledger.sqlite import migrate
from pipeline.ledger.sqlite.sql import script
from pipeline.ports import ControlKind, ControlRecord, StopKind
from tests.support.ledgers import RUN, planned


def of_version_6(folder: Path) -> None:
    """Leave a run with a stop as that version kept it, in a ledger of its layout."""
    newest = folder / "newest"
    newest.mkdir()
    with closing(SqliteLedger(newest)) as ledger:
        planned(ledger).take(RUN).record_stop(StopKind.PERSON, 5.0)
    file = folder / "ledger.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        migrate.migrate(raw, file, [script(name) for name in migrate.SCRIPTS[:6]])
        raw.execute("ATTACH ? AS newest", (str(newest / "ledger.sqlite3"),))
        for table in ("run", "stop"):
            raw.execute(f"INSERT INTO {table} SELECT * FROM newest.{table}")  # noqa: S608 -- the two names above
        assert raw.execute("PRAGMA user_version").fetchone() == (6,)


def test_a_ledger_of_version_6_keeps_its_runs_and_takes_words_of_them(tmp_path: Path) -> None:
    of_version_6(tmp_path)
    with closing(SqliteLedger(tmp_path)) as ledger:
        assert ledger.stop(RUN) is StopKind.PERSON
        assert ledger.controls(RUN) == ()
        word = ControlRecord(9.0, ControlKind.STOP, "ann", "the wrong list")
        ledger.record_control(RUN, word)
        assert ledger.controls(RUN) == (word,)
