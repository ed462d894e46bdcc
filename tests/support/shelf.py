"""Where a receipts listener under test puts what it is sent."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from pipeline.web.access import AccessControl, AccessOptions
from pipeline.web.listener import Listener

TOKEN = "0123456789abcdef" * 2
FORMER = "f" * 32


def access(**options: Any) -> AccessControl:  # noqa: ANN401 -- passed on to AccessOptions
    """Build an access control that knows both tokens."""
    return AccessControl(AccessOptions(TOKEN, FORMER, **options))


@dataclass(slots=True)
class Shelf:
    """Keeps receipts, or fails with an error."""

    kept: list[tuple[str, bytes]] = field(default_factory=list)
    error: Exception | None = None
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    async def store(self, kind: str, body: bytes) -> None:
        """Keep it, unless told to fail."""
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        self.kept.append((kind, body))

    def on_event(self, name: str, /, **fields: object) -> None:
        """Remember it."""
        self.events.append((name, fields))

    def listener(self, **options: Any) -> Listener:  # noqa: ANN401 -- passed on to AccessOptions
        """Listen for it."""
        return Listener(access(**options), self.store, self.on_event)
