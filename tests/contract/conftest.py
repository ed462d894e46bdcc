"""What the contract suites share: the ledgers held to the port, emulators and their SDK clients.

An emulator is started for each test, or for each module where its tests only look or tell their
own sends apart. A module says what is special about its emulators by a name: OPTIONS are those of
a test's own, WORLD is the TOML that changes the world of the shared one.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ports import Ledger, RunWriter
from tests.support.emulator_clients import WAYS, Call, caller
from tests.support.emulator_process import EmulatorProcess, emulator_of_world, running_emulator
from tests.support.emulator_sdk import Sdk, sdk_client
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


@pytest.fixture
def emulator(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[EmulatorProcess]:
    """Run an emulator for one test; its journal lies in the test's folder."""
    options = getattr(request.module, "OPTIONS", None)
    with running_emulator(tmp_path, options) as running:
        yield running


@pytest.fixture
def client(emulator: EmulatorProcess) -> Sdk:
    return sdk_client(emulator.url)


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[EmulatorProcess]:
    """Run one emulator for all tests of a module."""
    world = getattr(request.module, "WORLD", "")
    with emulator_of_world(tmp_path_factory.mktemp("emulator"), world) as running:
        yield running


@pytest.fixture(scope="module")
def shared_client(shared: EmulatorProcess) -> Sdk:
    return sdk_client(shared.url)


@pytest.fixture(scope="module", params=WAYS)
def call(shared: EmulatorProcess, request: pytest.FixtureRequest) -> Call:
    """Ask the shared emulator in each way that the SDK can."""
    return caller(shared.url, request.param)
