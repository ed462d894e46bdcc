"""Hold the pages to what the program does: nothing undocumented, nothing documented that is not."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import click
import msgspec
import pytest

from pipeline.cli.main import koosend
from pipeline.core.errors import Exit
from pipeline.settings.keys import CampaignFile
from tests.support.pages import pages
from tests.support.source import ROOT

DOCS = ROOT / "docs"

ROOMS = {"tutorial", "howto", "reference", "explanation"}

VOCABULARY = (
    "campaign",
    "run",
    "row",
    "recipient",
    "rejected row",
    "chunk",
    "submission",
    "task name",
    "task id",
    "receipt",
    "detail",
    "evidence",
    "rendering",
    "outcome",
    "doubt",
    "books",
)


def read(name: str) -> str:
    (page,) = DOCS.rglob(name)
    return page.read_text(encoding="utf-8")


def table_rows(text: str) -> Iterator[list[str]]:
    """Read the rows of a page's tables, without their headings."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if line.startswith("|") and not set(cells[0]) <= {"-", ":"}:
            yield cells


def test_the_exit_codes_page_lists_every_code_under_its_name_and_no_other() -> None:
    listed = {int(row[0]): row[1] for row in table_rows(read("exit-codes.md")) if row[0].isdigit()}
    assert listed == {code.value: code.name for code in Exit}


def settings_keys(struct: type[msgspec.Struct], section: str = "") -> Iterator[tuple[str, str]]:
    """Walk the campaign file's keys as (section, key)."""
    for field in msgspec.structs.fields(struct):
        parts = [kind for kind in (field.type, *get_args(field.type)) if isinstance(kind, type)]
        inner = [kind for kind in parts if issubclass(kind, msgspec.Struct)]
        if inner:
            yield from settings_keys(inner[0], f"{section}.{field.encode_name}".strip("."))
        else:
            yield section, field.encode_name


def documented_keys() -> Mapping[tuple[str, str], str]:
    """Read the keys from docs/reference/campaign-file.md, each with its meaning."""
    found: dict[tuple[str, str], str] = {}
    for part in re.split(r"(?m)^## ", read("campaign-file.md")):
        section = re.match(r"\[([a-z_.]+)\]", part)
        for row in table_rows(part) if section else ():
            key = re.match(r"`([a-z_]+)`", row[0])
            if key and section:
                found[section[1], key[1]] = row[-1]
    return found


def test_the_campaign_file_page_lists_every_key_and_no_other() -> None:
    assert set(documented_keys()) == set(settings_keys(CampaignFile))


def test_every_key_of_the_campaign_file_says_what_it_means() -> None:
    assert [key for key, meaning in documented_keys().items() if len(meaning) < 5] == []


def commands() -> list[str]:
    return koosend.list_commands(click.Context(koosend))


@pytest.mark.parametrize("command", commands())
def test_every_command_is_told_of_in_the_pages(command: str) -> None:
    told = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    text = "\n".join(page.read_text(encoding="utf-8") for page in told)
    assert re.search(rf"koosend {command}\b|^\| `{command}\b", text, re.MULTILINE)


@pytest.mark.parametrize("command", commands())
def test_every_command_says_what_it_does_and_gives_an_example(command: str) -> None:
    known = koosend.get_command(click.Context(koosend), command)
    assert known is not None
    assert known.help
    assert f"koosend {command}" in (known.epilog or "")


@pytest.mark.parametrize("word", VOCABULARY)
def test_every_word_of_the_vocabulary_has_its_meaning_in_the_glossary(word: str) -> None:
    meanings = {row[0]: row[1] for row in table_rows(read("glossary.md"))}
    assert meanings.get(word)


def test_no_word_has_two_meanings() -> None:
    words = [row[0] for row in table_rows(read("glossary.md"))]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", pages())
def test_a_page_made_from_the_code_is_fresh(name: str) -> None:
    assert read(name) == pages()[name]


def every_page() -> list[Path]:
    names = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md")
    top = [ROOT / name for name in names]
    return [*top, *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.name)
def test_a_page_links_only_to_what_is_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [one for one in targets if not (page.parent / one).exists()] == []


def test_the_threat_model_names_only_tests_that_are_there() -> None:
    named = re.findall(
        r"`((?:tests/)?[a-z_/]*test_\w+\.py|tests/[a-z_/]+/)`", read("threat-model.md")
    )
    known = {one.relative_to(ROOT).as_posix() for one in (ROOT / "tests").rglob("test_*.py")}
    names = known | {one.rpartition("/")[2] for one in known} | {"tests/browser/"}
    assert len(named) > 40
    assert [one for one in named if one not in names] == []


CHINESE = ".zh-CN.md"


def in_chinese(page: Path) -> Path:
    return page.with_name(page.name.removesuffix(".md") + CHINESE)


def test_each_page_stands_in_a_room_and_the_index_leads_to_it() -> None:
    indexes = {name: (DOCS / name).read_text("utf-8") for name in ("index.md", f"index{CHINESE}")}
    pages_of_rooms = [one.relative_to(DOCS) for one in DOCS.rglob("*.md") if len(one.parts) > 1]
    pages_of_rooms = [one for one in pages_of_rooms if one.name not in indexes]
    assert {one.parts[0] for one in pages_of_rooms} == ROOMS
    decisions = Path("explanation/adr")
    unled = [
        one
        for one in pages_of_rooms
        if f"({one.as_posix()})" not in indexes[f"index{CHINESE if is_chinese(one) else '.md'}"]
    ]
    assert {one.parent for one in unled} <= {decisions}


def is_chinese(page: Path) -> bool:
    return page.name.endswith(CHINESE)


def to_be_read_in_chinese() -> list[Path]:
    rooms = [*(DOCS / "tutorial").glob("*.md"), *(DOCS / "howto").glob("*.md")]
    return [ROOT / "README.md", *(one for one in sorted(rooms) if not is_chinese(one))]


@pytest.mark.parametrize("page", to_be_read_in_chinese(), ids=lambda page: page.name)
def test_a_tutorial_and_a_howto_are_there_in_chinese_with_the_same_parts(page: Path) -> None:
    """Only the headings and the commands can be compared: a page that lags behind differs there."""
    english, chinese = (one.read_text(encoding="utf-8") for one in (page, in_chinese(page)))
    assert f"({page.name})" in chinese
    if page.name != "README.md":  # which says more of languages
        assert levels(chinese) == levels(english)
        assert len(examples_in(chinese)) >= len(examples_in(english))


def levels(text: str) -> list[str]:
    return re.findall(r"(?m)^(#+) ", re.sub(r"(?ms)^```.*?^```", "", text))


def examples_in(text: str) -> list[str]:
    return re.findall(r"(?m)^    +(?:\.venv/bin/)?koosend .*", text)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made of them."""
    found = re.findall(r"(?m)^#+ (.*)", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}


@pytest.mark.parametrize("page", every_page(), ids=lambda page: page.name)
def test_a_link_into_a_page_leads_to_a_heading_of_it(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s#:]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
    lost = [
        (where, anchor)
        for where, anchor in links
        if (target := page.parent / where if where else page).suffix == ".md"
        and anchor not in anchors(target)
    ]
    assert lost == []
