"""Where a receipts listener under test puts what it is sent."""

from dataclasses import dataclass, field

TOKEN = "0123456789abcdef" * 2
FORMER = "f" * 32


@dataclass(slots=True)
class Shelf:
    """Keeps receipts, or fails with an error."""

    kept: list[tuple[str, bytes]] = field(default_factory=list)
    error: Exception | None = None
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def store(self, kind: str, body: bytes) -> None:
        """Keep it, unless told to fail."""
        if self.error is not None:
            raise self.error
        self.kept.append((kind, body))

    def on_event(self, name: str, /, **fields: object) -> None:
        """Remember it."""
        self.events.append((name, fields))
