"""Hold every event that the parts tell of to the closed list, and the list to what is told."""

import ast
import re
from pathlib import Path

import pytest

from pipeline.logs import Event
from tests.support.source import ROOT, modules, name, tree

PIPELINE = ROOT / "pipeline"
LISTING = PIPELINE / "logs" / "names.py"

# These parts do not know the list: they hand plain names to a hook.
PARTS = ("sender", "reconciler", "web")
TELLERS = {"emit", "on_event", "_on_event", "_emit"}
SUBJECTS = {event.split(".")[0] for event in Event}

tellers = [one for one in modules() if PIPELINE in one.parents and one != LISTING]


def plain_texts(node: ast.AST) -> set[str]:
    """Collect the texts that stand in a piece of syntax."""
    return {
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def told(module: Path) -> set[str]:
    """Collect the event names that a module hands to a hook, or looks like handing to one."""
    calls = [call for call in ast.walk(tree(module)) if isinstance(call, ast.Call) and call.args]
    names = {
        text for call in calls if called(call.func) in TELLERS for text in plain_texts(call.args[0])
    }
    if module.relative_to(PIPELINE).parts[0] in PARTS:
        subjects = "|".join(sorted(SUBJECTS))
        names |= {
            text
            for text in plain_texts(tree(module))
            if re.fullmatch(rf"({subjects})\.[a-z_]+", text)
        }
    return names


def called(function: ast.expr) -> str:
    """Name what a call calls."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


@pytest.mark.parametrize("module", tellers, ids=name)
def test_a_module_tells_only_of_listed_events(module: Path) -> None:
    assert told(module) - set(map(str, Event)) == set()


def test_every_listed_event_is_told_by_some_module() -> None:
    plainly = set().union(*map(told, tellers))
    text = "\n".join(module.read_text(encoding="utf-8") for module in tellers)
    silent = [e for e in Event if e not in plainly and f"Event.{e.name}" not in text]
    assert silent == []


def test_every_event_says_what_it_means() -> None:
    assert [event for event in Event if not event.meaning] == []
