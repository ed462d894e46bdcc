"""What the house tests read: our own modules, as text and as syntax."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def modules() -> tuple[Path, ...]:
    """List every Python module of the project."""
    folders = ("pipeline", "tests", "sample_data")
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


@cache
def lines(module: Path) -> tuple[str, ...]:
    """Read a module's lines."""
    return tuple(module.read_text(encoding="utf-8").splitlines())


@cache
def tree(module: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(module.read_text(encoding="utf-8"), str(module))


def name(module: Path) -> str:
    """Name a module as a reader of a failure would look for it."""
    return str(module.relative_to(ROOT))


@cache
def tracked() -> tuple[str, ...]:
    """List what is under version control."""
    listing = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 -- git is wherever the developer has it
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(listing.stdout.splitlines())
