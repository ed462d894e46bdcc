"""Hold the list of security's bars: without a gap, each held by tests that are there and run."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.bars import BARS, Bar
from tests.support.pages import NO_TEST, bars_page
from tests.support.source import ROOT

COUNT = 23
SWITCHED_OFF = ("skip", "skipif", "xfail")


def functions_of(module: Path) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    if not module.is_file():
        return {}
    body = ast.parse(module.read_text(encoding="utf-8")).body
    return {
        node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def missing(bars: Sequence[Bar]) -> list[str]:
    """Return the bars that no test holds, and the tests that pytest would not run."""
    return [bar.code for bar in bars if not bar.tests] + [
        test for bar in bars for test in bar.tests if not is_run(test)
    ]


def is_run(test: str) -> bool:
    """Tell whether pytest collects a test, and nothing switches it off."""
    place, _, name = test.partition("::")
    module = ROOT / place
    node = functions_of(module).get(name)
    if node is None or not (name.startswith("test_") and module.name.startswith("test_")):
        return False
    marks = " ".join(map(ast.unparse, node.decorator_list))
    return not any(f"mark.{word}" in marks for word in SWITCHED_OFF)


def test_the_bars_are_numbered_without_a_gap() -> None:
    assert [bar.code for bar in BARS] == [f"S{at}" for at in range(1, COUNT + 1)]


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: bar.code)
def test_each_bar_is_held_by_tests_that_are_run(bar: Bar) -> None:
    assert missing([bar]) == []
    assert bar.tried
    assert bar.held


def test_a_bar_without_a_test_or_with_one_that_is_gone_is_seen() -> None:
    bare = replace(BARS[0], tests=())
    gone = replace(BARS[1], tests=("tests/house/test_bars.py::test_that_is_gone",))
    lost = replace(BARS[2], tests=("tests/house/test_nowhere.py::test_the_bars",))
    helper = replace(BARS[3], tests=("tests/house/test_bars.py::missing",))
    assert missing([bare, gone, lost, helper]) == ["S1", *gone.tests, *lost.tests, *helper.tests]
    assert NO_TEST in "\n".join(bars_page([bare]))
    assert NO_TEST not in "\n".join(bars_page(BARS))
