"""KooMessage's daily reports against a real ledger: where they agree, and where others sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.html_page import ReadPage, read_page
from tests.support.listeners import webhook
from tests.support.members import write_members

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
TWO_DAYS_S = 2 * 86_400
"""KooMessage shows a day's counts from 16:00 of the next day on."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A desk whose run is finished, and the provider; ours is how many it took."""

    desk: Desk
    provider: EmulatorProcess
    ours: int

    def verified(self) -> dict[str, Any]:
        done = self.desk.koosend("verify", self.desk.campaign, "--online", "--json", env=KEYS)
        assert done.exit == 0, done.out + done.err
        found: dict[str, Any] = done.json
        return found

    def report(self) -> ReadPage:
        files = self.desk.koosend("report", self.desk.campaign, "--json", env=KEYS).json["files"]
        page = next(Path(file) for file in files if file.endswith("report.html"))
        return read_page(page.read_text(encoding="utf-8"))


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Sent]:
    desk = desk_in(tmp_path / "ours", 150)
    with running_emulator(tmp_path) as provider:
        yield Sent(desk, provider, send(desk, provider))


def desk_in(folder: Path, rows: int) -> Desk:
    folder.mkdir()
    write_members(folder / "members.csv", rows, seed=rows)
    return Desk(folder)


def send(desk: Desk, provider: EmulatorProcess) -> int:
    desk.write_campaign(endpoint=provider.url)
    done = desk.koosend("run", desk.campaign, "--json", env=KEYS)
    assert done.exit == 0, done.err
    return int(done.json["messages"])


def test_days_that_agree_are_said_to_agree(sent: Sent) -> None:
    assert "daily" not in sent.report().sections
    sent.provider.advance(TWO_DAYS_S)
    told = sent.verified()
    assert told["drift"] == []
    page = sent.report()
    assert "as many numbers as the ledger" in page.figures["daily"][0]
    assert not page.counts("daily.")


def test_what_another_sender_sent_by_the_same_template_is_told_with_both_counts(
    sent: Sent, tmp_path: Path
) -> None:
    theirs = send(desk_in(tmp_path / "theirs", 90), sent.provider)
    sent.provider.advance(TWO_DAYS_S)
    (found,) = sent.verified()["drift"]
    assert found["code"] == "report_differs"
    says = f"counts {sent.ours + theirs} numbers, the ledger {sent.ours}: others may send"
    assert says in found["what"]
    plain = sent.desk.koosend("verify", sent.desk.campaign, "--online", env=KEYS)
    assert plain.exit == 0
    assert f"Note: {found['what']} ({found['where']})" in plain.out
    day = found["where"].partition(",")[0]
    assert sent.report().counts(f"daily.{day}.") == {
        "theirs": sent.ours + theirs,
        "ours": sent.ours,
    }


def test_it_is_told_once_for_a_count(sent: Sent, tmp_path: Path) -> None:
    extra = '\n[notify]\nurls_env = "OPS_URLS"\n'
    with webhook() as hook:
        send(desk_in(tmp_path / "theirs", 90), sent.provider)
        sent.desk.write_campaign(endpoint=sent.provider.url, extra=extra)
        sent.provider.advance(TWO_DAYS_S)
        env = {**KEYS, "OPS_URLS": hook.address}
        for _ in range(3):
            done = sent.desk.koosend("verify", sent.desk.campaign, "--online", env=env)
            assert done.exit == 0, done.err
        (title,) = hook.titles
        assert title.endswith(": KooMessage counts otherwise than the ledger")


def test_another_campaign_of_the_same_account_and_template_is_no_difference(sent: Sent) -> None:
    write_members(sent.desk.folder / "more.csv", 60, seed=60)
    first = sent.desk.koosend("status", sent.desk.campaign, "--json", env=KEYS).json["run"]
    sent.desk.write_campaign(endpoint=sent.provider.url, name="another", source="more.csv")
    assert sent.desk.koosend("run", sent.desk.campaign, env=KEYS).exit == 0
    sent.provider.advance(TWO_DAYS_S)
    assert sent.verified()["drift"] == []
    sent.desk.write_campaign(endpoint=sent.provider.url)
    told = sent.verified()
    assert (told["run"], told["drift"]) == (first, [])


def test_whom_koomessage_refused_inside_a_taken_request_is_in_neither_count(
    tmp_path: Path,
) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[rule]]\nwhat = "partial"\nnth = 1\nshare = 0.3\n', encoding="utf-8")
    desk = desk_in(tmp_path / "ours", 60)
    with running_emulator(tmp_path, EmulatorOptions(faults=faults)) as provider:
        desk.write_campaign(endpoint=provider.url)
        done = desk.koosend("run", desk.campaign, "--json", env=KEYS)
        assert (done.exit, done.json["messages"]) == (1, len(provider.messages()))
        assert done.json["outcomes"]["refused"] > 5
        provider.advance(TWO_DAYS_S)
        checked = desk.koosend("verify", desk.campaign, "--online", "--json", env=KEYS)
        assert checked.json["drift"] == []
