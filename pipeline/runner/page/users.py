"""Set who may sign in to the page, on the machine itself."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.language import Words, filled
from pipeline.ledger.page.page_store import SqlitePageStore
from pipeline.ports.page import PageAct, PageUser, Role
from pipeline.web.page.passwords import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, kept
from pipeline.web.page.visitors import is_name


@dataclass(frozen=True, slots=True)
class Change:
    """By whom, as the system knows them, and when users are changed."""

    who: str
    at: float


def set_password(
    state: Path, name: str, password: str, role: Role | None, change: Change
) -> PageUser:
    """Add a user, or give one another password or role; whoever was signed in is so no more.

    Without a role a new user is a viewer, and one who is there keeps theirs. Raises UsageError for
    a name or a password that cannot be.
    """
    if not is_name(name):
        raise UsageError(
            Words(
                "a name has at most 40 letters, digits, dots, dashes and underlines, and is not "
                "token"
            ),
            "KS0203",
        )
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        raise UsageError(
            filled(
                "a password has {least} to {most} characters; nothing was changed",
                least=PASSWORD_CHARS_MIN,
                most=PASSWORD_CHARS_MAX,
            ),
            "KS0203",
        )
    with closing(SqlitePageStore(state)) as store:
        known = store.user(name)
        role = role or (known.role if known else Role.VIEWER)
        user = PageUser(name, role, kept(password))
        store.keep_user(user)
        store.record(PageAct(change.at, change.who, "user_set", name, str(role)))
    return user


def remove_user(state: Path, name: str, change: Change) -> None:
    """Take a user away, who is signed out by that. Raises UsageError where there is none."""
    with closing(SqlitePageStore(state)) as store:
        if not store.remove_user(name):
            raise UsageError(
                filled(
                    "nobody called {name} may sign in to the page of {state}",
                    name=name,
                    state=state,
                )
            )
        store.record(PageAct(change.at, change.who, "user_removed", name))
