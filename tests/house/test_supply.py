"""Hold what koosend is made of: few parts, each by its hash, and no way to run what was stored."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.source import ROOT

RUNTIME_PARTS_MAX = 25
LOCKS = ("build", "dev", "extras", "release", "runtime")
STORED_CODE = {"pickle", "cPickle", "dill", "marshal", "shelve", "jsonpickle", "joblib", "yaml"}
"""Modules that make objects, or run code, of what a file says."""

RUN_CODE = {"eval", "exec", "compile", "__import__", "read_pickle", "loads_pickle"}


def part(line: str) -> re.Match[str] | None:
    return re.match(r"([a-z0-9._-]+)(\[[a-z,]+\])?==(\S+) ", line)


def locked(name: str) -> Mapping[str, tuple[str, int]]:
    """Return the parts of a lock, each with its version and how many hashes it has."""
    found: dict[str, tuple[str, int]] = {}
    text = (ROOT / ".ci" / "lock" / f"{name}.txt").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", text.strip()):
        first, *rest = entry.splitlines()
        known = part(first)
        assert known, f"{first} names no exact version"
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in rest)
        found[known[1]] = (known[3], len(rest))
    return found


def project() -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LOCKS)
def test_each_part_of_a_lock_has_one_version_and_its_hashes(name: str) -> None:
    assert locked(name)
    assert [one for one, (_, hashes) in locked(name).items() if hashes < 1] == []


def test_there_is_no_other_lock() -> None:
    assert {file.stem for file in (ROOT / ".ci" / "lock").iterdir()} == set(LOCKS)


def test_koosend_runs_with_few_parts_and_with_those_it_names() -> None:
    parts = locked("runtime")
    assert len(parts) <= RUNTIME_PARTS_MAX
    named = dict(one.split("==") for one in project()["project"]["dependencies"])
    assert {name: parts[name][0] for name in named} == named


def test_whatever_is_installed_is_installed_by_hash_and_as_a_wheel() -> None:
    installs = [
        line
        for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
        if re.search(r"\binstall\b.* (-r|--editable) ", line)
    ]
    assert len(installs) >= 6
    assert [
        line
        for line in installs
        if "--require-hashes --only-binary :all:" not in line and "--no-deps" not in line
    ] == []


def modules_of_koosend() -> Iterator[Path]:
    yield from (ROOT / "pipeline").rglob("*.py")


def names_in(module: Path) -> Iterator[str]:
    """Yield the modules that one imports, and the names it calls."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (one.name.split(".")[0] for one in names)
            case ast.ImportFrom(module=str(source)):
                yield source.split(".")[0]
            case ast.Call(func=ast.Name(id=called)):
                yield called
            case ast.Call(func=ast.Attribute(attr="read_pickle" as called)):
                yield called


def test_nothing_that_was_stored_is_run() -> None:
    used = {
        (module.name, name)
        for module in modules_of_koosend()
        for name in names_in(module)
        if name in STORED_CODE | RUN_CODE
    }
    assert used == set()


def test_the_rules_on_what_is_dangerous_hold_for_all_of_koosend() -> None:
    lint = project()["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    left_out = [
        *lint["ignore"],
        *(
            rule
            for place, rules in lint["per-file-ignores"].items()
            if place.startswith("pipeline/")
            for rule in rules
        ),
    ]
    assert [rule for rule in left_out if re.match(r"S\d", rule)] == []
    excepted = {
        (module.name, rule)
        for module in modules_of_koosend()
        for rule in re.findall(r"noqa:.*?\b(S[2-6]\d\d)\b", module.read_text(encoding="utf-8"))
    }
    assert excepted == {
        ("handsets.py", "S311"),  # a sample, no secret
        ("children.py", "S603"),  # our own interpreter and module
    }
