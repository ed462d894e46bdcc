"""Find the texts of the code as `make words` does: those that are marked, and the help of commands.

click takes help as plain strings, which stand where the option or the command does.
"""

import ast
import inspect
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import redirect_stderr
from tomllib import loads
from typing import IO, Any

from babel.messages.extract import extract_from_dir, extract_python
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
    """Find the texts of a module, as Babel asks for them."""
    source = file.read()
    with redirect_stderr(io.StringIO()):  # an f-string that fills a place is warned of in vain
        marked: list[Any] = list(
            extract_python(io.BytesIO(source), keywords, comment_tags, options)
        )
    yield from marked
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _is_clicks(node.func):
            for given in node.keywords:
                if given.arg in _HELP and isinstance(given.value, ast.Constant):
                    yield _help(given.value.lineno, str(given.value.value))
        if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
            yield _help(node.lineno, ast.get_docstring(node))


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


def _is_clicks(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute)


def _makes_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in _COMMANDS
