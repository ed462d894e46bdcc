"""Whoever reads the screen is spoken to in their language: who says which, and what goes first."""

import gettext
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.cli.terminal.clicks import COUNTED_BY_CLICK, SAID_BY_CLICK
from pipeline.cli.terminal.speech import language_for, said, speaking, without_lang
from pipeline.core.errors import UsageError
from pipeline.language import Language, Words, filled
from pipeline.settings.slips.spoken import campaign_language

CHINESE = {"LANG": "zh_CN.UTF-8"}


@pytest.mark.parametrize(
    ("given", "left", "language"),
    [
        (["run", "a.toml"], ["run", "a.toml"], None),
        (["--lang", "zh", "run", "a.toml"], ["run", "a.toml"], Language.ZH),
        (["run", "a.toml", "--lang=en"], ["run", "a.toml"], Language.EN),
        (["run", "--lang", "zh", "a.toml"], ["run", "a.toml"], Language.ZH),
        (["explain", "--", "--lang", "zh"], ["explain", "--", "--lang", "zh"], None),
    ],
)
def test_lang_stands_anywhere_on_the_command_line(
    given: list[str], left: list[str], language: Language | None
) -> None:
    assert without_lang(given) == (left, language)


@pytest.mark.parametrize("given", [["--lang"], ["--lang", "fr"], ["run", "--lang="]])
def test_a_language_that_there_is_not_is_refused(given: list[str]) -> None:
    with pytest.raises(UsageError, match="--lang takes zh or en"):
        without_lang(given)


@pytest.mark.parametrize(
    ("key", "environ", "language"),
    [
        ("", {}, Language.EN),
        ("", CHINESE, Language.ZH),
        ("auto", CHINESE, Language.ZH),
        ("en", CHINESE, Language.EN),
        ("zh", {"LC_ALL": "C"}, Language.ZH),
        ("zh", {"KOOSEND_LANG": "en"}, Language.EN),
        ("en", {"KOOSEND_LANG": "zh_CN.UTF-8"}, Language.ZH),
    ],
)
def test_a_campaign_outweighs_the_locale_and_the_variable_outweighs_both(
    tmp_path: Path, key: str, environ: Mapping[str, str], language: Language
) -> None:
    file = tmp_path / "nightly.toml"
    file.write_text(f'[campaign]\nname = "x"\nlanguage = "{key}"\n[report]\nlanguage = "en"\n')
    assert language_for(["run", str(file), "--quiet"], environ) is language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('[campaign] # ours\n  language="zh"  # cron\nname = ', Language.ZH),
        ("[ campaign ]\nlanguage = 'en'", Language.EN),
        ('[report]\nlanguage = "zh"\n[campaign]\nname = "x"', None),
        ('[campaign]\nname = "x"\n[report]\nlanguage = "zh"', None),
        ('[campaign]\n# language = "zh"', None),
        ('[campaign]\nlanguage = "fr"', None),
        ("", None),
    ],
)
def test_even_a_broken_campaign_says_in_which_language_to_speak_of_it(
    tmp_path: Path, text: str, language: Language | None
) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text, encoding="utf-8")
    assert campaign_language(file) is language
    assert campaign_language(tmp_path) is None


def test_a_text_is_said_in_the_readers_language_and_is_english_everywhere_else() -> None:
    text = filled("{option} takes zh or en", option="--lang")
    with speaking(Language.ZH):
        assert said(text) == "--lang 只能是 zh 或 en"
        assert f"{text}" == text == "--lang takes zh or en"
        assert said("a file name") == "a file name"
    assert said(text) == "--lang takes zh or en"


def test_speaking_leaves_no_trace_in_the_process() -> None:
    before = (gettext.textdomain(), os.environ.get("LANGUAGE"))
    with speaking(Language.ZH):
        assert gettext.gettext("Usage:") == "用法："
    assert (gettext.textdomain(), os.environ.get("LANGUAGE")) == before
    assert gettext.gettext("Usage:") == "Usage:"


def test_what_click_says_is_what_click_has() -> None:
    """A newer click may word it otherwise: then its words would stand there in English."""
    import click  # noqa: PLC0415 -- only its folder is looked at

    sources = [one.read_text("utf-8") for one in Path(click.__file__).parent.glob("*.py")]
    counted = [text for pair in COUNTED_BY_CLICK for text in pair]
    spelt = [repr(Words(text).en)[1:-1] for text in (*SAID_BY_CLICK, *counted)]
    assert [text for text in spelt if not any(f'"{text}"' in source for source in sources)] == []
