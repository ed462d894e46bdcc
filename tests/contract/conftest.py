"""The ledgers that one behaviour suite holds to the port: the real one and its fake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ports import Ledger, RunWriter
from tests.support.ledgers import RUN, MakeLedger, ledger_maker, planned


@pytest.fixture(params=["memory", "sqlite"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> MakeLedger:
    return ledger_maker(request.param, tmp_path)


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
