"""Load the statements, which have names and live in .sql files."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from importlib import resources
from types import MappingProxyType

_NAME = re.compile(r"-- name: ([a-z_]+)\n")


def statements(script: str) -> Iterator[str]:
    """Split a script into its statements, triggers kept whole."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError(f"the script ends within a statement: {statement.strip()[:60]}")


def named(text: str) -> Mapping[str, str]:
    """Read statements that each follow a line `-- name: what_it_does`."""
    _, *parts = _NAME.split(text)
    names = parts[::2]
    if len(set(names)) < len(names):
        raise ValueError("a statement's name is used twice")
    return MappingProxyType(dict(zip(names, map(str.strip, parts[1::2]), strict=True)))


def script(name: str) -> str:
    """Read one of the .sql files."""
    return resources.files("pipeline.ledger").joinpath(name).read_text(encoding="utf-8")


QUERIES = named(script("queries.sql"))
"""Every statement of queries.sql by its name."""
