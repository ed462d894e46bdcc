"""A run is found again by what it is: its list, what the campaign means, and who sends."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.core.errors import DecisionNeeded, SourceMissing
from pipeline.core.lifecycle import Event
from pipeline.core.model import Rejection, RunId, TaskId
from pipeline.core.names import run_id, task_name
from pipeline.core.screening import person_digest
from pipeline.ledger import SqliteLedger
from pipeline.ports import Attempt, Conclusion, RunRecord, Withholding
from pipeline.ports.erasing import ErasedPerson, Erasing
from pipeline.runner.planning import find
from pipeline.runner.planning.mended import mended_campaign, mends_of
from pipeline.runner.planning.plan import Planned, Planning, plan_asked
from pipeline.runner.session.outside import SystemClock
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.planning import plan_run

LOOPBACK = "http://127.0.0.1:8001"
VALUES = '\n[message.values."姓名"]\ndefault = "会员"\n'


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "OTHER_AK"):
        monkeypatch.setenv(name, "one-key")


@dataclass
class Office:
    """A desk with its ledger."""

    desk: Desk
    ledger: SqliteLedger

    def write(self, *rows: str) -> None:
        text = "\n".join(("手机号,姓名,积分", *rows)) + "\n"
        (self.desk.folder / "members.csv").write_text(text, encoding="utf-8")

    def plan(
        self,
        edit: tuple[str, str] = ("", ""),
        *,
        again: bool = False,
        extra: str = "",
        endpoint: str = "emulator",
    ) -> Planned:
        file = self.desk.write_campaign(extra=extra, endpoint=endpoint)
        text = file.read_text(encoding="utf-8")
        assert edit[0] in text
        file.write_text(text.replace(*edit, 1), encoding="utf-8")
        campaign = load_campaign(file, 0.0)
        return plan_run(campaign, self.ledger, SystemClock(), again=again, progress=lambda _: None)

    def half_sent(self, endpoint: str = "emulator") -> RunRecord:
        """Plan a run whose only request is deferred, so that it began and is not complete."""
        planned = self.plan(endpoint=endpoint)
        assert planned.fresh
        run = planned.record.plan.run
        writer = self.ledger.take(run)
        writer.begin([Attempt(0, 0, 1, task_name(run, 0, 0, 1), 5.0)])
        writer.conclude([Conclusion(0, 0, Event.WAS_THROTTLED, 6.0)])
        writer.close()
        return planned.record


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(SqliteLedger(tmp_path / "state")) as ledger:
        found = Office(Desk(tmp_path), ledger)
        found.write("13900000001,王,1", "13900000002,李,2", "13900000003,,3")
        yield found


@pytest.mark.parametrize(
    "edit",
    [
        ("", ""),
        ('name = "members"', 'name = "renamed"'),
        ('phone = "手机号"', 'phone = "手机号"\nencoding = "utf-8"'),
        ("[message.sms]", "expires_days = 3\n[message.sms]"),
        ("settle_s = 2", "settle_s = 1000"),
        ("[message.sms]", '[message.values."姓名"]\nspaces = "single"\n[message.sms]'),
        ('"http://127.0.0.1:8001"', '"HTTP://127.0.0.1:8001/"'),
        ("[source]", 'access_key_env = "OTHER_AK"\n[source]'),
    ],
)
def test_what_changes_nothing_that_people_get_goes_on_with_the_half_sent_run(
    office: Office, edit: tuple[str, str]
) -> None:
    begun = office.half_sent(LOOPBACK)
    again = office.plan(edit, endpoint=LOOPBACK)
    assert not again.fresh
    assert again.record.plan.run == begun.plan.run
    assert again.record.plan.message.expires_days == 7


def test_a_file_that_was_saved_anew_goes_on_with_the_half_sent_run(office: Office) -> None:
    begun = office.half_sent()
    with (office.desk.folder / "members.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert office.plan().record.plan.run == begun.plan.run
    office.write("13900000001,王,1", "13900000002,李,2", "13900000004,赵,4")
    other = office.plan()
    assert other.fresh
    assert other.record.plan.run != begun.plan.run


def test_a_file_that_was_saved_anew_goes_on_although_somebody_was_erased(office: Office) -> None:
    begun = office.half_sent()
    erase_second(office, begun)
    with (office.desk.folder / "members.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert office.plan().record.plan.run == begun.plan.run


def test_mended_rows_are_planned_although_somebody_of_the_run_was_erased(office: Office) -> None:
    office.write("13900000001,王,1", "13900000002,李,2", "1390000000,赵,3")
    begun = office.half_sent()
    erase_second(office, begun)
    campaign = load_campaign(office.desk.campaign, 0.0)
    mends = mends_of(campaign, office.ledger, begun)
    mended = office.desk.folder / "mended.csv"
    mended.write_text("手机号,姓名,积分\n13900000001,王,1\n13900000003,赵,3\n", encoding="utf-8")
    planning = Planning(SystemClock(), lambda _: None, mends=mends)
    planned = plan_asked(mended_campaign(campaign, mended), office.ledger, planning)
    assert office.ledger.recipients(planned.record.plan.run, 0).phones == ["13900000003"]


def erase_second(office: Office, begun: RunRecord) -> None:
    """Erase the second person, whose message waits for its turn."""
    who, key = "13900000002", "0123456789abcdef"
    with closing(office.ledger.take(begun.plan.run)) as writer:
        writer.withhold(Withholding(0, 0, 7.0, {1: str(Rejection.ERASED)}))
        person = ErasedPerson(who, key, person_digest(who, key))
        assert writer.erase(person, Erasing(7.0, "koosend erase")).rows == 1


def test_another_message_is_another_run(office: Office) -> None:
    office.half_sent()
    assert office.plan(("=云商城", "=另一家")).fresh


def test_values_that_some_would_get_otherwise_wait_for_a_person(office: Office) -> None:
    begun = office.half_sent()
    with pytest.raises(DecisionNeeded, match=f"koosend run {begun.plan.run}"):
        office.plan(extra=VALUES)
    assert office.plan(extra=VALUES, again=True).fresh


def test_two_lists_whose_labels_collide_are_two_runs(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def colliding(*args: object, turn: int = 0, **more: object) -> RunId:
        free = run_id(*args, turn=turn, **more)  # type: ignore[arg-type]  # hands all on
        return free if turn else RunId("collides")

    monkeypatch.setattr(find, "run_id", colliding)
    first = office.plan().record.plan.run
    office.write("13900000009,孙,9")
    second = office.plan()
    assert second.fresh
    assert first == "collides" != second.record.plan.run
    assert office.plan().record.plan.run == second.record.plan.run


def test_two_ledgers_label_one_list_differently(office: Office, tmp_path: Path) -> None:
    with closing(SqliteLedger(tmp_path / "other")) as other:
        assert other.identity() != office.ledger.identity()
        theirs = Office(office.desk, other).plan().record.plan
        ours = office.plan().record.plan
    assert theirs.run != ours.run
    assert (theirs.meaning, theirs.account) == (ours.meaning, ours.account)


def test_a_rehearsal_and_a_real_run_are_two_runs(office: Office) -> None:
    rehearsed = office.half_sent()
    real = office.plan(
        ("settle_s = 2", "settle_s = 1200"), endpoint="https://koomessage.myhuaweicloud.cn"
    )
    assert real.fresh
    assert real.record.plan.run != rehearsed.plan.run


def test_a_source_that_is_not_there_lets_only_a_run_go_on_that_means_the_same(
    office: Office,
) -> None:
    source = office.desk.folder / "members.csv"
    text = source.read_bytes()
    source.unlink()
    with pytest.raises(SourceMissing):
        office.plan()
    source.write_bytes(text)
    begun = office.half_sent()
    source.unlink()
    assert office.plan().record.plan.run == begun.plan.run
    with pytest.raises(DecisionNeeded, match=f"koosend run {begun.plan.run}") as told:
        office.plan(("=云商城", "=另一家"))
    assert "members.csv" in str(told.value)


def test_a_run_that_is_complete_is_found_and_again_makes_another(office: Office) -> None:
    begun = office.half_sent()
    run = begun.plan.run
    writer = office.ledger.take(run)
    writer.begin([Attempt(0, 0, 2, task_name(run, 0, 0, 2), 7.0)])
    writer.conclude([Conclusion(0, 0, Event.WAS_ACCEPTED, 8.0, task_id=TaskId("task"))])
    writer.finish(9.0)
    writer.close()
    assert office.plan().record.plan.run == run
    again = office.plan(again=True)
    assert again.fresh
    assert again.record.plan.previous == run
    assert office.plan().record.plan.run == again.record.plan.run
