"""Nights, and what was told of them: a notice is kept once, and leaves at most once."""

import pytest

from pipeline.core.errors import KoosendError
from pipeline.ports import Ledger, Night, Notice, NoticeKind, NoticeStep, NoticeTry
from tests.support.ledgers import MakeLedger

NOTICE = Notice("members", NoticeKind.FAILED, "2026-11-28/69", "", 5.0, "failed", "It failed.")
LEFT = NoticeTry(7.0, NoticeStep.LEFT)
NOT_LEFT = NoticeTry(7.0, NoticeStep.NOT_LEFT, "connection refused")
MAY_HAVE = NoticeTry(7.0, NoticeStep.MAY_HAVE_LEFT, "no answer")


def test_a_notice_of_the_same_key_is_the_same_notice(ledger: Ledger) -> None:
    assert ledger.notices.add(NOTICE, ["one", "two"])
    assert not ledger.notices.add(NOTICE, ["three"])
    (kept,) = ledger.notices.kept("members", 0.0)
    assert kept.notice == NOTICE
    assert kept.tries == {"one": [], "two": []}
    assert ledger.notices.kept("members", 6.0) == ()
    assert ledger.notices.kept("others", 0.0) == ()


def test_an_intent_is_seen_by_who_opens_the_ledger_anew_and_nobody_intends_again(
    ledger: Ledger, reopen: MakeLedger
) -> None:
    ledger.notices.add(NOTICE, ["one"])
    assert ledger.notices.intend(1, "one", 6.0)
    again = reopen()
    assert not again.notices.intend(1, "one", 7.0)
    (kept,) = again.notices.kept("members", 0.0)
    assert kept.tries == {"one": [NoticeTry(6.0, NoticeStep.INTENDED)]}
    again.close()


@pytest.mark.parametrize("outcome", [LEFT, MAY_HAVE])
def test_what_left_or_may_have_left_is_never_intended_again(
    ledger: Ledger, outcome: NoticeTry
) -> None:
    ledger.notices.add(NOTICE, ["one", "two"])
    assert ledger.notices.intend(1, "one", 6.0)
    ledger.notices.conclude(1, "one", outcome)
    assert not ledger.notices.intend(1, "one", 8.0)
    assert ledger.notices.intend(1, "two", 8.0)


def test_what_did_not_leave_may_be_intended_again(ledger: Ledger) -> None:
    ledger.notices.add(NOTICE, ["one"])
    for at in (6.0, 8.0):
        assert ledger.notices.intend(1, "one", at)
        ledger.notices.conclude(1, "one", NOT_LEFT)
    (kept,) = ledger.notices.kept("members", 0.0)
    assert [one.step for one in kept.tries["one"]] == ["intended", "not_left"] * 2


def test_nothing_is_concluded_that_was_not_intended(ledger: Ledger) -> None:
    ledger.notices.add(NOTICE, ["one"])
    with pytest.raises(KoosendError, match="never tried again"):
        ledger.notices.conclude(1, "one", LEFT)


def test_nights_are_kept_with_how_they_ended(ledger: Ledger) -> None:
    first = Night("members", "2026-11-27", 73_800, 10.0)
    no = ledger.notices.begin_night(first)
    ledger.notices.end_night(no, 20.0, 0, "abcd1234")
    ledger.notices.begin_night(Night("members", "2026-11-28", 73_800, 100.0))
    ledger.notices.begin_night(Night("others", "2026-11-26", 0, 1.0))
    killed, good = ledger.notices.nights("members")
    assert (killed.day, killed.ended_at, killed.exit_code) == ("2026-11-28", None, None)
    assert good == Night("members", "2026-11-27", 73_800, 10.0, 20.0, 0, "abcd1234")
    assert [one.day for one in ledger.notices.latest_nights()] == ["2026-11-28", "2026-11-26"]
    with pytest.raises(KoosendError, match="never changed"):
        ledger.notices.end_night(no, 30.0, 1, "")
