"""The page's store: users, sessions by digests, browsers that were signed in from, and acts."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.core.errors import LedgerUnwritable
from pipeline.ledger.page.page_store import PAGE_STORE, SqlitePageStore
from pipeline.ports.page import PageAct, PageUser, Role

ANN = PageUser("ann", Role.OPERATOR, "scrypt$1")
BEN = PageUser("ben", Role.VIEWER, "scrypt$2")
ONE, TWO = b"1" * 32, b"2" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlitePageStore]:
    with closing(SqlitePageStore(tmp_path)) as made:
        yield made


def test_users_are_kept_changed_and_taken_away(store: SqlitePageStore) -> None:
    for user in (BEN, ANN):
        store.keep_user(user)
    assert store.users() == (ANN, BEN)
    changed = PageUser("ben", Role.OPERATOR, "scrypt$3")
    store.keep_user(changed)
    assert store.user("ben") == changed
    assert store.remove_user("ben")
    assert not store.remove_user("ben")
    assert store.user("ben") is None
    assert "scrypt" not in repr(ANN)


def test_a_session_is_known_until_it_ends_and_ends_with_a_change_of_its_user(
    store: SqlitePageStore,
) -> None:
    store.keep_user(ANN)
    store.begin_session(ONE, "ann", 200.0, 100.0)
    assert store.session_user(ONE, 199.0) == ANN
    assert store.session_user(ONE, 200.0) is None
    assert store.session_user(TWO, 100.0) is None
    store.begin_session(TWO, "ann", 300.0, 100.0)
    store.end_session(TWO)
    assert store.session_user(TWO, 100.0) is None
    store.keep_user(ANN)
    assert store.session_user(ONE, 100.0) is None


def test_sessions_that_are_over_are_forgotten_by_the_next(
    store: SqlitePageStore, tmp_path: Path
) -> None:
    store.keep_user(ANN)
    store.begin_session(ONE, "ann", 200.0, 100.0)
    store.begin_session(TWO, "ann", 400.0, 200.0)
    with closing(sqlite3.connect(tmp_path / PAGE_STORE)) as file:
        assert file.execute("SELECT digest FROM page_session").fetchall() == [(TWO,)]


def test_a_browser_is_known_for_those_alone_who_were_signed_in_from_it(
    store: SqlitePageStore,
) -> None:
    for user in (ANN, BEN):
        store.keep_user(user)
    store.know_browser(ONE, "ann", 1.0)
    store.know_browser(ONE, "ann", 2.0)
    assert store.is_known_browser(ONE, "ann")
    assert not store.is_known_browser(ONE, "ben")
    store.remove_user("ann")
    assert not store.is_known_browser(ONE, "ann")


def test_acts_are_kept_in_their_order_the_latest_first(store: SqlitePageStore) -> None:
    acts = [PageAct(float(at), "ann", "pause", "run00001", f"why {at}") for at in range(3)]
    for act in acts:
        store.record(act)
    assert store.acts(2) == (acts[2], acts[1])


def test_it_opens_again_and_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with closing(SqlitePageStore(tmp_path)) as store:
        store.keep_user(ANN)
    with closing(SqlitePageStore(tmp_path)) as again:
        assert again.users() == (ANN,)
    assert (tmp_path / PAGE_STORE).stat().st_mode & 0o777 == 0o600


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    (tmp_path / PAGE_STORE).symlink_to(elsewhere)
    with pytest.raises(LedgerUnwritable):
        SqlitePageStore(tmp_path)
