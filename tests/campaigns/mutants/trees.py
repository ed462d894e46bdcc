"""Copies of the source tree: made, given a bug, and tested instead of the original."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.mutants.seed import Edit

ROOT = Path(__file__).resolve().parents[3]
TESTS_FAILED = 1
"""pytest's exit code when tests ran and some failed; any other says that the suite is broken."""

_COPIED = ("pipeline", "tests", "configs", "sample_data", "pyproject.toml")
_SUITE_S_MAX = 600.0
_FAILED = re.compile(r"^FAILED (\S+::\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a suite said of a tree: pytest's exit code, the first test that failed, its output."""

    exit: int
    first_failed: str
    output: str


class SeedOutdated(Exception):
    """Say that the text which a seed replaces does not stand exactly once in the source."""


def plant(tree: Path, edits: Sequence[Edit]) -> None:
    """Put a bug in. Raises SeedOutdated where the source has moved on."""
    for edit in edits:
        path = tree / edit.module
        text = path.read_text(encoding="utf-8")
        count = text.count(edit.old)
        if count != 1 or edit.old == edit.new:
            raise SeedOutdated(f"{edit.module} has {count} times:\n{edit.old}")
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


@contextmanager
def copied_tree() -> Iterator[Path]:
    """Copy the tree to a folder of its own, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="koosend-mutant-") as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
                shutil.copytree(source, tree / name, ignore=ignored)
            else:
                shutil.copy2(source, tree / name)
        _must_be_imported(tree)
        yield tree


def judged(tree: Path, suite: Sequence[str]) -> Verdict:
    """Run tests of a copied tree against that copy."""
    line = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *suite]
    done = subprocess.run(
        line,
        cwd=tree,
        env=_environment(tree),
        capture_output=True,
        text=True,
        check=False,
        timeout=_SUITE_S_MAX,
    )
    failed = _FAILED.search(done.stdout)
    name = failed[1].split("::", 1)[1] if failed else ""
    return Verdict(done.returncode, name, done.stdout + done.stderr)


def _environment(tree: Path) -> Mapping[str, str]:
    # The path goes before whatever the installation put there, also in the tests' own children.
    return {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}


def _must_be_imported(tree: Path) -> None:
    """Make sure that a process started anywhere imports the copy and not the original."""
    done = subprocess.run(
        [sys.executable, "-c", "import pipeline; print(pipeline.__file__)"],
        cwd=tree.parent,
        env=_environment(tree),
        capture_output=True,
        text=True,
        check=True,
    )
    imported = Path(done.stdout.strip()).resolve()
    assert imported.is_relative_to(tree.resolve()), f"{imported} was imported, not the copy"
