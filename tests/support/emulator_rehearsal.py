"""An emulator under fault rules, and a plain client of it that reads the journal, too."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_plain import (
    AIM,
    BASIC,
    FAULTS,
    Wire,
    ask,
    card_body,
    own,
    video_body,
)
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import phones

SMS = "/v1/aim/sms/messages"
TEXT = {"template_id": "15010662", "template_params": ["张三", "128"]}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An emulator under rules, and a plain client of it."""

    emulator: EmulatorProcess

    def send(self, name: str, count: int = 3) -> Wire:
        """Send cards to so many numbers."""
        return ask(self.emulator.url, ("POST", AIM), card_body(name, phones(count)))

    def send_video(self, name: str, count: int = 3) -> Wire:
        """Send video messages to so many numbers."""
        return ask(self.emulator.url, ("POST", BASIC), video_body(name, phones(count)))

    def send_text(self, name: str, count: int = 3) -> Wire:
        """Send text messages to so many numbers."""
        body = {"task_name": name, "to": phones(count), **TEXT}
        return ask(self.emulator.url, ("POST", SMS), json.dumps(body).encode())

    def ask(self, target: str) -> Any:  # noqa: ANN401 -- an answer's JSON
        """Ask a question and return its answer."""
        return ask(self.emulator.url, ("GET", target)).json

    def put(self, rules: str) -> None:
        """Put other rules in force."""
        assert own(self.emulator.url, ("PUT", FAULTS), rules.encode()).status == 200

    def listed(self, name: str, path: str = AIM) -> list[str]:
        """Ask for a task by its name and return the names found."""
        return [row["task_name"] for row in self.rows(f"{path}?task_name={name}")]

    def rows(self, target: str = AIM) -> list[dict[str, Any]]:
        """Return the rows of a list of tasks."""
        answer = self.ask(target)
        holder = answer.get("data", answer)
        key = "aim_send_tasks" if "aim_send_tasks" in holder else "aim_basic_send_tasks"
        rows: list[dict[str, Any]] = holder[key]
        return rows

    def taken(self, name: str) -> int:
        """Count the messages of a name that the journal shows."""
        return sum(line["task_name"] == name for line in self.emulator.messages())

    def fired(self) -> list[int]:
        """Return how often each rule fired."""
        rules = own(self.emulator.url, ("GET", FAULTS)).json["rules"]
        return [rule["fired"] for rule in rules]


@contextmanager
def rehearsal(folder: Path, rules: str, world: str = "") -> Iterator[Rehearsal]:
    """Run an emulator under rules, in a world that the given TOML changes."""
    faults, changed = folder / "faults.toml", folder / "world.toml"
    faults.write_text(rules, encoding="utf-8")
    changed.write_text(world, encoding="utf-8")
    with running_emulator(folder, EmulatorOptions(faults=faults, world=changed)) as emulator:
        yield Rehearsal(emulator)


def first(what: str, **how: object) -> str:
    """Write a rule that fires at the first send only."""
    return rule(what, nth=1, **how)


def rule(what: str, **how: object) -> str:
    """Write a rule."""
    lines = ["[[rule]]", f'what = "{what}"']
    lines += [f"{key} = {json.dumps(value)}" for key, value in how.items()]
    return "\n".join(lines) + "\n"
