"""The file beside the ledger knows what was about to leave."""

import os
from pathlib import Path

import pytest

from pipeline.core.errors import LedgerUnwritable
from pipeline.core.lifecycle import Event
from pipeline.ledger import SqliteLedger
from pipeline.ledger.intents import INTENTS_FILE
from tests.support.ledgers import RUN, an_attempt, concluding, name_of, planned


def file_of(folder: Path) -> Path:
    return folder / "runs" / RUN / INTENTS_FILE


def test_names_are_there_write_by_write_and_the_ledger_knows_them(tmp_path: Path) -> None:
    ledger = planned(SqliteLedger(tmp_path))
    writer = ledger.take(RUN)
    writer.begin([an_attempt(0, 0), an_attempt(0, 1)])
    writer.begin([an_attempt(1, 0)])
    lines = file_of(tmp_path).read_text().split()
    assert lines == ["+", name_of(0, 0), name_of(0, 1), "+", name_of(1, 0)]
    assert writer.unknown_intents().earlier == writer.unknown_intents().last == ()
    assert file_of(tmp_path).stat().st_mode & 0o777 == 0o600
    ledger.close()


def test_a_ledger_that_was_put_back_does_not_know_what_left_since(tmp_path: Path) -> None:
    ledger = planned(SqliteLedger(tmp_path))
    ledger.close()
    copy = (tmp_path / "ledger.sqlite3").read_bytes()
    ledger = SqliteLedger(tmp_path)
    writer = ledger.take(RUN)
    for place in ((0, 0), (0, 1), (1, 0)):
        writer.begin([an_attempt(*place)])
        writer.conclude([concluding(Event.WAS_ACCEPTED, *place)])
    ledger.close()
    for file in tmp_path.glob("ledger.sqlite3*"):
        file.unlink()
    (tmp_path / "ledger.sqlite3").write_bytes(copy)
    ledger = SqliteLedger(tmp_path)
    writer = ledger.take(RUN)
    unknown = writer.unknown_intents()
    assert unknown.earlier == (name_of(0, 0), name_of(0, 1))
    assert unknown.last == (name_of(1, 0),)
    writer.settle_intents()
    assert writer.unknown_intents().earlier == writer.unknown_intents().last == ()
    ledger.close()


def test_a_name_is_on_disk_before_the_ledger_has_it_and_a_torn_one_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = planned(SqliteLedger(tmp_path))
    writer = ledger.take(RUN)
    written = os.write

    def full(descriptor: int, data: bytes) -> int:
        written(descriptor, bytes(data)[:15])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(LedgerUnwritable):
            writer.begin([an_attempt(0, 0)])
    assert ledger.attempts(RUN) == ()
    assert writer.unknown_intents().last == ()
    writer.begin([an_attempt(0, 1)])
    assert writer.unknown_intents().last == writer.unknown_intents().earlier == ()
    ledger.close()
