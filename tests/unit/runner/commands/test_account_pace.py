"""The pace that an account bears is kept in its store: the next run of any folder begins there."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.logs import EventLog
from pipeline.runner.commands import run
from pipeline.runner.session.session import limiter_of
from pipeline.settings import Campaign, load_campaign
from tests.support.ceilings import CAMPAIGN
from tests.support.fakes import ManualClock
from tests.support.memory_ledger import MemoryStore


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    file = tmp_path / "campaign.toml"
    file.write_text(CAMPAIGN, encoding="utf-8")
    return load_campaign(file, 0.0)


def test_what_was_learned_is_kept_in_the_store_and_begun_with(
    campaign: Campaign, tmp_path: Path
) -> None:
    store, clock, events = MemoryStore(), ManualClock(), EventLog(tmp_path / "events.jsonl")
    fresh = limiter_of(campaign, store, clock, events)
    assert fresh.ceiling is None
    session = SimpleNamespace(
        hold=SimpleNamespace(store=store), provider=SimpleNamespace(limiter=fresh)
    )
    run._learn(session)  # type: ignore[arg-type]  # it uses only these two
    assert store.ceiling() is None
    fresh.slow_down(7.5)
    run._learn(session)  # type: ignore[arg-type]  # as above
    assert store.ceiling() == 7.5
    assert limiter_of(campaign, store, clock, events).ceiling == 7.5
    events.close()
