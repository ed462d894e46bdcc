"""One suppression list for an account: several ledgers work on it, and an intent holds it still."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from pipeline.core.errors import Outdated
from pipeline.core.model import RunId, TaskName
from pipeline.core.screening import SuppressionReason
from pipeline.ledger import SqliteLedger
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ports import PushedReceipt, Reply, StorePlace, Suppression
from pipeline.runner.planning.screening import listed_since
from tests.support.ledgers import PLAN, RUN, a_chunk, an_attempt, phone_of, planned

ACCOUNT = "https://host:443 0123"
MANUAL, OPT_OUT = SuppressionReason.MANUAL, SuppressionReason.OPT_OUT
ONE, TWO, THREE = "13800138001", "13800138002", "13800138003"
ROUNDS = 60


def place(folder: Path, account: str = ACCOUNT) -> StorePlace:
    return StorePlace(folder / "accounts", account[-4:], account)


def sharing(folder: Path, name: str) -> SqliteLedger:
    ledger = SqliteLedger(folder / name)
    ledger.share_list(place(folder))
    return ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    """Open a ledger that works on its own list yet."""
    one = SqliteLedger(tmp_path / "one")
    yield one
    one.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SqliteLedger]:
    """Open a ledger that works on the account's list."""
    one = sharing(tmp_path, "other")
    yield one
    one.close()


def an_entry(phone: str, at: float = 5.0) -> Suppression:
    return Suppression(phone, MANUAL, at, "command line", "by mail")


def reply_of(phone: str, at: float = 20.0) -> PushedReceipt:
    reply = Reply(phone, "T", "2026-11-28 09:00:00", "", opts_out=True)
    return PushedReceipt(at, "reply", b"{}", replies=(reply,))


def test_who_is_put_on_the_list_by_one_ledger_is_on_it_for_the_others(
    tmp_path: Path, ledger: SqliteLedger, other: SqliteLedger
) -> None:
    ledger.share_list(place(tmp_path))
    assert ledger.screening.suppress([an_entry(ONE)]) == 1
    assert ledger.screening.suppress([an_entry(ONE, 9.0)]) == 0
    (number,) = ledger.receipts.store_receipts([reply_of(TWO)])
    assert {str(phone) for phone in other.screening.suppressed()[MANUAL]} == {ONE}
    (kept,) = other.screening.suppressions([TWO])
    assert kept.suppression == Suppression(TWO, OPT_OUT, 20.0, f"receipt:{number}", "T")
    assert other.screening.unsuppress([ONE, TWO], 30.0, "asked for it") == 2
    assert list(ledger.screening.suppressions()) == []


def test_a_reply_that_is_pushed_again_does_not_undo_what_a_person_said(
    tmp_path: Path, ledger: SqliteLedger
) -> None:
    ledger.share_list(place(tmp_path))
    ledger.receipts.store_receipts([reply_of(ONE)])
    ledger.screening.unsuppress([ONE], 30.0, "asked for it")
    ledger.receipts.store_receipts([reply_of(ONE, 40.0)])
    assert list(ledger.screening.suppressions()) == []


def test_the_folders_own_list_is_joined_once_with_its_history(
    tmp_path: Path, ledger: SqliteLedger, other: SqliteLedger
) -> None:
    other.screening.suppress([an_entry(ONE, 1.0)])
    ledger.screening.suppress([an_entry(ONE), an_entry(TWO), an_entry(THREE)])
    ledger.screening.unsuppress([THREE], 8.0, "signed up again")
    ledger.share_list(place(tmp_path))
    kept = list(ledger.screening.suppressions(history=True))
    assert [(one.suppression.phone, one.suppression.at, one.removed_note) for one in kept] == [
        (ONE, 1.0, ""),
        (ONE, 5.0, ""),
        (TWO, 5.0, ""),
        (THREE, 5.0, "signed up again"),
    ]
    assert [str(phone) for phone in ledger.screening.suppressed()[MANUAL]] == [ONE, TWO]
    ledger.screening.unsuppress([ONE, TWO], 9.0, "asked for it")
    again = sharing(tmp_path, "one")
    assert list(again.screening.suppressions()) == []
    assert list(again.screening.suppressions(history=True)) != []
    again.close()


def test_the_list_of_a_ledger_that_the_account_knows_is_joined_by_the_next_that_starts(
    tmp_path: Path, ledger: SqliteLedger
) -> None:
    ledger.screening.suppress([an_entry(ONE)])
    store = SqliteAccountStore(tmp_path / "accounts", "0123", ACCOUNT)
    store.know_ledger(ledger.identity(), str(tmp_path / "one"), 1.0)
    store.close()
    started = sharing(tmp_path, "new")
    assert [str(phone) for phone in started.screening.suppressed()[MANUAL]] == [ONE]
    started.close()


