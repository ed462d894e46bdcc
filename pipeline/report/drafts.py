"""Write files under other names first, so that an earlier one stays until the new one is whole."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self


class Drafts:
    """Files under other names, only their owner's to read, until all of them are whole."""

    def __init__(self, folder: Path) -> None:
        """Start with none; all are made in the folder in which they will stand."""
        self._folder = folder
        self._drafts: dict[str, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for draft in self._drafts.values():
            draft.unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Make an empty draft of that name."""
        handle, path = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=self._folder)
        os.close(handle)
        self._drafts[name] = Path(path)
        return self._drafts[name]

    @contextlib.contextmanager
    def text(self, name: str) -> Iterator[IO[str]]:
        """Open a draft for text with the mark by which Excel knows UTF-8."""
        with self.path(name).open("w", encoding="utf-8-sig", newline="") as file:
            yield file

    def publish(self) -> None:
        """Put every draft in its place."""
        for name, draft in self._drafts.items():
            draft.replace(self._folder / name)
        self._drafts.clear()
