"""Hold that no pattern takes more than its share of time for a long text of a stranger."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest

import pipeline.core
import pipeline.emulator
import pipeline.koomessage
import pipeline.logs
import pipeline.reader
import pipeline.report
import pipeline.settings
import pipeline.web

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
    "pipeline.reader.files.delimited._GUARDED",
    "pipeline.reader.files.locks._HALF_WRITTEN",
    "pipeline.reader.files.source._WEB_PAGE",
    "pipeline.reader.files.source._XML",
    "pipeline.reader.files.strays._PLAIN",
    "pipeline.reader.phones._WHOLE_FLOAT",
    "pipeline.reader.workbooks.formats.ods._BRACKETED",
    "pipeline.reader.workbooks.formats.ods._FRACTION",
    "pipeline.reader.workbooks.merged_cells._DECLARATION",
    "pipeline.reader.workbooks.plain_rows._UNICODE",
    "pipeline.reader.workbooks.shown.codes._SECTION",
    "pipeline.settings.slips.blanks._KEY",
    "pipeline.settings.slips.blanks._SECTION",
    "pipeline.settings.slips.toml._PAIR",
}
"""Patterns that are asked about a text's beginning or whole alone: a search would be quadratic."""

SHORT = {
    "pipeline.reader.workbooks.shown.codes._TOKEN": 1_024,
}
"""Patterns that are asked about texts of so many characters at most, by who asks."""

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


def patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    owner = getattr(value, "__self__", value)  # the pattern, of a method that was taken of one
    if isinstance(owner, re.Pattern):
        yield owner
    elif isinstance(value, Mapping):
        for held in value.values():
            yield from patterns_in(held)


PACKAGES = (
    *(pipeline.core, pipeline.emulator, pipeline.koomessage, pipeline.logs, pipeline.reader),
    *(pipeline.report, pipeline.settings, pipeline.web),
)
PATTERNS = {
    f"{module.__name__}.{name}": pattern
    for package in PACKAGES
    for module in modules(package)
    for name, value in vars(module).items()
    if not name.startswith("__")
    for pattern in patterns_in(value)
}


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 40
    assert PATTERNS.keys() >= FROM_THE_START | SHORT.keys()
    assert any(isinstance(pattern.pattern, bytes) for pattern in PATTERNS.values())


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_time_by_the_length_of_the_text_and_no_more(name: str) -> None:
    pattern: re.Pattern[Any] = PATTERNS[name]
    chars = SHORT.get(name, CHARS)
    asked = [pattern.match, pattern.fullmatch]
    if name not in FROM_THE_START:
        asked.append(pattern.search)
    for unit in UNITS:
        text: Any = unit * (chars // len(unit))
        if isinstance(pattern.pattern, bytes):
            text = text.encode()
        for ask in asked:
            began = time.process_time()
            ask(text)
            assert time.process_time() - began < SECONDS_MAX, f"{ask.__name__} in {unit!r} ..."
        if name not in FROM_THE_START:
            began = time.process_time()
            pattern.sub(text[:0], text)
            assert time.process_time() - began < SECONDS_MAX, f"each one in {unit!r} ..."