def test_a_ledger_that_was_put_back_is_joined_anew(
    tmp_path: Path, ledger: SqliteLedger, other: SqliteLedger
) -> None:
    store = SqliteAccountStore(tmp_path / "accounts", "0123", ACCOUNT)
    ledger.screening.suppress([an_entry(ONE), an_entry(TWO)])
    assert store.suppressions.join(ledger.own_list, "its name") == 2
    older = SqliteLedger(tmp_path / "older copy")
    older.screening.suppress([an_entry(THREE)])
    assert store.suppressions.join(older.own_list, "its name") == 1
    assert len(list(other.screening.suppressions())) == 3
    older.close()
    store.close()


def test_a_rotated_key_takes_over_the_list(tmp_path: Path, other: SqliteLedger) -> None:
    other.screening.suppress([an_entry(ONE)])
    before = SqliteAccountStore(tmp_path / "accounts", "0123", ACCOUNT)
    rotated = SqliteAccountStore(tmp_path / "accounts", "4567", "https://host:443 4567")
    for _ in range(2):
        rotated.inherit(before)
        assert [one.suppression for one in rotated.suppressions.suppressions()] == [an_entry(ONE)]
    before.close()
    rotated.close()


def test_a_run_that_looked_at_the_folders_own_list_is_held_against_all_of_the_accounts(
    tmp_path: Path, ledger: SqliteLedger, other: SqliteLedger
) -> None:
    ledger.screening.suppress([an_entry(phone_of(row)) for row in range(100, 150)])
    screened_to = ledger.screening.suppressions_end()
    other.screening.suppress([an_entry(phone_of(1))])
    planned(ledger)
    ledger.share_list(place(tmp_path))
    people = ledger.recipients(RUN, 0)
    assert listed_since(ledger.screening, screened_to)(people) == {1: "on_suppression_list"}
    with pytest.raises(Outdated):
        ledger.take(RUN).begin([an_attempt()], screened_to)


def test_a_run_whose_store_was_lost_is_held_against_all_of_the_new_one(
    ledger: SqliteLedger, tmp_path: Path
) -> None:
    planned(ledger)
    ledger.share_list(place(tmp_path))
    ledger.screening.suppress([an_entry(ONE)])
    screened_to = ledger.screening.suppressions_end()
    for name, account in (("new", "https://host:443 4567"), ("newer", "https://host:443 89ab")):
        anew = SqliteLedger(tmp_path / name)
        anew.share_list(place(tmp_path, account))
        anew.screening.suppress([an_entry(phone_of(1))])
        assert anew.screening.suppressions_end() > screened_to
        judge = listed_since(anew.screening, screened_to + 10**15)
        assert judge(ledger.recipients(RUN, 0)) == {1: "on_suppression_list"}
        anew.close()


def test_no_intent_is_recorded_after_an_opt_out_that_it_did_not_see(
    tmp_path: Path, ledger: SqliteLedger, other: SqliteLedger
) -> None:
    ledger.plan(replace(PLAN, run=RUN), [a_chunk(0, range(ROUNDS), per_submission=1)])
    ledger.share_list(place(tmp_path))
    looked, done = Barrier(2, timeout=60), Barrier(2, timeout=60)
    seen: list[frozenset[TaskName]] = []

    def opt_out() -> None:
        """Answer T at the other ledger, and look at once what the first has recorded by then."""
        beside = SqliteLedger(tmp_path / "one")
        for row in range(ROUNDS):
            looked.wait()
            other.receipts.store_receipts([reply_of(phone_of(row))])
            seen.append(recorded(beside))
            done.wait()
        beside.close()

    thread = Thread(target=opt_out)
    thread.start()
    refused = 0
    writer = ledger.take(RUN)
    for row in range(ROUNDS):
        listed_to = ledger.screening.suppressions_end()
        looked.wait()
        try:
            writer.begin([an_attempt(0, row)], listed_to)
        except Outdated:
            refused += 1
        done.wait()
    thread.join()
    names = recorded(ledger)
    assert len(names) == ROUNDS - refused
    late = [row for row in range(ROUNDS) if an_attempt(0, row).task_name in names - seen[row]]
    assert late == []


def recorded(ledger: SqliteLedger, run: RunId = RUN) -> frozenset[TaskName]:
    return frozenset(known.attempt.task_name for known in ledger.attempts(run))
