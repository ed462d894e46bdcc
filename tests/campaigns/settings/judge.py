"""Check a spoiled campaign by the command itself, and say what was wrong with how it ended."""

import contextlib
import io
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.cli.main import main
from pipeline.core.errors import Exit
from tests.campaigns.settings.mutate import spoiled

LIST = """\
手机号,姓名,积分,城市,链接,兜底,退订
13800000001,张三,10,2026-11-30,https://example.com/a,sms,否
13800000002,李四,20,2026-11-30,https://a.example.com,skip,
13800000003,,30,,,,是
"""
EXITS = frozenset(
    {
        Exit.OK,
        Exit.USAGE,
        Exit.SOURCE_DAMAGED,
        Exit.SOURCE_MISSING,
        Exit.LEDGER_UNWRITABLE,
        Exit.WORK_LEFT,
        Exit.CREDENTIALS_REFUSED,
        Exit.CAMPAIGN_INVALID,
        Exit.DECISION_NEEDED,
    }
)
QUOTED_CHARS_MAX = 200
"""So much of a file may a sentence quote at once."""

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"1[3-9]\d{9}")
_KEY_OR_LINE = re.compile(
    r"the key |key \w|\[[\w.]+|section \[|lacks the key|unknown key|keys \w|line \d|valid TOML"
    r"|UTF-8|brackets within brackets|more digits|message\.\w|column|fallback\.\w|filled in"
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the check of a file ended. wrong is empty where it ended as it must."""

    number: int
    exit: int
    wrong: str


def judged(number: int, folder: Path) -> Ended:
    """Check the campaign of a number within a folder, which is of nobody else."""
    (folder / "members.csv").write_text(LIST, encoding="utf-8")
    file = folder / "campaign.toml"
    data = spoiled(number)
    file.write_bytes(data)
    out, err = io.StringIO(), io.StringIO()
    with _kept(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["check", "--offline", str(file)])
    said = err.getvalue().replace(str(file), "FILE")
    wrong = _wrong(code, out.getvalue(), said) or _quoted(said, data.decode(errors="replace"))
    return Ended(number, code, wrong)


@contextlib.contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Keep what the command changes of the process, and let it see the folder."""
    before, mask = Path.cwd(), os.umask(0o077)
    heard = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.umask(mask)
        for number, handler in heard.items():
            signal.signal(number, handler)


def _wrong(code: int, out: str, err: str) -> str:
    told = [line for line in err.splitlines() if line.startswith("koosend: ")]
    if code not in EXITS:
        return f"exit {code}: {err}"
    if "Traceback" in out + err:
        return f"a traceback: {err}"
    if found := _UNSEEN.search(out + err):
        return f"{found[0]!a} is shown"
    if found := _NUMBER.search(out + err):
        return f"{found[0]} is shown whole"
    if code and len(told) != 1:
        return f"{len(told)} sentences: {err}"
    if code == Exit.CAMPAIGN_INVALID and not _KEY_OR_LINE.search(told[0]):
        return f"no key is named: {told[0]}"
    return ""


def _quoted(said: str, text: str) -> str:
    """Say where more of the file is quoted than a person would read."""
    long = QUOTED_CHARS_MAX + 1
    parts = (said[at : at + long] for at in range(len(said) - long + 1))
    return next((f"much is quoted: {said}" for part in parts if part in text), "")
