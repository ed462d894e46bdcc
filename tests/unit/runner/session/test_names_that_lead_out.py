"""A name that leads out of a folder is followed nowhere, whoever gives it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid, SourceDamaged, UsageError
from pipeline.core.model import RunId
from pipeline.core.names import place_of
from pipeline.ledger import SqliteLedger
from pipeline.runner.commands.purge import PurgeWish, candidates
from pipeline.runner.session.place import Place, is_run_id, open_place
from tests.support.fakes import ManualClock
from tests.support.ledgers import RUN, planned
from tests.support.odd_files import zip_of
from tests.support.payloads import TRAVERSALS
from tests.support.spreadsheets import PLAIN, options_for, seen

TABLE = f"手机号,姓名\n{PLAIN},a\n"
MEMBERS = ("../../evil.csv", "/tmp/koosend-evil.csv", "..\\evil.csv", "a/../../evil.csv")  # noqa: S108 -- of a hostile archive


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Plan a run in a state folder that lies three folders deep."""
    folder = tmp_path / "a" / "b" / "state"
    with_run = SqliteLedger(folder)
    planned(with_run).close()
    return folder


@pytest.fixture
def unchanged(tmp_path: Path, state: Path) -> Iterator[None]:
    """See that nothing came or went around the state folder."""
    before = set(tmp_path.rglob("*"))
    yield
    later = set(tmp_path.rglob("*"))
    beside = {state / "ledger.sqlite3-wal", state / "ledger.sqlite3-shm"}
    assert later - beside == before - beside


@pytest.mark.usefixtures("unchanged")
def test_a_hundred_names_that_lead_out_are_no_run_to_any_command(state: Path) -> None:
    assert len(set(TRAVERSALS)) == 100
    clock = ManualClock()
    for name in TRAVERSALS:
        assert not is_run_id(name)
        with (
            pytest.raises((UsageError, CampaignInvalid)),
            open_place(name, state, clock),
        ):
            pass


@pytest.mark.usefixtures("unchanged")
def test_a_hundred_names_that_lead_out_are_no_run_to_a_purge_nor_to_the_ledger(
    state: Path,
) -> None:
    ledger = SqliteLedger(state)
    place = Place(state, ledger, None, ledger.run(RUN))
    for name in TRAVERSALS:
        with pytest.raises(UsageError, match="there is no run"):
            candidates(place, PurgeWish(runs=(name,), files=True), 0.0)
        with pytest.raises(UsageError):
            ledger.take(RunId(name))
        assert place_of(f"{name}-0000000-001") is None
    ledger.close()


@pytest.mark.parametrize("name", MEMBERS)
def test_a_members_name_is_no_place_to_write_to(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    path = zip_of({name: TABLE}, inner)
    with suppress(SourceDamaged):
        assert seen(options_for(path)).phones == [PLAIN]
    files = [found for found in tmp_path.rglob("*") if found.is_file()]
    assert files == [path]
    assert not Path("/tmp/koosend-evil.csv").exists()  # noqa: S108 -- of a hostile archive
