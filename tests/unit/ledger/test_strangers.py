"""Opt-outs of numbers that an account never was to send to: a few a day count, the others wait."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.audit.opt_outs import unkept
from pipeline.core.screening import SuppressionReason
from pipeline.core.times import DAY_S
from pipeline.ledger import SqliteLedger, account
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ledger.sqlite import migrate
from pipeline.ledger.sqlite.sql import script
from pipeline.ports import (
    OTHER_ACCOUNT,
    PushedReceipt,
    Reply,
    StorePlace,
    StrangerRule,
    Suppression,
    WaitingOptOuts,
)
from tests.support.ledgers import ledger_maker

ACCOUNT = "https://host:443 0123"
EVENING = 1_790_000_000.0
"""22:13:20 on a day in China."""
PER_DAY = 3


def phone_of(at: int) -> str:
    return f"138{at:08d}"


def told(numbers: Sequence[int], at: float = EVENING, *, sign: str = "") -> PushedReceipt:
    replies = [
        Reply(phone_of(one), "T", str(at), "", opts_out=not sign, unclear=sign) for one in numbers
    ]
    return PushedReceipt(at, "reply", b"{}", replies=replies)


def a_rule(*known: int, per_day: int = PER_DAY) -> StrangerRule:
    return StrangerRule(frozenset(map(phone_of, known)), per_day)


@pytest.fixture(params=["own list", "account's list"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteLedger]:
    """Open a ledger that works on its own list, and one that works on its account's."""
    found = SqliteLedger(tmp_path / "state")
    if request.param == "account's list":
        found.share_list(StorePlace(tmp_path / "accounts", "0123", ACCOUNT))
    yield found
    found.close()


def listed(ledger: SqliteLedger) -> list[int]:
    return [int(one.suppression.phone[3:]) for one in ledger.screening.suppressions()]


def waiting(ledger: SqliteLedger) -> list[int]:
    return [int(one.phone[3:]) for one in ledger.screening.waiting(-1)]


def test_whom_the_account_knows_is_honoured_whatever_the_cap_and_uses_up_none_of_it(
    ledger: SqliteLedger,
) -> None:
    known = range(10, 30)
    ledger.receipts.store_receipts([told([*known, *range(PER_DAY + 2)])], a_rule(*known))
    assert listed(ledger) == [*range(PER_DAY), *known]
    assert waiting(ledger) == [PER_DAY, PER_DAY + 1]


def test_a_day_in_china_honours_its_share_and_the_next_day_its_own(ledger: SqliteLedger) -> None:
    midnight = EVENING - EVENING % DAY_S + DAY_S - 8 * 3600
    ledger.receipts.store_receipts([told(range(2), midnight - 1)], a_rule())
    ledger.receipts.store_receipts([told(range(2, 5), midnight - 1)], a_rule())
    assert (listed(ledger), waiting(ledger)) == ([0, 1, 2], [3, 4])
    ledger.receipts.store_receipts([told(range(5, 9), midnight)], a_rule())
    assert (listed(ledger), waiting(ledger)) == ([0, 1, 2, 5, 6, 7], [3, 4, 8])


def test_a_share_of_nought_honours_no_stranger(ledger: SqliteLedger) -> None:
    ledger.receipts.store_receipts([told(range(2))], a_rule(1, per_day=0))
    assert (listed(ledger), waiting(ledger)) == ([1], [0])


def test_unclear_replies_of_strangers_count_as_well(ledger: SqliteLedger) -> None:
    ledger.receipts.store_receipts([told(range(PER_DAY + 1), sign="asks")], a_rule())
    assert (listed(ledger), waiting(ledger)) == (list(range(PER_DAY)), [PER_DAY])
    (entry,) = ledger.screening.waiting(9)
    assert entry.reason is SuppressionReason.UNCLEAR_REPLY


def test_one_stranger_who_answers_again_and_again_is_counted_once(ledger: SqliteLedger) -> None:
    for second in range(5):
        ledger.receipts.store_receipts([told([0], EVENING + second)], a_rule())
    ledger.receipts.store_receipts([told([1, 2, 3], EVENING + 9)], a_rule())
    for second in range(10, 15):
        ledger.receipts.store_receipts([told([3], EVENING + second)], a_rule())
    assert (listed(ledger), waiting(ledger)) == ([0, 1, 2], [3])
    found = ledger.screening.count_waiting()
    assert found == WaitingOptOuts(1, EVENING + 9, EVENING + 9)


def test_a_receipt_that_is_pushed_again_after_a_kill_uses_up_nothing_more(tmp_path: Path) -> None:
    """The list is on disk before the receipt is: what was not thanked for comes again."""
    place = StorePlace(tmp_path / "accounts", "0123", ACCOUNT)
    with closing(SqliteLedger(tmp_path / "state")) as ledger:
        ledger.share_list(place)
        with suppress(KeyboardInterrupt), ledger._database.transaction():
            entry = Suppression(phone_of(1), SuppressionReason.OPT_OUT, EVENING, "receipt:1", "T")
            ledger._lists.hear([entry], a_rule())
            raise KeyboardInterrupt
        ledger.receipts.store_receipts([told([1, 2, 3, 4])], a_rule())
        assert (listed(ledger), waiting(ledger)) == ([1, 2, 3], [4])


