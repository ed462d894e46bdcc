"""What processes counted, added up in a state folder."""

import fcntl
import os
import stat
from pathlib import Path

import pytest

from pipeline.measures import Measured, Spread
from pipeline.metrics import Metric
from pipeline.runner.metering import totals as module
from pipeline.runner.metering.textfile import NotOurs, write_textfile
from pipeline.runner.metering.totals import (
    LOCK_FILE,
    TOTALS_FILE,
    Ended,
    Totals,
    changing_totals,
    read_totals,
    totals_samples,
)


def told(state: Path, more: Measured) -> None:
    with changing_totals(state) as totals:
        totals.setdefault("members", {}).setdefault("false", Totals()).add(more)


def test_what_one_process_counted_is_added_to_what_others_did(tmp_path: Path) -> None:
    one = Measured({("A", "ok"): 2}, {"calls": 2, "messages": 20}, {"calls": 5.0}, Spread())
    told(tmp_path, one)
    told(tmp_path, Measured({("A", "ok"): 3, ("A", "http_502"): 1}, {"calls": 4, "messages": 0}))
    found = {(one.metric, *one.labels): one.value for one in totals_samples(read_totals(tmp_path))}
    assert found[Metric.CALLS, "members", "false", "A", "ok"] == 5
    assert found[Metric.CALLS, "members", "false", "A", "http_502"] == 1
    assert found[Metric.ADMITTED_CALLS, "members", "false"] == 6
    assert found[Metric.ADMITTED_MESSAGES, "members", "false"] == 20


def test_a_command_that_sends_nothing_leaves_the_pace_as_it_was_told(tmp_path: Path) -> None:
    told(tmp_path, Measured(admitted={"calls": 1}, allowed={"calls": 5.0}))
    told(tmp_path, Measured())
    assert read_totals(tmp_path)["members"]["false"].allowed == {"calls": 5.0}


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"members":{"false":{"commits":[1]}}}'])
def test_a_file_that_was_spoilt_begins_anew(tmp_path: Path, text: bytes) -> None:
    (tmp_path / TOTALS_FILE).write_bytes(text)
    told(tmp_path, Measured({("A", "ok"): 1}))
    assert read_totals(tmp_path)["members"]["false"].calls == {"A": {"ok": 1}}


def test_the_totals_are_their_users_alone_and_how_a_command_ended_is_in_them(
    tmp_path: Path,
) -> None:
    with changing_totals(tmp_path) as totals:
        totals["members"] = {"false": Totals(ended={"run": Ended(66, 5.0)})}
    assert read_totals(tmp_path)["members"]["false"].ended["run"] == Ended(66, 5.0)
    for name in (TOTALS_FILE, LOCK_FILE):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_process_that_stands_still_with_the_totals_in_hand_keeps_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TRIES", 2)
    held = os.open(tmp_path / LOCK_FILE, os.O_RDWR | os.O_CREAT)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(BlockingIOError), changing_totals(tmp_path):
        pass
    os.close(held)


def test_the_text_file_is_there_whole_for_everybody_and_nothing_is_left_beside_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "koosend.prom"
    for text in (b"one 1\n", b"two 2\n"):
        write_textfile(file, "members", text)
        assert file.read_bytes() == b"# Written by koosend for the campaign members\n" + text
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert list(tmp_path.iterdir()) == [file]


def test_a_text_file_of_another_campaign_or_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "koosend.prom"
    write_textfile(file, "members", b"one 1\n")
    before = file.read_bytes()
    with pytest.raises(NotOurs):
        write_textfile(file, "others", b"two 2\n")
    assert file.read_bytes() == before
    file.write_text("node_load1 3\n", encoding="utf-8")
    with pytest.raises(NotOurs):
        write_textfile(file, "members", b"two 2\n")
