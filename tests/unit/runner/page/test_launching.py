"""What an operator starts from the page: a process of its own, whose output is kept."""

from pathlib import Path

import pytest

from pipeline.core.errors import UsageError
from pipeline.language import Language, Words, spoken
from pipeline.runner.page.launching import LOG_FILE, Launch, Launched
from tests.support.fakes import ManualClock

WAIT_S = 60


def test_what_a_command_prints_is_kept_and_its_end_is_told(tmp_path: Path) -> None:
    launched, folder = Launched(ManualClock()), tmp_path / "runs" / "run00001"
    words = ("status", "run00001", "--state", str(tmp_path / "13000000001"))
    launched.start(Launch("run00001", words, "li", Words("rerun")), folder)
    launched._jobs[0].process.wait(WAIT_S)
    (told,) = launched.of("run00001")
    assert told.ended is not None
    assert spoken(told.ended, Language.EN) == "ended with exit code 2"
    assert told.who == "li"
    assert any("there is no ledger in" in line for line in told.log)
    assert not any("13000000001" in line for line in told.log)
    assert (folder / LOG_FILE).stat().st_mode & 0o777 == 0o600
    assert launched.of("run00002") == []


def test_a_second_command_on_a_run_waits_until_the_first_has_ended(tmp_path: Path) -> None:
    launched = Launched(ManualClock())
    first = Launch("run00001", ("emulator", "--port", "0"), "li", Words("rerun"))
    launched.start(first, tmp_path)
    process = launched._jobs[0].process
    try:
        with pytest.raises(UsageError, match="is at work"):
            launched.start(Launch("run00001", ("--version",), "li", Words("rerun")), tmp_path)
        assert launched.of("run00001")[0].ended is None
    finally:
        process.kill()
        process.wait(WAIT_S)
    launched.start(Launch("run00001", ("--version",), "li", Words("rerun")), tmp_path)
    assert launched._jobs[1].process.wait(WAIT_S) == 0
    assert len(launched.of("run00001")) == 2
