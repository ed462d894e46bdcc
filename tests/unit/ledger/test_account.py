"""The account's store: what it remembers, and whose it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.errors import LedgerUnwritable
from pipeline.core.model import Channel, RunId, TaskName
from pipeline.ledger.account import SqliteAccountStore, stores_in
from pipeline.ports import BreakerRecord, ListRecord, SameAccount, TakenTask

AIM = Channel.AIM


def opened(folder: Path, account: str = "https://host:443 0123") -> SqliteAccountStore:
    return SqliteAccountStore(folder / "accounts", "abc", account)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteAccountStore]:
    one = opened(tmp_path)
    yield one
    one.close()


def a_task(name: str, at: float) -> TakenTask:
    return TakenTask(AIM, TaskName(name), at, "ledger-1", "")


def teach(store: SqliteAccountStore) -> None:
    store.learn_ceiling(7.5)
    store.learn_size(AIM, 50, 1.0, "KM.90016301")
    store.open_breaker(BreakerRecord(2.0, "lost", 4))
    store.doubt_code("APIGW.0308", TaskName("run00001-0000000-001"), 3.0)
    store.keep_listing(AIM, ListRecord(4.0, "a", 3, 5.0, 0.0))
    store.know_ledger("ledger-1", "/a", 6.0)


def test_what_was_learned_is_there_after_a_restart(
    store: SqliteAccountStore, tmp_path: Path
) -> None:
    teach(store)
    store.add_same_account(SameAccount("https://other:443 0123", 7.0, "IAM"))
    store.learn_domain("domain-1")
    again = opened(tmp_path)
    assert again.ceiling() == 7.5
    assert again.sizes() == {AIM: 50}
    assert again.breaker() == BreakerRecord(2.0, "lost", 4)
    assert again.doubtful_codes() == {"APIGW.0308": "run00001-0000000-001"}
    assert again.listing(AIM) == ListRecord(4.0, "a", 3, 5.0, 0.0)
    assert [one.identity for one in again.ledgers()] == ["ledger-1"]
    assert [one.account for one in again.same_accounts()] == ["https://other:443 0123"]
    assert again.domain() == "domain-1"
    again.close()


def test_only_a_smaller_size_replaces_a_learned_one(store: SqliteAccountStore) -> None:
    store.learn_size(AIM, 50, 1.0, "KM.90016301")
    store.learn_size(AIM, 80, 2.0, "KM.90016301")
    store.learn_size(AIM, 25, 3.0, "KM.90016301")
    assert store.sizes() == {AIM: 25}


def test_a_breaker_that_opens_again_keeps_its_first_time(store: SqliteAccountStore) -> None:
    store.open_breaker(BreakerRecord(2.0, "lost", 4))
    store.open_breaker(BreakerRecord(9.0, "lost again", 5))
    assert store.breaker() == BreakerRecord(2.0, "lost again", 5)
    store.close_breaker()
    assert store.breaker() is None


def test_taken_names_are_found_by_their_depth(store: SqliteAccountStore) -> None:
    store.add_tasks([a_task("b", 20.0), a_task("a", 10.0), a_task("c", 30.0), a_task("a", 10.0)])
    assert [one.name for one in store.tasks_before(AIM, 20.0, 5)] == ["b", "a"]
    assert [one.name for one in store.tasks_after(AIM, 10.0, 1)] == ["b"]
    assert store.count_tasks_after(AIM, 10.0) == 2
    assert store.count_tasks_after(Channel.SMS, 0.0) == 0
    assert store.forget_tasks(15.0) == 1
    assert [one.name for one in store.tasks_before(AIM, 99.0, 5)] == ["c", "b"]


def test_a_purge_takes_the_numbers_and_leaves_names_that_name_nobody(
    store: SqliteAccountStore, tmp_path: Path
) -> None:
    phone = "13800138000"
    store.add_tasks([a_task("run00001-1", 1.0), a_task("run00002-1", 2.0)])
    store.add_tasks([TakenTask(Channel.SMS, TaskName("run00001-2"), 3.0, "", phone)])
    assert [one.name for one in store.tasks_of(RunId("run00001"))] == ["run00001-1", "run00001-2"]
    assert store.forget_numbers([TaskName("run00001-1"), TaskName("run00001-2")]) == 1
    assert [one.name for one in store.tasks_of(RunId("run00001"))] == ["run00001-1"]
    assert store.forget_numbers([TaskName("run00001-1"), TaskName("run00001-2")]) == 0
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or phone.encode() not in file.read_bytes(), file


def test_a_rotated_key_inherits_what_was_learned_and_keeps_its_own(
    store: SqliteAccountStore, tmp_path: Path
) -> None:
    teach(store)
    store.add_same_account(SameAccount("https://older:443 0123", 7.0, "IAM"))
    store.add_tasks([a_task("run00001-1", 1.0)])
    rotated = SqliteAccountStore(tmp_path / "accounts", "def", "https://host:443 4567")
    rotated.learn_size(AIM, 25, 9.0, "KM.90016301")
    rotated.know_ledger("ledger-1", "/b", 9.0)
    for _ in range(2):
        rotated.inherit(store)
        assert rotated.ceiling() == 7.5
        assert rotated.sizes() == {AIM: 25}
        assert rotated.breaker() == BreakerRecord(2.0, "lost", 4)
        assert rotated.doubtful_codes() == {"APIGW.0308": "run00001-0000000-001"}
        assert rotated.listing(AIM) == ListRecord(4.0, "a", 3, 5.0, 0.0)
        assert [one.folder for one in rotated.ledgers()] == ["/b"]
        assert [one.account for one in rotated.same_accounts()] == ["https://older:443 0123"]
        assert [one.name for one in rotated.tasks_before(AIM, 99.0, 5)] == ["run00001-1"]
    rotated.close()


def test_each_store_of_a_folder_is_opened_whosever_it_is(
    store: SqliteAccountStore, tmp_path: Path
) -> None:
    store.learn_ceiling(7.5)
    opened(tmp_path, "https://host:443 0123").close()
    SqliteAccountStore(tmp_path / "accounts", "def", "https://host:443 4567").close()
    found = [one.ceiling() for one in stores_in(tmp_path / "accounts")]
    assert found == [7.5, None]
    assert list(stores_in(tmp_path / "nowhere")) == []


def test_a_ledger_that_moves_is_the_same_ledger(store: SqliteAccountStore) -> None:
    store.know_ledger("ledger-1", "/a", 1.0)
    store.know_ledger("ledger-1", "/b", 2.0)
    (known,) = store.ledgers()
    assert (known.folder, known.first_seen, known.last_seen) == ("/b", 1.0, 2.0)


def test_the_store_of_another_account_is_refused_in_one_sentence(
    store: SqliteAccountStore, tmp_path: Path
) -> None:
    del store
    with pytest.raises(LedgerUnwritable, match="belongs to another account; nothing was sent"):
        opened(tmp_path, "https://host:443 4567")


def test_the_store_is_for_its_owner_only(store: SqliteAccountStore, tmp_path: Path) -> None:
    store.learn_ceiling(1.0)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "accounts").iterdir()}
    assert set(modes.values()) == {0o600}
    assert (tmp_path / "accounts").stat().st_mode & 0o777 == 0o700
