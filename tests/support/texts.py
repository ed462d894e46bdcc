"""Find the texts of the code as `make words` does: those that are marked, and the help of commands.

click takes help as plain strings, which stand where the option or the command does.
"""

import ast
import inspect
from collections.abc import Collection, Iterator, Mapping, Sequence
from tomllib import loads
from typing import IO, Any

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords

from tests.support.source import ROOT

Found = tuple[int, str | None, Any, Any]
Key = tuple[str, str, str]
"""A text, what it is of many if it has such a form, and its context; the last two may be empty."""

_HELP = frozenset({"help", "epilog"})
_COMMANDS = frozenset({"command", "group"})


def extract(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Any,  # noqa: ANN401 -- a TypedDict that Babel keeps to itself
) -> Iterator[Found]:
    """Find the texts of a module, as Babel asks for them.

    Babel's own way goes by tokens, and loses its place where a variable has a keyword's name.
    """
    del comment_tags, options
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call):
            function = node.func.id if isinstance(node.func, ast.Name) else ""
            if function in keywords:
                yield node.lineno, function, [_constant(one) for one in node.args], []
            elif isinstance(node.func, ast.Attribute):
                yield from _helps(node)
        if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
            yield _help(node.lineno, ast.get_docstring(node))


def _constant(argument: ast.expr) -> str | None:
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return str(argument.value) if is_text and isinstance(argument, ast.Constant) else None


def _helps(call: ast.Call) -> Iterator[Found]:
    for given in call.keywords:
        if given.arg in _HELP and isinstance(given.value, ast.Constant):
            yield _help(given.value.lineno, str(given.value.value))


def texts_in_code() -> set[Key]:
    """Find every text of the code, as pyproject.toml says where they stand."""
    options = loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]
    found = extract_from_dir(
        ROOT / "pipeline",
        method_map=[(one["pattern"], one["method"]) for one in options["mappings"]],
        keywords=parse_keywords(options["extract_messages"]["keywords"]),
    )
    return {key_of(text, context) for _, _, text, _, context in found}


def key_of(text: str | Sequence[str], context: str | None) -> Key:
    """Return how a text is known."""
    one, many = (text, "") if isinstance(text, str) else text
    return one, many, context or ""


def _help(line: int, text: str | None) -> Found:
    return line, None, inspect.cleandoc(text or ""), []


def _makes_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in _COMMANDS
