"""What a run has spent, read from its ledger: whatever was or may have been taken."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.lifecycle import Event
from pipeline.ports import Conclusion, RunWriter
from pipeline.runner.guards.ceilings import ceilings_of
from pipeline.settings import load_campaign
from tests.support.ceilings import CAMPAIGN
from tests.support.ledgers import PLAN, RUN, an_attempt, concluding, planned
from tests.support.memory_ledger import MemoryLedger

Story = Callable[[RunWriter], None]


def attempt(*events: Event, note: str = "") -> Story:
    """Tell of a first attempt of two recipients and what became of it."""

    def told(writer: RunWriter) -> None:
        writer.begin([an_attempt()])
        for event in events:
            step = concluding(event)
            writer.conclude([replace(step, note=note) if note else step])

    return told


def twice(note: str) -> Story:
    """Tell of a doubt that was released and sent again."""

    def told(writer: RunWriter) -> None:
        attempt(Event.WAS_LOST)(writer)
        writer.conclude([Conclusion(0, 0, Event.WAS_RELEASED, 200.0, note=note)])
        writer.begin([an_attempt(attempt=1)])
        writer.conclude([concluding(Event.WAS_ACCEPTED)])

    return told


STORIES: dict[str, tuple[Story, int]] = {
    "in flight": (attempt(), 2),
    "accepted": (attempt(Event.WAS_ACCEPTED), 2),
    "in doubt": (attempt(Event.WAS_LOST), 2),
    "found": (attempt(Event.WAS_LOST, Event.WAS_FOUND), 2),
    "assumed sent": (attempt(Event.WAS_LOST, Event.WAS_ABANDONED), 2),
    "refused": (attempt(Event.WAS_REFUSED), 0),
    "turned away": (attempt(Event.WAS_THROTTLED), 0),
    "absent by proof, sent again": (twice("policy auto: not listed"), 4),
    "absent by a word, sent again": (twice("release by somebody: not in the console"), 4),
    "absent by policy alone, sent again": (twice("policy resend: not listed"), 4),
}


@pytest.mark.parametrize("name", STORIES)
def test_what_was_or_may_have_been_taken_is_spent(tmp_path: Path, name: str) -> None:
    story, spent = STORIES[name]
    file = tmp_path / "campaign.toml"
    file.write_text(CAMPAIGN, encoding="utf-8")
    campaign = load_campaign(file, PLAN.planned_at)
    ledger = MemoryLedger()
    planned(ledger)
    story(ledger.take(RUN))
    record = ledger.run(RUN)
    assert record is not None
    found = ceilings_of(campaign, ledger, record)
    assert found.messages == 100 - spent
    assert found.cost == 1_000_000 - spent * 30_000
    assert found.released == (2 if "sent again" in name else 0)
    assert found.cost_of(ledger.submissions(RUN)[0]) == 60_000


def test_without_a_ceiling_nothing_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "campaign.toml"
    unlimited = CAMPAIGN.replace("= 100\n", "= 0\n").replace("= 1.0\n", "= 0.0\n")
    file.write_text(unlimited, encoding="utf-8")
    campaign = load_campaign(file, PLAN.planned_at)
    ledger = MemoryLedger()
    planned(ledger)
    record = ledger.run(RUN)
    assert record is not None
    found = ceilings_of(campaign, ledger, record)
    assert (found.messages, found.cost) == (None, None)
