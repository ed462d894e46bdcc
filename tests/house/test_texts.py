"""Hold the catalogues to the code: every text is translated, and both fill the same places."""

import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tomllib import loads

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

from pipeline.language import CATALOGUES, DOMAIN, Language, Words
from tests.support.source import ROOT

TRANSLATED = [language for language in Language if language is not Language.EN]
Key = tuple[str, str]
"""A text with its context, which may be empty."""


each_language = pytest.mark.parametrize("language", TRANSLATED)


def in_code() -> set[Key]:
    """Find every text of the code as `make words` does."""
    options = loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]
    found = extract_from_dir(
        ROOT / "pipeline",
        method_map=[(one["pattern"], one["method"]) for one in options["mappings"]],
        keywords=parse_keywords(options["extract_messages"]["keywords"]),
    )
    return {(str(text), context or "") for _, _, text, _, context in found}


def catalogue(language: Language) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language.value)


def messages(language: Language) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@each_language
def test_every_text_of_the_code_is_in_the_catalogue_and_none_besides(language: Language) -> None:
    assert {(message.id, message.context or "") for message in messages(language)} == in_code()
    assert not catalogue(language).obsolete, "a text that left the code: delete it"


@each_language
def test_every_text_is_translated_by_a_person(language: Language) -> None:
    assert [message.id for message in messages(language) if not message.string] == []
    assert [message.id for message in messages(language) if message.fuzzy] == []


@each_language
def test_a_translation_fills_the_places_of_its_text(language: Language) -> None:
    other = [
        message.id
        for message in messages(language)
        if places(str(message.id)) != places(str(message.string))
    ]
    assert other == []


@each_language
def test_what_was_compiled_is_what_the_catalogue_says(language: Language) -> None:
    for message in messages(language):
        said = Words(str(message.id), message.context or "").of(language)
        assert said == message.string, "run make words"


def test_without_its_catalogue_the_program_speaks_english_and_says_so(tmp_path: Path) -> None:
    """Run from a copy without .mo files, as where a build left them out."""
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline", ignore=shutil.ignore_patterns("*.mo"))
    code = (
        "from pipeline.cli.main import main\n"
        "from pipeline.language import Language, Words, complaint\n"
        "print(repr(complaint()), Words('Outcome').of(Language.ZH), flush=True)\n"
        "raise SystemExit(main(['--version']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("'' Outcome\n")
    assert done.stderr.startswith("koosend: the texts for zh are missing from ")
    assert done.stderr.endswith("install koosend again\n")


def test_a_damaged_catalogue_is_as_good_as_none(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline")
    for compiled in tmp_path.rglob("*.mo"):
        compiled.write_bytes(compiled.read_bytes()[:1000])
    code = "from pipeline.language import *; print(Words('Outcome').of(Language.ZH), complaint())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Outcome the texts for zh are missing from ")
