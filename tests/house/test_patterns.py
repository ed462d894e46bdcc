"""Hold that no pattern takes more than its share of time for a long text of a stranger."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from types import ModuleType

import pytest

import pipeline.core
import pipeline.emulator
import pipeline.report

CHARS = 50_000
SECONDS_MAX = 0.6
"""A linear pattern takes some thousandths of a second, a quadratic one many seconds."""

FROM_THE_START = {
    "pipeline.core.text._DANGEROUS",
    "pipeline.core.templates._LINK",
    "pipeline.core.templates._OF_ADDRESSES",
    "pipeline.core.legible.notation._DECIMAL",
    "pipeline.report.file_names._GIVEN_BACK",
    "pipeline.report.file_names._DRAFT",
    "pipeline.emulator.products.sms._LINK",
}
"""Patterns that are asked about a text's beginning or whole alone: a search would be quadratic."""

UNITS = (
    *("a", "1", " ", "\u3000", ".", "/", "-", "+", "=", ";", "'", '"', "\n", "[", "省", "一", "、"),
    *("1 ", "1-", "1.", "1,", "1:", "a.", "a/", "a-", "a=", "; ", ";=", "省省", "12月", "回T"),
    *("http://a.", "13800138000", "1380013800", "${1", "(KM:", "￥1", "1,000,", "1.1", "0", "9"),
)


def modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    owner = getattr(value, "__self__", value)  # the pattern, of a method that was taken of one
    if isinstance(owner, re.Pattern):
        yield owner
    elif isinstance(value, Mapping):
        for held in value.values():
            yield from patterns_in(held)


PATTERNS = {
    f"{module.__name__}.{name}": pattern
    for package in (pipeline.core, pipeline.report, pipeline.emulator)
    for module in modules(package)
    for name, value in vars(module).items()
    if not name.startswith("__")
    for pattern in patterns_in(value)
}


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 40
    assert PATTERNS.keys() >= FROM_THE_START


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_time_by_the_length_of_the_text_and_no_more(name: str) -> None:
    pattern = PATTERNS[name]
    asked = [pattern.match, pattern.fullmatch]
    if name not in FROM_THE_START:
        asked.append(pattern.search)
    for unit in UNITS:
        text = unit * (CHARS // len(unit))
        for ask in asked:
            began = time.process_time()
            ask(text)
            assert time.process_time() - began < SECONDS_MAX, f"{ask.__name__} in {unit!r} ..."
        if name not in FROM_THE_START:
            began = time.process_time()
            pattern.sub("", text)
            assert time.process_time() - began < SECONDS_MAX, f"each one in {unit!r} ..."
