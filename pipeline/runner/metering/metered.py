"""Tell monitoring of a command while it works and once it ends. Nothing here ends a command."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from pipeline.core.errors import Exit, KoosendError
from pipeline.ledger import SqliteLedger
from pipeline.measures import MEASURES, Measured
from pipeline.metrics import LibraryMissing, Metric, Sample, exposed
from pipeline.ports import Clock
from pipeline.runner.metering.gathering import LedgerFigures
from pipeline.runner.metering.textfile import write_textfile
from pipeline.runner.metering.totals import (
    Ended,
    Kept,
    Totals,
    changing_totals,
    read_totals,
    totals_samples,
)
from pipeline.runner.session.marks import marks_here
from pipeline.runner.session.outside import Outside
from pipeline.runner.session.place import LEDGER_FILE
from pipeline.settings import Campaign

WRITE_S = 15.0
"""How often a command that is at work writes its figures."""

_JOIN_S = 10.0


@dataclass(slots=True)
class Command:
    """A command that works on a campaign: its name, and the code that it ends with."""

    name: str
    code: Exit = Exit.OK


@contextlib.contextmanager
def metered(campaign: Campaign, state: Path, name: str, outside: Outside) -> Iterator[Command]:
    """Measure the command while the block runs, where the campaign says so.

    The block sets the code that it ends with; what it raises has one of its own. A command within a
    command is the outer one's. What cannot be written is said in one sentence.
    """
    command = Command(name)
    if campaign.metrics is None or not _TURN.acquire(blocking=False):
        yield command
        return
    teller = Teller(campaign, state, outside.clock)
    try:
        with teller.telling():
            yield command
    except KoosendError as error:
        command.code = error.exit_code
        raise
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        command.code = getattr(error, "exit_code", Exit.INTERRUPTED if interrupted else Exit.BUG)
        raise
    finally:
        try:
            teller.tell(command)
            if teller.trouble:
                outside.ui.note(teller.trouble)
        finally:
            _TURN.release()


_TURN = threading.Lock()


@dataclass(slots=True)
class Teller:
    """Add what this process counts to the state folder's totals, and write the text file.

    trouble is a sentence about what could not be done, empty while all could.
    """

    campaign: Campaign
    state: Path
    clock: Clock
    trouble: str = ""
    _is_stuck: bool = False
    _figures: LedgerFigures | None = None
    _ledger: SqliteLedger | None = None
    _told: Measured = field(default_factory=MEASURES.so_far)

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """Tell every while, in a thread and by a connection of its own, while the block runs."""
        over = threading.Event()

        def tell() -> None:
            while not over.wait(WRITE_S):
                self.tell()

        thread = threading.Thread(target=tell, name="koosend-metrics", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(_JOIN_S)
            self._is_stuck = thread.is_alive()

    def tell(self, ended: Command | None = None) -> None:
        """Tell once. Never raises: the worst is that monitoring hears nothing."""
        if self._is_stuck:  # a file system that does not answer must not keep the command
            self.trouble = self._failed("writing did not come to an end")
            return
        try:
            self._tell(ended)
            self.trouble = ""
        except LibraryMissing as missing:
            self.trouble = str(missing)
        except (OSError, KoosendError) as error:
            said = error.strerror if isinstance(error, OSError) else None
            self.trouble = self._failed(said or str(error))
        finally:
            if ended is not None:
                self.close()

    def _failed(self, why: str) -> str:
        return (
            f"the metrics of {self.campaign.name} could not be written ({why}); "
            "look at [metrics] textfile and at the state folder"
        )

    def _tell(self, ended: Command | None) -> None:
        name = self.campaign.name
        now = MEASURES.so_far()
        with changing_totals(self.state) as totals:
            mine = totals.setdefault(name, {}).setdefault(self._rehearsal(), Totals())
            mine.add(now.since(self._told))
            if ended is not None:
                mine.ended[ended.name] = Ended(int(ended.code), self.clock.now())
        self._told = now
        metrics = self.campaign.metrics
        if metrics is not None and metrics.textfile:
            text = exposed(self._samples({name: totals[name]}))
            write_textfile(Path(metrics.textfile), name, text)

    def _rehearsal(self) -> str:
        return str(marks_here(self.campaign).rehearsal).lower()

    def _samples(self, totals: Kept) -> list[Sample]:
        name = self.campaign.name
        found = [build(), *totals_samples(totals)]
        if self._figures is None and (self.state / LEDGER_FILE).exists():
            self._ledger = SqliteLedger(self.state)
            self._figures = LedgerFigures(self._ledger, self.clock, name)
        if self._figures is not None:
            found += self._figures.samples()
            found += self._figures.receipts(name)
        return found

    def close(self) -> None:
        """Close the ledger that was read from."""
        if self._ledger is not None:
            with contextlib.suppress(KoosendError):
                self._ledger.close()
        self._ledger = self._figures = None


def build() -> Sample:
    """Say which koosend tells this."""
    return Sample(Metric.BUILD, (version("koosend"),), 1)


def folder_samples(state: Path) -> list[Sample]:
    """Return what processes counted in a state folder, for each of its campaigns."""
    return [build(), *totals_samples(read_totals(state))]
