"""The table of signals: at each phase of a run SIGINT and SIGTERM, once and twice.

The referee is the emulator's journal. A case passes when the run ended with the signal's code,
what it left is proved by `verify`, and the same command then reaches everybody exactly once.
"""

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.campaigns.signals.scene import (
    CODES,
    FILES,
    KEYS,
    Scene,
    files_of,
    hear,
    run,
    scene,
    wait_for,
)
from tests.support.proxy import Fault

END_S = 240
ANSWER_S = 3
HANGING = '[[rule]]\nwhat = "delay"\ndelay_s = 600\nnth = 2\n'

Before = Callable[[Scene], object]
Moment = Callable[[Scene, "subprocess.Popen[str]"], object]


@dataclass(frozen=True, slots=True)
class Phase:
    """How a run is brought to a moment, and how that is recognised.

    limits are the campaign's keys there. heeds tells whether the run says that it is stopping.
    """

    at: Moment
    rows: int = 500
    limits: Mapping[str, object] | None = None
    faults: str = ""
    before: Before = lambda _: None
    heeds: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """One case."""

    phase: str
    number: signal.Signals
    times: int

    def __str__(self) -> str:
        """Name it."""
        return f"{self.number.name} {'twice' if self.times > 1 else 'once'} while {self.phase}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a case showed. states are those of the submissions right after the signal."""

    cell: Cell
    exit: int
    states: frozenset[str]
    proved: bool
    duplicates: int
    losses: int
    again: int

    @property
    def passed(self) -> bool:
        """Tell whether all was as promised."""
        ended = self.exit == CODES[self.cell.number] and self.again == 0 and self.proved
        legal = "in_flight" not in self.states or self.cell.times > 1
        return ended and legal and not self.duplicates and not self.losses


def _stop_provider(here: Scene) -> None:
    here.provider.process.send_signal(signal.SIGSTOP)


def _drop_second(here: Scene) -> None:
    here.plan = lambda n: Fault.DROP_BEFORE if n == 1 else Fault.NONE


def _started(here: Scene) -> bool:
    return "events.jsonl" in files_of(here.desk)


PHASES: Mapping[str, Phase] = {
    "the source is read": Phase(
        lambda here, process: wait_for(
            process, (here.desk.folder / "state" / "ledger.sqlite3").exists
        ),
        rows=20_000,
        heeds=False,
    ),
    "the first question hangs": Phase(
        lambda here, process: wait_for(process, lambda: _started(here)),
        before=_stop_provider,
        heeds=False,
    ),
    "it sends": Phase(
        lambda here, process: wait_for(process, here.desk.taken),
        rows=900,
        limits={"calls_per_s": 2},
    ),
    "a request hangs": Phase(
        lambda here, process: wait_for(process, lambda: len(here.desk.taken()) >= 150),
        limits={"calls_per_s": 8},
        faults=HANGING,
    ),
    "a doubt is settled": Phase(
        lambda _, process: hear(process, "got no answer"),
        limits={"settle_s": 1200},
        before=_drop_second,
    ),
    "it polls": Phase(
        lambda _, process: hear(process, "asking KooMessage once"), limits={"calls_per_s": 3}
    ),
    "the files are written": Phase(
        lambda here, process: wait_for(
            process, lambda: files_of(here.desk) & (FILES - {"lock", "intents", "events.jsonl"})
        ),
        rows=12_000,
        heeds=False,
    ),
}


def cells() -> Iterator[Cell]:
    """Yield the whole table."""
    for phase, number, times in product(PHASES, (signal.SIGINT, signal.SIGTERM), (1, 2)):
        yield Cell(phase, number, times)


def diagonal() -> Iterator[Cell]:
    """Yield each phase once, the signals and their counts taking turns."""
    kinds = list(product((signal.SIGINT, signal.SIGTERM), (1, 2)))
    for at, phase in enumerate(PHASES):
        yield Cell(phase, *kinds[at % len(kinds)])


def judge(cell: Cell, folder: Path) -> Verdict:
    """Bring a run to its moment, signal it, look at what it left, and run it to its end."""
    phase = PHASES[cell.phase]
    with scene(folder, phase.rows, phase.faults) as here:
        phase.before(here)
        _write_campaign(here, {"settle_s": 1, **(phase.limits or {})})
        code = _signalled(here, cell, phase)
        here.provider.process.send_signal(signal.SIGCONT)
        runs = here.desk.koosend("runs", here.desk.campaign, "--json").json
        status = here.desk.koosend("status", here.desk.campaign, "--json") if runs else None
        left = status.json["submissions"] if status else ()
        # Where nothing was planned yet there is nothing to prove.
        proof = here.desk.koosend("verify", here.desk.campaign) if left else None
        here.plan = lambda _: Fault.NONE
        _write_campaign(here, {"settle_s": 1})
        again = here.desk.koosend("run", here.desk.campaign, env=KEYS)
        taken = here.desk.taken()
        whole = here.desk.koosend("verify", here.desk.campaign)
    return Verdict(
        cell,
        code,
        frozenset(left),
        proved=whole.exit == 0 and (proof is None or proof.exit == 0),
        duplicates=len(taken) - len(set(taken)),
        losses=len(set(taken) ^ set(here.members.sendable)),
        again=again.exit,
    )


def _write_campaign(here: Scene, limits: Mapping[str, object]) -> None:
    written = here.desk.write_campaign(extra="", endpoint=here.url, **limits)
    timed = written.read_text(encoding="utf-8").replace(
        "[doubt]", f"answer_s = {ANSWER_S}\n[doubt]"
    )
    written.write_text(timed, encoding="utf-8")


def _signalled(here: Scene, cell: Cell, phase: Phase) -> int:
    with run(here.desk) as process:
        phase.at(here, process)
        process.send_signal(cell.number)
        if cell.times > 1:
            if phase.heeds:
                hear(process, "stopping")
            process.send_signal(cell.number)
        return process.wait(END_S)
