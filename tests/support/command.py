"""The command itself, as its users call it: a process, its output, its exit code."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.support.emulator_process import messages_of
from tests.support.forks import Fork, Order, fork
from tests.support.sweep import note_what_was_said

CAMPAIGN = """
[campaign]
name = "{name}"
channel = "{channel}"
state = "state"

[account]
endpoint = "{endpoint}"

[source]
path = "{source}"
phone = "手机号"

[message]
{message}

[preflight]
ask = {ask}

[limits]
messages_per_s = {messages_per_s}
calls_per_s = {calls_per_s}
concurrency = 8
max_messages = {max_messages}
max_rejected_share = {max_rejected_share}

[doubt]
settle_s = {settle_s}

[emulator]
seed = 7
link_lifetime_s = 6
report_timeout_s = 8
"""
AIM = """
template = "700000001"
params = { name = "姓名", points = "积分", shop = "=云商城" }

[message.sms]
channel_number = "10690000001"
template = "15010661"
signature = "云商城"
app = "member-app"
params = ["姓名", "积分"]
"""
AIM_BASIC = """
template = "600000001"
params = { p_1 = "姓名", p_2 = "积分" }
"""
DEFAULTS: Mapping[str, object] = {
    "name": "members",
    "channel": "aim",
    "endpoint": "emulator",
    "source": "members.csv",
    "messages_per_s": 0,
    "calls_per_s": 0,
    "max_messages": 0,
    "max_rejected_share": 1,
    "settle_s": 2,
    "ask": "true",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What a finished command left."""

    exit: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 -- whatever the command printed
        """Read stdout as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a campaign, as a user has it.

    Its commands are forks of a process that has loaded koosend, unless they are to start afresh.
    """

    folder: Path
    is_fork: bool = True

    @property
    def campaign(self) -> Path:
        """Return the campaign file."""
        return self.folder / "campaign.toml"

    @property
    def journal(self) -> Path:
        """Return the emulator's journal: the referee."""
        return self.folder / "state" / "emulator" / "journal.jsonl"

    def write_campaign(self, *, extra: str = "", **values: object) -> Path:
        """Write the campaign with some values changed."""
        chosen = {**DEFAULTS, **values}
        chosen.setdefault("message", AIM_BASIC if chosen["channel"] == "aim_basic" else AIM)
        self.campaign.write_text(CAMPAIGN.format(**chosen) + extra, encoding="utf-8")
        return self.campaign

    def koosend(
        self, *arguments: object, env: Mapping[str, str] | None = None, limit_s: float = 300
    ) -> Done:
        """Run a command to its end, which must come within limit_s seconds."""
        said = [str(argument) for argument in arguments]
        environment = {**os.environ, **(env or {})}
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process: subprocess.Popen[bytes] | Fork
            if self.is_fork:
                order = Order("pipeline", said, self.folder, environment)
                process = fork(order, out.fileno(), err.fileno())
            else:
                process = subprocess.Popen(
                    command(*said), cwd=self.folder, env=environment, stdout=out, stderr=err
                )
            code = _ended(process, limit_s)
            done = Done(code, _text(out), _text(err))
        note_what_was_said(self.folder, said, done.out + done.err)
        return done

    @contextmanager
    def started(
        self,
        *arguments: object,
        env: Mapping[str, str] | None = None,
        err: IO[str] | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command beside the test, which may hear it; it is killed if the test leaves it."""
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            command(*arguments),
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            stdout=quiet,
            stderr=err or quiet,
            stdin=quiet,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def taken(self) -> list[str]:
        """Return the numbers that the emulator took, each as often as it took it."""
        if not self.journal.exists():
            return []
        return [str(message["phone"]) for message in messages_of(self.journal)]


def command(*arguments: object) -> list[str]:
    """Return the command line of a koosend command."""
    return [sys.executable, "-m", "pipeline", *(str(argument) for argument in arguments)]


def _ended(process: "subprocess.Popen[bytes] | Fork", limit_s: float) -> int:
    """Wait for the end of a process, which is killed when it takes longer."""
    try:
        return process.wait(limit_s)
    except (TimeoutError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()
        raise


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
