"""A real emulator in a process of its own, for whoever needs a provider to talk to."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pipeline.emulator.options import EmulatorOptions
from tests.support.forks import Fork, Order, piped_fork

ACCESS_KEY = "emulator-ak"
SECRET_KEY = "emulator-sk"  # noqa: S105 -- the emulator's published default, no secret

_PATIENCE_S = 120
"""For a machine that is busy with other things; nobody waits that long for what works."""


@dataclass(frozen=True, slots=True)
class EmulatorProcess:
    """Know a running emulator."""

    url: str
    journal: Path
    process: subprocess.Popen[str] | Fork

    @classmethod
    def start(
        cls, folder: Path, options: EmulatorOptions | None = None, *, is_fork: bool = True
    ) -> Self:
        """Start one and wait until it is ready; its journal is `journal.jsonl` in the folder.

        It is a fork of a process that has loaded the emulator, unless it is to be started afresh
        or to end with its parent.
        """
        chosen = options or EmulatorOptions()
        if chosen.journal is None:
            chosen = replace(chosen, journal=folder / "journal.jsonl")
        assert chosen.journal is not None
        process: subprocess.Popen[str] | Fork
        if is_fork and chosen.parent_pid is None:
            process = piped_fork(Order("pipeline.emulator", _arguments(chosen)))
        else:
            process = subprocess.Popen(command(chosen), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the emulator ended with {process.wait(_PATIENCE_S)} before it was ready"
        return cls(json.loads(line)["url"], chosen.journal, process)

    def stats(self) -> dict[str, Any]:
        """Return the counts of `GET /_emulator/stats`."""
        return self._ask("GET", "/_emulator/stats")

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules in force, each with how often it was asked and fired."""
        rules: list[dict[str, Any]] = self._ask("GET", "/_emulator/faults")["rules"]
        return rules

    def advance(self, seconds: float) -> None:
        """Jump the emulator's clock."""
        self._ask("POST", "/_emulator/clock", {"advance_s": seconds})

    def set_gateway_clock(self, ahead_s: float) -> None:
        """Make the gateway's own clock differ from this machine's."""
        self._ask("POST", "/_emulator/clock", {"gateway_ahead_s": ahead_s})

    def messages(self) -> list[dict[str, Any]]:
        """Return the journal's lines that are messages: what was really taken."""
        return messages_of(self.journal)

    def end(self) -> int:
        """End it in good order and return its exit code."""
        self.process.terminate()
        return self._reap()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self._reap()

    def _reap(self) -> int:
        code = self.process.wait(_PATIENCE_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        where = urlsplit(self.url)
        connection = HTTPConnection(where.hostname or "", where.port, timeout=_PATIENCE_S)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            decoded: dict[str, Any] = json.loads(text)
            return decoded
        finally:
            connection.close()


@contextmanager
def running_emulator(
    folder: Path, options: EmulatorOptions | None = None, *, is_fork: bool = True
) -> Iterator[EmulatorProcess]:
    """Run an emulator for as long as the context lasts."""
    emulator = EmulatorProcess.start(folder, options, is_fork=is_fork)
    try:
        yield emulator
    finally:
        if emulator.process.poll() is None:
            emulator.end()


def command(options: EmulatorOptions) -> list[str]:
    """Return the command line that says these options."""
    return [sys.executable, "-m", "pipeline.emulator", *_arguments(options)]


def _arguments(options: EmulatorOptions) -> list[str]:
    line = []
    for field in fields(options):
        value = getattr(options, field.name)
        flag = "--" + field.name.replace("_", "-")
        if value is True:
            line.append(flag)
        elif value is not None and value is not False:
            line += [flag, str(value)]
    return line


def messages_of(journal: Path, begin: int = 0) -> list[dict[str, Any]]:
    """Return a journal's lines that are messages, but for a last one still being written.

    begin is the length of what need not be read, in bytes: whole lines.
    """
    with journal.open(encoding="utf-8") as lines:
        lines.seek(begin)
        decoded = (json.loads(line) for line in lines if line.endswith("\n"))
        return [line for line in decoded if "phone" in line]


@contextmanager
def emulator_of_world(folder: Path, world: str) -> Iterator[EmulatorProcess]:
    """Run an emulator whose world the given TOML changes."""
    file = folder / "world.toml"
    file.write_text(world, encoding="utf-8")
    with running_emulator(folder, EmulatorOptions(world=file)) as emulator:
        yield emulator
