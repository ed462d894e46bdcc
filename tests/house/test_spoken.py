"""Hold what a person reads to Texts: what is plain would be English to everybody."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.errors import CLASSES
from tests.support.source import ROOT, modules, name, tree

SAID = frozenset({"say", "complain", "note", "agreed", "confirm", "asked", "Column"})
"""What shows its first argument to a person."""

BORDER = "pipeline/cli/terminal/"
"""Where texts become plain, in the reader's language."""

_WORD = re.compile(r"[A-Za-z]{2,}")


def mine() -> list[Path]:
    return [
        one
        for one in modules()
        if (place := one.relative_to(ROOT).as_posix()).startswith("pipeline/")
        and not place.startswith((BORDER, "pipeline/emulator/"))
    ]


def plainly_said(module: ast.Module) -> Iterator[int]:
    """Find the lines where a plain text with a word in it is shown."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or _called(node.func) not in SAID | set(CLASSES):
            continue
        if any(_has_word(one) for text in node.args[:1] for one in _alternatives(text)):
            yield node.lineno


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _alternatives(text: ast.expr) -> Iterator[ast.expr]:
    match text:
        case ast.IfExp():
            yield from _alternatives(text.body)
            yield from _alternatives(text.orelse)
        case ast.BinOp():
            yield from _alternatives(text.left)
            yield from _alternatives(text.right)
        case _:
            yield text


def _has_word(text: ast.expr) -> bool:
    if isinstance(text, ast.JoinedStr):
        return True
    if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
        return False
    return _WORD.search(re.sub(r"koosend [a-z]+.*", "", text.value)) is not None


@pytest.mark.parametrize("module", mine(), ids=name)
def test_nothing_is_said_to_a_person_in_english_alone(module: Path) -> None:
    assert list(plainly_said(tree(module))) == []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ('say("it is done")', [1]),
        ('say(f"{count} rows")', [1]),
        ('say("" if done else "not done")', [1]),
        ('raise UsageError("say " + word)', [1]),
        ('ui.note("waiting")', [1]),
        ('say(Words("it is done"))', []),
        ('say(filled("{count} rows", count=count))', []),
        ('say("  ---")', []),
        ("say(sentence)", []),
        ('print_json({"run": run})', []),
    ],
)
def test_the_judge_of_plain_texts_knows_them(code: str, lines: list[int]) -> None:
    assert list(plainly_said(ast.parse(code))) == lines
