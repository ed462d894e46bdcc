"""The seam between requests and what proves who sends them."""

from collections.abc import Mapping
from typing import Protocol

from pipeline.koomessage.signing import KeyPair, Request, sign


class Credentials(Protocol):
    """Whatever can prove who we are."""

    def sign(self, request: Request) -> Mapping[str, str]:
        """Return the headers that prove it, to be added to the request's own."""

    async def refresh(self) -> bool:
        """Get anew what was refused; tell whether there is now something else to sign with.

        Must not raise, and must bear being called by many at once.
        """


class FixedKeys:
    """An access key and its secret: signatures age after 15 minutes, the pair itself does not."""

    def __init__(self, keys: KeyPair) -> None:
        """Keep the pair."""
        self._keys = keys

    def sign(self, request: Request) -> Mapping[str, str]:
        """Sign with the pair."""
        return sign(request, self._keys)

    async def refresh(self) -> bool:
        """Say that signing again would give the same signature, so that nobody tries."""
        return False
