"""The seam between requests and what proves who sends them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from pipeline.core.answer import Hindrance
from pipeline.koomessage.transport.signing import KeyPair, Request, sign

TOKEN_HEADER: Final = "X-Auth-Token"  # noqa: S105 -- a header's name, no secret


@dataclass(frozen=True, slots=True)
class Unready:
    """There is nothing to prove who we are with. why holds no secret."""

    why: str
    hindrance: Hindrance


class Credentials(Protocol):
    """Whatever can prove who we are. Nothing here raises, and all bear many callers at once."""

    async def ready(self) -> Unready | None:
        """Get what sign needs, if it is to be got; None once it is there."""

    def sign(self, request: Request) -> Mapping[str, str]:
        """Return the headers that prove it, to be added to the request's own."""

    async def refresh(self, refused: Mapping[str, str]) -> bool:
        """Forget what was answered 401, given as the headers it was; tell whether to try again."""


class _Lasting:
    """What needs no getting and has nothing to follow it: only the provider knows if it expired."""

    async def ready(self) -> Unready | None:
        """Find nothing in the way."""
        return None

    async def refresh(self, refused: Mapping[str, str]) -> bool:
        """Say that nothing else could be shown, so that nobody tries again."""
        del refused
        return False


class FixedKeys(_Lasting):
    """An access key and its secret: signatures age after 15 minutes, the pair itself does not."""

    def __init__(self, keys: KeyPair) -> None:
        """Keep the pair."""
        self._keys = keys

    def sign(self, request: Request) -> Mapping[str, str]:
        """Sign with the pair."""
        return sign(request, self._keys)


class FixedToken(_Lasting):
    """A token that somebody else got for us. It does not age with the request it stands in."""

    def __init__(self, token: str) -> None:
        """Keep the token."""
        self._token = token

    def sign(self, request: Request) -> Mapping[str, str]:
        """Show the token; it covers nothing of the request."""
        del request
        return {TOKEN_HEADER: self._token}


class Nobody(_Lasting):
    """Prove nothing, to whoever asks for no proof."""

    def sign(self, request: Request) -> Mapping[str, str]:
        """Add nothing."""
        del request
        return {}


def is_token(text: str) -> bool:
    """Tell whether a text can stand in a header as a token does."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
