"""What the status page is told of a ledger."""

from dataclasses import replace
from pathlib import Path

from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.lifecycle import Event
from pipeline.ports import OTHER_ACCOUNT, CanaryRecord, PushedReceipt, Reply, StrangerRule
from pipeline.ports.marks import REHEARSAL
from pipeline.runner.commands.serve import StatusSnapshot
from pipeline.runner.commands.status import pushed_so_far
from tests.support.fakes import ManualClock
from tests.support.ledgers import PLAN, RUN, an_attempt, concluding, items, planned
from tests.support.memory_ledger import MemoryLedger

PHONE = "13000000001"


def pushed(at: float) -> list[PushedReceipt]:
    text = f"打 {PHONE}"
    reply = Reply(PHONE, text, "", "", opts_out=False, unclear="complaint")
    return [
        PushedReceipt(at - 3600, "sms", b"{}"),
        PushedReceipt(at, "reply", text.encode(), replies=(reply,)),
        PushedReceipt(at, "unknown", f"call {PHONE} \xff".encode("latin-1"), whole=False),
    ]


def test_receipts_replies_and_odd_bodies_are_shown_without_numbers() -> None:
    ledger, clock = MemoryLedger(), ManualClock()
    ledger.receipts.store_receipts(pushed(clock.now()))
    shown = StatusSnapshot(
        ledger, clock, Path("state"), "127.0.0.1:1", {"too_large": 2, "x": 0}
    ).look()
    assert [(one.kind, one.count, one.recent, one.odd) for one in shown.receipts] == [
        ("reply", 1, 1, 0),
        ("sms", 1, 0, 0),
        ("unknown", 1, 1, 1),
    ]
    assert [text for _, text in shown.last_replies] == [
        "130****0001 打 130****0001 (unclear: complains of messages; left out)"
    ]
    assert (shown.opt_outs, shown.unclear) == (0, 1)
    assert [text for _, text in shown.odd] == ["#3 call 130****0001 \ufffd"]
    assert shown.turned_away == [("too large", 2)]
    assert shown.warnings == ["2 bodies were larger than 8 MiB and are lost."]
    assert PHONE not in repr(shown)


def test_the_page_says_first_what_waits_and_what_looks_forged() -> None:
    ledger, clock = MemoryLedger(), ManualClock()
    replies = [Reply(f"130000000{n:02d}", "T", "", "", opts_out=True) for n in range(3)]
    now = clock.now()
    pushed = [
        PushedReceipt(now, "reply", b"1", replies=replies),
        PushedReceipt(now, OTHER_ACCOUNT, b"2"),
        PushedReceipt(now - 2 * 86_400, OTHER_ACCOUNT, b"3"),
    ]
    ledger.receipts.store_receipts(pushed, StrangerRule(frozenset(), per_day=1))
    snapshot = StatusSnapshot(ledger, clock, Path("state"), "127.0.0.1:1", {"too_large": 2})
    waits, another, large = snapshot.look().warnings
    assert waits.startswith("2 numbers that this account never was to send to opted out")
    assert another.startswith("1 receipt of the last 24 hours named another account")
    assert large == "2 bodies were larger than 8 MiB and are lost."


def test_runs_are_shown_with_their_books_and_looked_at_again_only_after_a_while() -> None:
    ledger, clock = planned(MemoryLedger()), ManualClock()
    tower = StatusSnapshot(ledger, clock, Path("state"), "127.0.0.1:1", {})
    (line,) = tower.look().runs
    assert (line.run, line.stage, line.rows) == (RUN, "planned", 9)
    assert sum(count for _, count, _ in line.outcomes) == 9
    writer = ledger.take(RUN)
    writer.begin([an_attempt()])
    writer.conclude([concluding(Event.WAS_ACCEPTED)])
    (same,) = tower.look().runs
    assert same == line
    clock.advance(5.0)
    (later,) = tower.look().runs
    assert later.stage == "not all submitted"
    writer.close()


def test_what_was_pushed_is_counted_in_one_sentence() -> None:
    ledger = MemoryLedger()
    ledger.receipts.store_receipts(pushed(10.0))
    counted = pushed_so_far(ledger.receipts)
    assert counted.as_json() == {
        "receipts": 3,
        "not_understood": 1,
        "replies": 1,
        "opt_outs": 0,
        "unclear_replies": 1,
        "unknown_tasks": 0,
        "news_of_unknown_tasks": 0,
    }
    assert "not wholly understood: 1" in counted.sentence
    assert "unclear and left out: 1" in counted.sentence


def test_a_run_that_its_first_recipients_stopped_says_so_and_how_to_go_on() -> None:
    ledger, clock = planned(MemoryLedger()), ManualClock()
    writer = ledger.take(RUN)
    note = "the first recipients do not speak for the others"
    writer.decide_canary(CanaryRecord(1.0, Verdict.STOPPED, CanaryCount(failed=3), note))
    record = ledger.run(RUN)
    assert record is not None
    (line,) = StatusSnapshot(ledger, clock, Path("state"), "127.0.0.1:1", {}).look().runs
    assert line.stage == "stopped by its first recipients"
    assert line.notes == (
        "The first recipients do not speak for the others.",
        f"To go on anyway: koosend run {RUN} --state {record.folder} --after-canary",
    )
    writer.decide_canary(CanaryRecord(2.0, Verdict.OVERRIDDEN, CanaryCount(failed=3), "a person"))
    (line,) = StatusSnapshot(ledger, clock, Path("state"), "127.0.0.1:1", {}).look().runs
    assert line.stage == "planned"
    assert line.notes[-1] == "A person."
    writer.close()


def test_a_run_on_the_emulator_is_marked_on_the_page() -> None:
    ledger, clock = MemoryLedger(), ManualClock()
    ledger.plan(replace(PLAN, account="emulator abc"), items())
    shown = StatusSnapshot(ledger, clock, Path("state"), "127.0.0.1:1", {}).look()
    assert shown.marks == (REHEARSAL,)
