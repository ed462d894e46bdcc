"""What receipts meet follows from the seed and from whose news they are, not from their batches."""

from array import array
from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.state.outbox import REORDER_S, Kind, Outbox, Receipt, ReceiptFaults
from pipeline.emulator.state.replies import Replies
from pipeline.emulator.state.tasks import Product, SendTask
from pipeline.emulator.state.world import ReceiptModes, load_world

COUNT = 2_000
BATCHED = 100
TASK = SendTask(
    task_id="task",
    name="name",
    product=Product.AIM,
    tpl_id="700000002",
    created_s=0.0,
    lifetime_s=10.0,
    phones=array("Q", range(13_800_000_000, 13_800_000_000 + COUNT)),
)
RECEIPTS = [Receipt(float(at), TASK, at, Kind.REPORT) for at in range(COUNT)]
HOSTILE = ReceiptModes(lost=0.2, duplicated=0.2, reordered=0.3, late=0.1, late_s=77.0)


def met(faults: ReceiptFaults, size: int) -> dict[str, list[Receipt]]:
    found: dict[str, list[Receipt]] = {"now": [], "again": [], "held": []}
    some = RECEIPTS[:BATCHED]
    for start in range(0, len(some), size):
        sifted = faults.sift(some[start : start + size])
        found["now"] += sifted.now
        found["again"] += sifted.again
        found["held"] += [receipt for _, receipt in sifted.held]
    return found


@given(st.integers(1, BATCHED), st.integers(1, BATCHED), st.integers(-5, 5))
def test_batches_do_not_matter_the_seed_does(one: int, other: int, seed: int) -> None:
    assert met(ReceiptFaults(HOSTILE, seed), one) == met(ReceiptFaults(HOSTILE, seed), other)
    assert met(ReceiptFaults(HOSTILE, seed), one) != met(ReceiptFaults(HOSTILE, seed + 1), one)


def test_the_shares_are_kept_and_counted() -> None:
    faults = ReceiptFaults(HOSTILE, 7)
    sifted = faults.sift(RECEIPTS)
    waits = [wait_s for wait_s, _ in sifted.held]
    lost = COUNT - len(sifted.now) - len(sifted.held)
    assert abs(lost / COUNT - 0.2) < 0.04
    assert abs(len(sifted.again) / COUNT - 0.8 * 0.2) < 0.04
    assert abs(waits.count(77.0) / COUNT - 0.8 * 0.1) < 0.03
    assert all(wait_s == 77.0 or 0.0 <= wait_s < REORDER_S for wait_s in waits)
    assert faults.fired == Counter(
        lost=lost,
        duplicated=len(sifted.again),
        late=waits.count(77.0),
        reordered=len(waits) - waits.count(77.0),
    )


def test_modes_are_changed_while_it_runs() -> None:
    faults = ReceiptFaults(ReceiptModes(), 7)
    assert faults.sift(RECEIPTS).now == RECEIPTS
    faults.modes = ReceiptModes(lost=1.0)
    assert faults.sift(RECEIPTS).now == []
    faults.modes = ReceiptModes()
    assert faults.sift(RECEIPTS).now == RECEIPTS
    assert faults.fired == Counter(lost=COUNT)


@pytest.mark.parametrize("modes", [{"lost": 1.1}, {"late_s": -1}, {"early": 0.5}, {"gone": 0.1}])
def test_modes_that_are_none_are_not_read(modes: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(modes, ReceiptModes)


def test_a_receipt_that_is_held_comes_at_its_time_and_once() -> None:
    outbox = Outbox()
    outbox.hold(5.0, RECEIPTS[1])
    outbox.hold(3.0, RECEIPTS[2])
    assert outbox.next_s() == 3.0
    assert outbox.take_held(2.9, 10) == []
    assert outbox.take_held(5.0, 1) == [RECEIPTS[2]]
    assert outbox.take_held(5.0, 10) == [RECEIPTS[1]]
    assert outbox.next_s() is None


def test_replies_keep_the_shares_of_the_world() -> None:
    numbers = msgspec.structs.replace(
        load_world(None).numbers, replies={"R": 0.1, "TD": 0.05}, reply_delay_s=(5.0, 9.0)
    )
    replies = [Replies(numbers, 7).of(phone) for phone in TASK.phones]
    texts = Counter(reply.text for reply in replies if reply is not None)
    assert abs(texts["R"] / COUNT - 0.1) < 0.03
    assert abs(texts["TD"] / COUNT - 0.05) < 0.03
    assert all(5.0 <= reply.after_s <= 9.0 for reply in replies if reply is not None)
    assert replies == [Replies(numbers, 7).of(phone) for phone in TASK.phones]
    silent = msgspec.structs.replace(numbers, replies={})
    assert all(Replies(silent, 7).of(phone) is None for phone in TASK.phones)
