"""What the process that parses workbooks cannot do any more, each tried by itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.reader.limits import SandboxLimits
from pipeline.reader.workbooks.sandbox import sandboxed
from tests.support.child_processes import children
from tests.support.source import ROOT
from tests.support.spreadsheets import PLAIN, options_for, seen, xlsx_file

FOLDER = "import os, pathlib; here = pathlib.Path('.')\n"
REFUSED = {
    "write": FOLDER + "open('kept', 'a')",
    "empty": FOLDER + "os.open('kept', os.O_RDONLY | os.O_TRUNC)",
    "create": FOLDER + "os.open('new', os.O_RDONLY | os.O_CREAT)",
    "nameless": FOLDER + "os.open('.', os.O_WRONLY | getattr(os, 'O_TMPFILE', 0))",
    "remove": FOLDER + "os.remove('kept')",
    "rename": FOLDER + "os.rename('kept', 'other')",
    "folder": FOLDER + "os.mkdir('new')",
    "link": FOLDER + "os.link('kept', 'other')",
    "symlink": FOLDER + "os.symlink('kept', 'other')",
    "mode": FOLDER + "os.chmod('kept', 0o777)",
    "times": FOLDER + "os.utime('kept', (0, 0))",
    "cut": FOLDER + "os.truncate('kept', 0)",
    "pipe": FOLDER + "os.mkfifo('new')",
    "attribute": FOLDER + "os.setxattr('kept', 'user.a', b'b')",
    "connect": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "listen": "import socket; socket.socket()",
    "local socket": "import socket; socket.socket(socket.AF_UNIX)",
    "pair": "import socket; socket.socketpair()",
    "program": "import os; os.execv('/bin/true', ['true'])",
    "signal": "import os; os.kill(os.getppid(), 0)",
    "child": "import subprocess; subprocess.run(['/bin/true'])",
    "limits of another": "import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
}
ALLOWED = {
    "read": FOLDER + "assert open('kept').read() == 'whole'",
    "thread": "import threading; t = threading.Thread(target=int); t.start(); t.join()",
    "module": "import decimal, html.parser, sqlite3",
    "own limits": "import resource; resource.getrlimit(resource.RLIMIT_CPU)",
    "memory": "assert len(bytearray(50_000_000))",
}
TRIED = """
import sys
from pipeline.reader.workbooks.confinement import confine
assert confine()
try:
    exec(sys.argv[1])
except PermissionError:
    print("refused")
else:
    print("done")
"""


def tried(folder: Path, deed: str) -> "subprocess.CompletedProcess[str]":
    (folder / "kept").write_text("whole", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-c", TRIED, deed],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("deed", REFUSED.values(), ids=REFUSED)
def test_what_parsing_does_not_need_is_refused(tmp_path: Path, deed: str) -> None:
    ended = tried(tmp_path, deed)
    assert (ended.stdout, ended.stderr) == ("refused\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "whole"


@pytest.mark.parametrize("deed", ALLOWED.values(), ids=ALLOWED)
def test_what_parsing_needs_is_not(tmp_path: Path, deed: str) -> None:
    ended = tried(tmp_path, deed)
    assert (ended.stdout, ended.stderr) == ("done\n", "")


def test_a_parser_that_gives_up_ends_as_it_would(tmp_path: Path) -> None:
    assert tried(tmp_path, "import os; os.abort()").returncode == -signal.SIGABRT


@pytest.fixture(name="child")
def _child(tmp_path: Path) -> Iterator[Path]:
    """Return where the kernel tells of a process that parses a workbook."""
    path = xlsx_file(tmp_path, {"S": [("手机号", "姓名"), (PLAIN, "a")]})
    before = children()
    with path.open("rb") as file, sandboxed(file, path.name, SandboxLimits()) as sandbox:
        assert sandbox.is_confined
        sandbox.receive()
        (found,) = children() - before
        yield Path(f"/proc/{found}")


def test_the_parsing_process_has_its_limits_and_its_filter(child: Path) -> None:
    lines = (child / "limits").read_text(encoding="utf-8").splitlines()
    limits = {line[:25].strip(): line[26:].split()[:2] for line in lines}
    memory = str(SandboxLimits().memory_bytes)
    assert limits["Max file size"] == limits["Max core file size"] == ["0", "0"]
    assert limits["Max address space"] == [memory, memory]
    assert limits["Max cpu time"] == ["120", "121"]
    status = dict(
        line.split(":\t", 1)
        for line in (child / "status").read_text(encoding="utf-8").splitlines()
        if ":\t" in line
    )
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_the_parsing_process_dies_with_its_parent_whatever_it_is_at(
    tmp_path: Path, child: Path
) -> None:
    held = [info.read_text(encoding="utf-8") for info in (child / "fdinfo").iterdir()]
    flags = [int(info.split("flags:")[1].split()[0], 8) for info in held]
    assert any(flag & os.O_ASYNC for flag in flags)
    theirs, ours = os.pipe()
    busy = (
        "import sys\n"
        "from pipeline.reader.workbooks.confinement import end_with\n"
        "end_with(int(sys.argv[1]))\n"
        "print('at work', flush=True)\n"
        "while True: pass\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", busy, str(theirs)],
        env={"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        pass_fds=(theirs,),
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert process.poll() is None
        os.close(ours)
        assert process.wait(30) == -signal.SIGIO
    os.close(theirs)


def test_a_parent_that_is_gone_already_is_noticed(tmp_path: Path) -> None:
    theirs, ours = os.pipe()
    os.close(ours)
    late = (
        "import sys\n"
        "from pipeline.reader.workbooks.confinement import end_with\n"
        "end_with(int(sys.argv[1]))\n"
        "print('alone')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", late, str(theirs)],
        env={"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        pass_fds=(theirs,),
        capture_output=True,
        check=False,
    )
    os.close(theirs)
    assert (ended.returncode, ended.stdout) == (0, b"")


def test_a_machine_whose_kernel_does_not_filter_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python in a 32-bit or unknown machine: the workbook is read within its limits alone."""
    uname = tmp_path / "sitecustomize.py"
    uname.write_text("import platform\nplatform.machine = lambda: 'sparc'\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said: list[str] = []
    options = options_for(xlsx_file(tmp_path, {"S": [("手机号", "姓名"), (PLAIN, "a")]}))
    found = seen(replace(options, on_sheet=said.append))
    assert len(found.sent) == 1
    assert "not confined" in said[0]
