"""What every child process of ours is started with, and what it is not."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from pipeline.children import call_tool, start
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.workbooks.sandbox import sandboxed
from pipeline.runner.session.emulator import emulator
from pipeline.settings.load import load_campaign
from tests.support.child_processes import children, environment
from tests.support.command import Desk
from tests.support.source import ROOT
from tests.support.spreadsheets import PLAIN, xlsx_file

SECRETS = {"HUAWEICLOUD_SDK_SK": "a-secret-key", "KOOSEND_PATH_TOKEN": "a-token"}
GIVEN = {"LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONUTF8", "LC_CTYPE"}
"""The last is what Python itself sets where there is no locale."""

STRANGER = """
import os, pathlib
pathlib.Path({found!r}).write_text(repr(dict(os.environ)))
raise SystemExit(9)
"""

Running = Callable[[Path], AbstractContextManager[int]]


@contextmanager
def sandbox_of(folder: Path) -> Iterator[int]:
    path = xlsx_file(folder, {"S": [("手机号", "姓名"), (PLAIN, "a")]})
    before = children()
    with path.open("rb") as file, sandboxed(file, path.name, SandboxLimits()):
        (child,) = children() - before
        yield child


@contextmanager
def emulator_of(folder: Path) -> Iterator[int]:
    desk = Desk(folder)
    before = children()
    with emulator(load_campaign(desk.write_campaign(), 0.0)):
        (child,) = children() - before
        yield child


@pytest.mark.parametrize("running", [sandbox_of, emulator_of])
def test_a_child_is_given_no_secret_and_no_stray_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Running
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("", ".", "lists", str(tmp_path))))
    with running(tmp_path) as child:
        given = environment(child)
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    assert set(given) <= GIVEN
    assert given["PYTHONPATH"].split(os.pathsep) == [str(ROOT), str(tmp_path)]
    assert b"-P" in words[: words.index(b"-m")]


@pytest.mark.parametrize("running", [sandbox_of, emulator_of])
def test_no_module_that_lies_in_the_folder_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Running
) -> None:
    found = tmp_path / "found"
    for module in ("tomllib", "json", "sitecustomize", "encodings", "aiohttp", "pandas"):
        (tmp_path / f"{module}.py").write_text(STRANGER.format(found=str(found)), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with running(tmp_path):
        assert not found.exists()
    assert not found.exists()


def test_a_child_leads_a_session_of_its_own_and_its_output_is_ours(tmp_path: Path) -> None:
    with start("pipeline.emulator", ["--help"]) as child:
        assert child.stdout is not None
        assert b"A local KooMessage" in child.stdout.read()
    with emulator_of(tmp_path) as running:
        assert os.getsid(running) == running


def test_no_command_and_no_child_of_it_may_leave_a_core(tmp_path: Path) -> None:
    """A core of a command holds the secret key; one of a child, the people of the list."""
    told = tmp_path / "told.py"
    told.write_text(
        "import sys, resource\n"
        "from pipeline.cli.main import main\n"
        "main(['--version'])\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), file=sys.stderr)\n",
        encoding="utf-8",
    )
    before = resource.getrlimit(resource.RLIMIT_CORE)
    assert before[1] != 0, "this process cannot ask for cores, so that none would come anyway"
    ended = subprocess.run(
        [sys.executable, str(told)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1])),
    )
    assert ended.stderr.strip() == "(0, 0)"


def test_a_tool_of_the_machine_is_told_no_secret_and_speaks_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**SECRETS, "LANG": "zh_CN.UTF-8", "LOGNAME": "alice"}.items():
        monkeypatch.setenv(name, value)
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\ncat\necho $LOGNAME $LC_ALL >&2\nexport -p\nexit 3\n")
    tool.chmod(0o700)
    done = call_tool([str(tool)], b"given\n")
    assert (done.code, done.err) == (3, b"alice C\n")
    assert done.out.startswith(b"given\n")
    assert not [value for value in SECRETS.values() if value.encode() in done.out]


def test_a_tool_that_is_not_there_is_a_failure_and_no_exception(tmp_path: Path) -> None:
    assert call_tool([str(tmp_path / "none")]).code == 127
