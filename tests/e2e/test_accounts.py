"""The campaign names another account by now: nothing is sent or asked by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, EmulatorProcess

MEMBERS = 400

KEYS = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}


@pytest.fixture
def providers(tmp_path: Path) -> Iterator[list[EmulatorProcess]]:
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    started = [EmulatorProcess.start(folder, EmulatorOptions(seed=7)) for folder in folders]
    yield started
    for provider in started:
        provider.end()


def test_no_command_goes_on_with_a_run_as_another_account(
    desk: Desk, providers: list[EmulatorProcess]
) -> None:
    one, other = providers
    desk.write_campaign(endpoint=one.url, max_messages=100)
    stopped = desk.koosend("run", desk.campaign, "--json", env=KEYS)
    assert stopped.exit == 75
    run, before = stopped.json["run"], (one.stats(), other.stats())
    desk.write_campaign(endpoint=other.url)
    for arguments in (
        ("run", run),
        ("run", desk.campaign),
        ("run", desk.campaign, "--same-account"),
        ("reconcile", run),
        ("verify", run, "--online"),
        ("doubts", run, "--release", "--all", "--reason", "x", "--yes"),
    ):
        done = desk.koosend(*arguments, "--state", desk.folder / "state", env=KEYS)
        if arguments[0] == "doubts":
            assert done.exit in {2, 78}, done.err  # it has no doubt at all
        else:
            assert done.exit == 78, (arguments, done.err)
            assert f"run {run} was sent by {one.url}" in done.err
    assert other.messages() == []
    assert (one.stats(), other.stats()) == before
    for quiet in ("status", "runs", "explain"):
        row = ["2"] if quiet == "explain" else []
        assert desk.koosend(quiet, desk.campaign, *row).exit == 0


def test_a_list_sent_at_one_account_may_be_rehearsed_and_then_sent(
    desk: Desk, providers: list[EmulatorProcess]
) -> None:
    desk.write_campaign(max_messages=100)
    assert desk.koosend("run", desk.campaign).exit == 75
    desk.write_campaign(endpoint=providers[0].url)
    done = desk.koosend("run", desk.campaign, "--json", env=KEYS)
    assert done.exit == 0, done.err
    assert len(providers[0].messages()) == done.json["messages"]
