"""Keep a page's users, sessions and acts in one SQLite file beside the ledger."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.ledger.sqlite.database import Database, Layout, Row
from pipeline.ledger.sqlite.sql import named, script
from pipeline.ports.page import PageAct, PageUser, Role

PAGE_STORE = "page.sqlite3"
_BUSY_TIMEOUT_S = 30.0
_LAYOUT = Layout(PAGE_STORE, ("page_schema.sql",), named(script("page.sql")), "the page's store")


class SqlitePageStore:
    """The store of the page that a state folder's service shows; several processes may open it."""

    def __init__(self, folder: Path, *, busy_timeout_s: float = _BUSY_TIMEOUT_S) -> None:
        """Open it, or create it, readable by its owner only. Raises LedgerUnwritable."""
        self._database = Database(folder, busy_timeout_s, _LAYOUT)

    def user(self, name: str) -> PageUser | None:
        """Look a user up."""
        return _user(self._database.first("page_user", {"name": name}))

    def users(self) -> Sequence[PageUser]:
        """List the users by name."""
        found = (_user(row) for row in self._database.all("page_users"))
        return tuple(user for user in found if user is not None)

    def keep_user(self, user: PageUser) -> None:
        """Add a user, or change one, whose sessions end by that."""
        with self._database.transaction():
            self._database.do("keep_page_user", {**asdict(user), "role": str(user.role)})
            self._database.do("end_sessions_of", {"name": user.name})

    def remove_user(self, name: str) -> bool:
        """Take a user away, with all sessions; tell whether there was one."""
        with self._database.transaction():
            return self._database.do("remove_page_user", {"name": name}) > 0

    def begin_session(self, digest: bytes, user: str, ends_at: float, at: float) -> None:
        """Remember that a browser is signed in, and forget the sessions that are over by then."""
        with self._database.transaction():
            self._database.do("forget_sessions", {"at": at})
            given = {"digest": digest, "user": user, "ends_at": ends_at}
            self._database.do("begin_session", given)

    def session_user(self, digest: bytes, at: float) -> PageUser | None:
        """Return who is signed in by a session that has not ended."""
        return _user(self._database.first("session_user", {"digest": digest, "at": at}))

    def end_session(self, digest: bytes) -> None:
        """Forget a session."""
        with self._database.transaction():
            self._database.do("end_session", {"digest": digest})

    def know_browser(self, digest: bytes, user: str, at: float) -> None:
        """Remember that a user once signed in from a browser."""
        with self._database.transaction():
            self._database.do("know_browser", {"digest": digest, "user": user, "at": at})

    def is_known_browser(self, digest: bytes, user: str) -> bool:
        """Tell whether that user ever signed in from that browser."""
        found = self._database.first("is_known_browser", {"digest": digest, "user": user})
        return found is not None

    def record(self, act: PageAct) -> None:
        """Append what somebody did. Nothing of it is ever changed or deleted."""
        with self._database.transaction():
            self._database.do("record_act", asdict(act))

    def acts(self, most: int) -> Sequence[PageAct]:
        """List the latest, the latest first."""
        return tuple(PageAct(*row) for row in self._database.all("latest_acts", {"most": most}))

    def close(self) -> None:
        """Release the file."""
        self._database.close()


def _user(row: Row | None) -> PageUser | None:
    return None if row is None else PageUser(row[0], Role(row[1]), row[2])
