"""The ledger's days against KooMessage's daily reports, whatever zone these are of."""

from datetime import UTC, datetime

from pipeline.audit.books import FindingCode
from pipeline.audit.provider import check_reports, finding_of
from pipeline.core.answer import DayCount

LATE = datetime(2026, 11, 22, 15, 30, tzinfo=UTC).timestamp()  # 23:30 in China
AFTER = datetime(2026, 11, 22, 16, 30, tzinfo=UTC).timestamp()  # 00:30 of the next day
TAKEN = [(LATE, 100), (AFTER, 50)]


def sentences(*told: DayCount) -> list[str]:
    found = [finding_of(one) for one in check_reports(TAKEN, told, "700000001")]
    return [f"{one.where}: {one.sentence}" for one in found]


def test_days_that_agree_in_either_zone_are_as_they_should_be() -> None:
    assert not sentences(DayCount("2026-11-22", 100), DayCount("2026-11-23", 50))
    assert not sentences(DayCount("2026-11-22", 150))
    assert not sentences(DayCount("2026-11-22", 60), DayCount("2026-11-22", 40),
                         DayCount("2026-11-23", 50))  # fmt: skip


def test_a_day_with_more_than_ours_may_be_others_and_one_with_less_may_lag() -> None:
    (more,) = sentences(DayCount("2026-11-22", 130), DayCount("2026-11-23", 50))
    assert more.startswith("2026-11-22, template 700000001: ")
    assert "130" in more
    assert "others may send" in more
    (found,) = check_reports(TAKEN, [DayCount("2026-11-22", 100)], "700000001")
    assert finding_of(found).code is FindingCode.REPORT_DIFFERS
    assert (found.day, found.theirs, found.ours) == ("2026-11-23", 0, 50)
    (less,) = sentences(DayCount("2026-11-22", 100))
    assert "counts 0 numbers, the ledger 50: its report may lag" in less
