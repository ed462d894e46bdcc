"""The same seed, world, rules and requests make the same answers and the same journal."""

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_plain import AIM, BASIC, ask, card_body, own, video_body
from tests.support.emulator_process import running_emulator
from tests.support.emulator_sdk import phones

RULES = """
[[rule]]
what = "drop_before"
probability = 0.1
[[rule]]
what = "drop_after_commit"
probability = 0.1
[[rule]]
what = "malformed"
probability = 0.1
[[rule]]
what = "partial"
probability = 0.2
share = 0.4
[[rule]]
what = "status"
status = 429
every = 9
[[rule]]
what = "list_lag"
delay_s = 309
probability = 0.3
"""

# Nothing falls due within moments of a step: the steps jump tens of seconds, a run takes few.
WORLD = """
[numbers]
deliver_delay_s = [3609.0, 3609.0]
parsed = 0.0
parse_failed = 0.0
"""

Step = tuple[str, str, bytes]

_TIMES = re.compile(rb"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}[.\dZ]*|(?im:^date: .*$)")


def script(seed: int) -> list[Step]:
    """Make up requests: sends good and bad, questions, and jumps of the clock."""
    chance = random.Random(seed)  # noqa: S311 -- a test's script, no secret
    steps: list[Step] = []
    for at in range(40):
        name = f"task-{chance.randrange(8)}"
        numbers = phones(chance.randrange(1, 12), 13_000_000_000 + chance.randrange(10**9))
        steps.append(
            chance.choice(
                [
                    ("POST", AIM, card_body(name, numbers)),
                    ("POST", BASIC, video_body(name, numbers)),
                    ("POST", AIM, card_body(name, ["12345"])),
                    ("POST", BASIC, b"{"),
                    ("GET", f"{AIM}?task_name={name}", b""),
                    ("GET", f"{BASIC}?task_name={name}", b""),
                    ("POST", "/_emulator/clock", b'{"advance_s": %d}' % (at * 10)),
                ]
            )
        )
    return steps


def played(folder: Path, steps: Sequence[Step], seed: int = 7) -> tuple[list[Any], list[bytes]]:
    """Play a script against a fresh emulator; return its journal and its answers, times aside."""
    folder.mkdir()
    faults = folder / "faults.toml"
    faults.write_text(RULES, encoding="utf-8")
    world = folder / "world.toml"
    world.write_text(WORLD, encoding="utf-8")
    options = EmulatorOptions(faults=faults, world=world, seed=seed)
    with running_emulator(folder, options, is_fork=False) as emulator:  # another seed of hash
        wires = [
            (own if "_emulator" in target else ask)(emulator.url, (method, target), body)
            for method, target, body in steps
        ]
        assert emulator.end() == 0
        journal = emulator.journal.read_text("utf-8").splitlines()
    return [timeless(json.loads(line)) for line in journal], [
        _TIMES.sub(b"", wire.received) for wire in wires
    ]


def timeless(line: dict[str, Any]) -> dict[str, Any]:
    line.pop("at")
    line.get("task", {}).pop("created_s", None)
    return line


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_script_played_twice_makes_the_same_journal_and_answers(
    tmp_path: Path, seed: int
) -> None:
    steps = script(seed)
    first = played(tmp_path / "first", steps)
    again = played(tmp_path / "again", steps)
    assert again == first
    journal, answers = first
    assert any("phone" in line for line in journal)
    assert b"" in answers
    assert any(answer.startswith(b"HTTP/1.1 429") for answer in answers)


def test_another_seed_makes_another_journal(tmp_path: Path) -> None:
    steps = script(1)
    assert played(tmp_path / "first", steps)[0] != played(tmp_path / "other", steps, seed=8)[0]
