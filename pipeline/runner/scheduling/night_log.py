"""The log of a campaign's nights: how each ended, with its run, and what a good one noted."""

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.core.phones import mask_in
from pipeline.core.text import one_line
from pipeline.core.times import in_china
from pipeline.ports import Clock, Marks
from pipeline.runner.session.outside import Ui
from pipeline.settings import Campaign


class NightLog:
    """Appends to logs/CAMPAIGN-FILE.log of the state folder, opened anew each time.

    So a rotation may rename it at any time. A log that cannot be written changes nothing.
    """

    def __init__(self, campaign: Campaign, state: Path, clock: Clock) -> None:
        """Write nothing yet."""
        self._file = state / "logs" / f"{campaign.file.stem}.log"
        self._name = campaign.name
        self._clock = clock

    def add(self, sentences: Sequence[str]) -> None:
        """Append a line for each, with China's time and the campaign."""
        stamp = f"{in_china(self._clock.now()):%Y-%m-%d %H:%M:%S} {self._name}"
        lines = (one_line(mask_in(f"{stamp} {sentence}")) for sentence in sentences)
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
            number = os.open(self._file, flags, 0o600)
            with os.fdopen(number, "a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.writelines(f"{line}\n" for line in lines)
        except OSError:
            return


class NotingUi:
    """Ui that remembers what was worth a line, for a log: on a good night nobody prints it."""

    def __init__(self, ui: Ui) -> None:
        """Pass on to a watcher."""
        self._ui = ui
        self.noted: list[str] = []

    def planning(self, rows: int) -> None:
        """Pass it on."""
        self._ui.planning(rows)

    def sending(self, done: int, total: int) -> None:
        """Pass it on."""
        self._ui.sending(done, total)

    def asking(self, done: int, total: int) -> None:
        """Pass it on."""
        self._ui.asking(done, total)

    def note(self, text: str) -> None:
        """Remember it and pass it on."""
        self.noted.append(text)
        self._ui.note(text)

    def mark(self, marks: Marks) -> None:
        """Pass it on."""
        self._ui.mark(marks)
