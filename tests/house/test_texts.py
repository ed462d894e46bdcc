"""Hold the catalogues to the code: every text is translated, and both fill the same places."""

import shutil
import string
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from pipeline.language import CATALOGUES, DOMAIN, Language, Words
from tests.support.source import ROOT
from tests.support.texts import key_of, texts_in_code

TRANSLATED = [language for language in Language if language is not Language.EN]

each_language = pytest.mark.parametrize("language", TRANSLATED)


def catalogue(language: Language) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language.value)


def messages(language: Language) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """Return a text's forms: one, or one for each number that a language tells apart."""
    return (text or "",) if text is None or isinstance(text, str) else text


def places(text: str) -> set[str]:
    """Return what a text shows; what only chooses between two forms of a word may be left out."""
    return {
        name
        for _, name, spec, _ in string.Formatter().parse(text)
        if name is not None and "|" not in (spec or "")
    }


@each_language
def test_every_text_of_the_code_is_in_the_catalogue_and_none_besides(language: Language) -> None:
    known = {key_of(message.id, message.context) for message in messages(language)}
    assert known == texts_in_code()
    assert not catalogue(language).obsolete, "a text that left the code: delete it"


@each_language
def test_every_text_is_translated_by_a_person(language: Language) -> None:
    assert [message.id for message in messages(language) if not all(forms(message.string))] == []
    assert [message.id for message in messages(language) if message.fuzzy] == []


@each_language
def test_a_translation_fills_the_places_of_its_text(language: Language) -> None:
    other = [
        message.id
        for message in messages(language)
        if any(places(forms(message.id)[-1]) != places(one) for one in forms(message.string))
    ]
    assert other == []


@each_language
def test_what_was_compiled_is_what_the_catalogue_says(language: Language) -> None:
    for message in messages(language):
        said = Words(forms(message.id)[0], message.context or "").of(language)
        if isinstance(message.id, str):
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
    code = "from pipeline.cli.main import main; raise SystemExit(main(['--help', '--lang', 'zh']))"
    helped = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Usage: koosend" in helped.stdout
    assert helped.stderr.startswith("koosend: the texts for zh are missing from ")