def test_what_waits_is_honoured_with_its_evidence_or_forgotten_and_the_word_is_kept(
    ledger: SqliteLedger,
) -> None:
    (number,) = ledger.receipts.store_receipts([told([7])], a_rule(per_day=0))
    assert ledger.screening.decide_waiting(EVENING + 60, "asked them", honour=True) == 1
    (record,) = ledger.screening.suppressions()
    assert (record.suppression.source, record.suppression.at) == (f"receipt:{number}", EVENING)
    ledger.receipts.store_receipts([told([8], EVENING + 70)], a_rule(per_day=0))
    assert ledger.screening.decide_waiting(EVENING + 80, "forged", honour=False) == 1
    assert (listed(ledger), waiting(ledger)) == ([7], [])
    assert ledger.screening.decide_waiting(EVENING + 90, "nobody", honour=True) == 0
    honoured, refused = ledger.screening.suppressions(history=True)
    assert (honoured.suppression.note, honoured.removed_at) == ("T (asked them)", None)
    assert (refused.suppression.phone, refused.removed_at) == (phone_of(8), EVENING + 80)
    assert refused.removed_note == "forged"
    # Whom a person refused may still opt out by a reply that is new.
    ledger.receipts.store_receipts([told([8], EVENING + 100)], a_rule())
    assert listed(ledger) == [7, 8]


def test_whoever_is_on_the_list_by_then_stays_there_when_strangers_are_refused(
    ledger: SqliteLedger,
) -> None:
    ledger.receipts.store_receipts([told([1, 2])], a_rule(per_day=0))
    by_hand = Suppression(phone_of(1), SuppressionReason.MANUAL, EVENING, "", "")
    ledger.screening.suppress([by_hand])
    assert ledger.screening.decide_waiting(EVENING + 60, "forged", honour=False) == 2
    assert set(listed(ledger)) == {1}


def test_opt_outs_that_wait_or_were_refused_are_not_lost(ledger: SqliteLedger) -> None:
    ledger.receipts.store_receipts([told([1, 2])], a_rule(per_day=1))
    replies = ledger.receipts.opt_outs()
    assert list(unkept(replies, ledger.screening)) == []
    ledger.screening.decide_waiting(EVENING + 60, "forged", honour=False)
    assert list(unkept(replies, ledger.screening)) == []
    ledger.receipts.store_receipts([told([3], EVENING + 70)], a_rule(per_day=0))
    kept = ledger.receipts.opt_outs()
    ledger._lists.current.let_go(ledger.screening.waiting(-1))
    assert [one.reply.phone for one in unkept(kept, ledger.screening)] == [phone_of(3)]


def test_what_waits_in_a_folder_waits_in_its_account_once_that_is_known(tmp_path: Path) -> None:
    with closing(SqliteLedger(tmp_path / "state")) as ledger:
        ledger.receipts.store_receipts([told([1, 2])], a_rule(per_day=1))
        ledger.share_list(StorePlace(tmp_path / "accounts", "0123", ACCOUNT))
        assert (listed(ledger), waiting(ledger)) == ([1], [2])
        assert ledger.own_list.waiting(-1) == ()
        earlier = SqliteAccountStore(tmp_path / "accounts", "0123", ACCOUNT)
        later = SqliteAccountStore(tmp_path / "accounts", "4567", "https://host:443 4567")
        later.inherit(earlier)
        assert later.suppressions.count_waiting().numbers == 1
        assert earlier.suppressions.count_waiting().numbers == 0
        for store in (earlier, later):
            store.close()


def test_a_body_is_kept_once_whatever_came_between_and_its_news_as_well(tmp_path: Path) -> None:
    make = ledger_maker(tmp_path)
    first, other = (PushedReceipt(1.0, "sms", b"{}", digest=bytes([n]) * 16) for n in (1, 2))
    with closing(make()) as ledger:
        assert list(ledger.receipts.store_receipts([first, other, first])) == [1, 2, 0]
    with closing(make()) as ledger:
        assert list(ledger.receipts.store_receipts([other, first])) == [0, 0]
        (tally,) = ledger.receipts.receipt_tallies(0.0)
        assert tally.count == 2


def test_a_body_that_is_understood_otherwise_by_now_is_no_repeat(tmp_path: Path) -> None:
    aside = PushedReceipt(1.0, OTHER_ACCOUNT, b"{}", digest=b"d" * 16)
    with closing(ledger_maker(tmp_path)()) as ledger:
        kinds = [OTHER_ACCOUNT, OTHER_ACCOUNT, "sms", "sms"]
        some = [replace(aside, kind=kind) for kind in kinds]
        assert list(ledger.receipts.store_receipts(some)) == [1, 0, 2, 0]


@pytest.mark.parametrize(("name", "before"), [
    ("ledger.sqlite3", migrate.SCRIPTS[:4]), ("0123.sqlite3", account.SCRIPTS[:3]),
])  # fmt: skip
def test_files_of_the_version_before_take_strangers(
    tmp_path: Path, name: str, before: Sequence[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / name, isolation_level=None)) as raw:
        migrate.migrate(raw, tmp_path / name, list(map(script, before)))
    with closing(SqliteLedger(tmp_path)) as ledger:
        if name != "ledger.sqlite3":
            ledger.share_list(StorePlace(tmp_path, "0123", ACCOUNT))
        ledger.receipts.store_receipts([told([1])], a_rule(per_day=0))
        assert waiting(ledger) == [1]
