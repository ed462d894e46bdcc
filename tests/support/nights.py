"""A desk whose clock goes from night to night, and who got how many messages by then."""

import csv
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.times import CHINA, DAY_S, HOUR_S, in_china
from tests.support.command import Desk, Done
from tests.support.forks import CLOCK

PEOPLE = 30


def moved_clock(folder: Path, ahead_s: float) -> Mapping[str, str]:
    """Return the environment of a command whose clock is so many seconds ahead, and its children's.

    Of its variables they get the places of modules alone: what moves the clock is a module.
    """
    module = folder / f"clock{ahead_s:+.0f}" / "sitecustomize.py"
    module.parent.mkdir(exist_ok=True)
    text = f"import time\nnow = time.time\ntime.time = lambda: now() + {ahead_s!r}\n"
    module.write_text(text, encoding="utf-8")
    return {"PYTHONPATH": str(module.parent), CLOCK: str(module)}


def noon_today() -> float:
    """Return by how much the clock must be moved for it to be noon in China."""
    now = time.time()
    noon = in_china(now).replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=CHINA)
    return noon.timestamp() - now


@dataclass(slots=True)
class Nights:
    """A desk whose clock goes from night to night; its first moment is noon in China."""

    desk: Desk
    ahead_s: float

    @classmethod
    def at(cls, folder: Path) -> "Nights":
        desk = Desk(folder)
        desk.write_campaign()
        return cls(desk, noon_today())

    def later(self, *, days: float = 0.0, hours: float = 0.0) -> None:
        self.ahead_s += days * DAY_S + hours * HOUR_S

    def koosend(self, *arguments: object) -> Done:
        clock = moved_clock(self.desk.folder, self.ahead_s)
        return self.desk.koosend(*arguments, env=clock)

    def run(self, *options: object) -> Done:
        return self.koosend("run", self.desk.campaign, *options)

    def got(self) -> Mapping[str, int]:
        """Count the messages by number: the emulator's journal is the referee."""
        return Counter(self.desk.taken())

    def write(self, rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> None:
        with (self.desk.folder / "members.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header or ("手机号", "姓名", "积分"), *rows])


def phone(row: int) -> str:
    return f"13900000{row:03d}"


def people(first: int = 0, stop: int = PEOPLE, points: str = "10") -> list[list[str]]:
    return [[phone(row), f"会员{row}", points] for row in range(first, stop)]


def once(first: int = 0, stop: int = PEOPLE) -> Mapping[str, int]:
    return dict.fromkeys((phone(row) for row in range(first, stop)), 1)
