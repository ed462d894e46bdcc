"""Pushed bodies on their way to the ledger: together, in order, none lost."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import LedgerUnwritable
from pipeline.ledger import SqliteLedger
from pipeline.ledger.receipts import ReceiptLedger
from pipeline.logs import EventLog
from pipeline.ports import PushedReceipt, StrangerRule
from pipeline.runner.door.judge import Judge
from pipeline.runner.session import receipts
from pipeline.runner.session.receipts import ReceiptKeeper
from pipeline.settings import Receipts
from tests.support.fakes import ManualClock
from tests.support.memory_ledger import MemoryLedger

BODY = json.dumps(
    {"reports": [{"task_id": "t", "mobile": "13000000001", "status": 0, "code": "DELIVRD"}]}
).encode()


class Book(ReceiptLedger):
    """Remembers the groups that came, and refuses bodies or what was read of them."""

    def __init__(self, refused: Callable[[PushedReceipt], bool] = lambda _: False) -> None:
        self.ledger = MemoryLedger()
        super().__init__(self.ledger._database, self.ledger._lists)
        self.groups: list[list[bytes]] = []
        self._refused = refused

    def store_receipts(
        self, receipts: Sequence[PushedReceipt], rule: StrangerRule | None = None
    ) -> Sequence[int]:
        if any(map(self._refused, receipts)):
            raise ValueError("what was read of it cannot be kept")
        self.groups.append([one.body for one in receipts])
        return super().store_receipts(receipts, rule)


def keep(
    book: Book, folder: Path, work: Callable[[ReceiptKeeper], Coroutine[object, object, None]]
) -> list[str]:
    log = EventLog(folder / "events.jsonl")
    asyncio.run(work(ReceiptKeeper(book, ManualClock(), log)))
    log.close()
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["event"] for line in lines]


def test_what_waits_together_is_stored_together_and_in_order(tmp_path: Path) -> None:
    book = Book()

    async def work(keeper: ReceiptKeeper) -> None:
        await asyncio.gather(*(keeper.store("", b"%d" % n) for n in range(1200)))

    keep(book, tmp_path, work)
    assert [body for group in book.groups for body in group] == [b"%d" % n for n in range(1200)]
    assert len(book.groups) <= 4
    assert max(map(len, book.groups)) <= receipts.GROUP_MAX


def test_what_comes_after_a_crowd_is_stored_too_and_in_order(tmp_path: Path) -> None:
    book = Book()

    async def work(keeper: ReceiptKeeper) -> None:
        await asyncio.gather(*(keeper.store("", b"%d" % n) for n in range(3)))
        for n in range(3, 6):
            await keeper.store("", b"%d" % n)
        await asyncio.gather(*(keeper.store("", b"%d" % n) for n in range(6, 9)))

    keep(book, tmp_path, work)
    assert [body for group in book.groups for body in group] == [b"%d" % n for n in range(9)]


def test_nobody_is_thanked_before_it_is_stored(tmp_path: Path) -> None:
    book = Book()

    async def work(keeper: ReceiptKeeper) -> None:
        for n in range(3):
            await keeper.store("", BODY + b" " * n)
            assert len(book.groups) == n + 1

    assert keep(book, tmp_path, work) == ["receipt.stored"] * 3


def test_a_ledger_that_cannot_record_is_told_to_everybody_who_waits(tmp_path: Path) -> None:
    book = Book()
    book.ledger.fail_from = 1

    async def work(keeper: ReceiptKeeper) -> None:
        waiting = [keeper.store("", BODY) for _ in range(5)]
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(answer) for answer in answers} == {LedgerUnwritable}
        book.ledger.fail_from = None
        await keeper.store("", BODY)

    keep(book, tmp_path, work)
    assert [len(group) for group in book.groups] == [5, 1]


def test_one_body_whose_contents_cannot_be_kept_costs_no_other_and_is_kept_itself(
    tmp_path: Path,
) -> None:
    book = Book(refused=lambda one: one.kind == "aim_basic")

    async def work(keeper: ReceiptKeeper) -> None:
        await asyncio.gather(*(keeper.store("", body) for body in (b"{}", BODY, b"[]")))

    told = keep(book, tmp_path, work)
    assert book.groups == [[b"{}"], [BODY], [b"[]"]]
    assert told.count("receipt.unknown") == 3
    assert [one.kind for one in book.odd_receipts(9)] == ["unknown"] * 3


def test_too_much_that_waits_is_refused_instead_of_filling_the_memory(tmp_path: Path) -> None:
    book = Book()
    mebibyte = b"x" * (1024 * 1024)

    async def work(keeper: ReceiptKeeper) -> None:
        waiting = [keeper.store("", mebibyte) for _ in range(80)]
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        refused = [one for one in answers if isinstance(one, LedgerUnwritable)]
        assert len(refused) == 80 - receipts.WAITING_BYTES_MAX // len(mebibyte)
        await keeper.store("", BODY)

    keep(book, tmp_path, work)
    assert sum(map(len, book.groups)) == receipts.WAITING_BYTES_MAX // len(mebibyte) + 1


def test_a_body_that_comes_again_is_thanked_for_and_neither_kept_nor_told(tmp_path: Path) -> None:
    book = Book()
    form = b"from=13000000001&to=1069&body=T"

    async def work(keeper: ReceiptKeeper) -> None:
        for _ in range(3):
            await asyncio.gather(*(keeper.store("", body) for body in (form, BODY, form)))

    assert keep(book, tmp_path, work) == ["receipt.stored", "reply.opted_out"]
    assert [tally.count for tally in book.receipt_tallies(0.0)] == [1, 1]


def test_strangers_beyond_the_days_share_are_told_once(tmp_path: Path) -> None:
    book = Book()
    judge = Judge(book.ledger, tmp_path, None, Receipts("127.0.0.1:0", strangers_per_day=1))
    log = EventLog(tmp_path / "events.jsonl")

    async def work() -> None:
        keeper = ReceiptKeeper(book, ManualClock(), log, judge)
        for number in (1, 2, 2, 3):
            await keeper.store("", f"from=1300000000{number}&to=1069&body=T".encode())

    asyncio.run(work())
    log.close()
    lines = map(json.loads, (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines())
    told = [line["numbers"] for line in lines if line["event"] == "opt_outs.wait"]
    assert told == [1, 2]


def test_nothing_is_made_of_a_receipt_of_another_account_and_it_is_told(tmp_path: Path) -> None:
    book = Book()
    own, other = (
        json.dumps({"domain_id": name * 32, "result": [{"mobile": "13000000001", "content": said}]})
        for name, said in (("a", "hello"), ("b", "T"))
    )

    class Doubtful(Judge):
        def is_of_another(self, account: str) -> bool:
            return account.startswith("b")

    judge = Doubtful(book.ledger, tmp_path, None, Receipts("127.0.0.1:0"))
    log = EventLog(tmp_path / "events.jsonl")

    async def work() -> None:
        keeper = ReceiptKeeper(book, ManualClock(), log, judge)
        await asyncio.gather(keeper.store("", own.encode()), keeper.store("", other.encode()))

    asyncio.run(work())
    log.close()
    assert book.count_replies() == (1, 0, 0)
    assert [tally.kind for tally in book.receipt_tallies(0.0)] == ["other_account", "reply"]
    assert '"receipt.of_another"' in (tmp_path / "events.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "event"), [("T", "reply.opted_out"), ("怎么退订", "reply.unclear")]
)
def test_an_opt_out_is_told_without_its_number(tmp_path: Path, said: str, event: str) -> None:
    form = f"from=13000000001&to=1069&body={quote(said)}".encode()

    async def work(keeper: ReceiptKeeper) -> None:
        await keeper.store("", form)

    told = keep(Book(), tmp_path, work)
    assert told == ["receipt.stored", event]
    assert "13000000001" not in (tmp_path / "events.jsonl").read_text(encoding="utf-8")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
SHAPED = st.fixed_dictionaries(
    {},
    optional={
        "seq_id": JSON,
        "reports": JSON,
        "result": JSON,
        "callback_type": st.sampled_from(["sms", "shortchain"]) | JSON,
        "body": JSON.map(json.dumps) | JSON,
        "audit_state": JSON,
        "from": JSON,
    },
)
ANY = (
    st.binary(max_size=200)
    | JSON.map(json.dumps).map(str.encode)
    | SHAPED.map(json.dumps).map(str.encode)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY, max_size=8))
def test_no_body_whatever_it_holds_is_lost_or_refused(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    ledger = SqliteLedger(folder)

    async def work() -> None:
        keeper = ReceiptKeeper(ledger.receipts, ManualClock(), EventLog(folder / "events.jsonl"))
        await asyncio.gather(*(keeper.store("", body) for body in bodies))

    asyncio.run(work())
    once = list(dict.fromkeys(bodies))
    assert sum(one.count for one in ledger.receipts.receipt_tallies(0.0)) == len(once)
    kept = ledger._database._connection.execute("SELECT body FROM receipt ORDER BY id").fetchall()
    assert [body for (body,) in kept] == once
    ledger.close()
