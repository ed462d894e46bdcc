"""The sweep over what a test run left finds what it is there for."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sweep import found_in, note_what_was_said

NUMBER = "13800138000"


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Path]:
    """Give a folder of which nothing is left to the sweep of this very run."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def state(folder: Path) -> Path:
    (folder / "state").mkdir()
    (folder / "state" / "ledger.sqlite3").write_text(NUMBER)
    return folder / "state"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("events.jsonl", f'{{"to": "{NUMBER}"}}'),
        ("koosend.log", f"a line\nsent to +86{NUMBER}"),
        ("report.html", f"<td>{NUMBER}</td>"),
        ("runs/abc/settings.json", f"[{NUMBER}]"),
    ],
)
def test_a_whole_number_is_found_where_none_belongs(left: Path, name: str, text: str) -> None:
    file = state(left) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    (told,) = found_in(left)
    assert str(file) in told
    assert NUMBER not in told


@pytest.mark.parametrize("name", ["outcomes.csv", "report.xlsx", "ledger.sqlite3-wal"])
def test_ledgers_and_results_may_hold_numbers_but_no_secret(left: Path, name: str) -> None:
    file = state(left) / name
    file.write_text(NUMBER)
    assert list(found_in(left)) == []
    file.write_text("emulator-sk")
    assert list(found_in(left)) == [f"{file}: holds a secret key"]


@pytest.mark.parametrize(
    "text", ["130****0001", "1700000000000", "task-13800138000", "a13800138000", "0.13800138000"]
)
def test_what_only_looks_like_a_number_is_none(left: Path, text: str) -> None:
    (state(left) / "events.jsonl").write_text(text)
    assert list(found_in(left)) == []


def test_what_a_command_printed_is_swept_unless_numbers_were_asked_for(left: Path) -> None:
    folder = left / "desk"
    folder.mkdir()
    note_what_was_said(folder, ["explain", "--unmask"], NUMBER)
    assert list(found_in(left)) == []
    note_what_was_said(folder, ["explain"], NUMBER)
    assert len(list(found_in(left))) == 1
