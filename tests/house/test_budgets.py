"""Hold the budgets that ruff does not: lengths, parameters, and reasons for every exception."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source import lines, modules, name, tree

FUNCTION_LINES_MAX = 50
MODULE_LINES_MAX = 500
PARAMETERS_MAX = 5

_EXCEPTION = re.compile(r"\bnoqa\b|\btype:\s*ignore\b")
_CODED = re.compile(
    r"noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*|type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\]"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef

each_module = pytest.mark.parametrize("module", modules(), ids=name)


def functions(module: Path) -> Iterator[Function]:
    for node in ast.walk(tree(module)):
        if isinstance(node, Function):
            yield node


@each_module
def test_a_module_has_at_most_500_lines(module: Path) -> None:
    assert len(lines(module)) <= MODULE_LINES_MAX


@each_module
def test_a_function_has_at_most_50_lines(module: Path) -> None:
    long = {
        one.name: one.end_lineno - one.lineno + 1
        for one in functions(module)
        if one.end_lineno is not None and one.end_lineno - one.lineno + 1 > FUNCTION_LINES_MAX
    }
    assert long == {}


@each_module
def test_a_function_takes_at_most_five_parameters_counting_self(module: Path) -> None:
    broad = {
        one.name: count for one in functions(module) if (count := parameters(one)) > PARAMETERS_MAX
    }
    assert broad == {}


def parameters(one: Function) -> int:
    """Count named parameters; *args and **kwargs are one each."""
    given = one.args
    named = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
    return named + (given.vararg is not None) + (given.kwarg is not None)


@each_module
def test_every_exception_from_a_rule_names_the_rule_and_the_reason(module: Path) -> None:
    text = "\n".join(lines(module)) + "\n"
    bare = [
        f"line {token.start[0]}: {token.string}"
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and not is_reasoned(token.string)
    ]
    assert bare == []


def is_reasoned(comment: str) -> bool:
    """Tell whether each noqa and type: ignore in a comment has a code, and all have a reason."""
    rest, coded = _CODED.subn("", comment)
    if _EXCEPTION.search(rest):
        return False
    return not coded or bool(re.search(r"\w{2}", rest))


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# an ordinary comment", True),
        ("# noqa: S603 -- the command itself is under test", True),
        ("# type: ignore[attr-defined]  # noqa: SLF001 -- no public way", True),
        ("# noqa: S603, S607 -- both for git", True),
        ("# noqa: BLE001  # it is raised by who waits", True),
        ("# type: ignore[arg-type]  # a test names what it changes", True),
        ("# noqa" + ": S603", False),
        ("# noqa" + " -- all of it", False),
        ("# type: " + "ignore", False),
        ("# type: " + "ignore[arg-type]", False),
    ],
)
def test_the_judge_of_exceptions_knows_bad_ones(comment: str, *, expected: bool) -> None:
    assert is_reasoned(comment) is expected
