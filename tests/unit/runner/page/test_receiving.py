"""What the page is told of what was pushed to a state folder."""

from contextlib import closing
from pathlib import Path

import pytest

from pipeline.language import Language, spoken
from pipeline.ledger import SqliteLedger
from pipeline.ports import OTHER_ACCOUNT, PushedReceipt, Reply, StrangerRule
from pipeline.runner.commands.status import pushed_so_far
from pipeline.runner.page.receiving import Heard, Receiving
from pipeline.runner.page.state_folders import Folder
from pipeline.web.page.shown import Said
from tests.support.fakes import ManualClock
from tests.support.memory_ledger import MemoryLedger

PHONE = "13000000001"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep accounts' stores in a home of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


def pushed(at: float) -> list[PushedReceipt]:
    text = f"打 {PHONE}"
    reply = Reply(PHONE, text, "", "", opts_out=False, unclear="complaint")
    return [
        PushedReceipt(at - 3600, "sms", b"{}"),
        PushedReceipt(at, "reply", text.encode(), replies=(reply,)),
        PushedReceipt(at, "unknown", f"call {PHONE} \xff".encode("latin-1"), whole=False),
    ]


def said(text: Said) -> str:
    return spoken(text, Language.EN)


def test_receipts_replies_and_odd_bodies_are_shown_without_numbers(tmp_path: Path) -> None:
    clock, heard = ManualClock(), Heard("127.0.0.1:1", {"too_large": 2, "x": 0})
    with closing(SqliteLedger(tmp_path)) as ledger:
        ledger.receipts.store_receipts(pushed(clock.now()))
    folder = Folder(tmp_path)
    with closing(folder):
        shown = Receiving(clock).look(folder, heard, whole=False)
        whole = Receiving(clock).look(folder, heard, whole=True)
        warnings = Receiving(clock).warnings(folder, heard)
    assert shown is not None
    assert whole is not None
    assert [(one.kind, one.count, one.recent, one.odd) for one in shown.receipts] == [
        ("reply", 1, 1, 0),
        ("sms", 1, 0, 0),
        ("unknown", 1, 1, 1),
    ]
    assert [said(text) for _, text in shown.last_replies] == [
        "130****0001 打 130****0001 (unclear: complains of messages; left out)"
    ]
    assert (shown.opt_outs, shown.unclear) == (0, 1)
    assert [text for _, text in shown.odd] == ["#3 call 130****0001 \ufffd"]
    assert shown.turned_away == [("too large", 2)]
    assert [said(text) for text in warnings] == ["2 bodies were larger than 8 MiB and are lost."]
    assert PHONE not in repr(shown) + "".join(said(text) for _, text in shown.last_replies)
    assert said(whole.last_replies[0][1]).startswith(f"{PHONE} 打 {PHONE}")


def test_what_waits_and_what_looks_forged_is_said_first(tmp_path: Path) -> None:
    clock = ManualClock()
    replies = [Reply(f"130000000{n:02d}", "T", "", "", opts_out=True) for n in range(3)]
    now = clock.now()
    came = [
        PushedReceipt(now, "reply", b"1", replies=replies),
        PushedReceipt(now, OTHER_ACCOUNT, b"2"),
        PushedReceipt(now - 2 * 86_400, OTHER_ACCOUNT, b"3"),
    ]
    with closing(SqliteLedger(tmp_path)) as ledger:
        ledger.receipts.store_receipts(came, StrangerRule(frozenset(), per_day=1))
    folder, heard = Folder(tmp_path), Heard("127.0.0.1:1", {"too_large": 2})
    with closing(folder):
        waits, another, large = map(said, Receiving(clock).warnings(folder, heard))
    assert waits.startswith("2 numbers that this account never was to send to opted out")
    assert another.startswith("1 receipt of the last 24 hours named another account")
    assert large == "2 bodies were larger than 8 MiB and are lost."


def test_a_folder_without_a_ledger_is_shown_empty_and_gets_none(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    shown = Receiving(ManualClock()).look(folder, Heard(), whole=False)
    assert shown is not None
    assert (shown.receipts, shown.replies) == ((), 0)
    assert list(tmp_path.iterdir()) == []


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
