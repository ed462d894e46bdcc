"""Counts and receipts together say what is so of every number, or nothing."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.answer import FoundTask, NewsKind
from pipeline.core.model import TaskId, TaskName
from pipeline.core.outcome import TIMED_OUT_CODE, Fact
from pipeline.reconciler.polling.counts import Share, known_by_name, only_possibility

RECEIPT = {
    Share.SUCCEEDED: Fact(NewsKind.DELIVERED, "DELIVRD", "", "receipt:1"),
    Share.FAILED: Fact(NewsKind.FAILED, "MK:0001", "", "receipt:1"),
    Share.TIMED_OUT: Fact(NewsKind.FAILED, TIMED_OUT_CODE, "", "receipt:1"),
    Share.LEFT_OUT: Fact(NewsKind.REFUSED, "KM.1", "", "answer:1"),
}
FATES = st.lists(st.tuples(st.sampled_from(Share), st.booleans()), min_size=1, max_size=8)


@given(FATES)
def test_what_counts_tell_is_so_and_they_tell_all_they_can(fates: list[tuple[Share, bool]]) -> None:
    truth = [fate for fate, _ in fates]
    facts = {
        row: (RECEIPT[fate],)
        for row, (fate, told) in enumerate(fates)
        if told and fate is not Share.PENDING
    }
    task = FoundTask(
        TaskName("name"),
        TaskId("id"),
        total=len(truth) - truth.count(Share.LEFT_OUT),
        succeeded=truth.count(Share.SUCCEEDED),
        failed=truth.count(Share.FAILED),
        timed_out=truth.count(Share.TIMED_OUT),
    )
    known = known_by_name(range(len(truth)), facts)
    left = {truth[row] for row in known.unknown}
    assert set(known.unknown) == set(range(len(truth))) - facts.keys()
    assert only_possibility(task, known) == (left.pop() if len(left) == 1 else None)


@given(FATES, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_list_that_lags_behind_the_receipts_never_contradicts_them(
    fates: list[tuple[Share, bool]], succeeded: int, failed: int, timed_out: int
) -> None:
    facts = {
        row: (RECEIPT[fate],) for row, (fate, told) in enumerate(fates) if told and fate in RECEIPT
    }
    known = known_by_name(range(len(fates)), facts)
    task = FoundTask(TaskName("name"), TaskId("id"), len(fates), succeeded, failed, timed_out)
    listed = {Share.SUCCEEDED: succeeded, Share.FAILED: failed, Share.TIMED_OUT: timed_out}
    if any(count < known.ended[share] for share, count in listed.items()):
        assert only_possibility(task, known) is None
