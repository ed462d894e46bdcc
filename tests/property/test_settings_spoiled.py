"""Campaign files spoiled by number: `python -m tests.campaigns.settings` checks ten thousand."""

from pathlib import Path

import pytest

from pipeline.core.errors import Exit
from tests.campaigns.settings import judge
from tests.campaigns.settings.judge import judged
from tests.campaigns.settings.mutate import GOOD, spoiled

FILES = range(400)


def test_whatever_is_written_into_a_campaign_ends_in_one_sentence_and_in_no_bug(
    tmp_path: Path,
) -> None:
    ended = [judged(number, tmp_path) for number in FILES]
    assert [one for one in ended if one.wrong] == []
    assert {Exit.OK, Exit.CAMPAIGN_INVALID} <= {one.exit for one in ended}


def test_a_number_spoils_a_file_the_same_way_each_time() -> None:
    files = [spoiled(number) for number in FILES]
    assert files == [spoiled(number) for number in FILES]
    assert len(set(files)) > len(FILES) * 3 // 4


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('state = "state"', 'state = "a\\u0000b"'),
        ('state = "state"', f'state = "{"x" * 300}"'),
        ('state = "state"', f'state = "{"x/" * 3000}"'),
        ('state = "state"', f"state = {'[' * 5000}"),
        ('state = "state"', f"state = {'9' * 5000}"),
        ('path = "members.csv"', 'path = "a\\u0000b"'),
        ("settle_s = 2", "settle_s = 1e300"),
        ("max_messages = 100", f"max_messages = {'9' * 400}"),
        ('listen = "127.0.0.1:0"', f'listen = "a:{"9" * 5000}"'),
        ('endpoint = "emulator"', 'endpoint = "https://["'),
        ('endpoint = "emulator"', 'endpoint = "http://:80"'),
        ('endpoint = "emulator"', 'endpoint = "https://a b.myhuaweicloud.com"'),
        ("max_cost = 50.5", '"max_cost\\n" = 50.5'),
    ],
)
def test_what_once_ended_in_a_bug_or_in_no_sentence_names_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    assert GOOD.count(old) == 1
    monkeypatch.setattr(judge, "spoiled", lambda _: GOOD.replace(old, new).encode())
    ended = judged(0, tmp_path)
    assert (ended.exit, ended.wrong) == (Exit.CAMPAIGN_INVALID, "")
