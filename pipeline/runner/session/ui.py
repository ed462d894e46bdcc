"""What a command shows while it works: told by the runner, drawn by the command line."""

from typing import Protocol


class Ui(Protocol):
    """Somebody who watches. No call may block or raise."""

    def planning(self, rows: int) -> None:
        """Hear how many rows of the source were read so far."""

    def sending(self, done: int, total: int) -> None:
        """Hear how many recipients' requests have an answer, of how many to send."""

    def asking(self, done: int, total: int) -> None:
        """Hear of how many numbers' handsets were asked for, of how many."""

    def note(self, text: str) -> None:
        """Hear one sentence worth a line, without numbers or secrets."""


class Silent:
    """Watch nothing."""

    def planning(self, rows: int) -> None:
        """Ignore it."""

    def sending(self, done: int, total: int) -> None:
        """Ignore it."""

    def asking(self, done: int, total: int) -> None:
        """Ignore it."""

    def note(self, text: str) -> None:
        """Ignore it."""
