"""Hold manual pages and completions to the commands, and to what reads them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.core.errors import Exit
from tests.support.manual import MEANINGS, manual
from tests.support.pages import GENERATED

GROFF = shutil.which("groff") or ""
MANDOC = shutil.which("mandoc") or ""
PAGES = [name for name in manual() if name.startswith("man/")]
MACROS = {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".BR", ".I", ".nf", ".fi"}


def test_what_is_drawn_from_the_commands_is_fresh_and_nothing_else_is_there() -> None:
    there = {
        file.relative_to(GENERATED).as_posix(): file.read_text(encoding="utf-8")
        for folder in ("man", "completion")
        for file in (GENERATED / folder).iterdir()
    }
    assert there == manual(), "make docs draws them anew"


def test_every_exit_code_is_told() -> None:
    assert set(MEANINGS) == set(Exit)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_what_a_manual_page_has_and_no_line_that_is_no_macro(name: str) -> None:
    text = manual()[name]
    headings = re.findall(r"(?m)^\.SH (.*)$", text)
    assert headings[:3] == ["NAME", "SYNOPSIS", "DESCRIPTION"]
    assert headings[-1] == "SEE ALSO"
    begun = {line.split(" ")[0] for line in text.splitlines() if line[:1] in {".", "'"}}
    assert begun - {'.\\"'} <= MACROS
    title = re.search(r"(?m)^\.SH NAME\n(\S+) \\- .{10,}$", text)
    assert title is not None
    assert title[1].replace("\\-", "-") == Path(name).stem


@pytest.mark.skipif(not GROFF, reason="the machine has no groff")
def test_groff_shows_every_page_without_a_warning() -> None:
    files = [str(GENERATED / name) for name in PAGES]
    line = [GROFF, "-Kutf8", "-man", "-Tutf8", "-ww", "-z", *files]
    done = subprocess.run(line, capture_output=True, check=False, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not MANDOC, reason="the machine has no mandoc")
def test_mandoc_finds_nothing_wrong() -> None:
    files = [str(GENERATED / name) for name in PAGES]
    line = [MANDOC, "-T", "lint", "-W", "warning", *files]
    done = subprocess.run(line, capture_output=True, check=False, text=True, timeout=60)
    found = [one for one in done.stdout.splitlines() if "missing date" not in one]
    assert found == []
