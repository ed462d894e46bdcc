"""Who may see the page of `koosend serve`, who is signed in, and what they did there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What somebody who is signed in may do: a viewer looks, an operator also acts."""

    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class PageUser:
    """Somebody with a password. secret is what is kept of it: how it was made, salt and digest."""

    name: str
    role: Role
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PageAct:
    """One thing that somebody did, when; about names what it was done to, detail what else counts.

    No text of it holds a whole number.
    """

    at: float
    who: str
    what: str
    about: str = ""
    detail: str = ""


class PageStore(Protocol):
    """The users of a page, on disk. Digests of tokens are kept, never tokens.

    Every method is one durable transaction and raises LedgerUnwritable when it cannot be.
    """

    def user(self, name: str) -> PageUser | None:
        """Look a user up."""

    def users(self) -> Sequence[PageUser]:
        """List the users by name."""

    def keep_user(self, user: PageUser) -> None:
        """Add a user, or change one, whose sessions end by that."""

    def remove_user(self, name: str) -> bool:
        """Take a user away, with all sessions; tell whether there was one."""

    def begin_session(self, digest: bytes, user: str, ends_at: float, at: float) -> None:
        """Remember that a browser is signed in from a time on, and forget what is over by then."""

    def session_user(self, digest: bytes, at: float) -> PageUser | None:
        """Return who is signed in by a session that has not ended."""

    def end_session(self, digest: bytes) -> None:
        """Forget a session."""

    def know_browser(self, digest: bytes, user: str, at: float) -> None:
        """Remember that a user once signed in from a browser."""

    def is_known_browser(self, digest: bytes, user: str) -> bool:
        """Tell whether that user ever signed in from that browser."""

    def record(self, act: PageAct) -> None:
        """Append what somebody did. Nothing of it is ever changed or deleted."""

    def acts(self, most: int) -> Sequence[PageAct]:
        """List the latest, the latest first."""

    def close(self) -> None:
        """Release the file."""
