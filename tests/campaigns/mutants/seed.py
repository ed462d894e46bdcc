"""What a seeded bug is made of: edits of the source, and the suite that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """A text that stands exactly once in a module, and what is put in its place."""

    module: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A bug. suite names the smallest tests that are expected to fail for it."""

    code: str
    bug: str
    edits: tuple[Edit, ...]
    suite: tuple[str, ...]
