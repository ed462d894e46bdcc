"""Keep what was tried in a file, so that an hour's matrix that was interrupted can go on.

Its first line is a digest of koosend's source: results of other code are not taken for this one's.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from tests.campaigns.crash.disk import DiskCell
from tests.campaigns.crash.matrix import Cell
from tests.support.shim import Point
from tests.support.source import ROOT

Tried = TypeVar("Tried", Cell, DiskCell)


@dataclass(slots=True)
class Kept:
    """What is known from earlier, by phase and point; with a path, what is new is added there."""

    path: Path | None
    known: dict[str, str]

    @classmethod
    def opened(cls, path: Path | None) -> "Kept":
        """Read a file, or begin one. Raises UsageError for one of other code."""
        if path is None:
            return cls(None, {})
        if not path.exists():
            path.write_text(f"{source_digest()}\n", encoding="utf-8")
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        if first != source_digest():
            raise click.UsageError(f"{path} holds results of other code: name another file")
        return cls(path, dict(line.split("\t", 1) for line in lines))

    def tried(
        self,
        phase: str,
        points: Sequence[Point],
        form: type[Tried],
        run: Callable[[Sequence[Point], Callable[[Tried], None]], Sequence[Tried]],
    ) -> list[Tried]:
        """Return the cells of all points: those known, and the others by running them."""
        lines = [self.known.get(f"{phase} {point}") for point in points]
        cells: list[Tried] = [msgspec.json.decode(line, type=form) for line in lines if line]
        left: list[Point] = [point for point, line in zip(points, lines, strict=True) if not line]
        cells += run(left, lambda cell: self._keep(phase, cell))
        return cells

    def _keep(self, phase: str, cell: Cell | DiskCell) -> None:
        held = "ok" if cell.holds else f"BROKEN {cell}"
        click.echo(f"{cell.channel:<10} {cell.point!s:<44} {cell.exits} {held}", err=True)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{phase} {cell.point}\t{msgspec.json.encode(cell).decode()}\n")


def source_digest() -> str:
    """Return a digest of all of koosend's own code: modules, SQL, pages, defaults."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "pipeline").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
