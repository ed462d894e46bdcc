"""Hold the size of rooms: modules in a folder, lines in a module, one name for one thing."""

from collections import defaultdict
from pathlib import Path

import click
import pytest

from pipeline.cli.main import koosend
from tests.support.source import ROOT, lines, modules

PIPELINE = ROOT / "pipeline"
FOLDER_MODULES_MAX = 12
ROOMIER = {"core": 18}
ONE_EACH = {
    "cli": "a command",
    "runner/commands": "a command",
    "koomessage/products": "a product",
    "emulator/products": "a product",
    "reader/workbooks/formats": "a file format",
}
"""Folders where each module is one of a kind, so that as many are right as there are of these."""

MODULE_LINES_MIN = 25
SHORT = {
    "runner/commands/emulator.py": "a command",
    "cli/resume.py": "a command",
}
ASIDE = {"__init__", "__main__"}

TWICE = {
    ("runner", "emulator"): "the command, and the child process of a session",
    ("runner", "receipts"): "the command, and the listener of a session",
    ("report", "canary"): "its figures, and its part of the page",
    ("report", "charts"): "of the page, and of the workbook",
    ("report", "sms"): "its figures, and its part of the page",
    ("emulator", "control"): "of faults, and of the console",
    ("emulator", "links"): "the operations, and what the provider keeps of them",
}
"""Names that stand twice within a part of the pipeline, each in a folder that tells them apart."""


def of_pipeline() -> list[Path]:
    return [one.relative_to(PIPELINE) for one in modules() if PIPELINE in one.parents]


def by_folder() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for module in of_pipeline():
        if module.stem not in ASIDE:
            found[module.parent.as_posix()].append(module)
    return found


@pytest.mark.parametrize(("folder", "held"), by_folder().items())
def test_a_folder_holds_few_modules(folder: str, held: list[Path]) -> None:
    if folder not in ONE_EACH:
        assert len(held) <= ROOMIER.get(folder, FOLDER_MODULES_MAX)


@pytest.mark.parametrize("module", of_pipeline(), ids=str)
def test_a_module_is_worth_a_file_of_its_own(module: Path) -> None:
    if module.stem not in ASIDE and module.as_posix() not in SHORT:
        assert len(lines(PIPELINE / module)) >= MODULE_LINES_MIN


def test_a_name_stands_once_in_each_part_of_the_pipeline() -> None:
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in of_pipeline():
        if module.stem not in ASIDE and len(module.parts) > 1:
            places[module.parts[0], module.stem].append(module.as_posix())
    assert {
        key: found for key, found in places.items() if len(found) > 1 and key not in TWICE
    } == {}


def test_no_module_is_named_after_a_file_that_was_full() -> None:
    odd = ("_more", "more_", "_parts", "_misc", "utils", "helpers", "common")
    named = [one.as_posix() for one in of_pipeline() if any(word in one.stem for word in odd)]
    assert named == []


@pytest.mark.parametrize("command", koosend.list_commands(click.Context(koosend)))
def test_a_command_has_one_name(command: str) -> None:
    name = command.replace("-", "_")
    assert (PIPELINE / "cli" / f"{name}.py").exists()
    assert (PIPELINE / "runner" / "commands" / f"{name}.py").exists() or command in {
        "explain-error",  # shows what stands in core/remedies
        "runs",  # lists what the ledger holds
        "rerun",  # plans, and then is a run
        *("pause", "resume", "stop", "limit"),  # one use case: control
    }
