"""The state folders that the page shows: each has a ledger of its own to look into."""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.core.errors import KoosendError
from pipeline.core.model import RunId
from pipeline.language import Words
from pipeline.ledger import SqliteLedger
from pipeline.ports import RunRecord
from pipeline.runner.session.place import LEDGER_FILE, Place, own_campaign
from pipeline.settings import Campaign
from pipeline.web.page.shown import FolderShown

T = TypeVar("T")
_KEY_CHARS = 8


@dataclass(slots=True)
class Folder:
    """A state folder, its campaigns as they were named, and its ledger once there is one.

    One thread at a time looks into it. is_here: this process takes its receipts.
    """

    state: Path
    campaigns: tuple[Campaign, ...] = ()
    is_here: bool = False
    _ledger: SqliteLedger | None = None
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def key(self) -> str:
        """Return what addresses name it by; the same after a restart."""
        return hashlib.sha256(str(self.state).encode()).hexdigest()[:_KEY_CHARS]

    @property
    def shown(self) -> FolderShown:
        """Return what is said of it."""
        names = ", ".join(campaign.name for campaign in self.campaigns)
        return FolderShown(self.key, names or self.state.name, str(self.state), self.is_here)

    @property
    def campaign(self) -> Campaign | None:
        """Return the campaign whose account's lists are looked at, where one was named."""
        return self.campaigns[0] if self.campaigns else None

    def ledger(self) -> SqliteLedger | None:
        """Return the ledger to look into; None while the folder has none. Makes none."""
        if self._ledger is None and (self.state / LEDGER_FILE).exists():
            self._ledger = SqliteLedger(self.state)
        return self._ledger

    def record(self, run: str) -> RunRecord | None:
        """Look a run up."""
        ledger = self.ledger()
        return None if ledger is None else ledger.run(RunId(run))

    async def looked(self, look: Callable[[], T]) -> T:
        """Look beside everything else that the service does."""
        async with self._looking:
            return await asyncio.to_thread(look)

    async def acted(self, run: str, act: Callable[[Place], T]) -> T:
        """Do something to a run by a connection of its own, as a command does.

        Raises KoosendError where the run is gone.
        """

        def doing() -> T:
            with closing(SqliteLedger(self.state)) as ledger:
                record = ledger.run(RunId(run))
                if record is None:
                    raise KoosendError(Words("there is no such run any more"))
                return act(Place(self.state, ledger, None, record))

        return await asyncio.to_thread(doing)

    def close(self) -> None:
        """Close the ledger."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None


def campaign_of(
    record: RunRecord, kept: dict[str, tuple[float, Campaign | None]]
) -> Campaign | None:
    """Return a run's campaign as its file says now; it is read again only when it was changed."""
    file = Path(record.plan.campaign_path)
    try:
        changed = file.stat().st_mtime
    except OSError:
        return None
    known = kept.get(str(file))
    if known is None or known[0] != changed:
        known = (changed, own_campaign(record, record.plan.planned_at))
        kept[str(file)] = known
    return known[1]
