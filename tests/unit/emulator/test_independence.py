"""The emulator and koosend read the provider's documents apart: neither borrows from the other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source import ROOT, modules, name, tree

PIPELINE = ROOT / "pipeline"
EMULATOR = PIPELINE / "emulator"
LAUNCHER = PIPELINE / "launcher"

# It starts one; what it takes from it is how to start it.
STARTERS = {"pipeline/runner/commands/emulator.py"}

ours = [one for one in modules() if PIPELINE in one.parents and EMULATOR not in one.parents]
theirs = [one for one in modules() if EMULATOR in one.parents]


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # The launcher is called otherwise where it is installed: it names itself alone.
            assert node.level == 0 or LAUNCHER in module.parents
            yield str(node.module) if node.level == 0 else "pipeline.launcher"


@pytest.mark.parametrize("module", theirs, ids=name)
def test_no_module_of_the_emulator_imports_ours(module: Path) -> None:
    borrowed = [one for one in imported(module) if one.split(".")[0] in ("pipeline", "tests")]
    assert [one for one in borrowed if not f"{one}.".startswith("pipeline.emulator.")] == []


@pytest.mark.parametrize("module", ours, ids=name)
def test_no_module_of_ours_imports_the_emulator_but_those_that_start_it(module: Path) -> None:
    borrowed = [one for one in imported(module) if f"{one}.".startswith("pipeline.emulator.")]
    assert borrowed == [] or name(module) in STARTERS


@pytest.mark.parametrize("module", [*ours, *theirs], ids=name)
def test_no_module_opens_the_others_files(module: Path) -> None:
    """A table may be shared by a file as well as by an import: neither names the other's folder."""
    other = ("koomessage", "core", "sender") if EMULATOR in module.parents else ("emulator",)
    texts = {
        node.value
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    folders = {f"pipeline.{part}" for part in other} | {f"pipeline/{part}" for part in other}
    named = {text for text in texts for folder in folders if text.startswith(folder)}
    assert named <= {"pipeline.emulator"}  # the module that is started as a process
