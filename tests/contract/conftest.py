"""The ledgers that one behaviour suite holds to the port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ports import Ledger, RunWriter
from tests.support.ledgers import RUN, MakeLedger, ledger_maker, planned


@pytest.fixture
def reopen(tmp_path: Path) -> MakeLedger:
    return ledger_maker(tmp_path)


@pytest.fixture
def ledger(reopen: MakeLedger) -> Iterator[Ledger]:
    opened = planned(reopen())
    yield opened
    opened.close()


@pytest.fixture
def writer(ledger: Ledger) -> Iterator[RunWriter]:
    taken = ledger.take(RUN)
    yield taken
    taken.close()
