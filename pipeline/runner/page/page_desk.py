"""Answer for the page: find what it shows in the state folders, and do what operators want."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import TypeVar

from pipeline.core.model import RunId
from pipeline.core.times import in_china, time_in_china
from pipeline.language import Words
from pipeline.ports import Clock, RunRecord
from pipeline.runner.commands.explain import explain
from pipeline.runner.page import deciding
from pipeline.runner.page.counting import BooksKept, Seen
from pipeline.runner.page.launching import Launch, Launched
from pipeline.runner.page.receiving import Heard, Receiving
from pipeline.runner.page.state_folders import Folder
from pipeline.runner.page.stories import life_shown
from pipeline.runner.page.watching import Watched
from pipeline.runner.session.place import Place, run_folder
from pipeline.runner.session.shared_lists import share_lists
from pipeline.web.page.shown import (
    Decided,
    DoubtsShown,
    FolderShown,
    LifeShown,
    ListShown,
    Night,
    Nights,
    Ordered,
    ReceiptsShown,
    RerunShown,
    RunLine,
    RunPlace,
    RunShown,
    Said,
)

T = TypeVar("T")
RUNS_SHOWN = 30
_COUNTING_S = 1.0
"""So long a view of the list counts runs that were never counted; the others follow later."""

_NOON_H = 12
_WRITTEN = Words("the report written anew")
_RERUN = Words("rerun")
_STARTED = Words("The rerun was started; what it prints is shown below.")


@dataclass(slots=True)
class PageDesk:
    """What the page is told, of all state folders; heard tells of this process's receipts."""

    folder_list: Sequence[Folder]
    clock: Clock
    heard: Callable[[], Heard] = Heard
    books: BooksKept = field(init=False)
    _watched: Watched = field(init=False)
    _receiving: Receiving = field(init=False)
    _launched: Launched = field(init=False)
    _by_key: Mapping[str, Folder] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing looked at."""
        self.books = BooksKept(self.clock)
        self._watched = Watched(self.clock, self.books)
        self._receiving = Receiving(self.clock)
        self._launched = Launched(self.clock)
        self._by_key = {folder.key: folder for folder in self.folder_list}

    def folders(self) -> Sequence[FolderShown]:
        """List the state folders."""
        return [folder.shown for folder in self.folder_list]

    async def nights(self, before: str = "") -> Nights:
        """List the latest runs of all state folders by night, or those of before a date."""
        found: list[tuple[RunRecord, RunLine]] = []
        warnings: list[tuple[str, Said]] = []
        self._launched.reap()
        for folder in self.folder_list:
            lines, said = await folder.looked(partial(self._lines, folder, before))
            found += lines
            warnings += [(folder.key, text) for text in said]
        found.sort(key=lambda one: one[0].plan.planned_at, reverse=True)
        shown, more = found[:RUNS_SHOWN], found[RUNS_SHOWN:]
        # A night is shown whole, so that the next page begins with another.
        whole = [one for one in more if _night(one[0]) == _night(shown[-1][0])] if shown else []
        runs = [*shown, *whole]
        nights = [
            Night(date, [line for _, line in of_night])
            for date, of_night in groupby(runs, key=lambda one: _night(one[0]))
        ]
        earlier = nights[-1].date if len(found) > len(runs) and nights else ""
        return Nights(time_in_china(self.clock.now()), nights, earlier, warnings)

    async def run(self, place: RunPlace) -> RunShown | None:
        """Show one run as it stands, or stood a moment ago."""
        folder = self._by_key.get(place.folder)
        if folder is None:
            return None
        shown = await folder.looked(lambda: self._watched.look(folder, place.run))
        return shown and replace(shown, started=self._launched.of(place.run))

    async def report(self, place: RunPlace) -> bytes | None:
        """Read the page of a run's report, None where none was written."""
        shown, folder = await self.run(place), self._by_key.get(place.folder)
        if shown is None or folder is None or not shown.report:
            return None
        file = run_folder(folder.state, RunId(place.run)) / shown.report
        try:
            return await asyncio.to_thread(file.read_bytes)
        except OSError:
            return None

    async def receipts(self, folder: str, *, whole: bool = False) -> ReceiptsShown | None:
        """Show what was pushed to a state folder; whole shows numbers whole."""
        found = self._by_key.get(folder)
        if found is None:
            return None
        heard = self.heard() if found.is_here else Heard()
        return await found.looked(lambda: self._receiving.look(found, heard, whole=whole))

    async def life(self, place: RunPlace, what: str, *, whole: bool = False) -> LifeShown | None:
        """Tell the life of a row of a run, or of a number; whole shows numbers whole."""

        def look(at: Place) -> LifeShown:
            share_lists(at.ledger, at.state, at.campaign)
            return life_shown(place.folder, explain(at.ledger, at.run, what), whole=whole)

        return await self._acted(place, look)

    async def doubts(self, place: RunPlace) -> DoubtsShown | None:
        """List a run's doubts."""
        shown = await self.run(place)
        if shown is None:
            return None
        line = shown.line
        return await self._acted(place, lambda at: deciding.doubts_of(at, self.clock, line))

    async def rerun(self, place: RunPlace) -> RerunShown | None:
        """Say what a rerun would send and what it costs."""
        shown = await self.run(place)
        if shown is None:
            return None
        line = shown.line
        return await self._acted(place, lambda at: deciding.rerun_of(at, self.clock, line))

    async def listed(self, folder: str, number: str, *, whole: bool = False) -> ListShown | None:
        """Look at the suppression list of the folder's account; number may be empty."""
        found = self._by_key.get(folder)
        if found is None:
            return None

        def look() -> ListShown:
            ledger = found.ledger()
            if ledger is None:
                return ListShown(())
            place = Place(found.state, ledger, found.campaign, None)
            return deciding.listed(place, number, whole=whole)

        return await found.looked(look)

    async def order(self, place: RunPlace, wanted: Ordered) -> Said:
        """Pause, resume, stop or limit a run."""
        return await self._changed(place, lambda at: deciding.order(at, wanted, self.clock))

    async def decide(self, place: RunPlace, decided: Decided) -> Said:
        """Conclude doubts on a person's word; the report is written anew by another process."""
        said = await self._changed(place, lambda at: deciding.decide(at, decided, self.clock))
        self._launch(place, ("report",), decided.who, _WRITTEN)
        return said

    async def start_rerun(self, place: RunPlace, who: str) -> Said:
        """Send the rerun, in a process of its own."""
        self._launch(place, ("rerun", "--yes"), who, _RERUN)
        return _STARTED

    async def suppress(self, folder: str, number: str, reason: str, who: str) -> Said:
        """Put a number on the suppression list of the folder's account."""
        found = self._by_key[folder]

        def add() -> Said:
            ledger = found.ledger()
            if ledger is None:
                return Words("This state folder has no ledger yet.")
            place = Place(found.state, ledger, found.campaign, None)
            return deciding.suppress(place, self.clock, number, reason, who)

        return await found.looked(add)

    def forget(self, folder: str, run: str) -> None:
        """Look at a run anew when it is asked for next."""
        self._watched.forget(self._by_key[folder], run)

    def close(self) -> None:
        """Close the ledgers."""
        for folder in self.folder_list:
            folder.close()

    def _launch(self, place: RunPlace, words: Sequence[str], who: str, what: Words) -> None:
        folder = self._by_key[place.folder]
        command, *options = words
        line = (command, place.run, *options, "--state", str(folder.state))
        files = run_folder(folder.state, RunId(place.run))
        self._launched.start(Launch(place.run, line, who, what), files)

    async def _acted(self, place: RunPlace, act: Callable[[Place], T]) -> T | None:
        folder = self._by_key.get(place.folder)
        if folder is None or await folder.looked(lambda: folder.record(place.run)) is None:
            return None
        return await folder.acted(place.run, act)

    async def _changed(self, place: RunPlace, act: Callable[[Place], Said]) -> Said:
        folder = self._by_key[place.folder]
        try:
            return await folder.acted(place.run, act)
        finally:
            self.forget(folder.key, place.run)

    def _lines(
        self, folder: Folder, before: str
    ) -> tuple[list[tuple[RunRecord, RunLine]], Sequence[Said]]:
        ledger = folder.ledger()
        if ledger is None:
            return [], ()
        runs = [run for run in ledger.runs() if not before or _night(run) < before]
        until = self.clock.monotonic() + _COUNTING_S
        lines: list[tuple[RunRecord, RunLine]] = []
        for record in _first(runs):
            due = self.books.known(record) or self.clock.monotonic() < until
            books = self.books.of(ledger, record) if due else None
            lines.append((record, Seen.of(ledger, record).line(folder.key, books)))
        heard = self.heard() if folder.is_here else Heard()
        return lines, self._receiving.warnings(folder, heard) if not before else ()


def _night(record: RunRecord) -> str:
    """Return the date on which the night of a run began: what is sent at 1 is of the day before."""
    return f"{in_china(record.plan.planned_at) - timedelta(hours=_NOON_H):%Y-%m-%d}"


def _first(runs: Sequence[RunRecord]) -> Sequence[RunRecord]:
    """Return the latest runs, whole nights of them, and one more where there are more."""
    end = RUNS_SHOWN
    while end < len(runs) and _night(runs[end]) == _night(runs[end - 1]):
        end += 1
    return runs[: end + 1]
