"""A ledger that is new to a real account looks for what others sent by it, before it sends."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.errors import Exit, NewLedger
from pipeline.emulator.options import EmulatorOptions
from pipeline.runner.commands.run import Request, run_campaign
from pipeline.runner.session import session, store_folder
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import Said
from pipeline.runner.session.result import RunReport
from pipeline.settings import Account, load_campaign
from tests.support.command import Desk
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, EmulatorProcess
from tests.support.planning import Silent

NEW = Said(new_ledger=True)


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatorProcess]:
    """Start an emulator that counts as a real account: for this process it is not on loopback."""

    async def unknown(*_: object) -> str:
        return ""

    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", ACCESS_KEY)
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", SECRET_KEY)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Account, "is_loopback", property(lambda _: False))
    monkeypatch.setattr(store_folder, "kind_of", lambda _: "real")
    monkeypatch.setattr(session, "ask_for_domain", unknown)
    (tmp_path / "provider").mkdir()
    started = EmulatorProcess.start(tmp_path / "provider", EmulatorOptions(seed=7))
    yield started
    started.end()


def run(
    folder: Path, provider: EmulatorProcess, state: str, said: Said | None = None, first: int = 0
) -> RunReport:
    """Send to 250 people, who begin at the first."""
    desk = Desk(folder)
    people = "\n".join(f"1390000{person:04d},会员,{person}" for person in range(first, first + 250))
    (folder / "members.csv").write_text(f"手机号,姓名,积分\n{people}\n", encoding="utf-8")
    again = '[screening]\nalready_sent = "send"\n'
    desk.write_campaign(endpoint=provider.url, settle_s=1200, ask="false", extra=again)
    # The list was written a moment ago, which nobody needs to wait for.
    text = desk.campaign.read_text(encoding="utf-8")
    desk.campaign.write_text(text.replace("[source]\n", "[source]\nsettled_s = 0\n"), "utf-8")
    campaign = load_campaign(desk.campaign, 0.0)
    request = Request(state=folder / state, said=said or Said())
    return run_campaign(campaign, request, SystemClock(), Silent())


def test_a_deleted_folder_does_not_send_again_unless_somebody_says_so(
    tmp_path: Path, provider: EmulatorProcess
) -> None:
    assert run(tmp_path, provider, "state").exit is Exit.OK
    sent = len(provider.messages())
    assert sent == 250
    # Neither the folder nor the account's store is there any more: another machine, say.
    for lost in ("state", "home"):
        (tmp_path / lost).rename(tmp_path / f"{lost}-lost")
    for _ in range(2):
        stopped = run(tmp_path, provider, "state")
        assert isinstance(stopped.stopped, NewLedger)
        assert stopped.exit is Exit.DECISION_NEEDED
        assert "3 tasks of the last 3 days" in str(stopped.stopped)
        assert "--new-ledger" in str(stopped.stopped)
    assert len(provider.messages()) == sent
    assert run(tmp_path, provider, "state", NEW).exit is Exit.OK
    assert len(provider.messages()) == 2 * sent
    events = next((tmp_path / "state").rglob("events.jsonl")).read_text(encoding="utf-8")
    assert '"ledger.new"' in events
    assert "--new-ledger" in events


def test_two_folders_that_the_account_knows_are_no_strangers_and_share_no_name(
    tmp_path: Path, provider: EmulatorProcess
) -> None:
    assert run(tmp_path, provider, "one").exit is Exit.OK
    assert run(tmp_path, provider, "other").exit is Exit.OK
    labels = {str(line["task_name"])[:8] for line in provider.messages()}
    assert len(labels) == 2


def test_a_ledger_that_was_put_back_looks_for_whom_later_runs_reached(
    tmp_path: Path, provider: EmulatorProcess
) -> None:
    state, kept = tmp_path / "state", tmp_path / "kept"
    assert run(tmp_path, provider, "state").exit is Exit.OK
    shutil.copytree(state, kept)
    assert run(tmp_path, provider, "state", first=250).exit is Exit.OK
    shutil.rmtree(state)
    kept.rename(state)
    behind = run(tmp_path, provider, "state", first=500)
    assert "the account's store knows that the ledger went on" in str(behind.stopped)
    stopped = run(tmp_path, provider, "state", Said(restored=True), first=500)
    assert isinstance(stopped.stopped, NewLedger)
    assert "is older: it cannot know whom they reached" in str(stopped.stopped)
    assert len(provider.messages()) == 500
