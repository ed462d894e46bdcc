"""The command line as somebody reads it who knows only Chinese."""

import json
import re
from collections.abc import Iterator

import click
import pytest

from pipeline.cli.main import koosend
from tests.support.command import Desk

MEMBERS = 40

CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "", "KOOSEND_LANG": ""}
BYTES_ALIKE = {"LANG": "C", "LC_ALL": "C", "KOOSEND_LANG": ""}

# What stays: commands and options, keys and names, paths, codes, what stands between quotes.
_KEPT = re.compile(
    r"koosend( [a-z-]+)?|--?[a-z][a-z-]*|\[[^\]]*\]|[\w.-]*[./_@$:=\\][^\s，。；：、（）]*"
    r"|'[^']*'|\"[^\"]*\"|\b[A-Z][A-Za-z0-9_-]*\b|[a-z]+\d\w*|\d\w*"
)
_SENTENCE = re.compile(r"[a-z]{2,} +[a-z]{2,} +[a-z]{2,}")
"""Three English words in a row: no list of names or codes reads so."""


def english_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if _SENTENCE.search(_KEPT.sub(" ", line))]


def commands() -> Iterator[list[str]]:
    context = click.Context(koosend)
    for name in koosend.list_commands(context):
        yield [name]
        command = koosend.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ([name, inner] for inner in command.list_commands(context))


@pytest.mark.parametrize("words", [[], *commands()], ids=" ".join)
def test_every_help_is_in_chinese(desk: Desk, words: list[str]) -> None:
    done = desk.koosend(*words, "--help", env=CHINESE)
    assert done.exit == 0
    assert english_in(done.out) == []
    assert "用法" in done.out
    assert "选项" in done.out
    wide = [line for line in done.out.splitlines() if _cells(line) > 100]
    assert wide == []


def _cells(line: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in line)


def test_a_check_a_run_and_what_follows_are_in_chinese(desk: Desk) -> None:
    said = ""
    for words in (
        ["check", desk.campaign],
        ["run", desk.campaign],
        ["status", desk.campaign],
        ["runs", desk.campaign],
        ["rerun", desk.campaign],
        ["explain", desk.campaign, "2"],
        ["verify", desk.campaign],
        ["doubts", desk.campaign],
        ["pause", desk.campaign],
    ):
        done = desk.koosend(*words, env=CHINESE)
        said += done.out + done.err
        assert english_in(done.out + done.err) == [], words
    for word in ("演练", "人将收到消息", "下一步", "行，表格合计", "已证明"):
        assert word in said


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["run", "nothere.toml"], 78, "KS7803"),
        (["chekc"], 2, "KS0205"),
        (["run", "c.toml", "--nope"], 2, "KS0201"),
        (["explain", "zzzzzzzz", "17"], 2, "KS0211"),
        (["suppress", "add", "123", "--state", "state"], 2, "KS0215"),
        (["doubts", "zzzzzzzz", "--release", "--give-up"], 2, "KS0206"),
        (["explain-error", "KS0000"], 2, "KS0203"),
    ],
)
def test_an_error_is_one_chinese_sentence_with_its_code(
    desk: Desk, words: list[str], exit_code: int, code: str
) -> None:
    done = desk.koosend(*words, env=CHINESE)
    assert done.exit == exit_code
    assert f"[{code}]" in done.err
    assert english_in(done.err) == []


def test_the_campaigns_language_speaks_under_cron_and_json_stays_as_it_is(
    desk: Desk,
) -> None:
    text = desk.campaign.read_text(encoding="utf-8")
    desk.campaign.write_text(text.replace("[account]", 'language = "zh"\n\n[account]', 1))
    spoken = desk.koosend("check", desk.campaign, "--offline", env=BYTES_ALIKE)
    assert "未询问 KooMessage" in spoken.out
    outweighed = desk.koosend("check", desk.campaign, "--offline", "--lang", "en", env=CHINESE)
    assert "KooMessage was not asked" in outweighed.out
    answers = [
        json.loads(desk.koosend("check", desk.campaign, "--offline", "--json", env=env).out)
        for env in (CHINESE, {**BYTES_ALIKE, "KOOSEND_LANG": "en"})
    ]
    assert answers[0] == answers[1]


def test_the_bytes_are_the_same_wherever_the_locale_is_english(desk: Desk) -> None:
    said = {
        desk.koosend("check", desk.campaign, "--offline", env=env).out
        for env in (BYTES_ALIKE, {"LANG": "en_US.UTF-8", "LC_ALL": "", "KOOSEND_LANG": ""})
    }
    assert len(said) == 1


def test_events_are_the_same_in_every_language(desk: Desk) -> None:
    assert desk.koosend("run", desk.campaign, env=CHINESE).exit == 0
    events = next(desk.folder.rglob("events.jsonl")).read_text(encoding="utf-8")
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"[\w/.-]*members[^\"]*", "", events))


def test_whoever_has_a_code_is_told_how_to_mend_it(desk: Desk) -> None:
    done = desk.koosend("explain-error", "[ks6601]", env=CHINESE)
    assert "如何解决" in done.out
    assert desk.koosend("explain-error", "KS6601").out.count("How to mend it") == 1
    every = json.loads(desk.koosend("explain-error", "--json").out)
    assert len(every) > 100
