"""What asking cannot settle, a person decides: seen, confirmed, recorded, and acted upon."""

import json
import os
import pty
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk, Done, command
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.members import Members, write_members
from tests.support.proxy import Fault, losing

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
ROWS = 900
WHY = "seen in the console"
SOON_S = 5
LAG = """
[[rule]]
what = "list_lag"
delay_s = 600
"""


@dataclass(slots=True)
class Case:
    """A run that ended with doubts held. plan says what becomes of further send requests."""

    desk: Desk
    members: Members
    provider: EmulatorProcess
    plan: Callable[[int], Fault]
    run: str = ""

    def koosend(self, *arguments: object) -> Done:
        return self.desk.koosend(*arguments, env=KEYS)

    def doubts(self, *arguments: object) -> Done:
        return self.koosend("doubts", self.desk.campaign, *arguments)

    def names(self) -> list[str]:
        return [str(doubt["task_name"]) for doubt in self.doubts("--json").json["doubts"]]

    def taken(self) -> Counter[str]:
        return Counter(str(message["phone"]) for message in self.provider.messages())

    def events(self, name: str) -> list[Mapping[str, object]]:
        path = self.desk.folder / "state" / "runs" / self.run / "events.jsonl"
        lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if line["event"] == name]


@contextmanager
def held(folder: Path, fault: Fault, settle_s: float = 1, faults: str = "") -> Iterator[Case]:
    """Lose the second and the fifth send request of a run whose doubts a person decides.

    faults are rules for the emulator.
    """
    desk = Desk(folder)
    members = write_members(folder / "members.csv", ROWS, seed=31)
    case: Case

    def plan(number: int) -> Fault:
        return case.plan(number)

    rules = folder / "faults.toml"
    rules.write_text(faults, encoding="utf-8")
    options = EmulatorOptions(faults=rules)
    with running_emulator(folder, options) as provider, losing(provider.url, plan) as wire:
        case = Case(desk, members, provider, lambda n: fault if n in (1, 4) else Fault.NONE)
        text = desk.write_campaign(endpoint=wire.url, settle_s=settle_s).read_text("utf-8")
        hold = text.replace("[doubt]", '[doubt]\nthen = "hold"')
        desk.campaign.write_text(hold, encoding="utf-8")
        _run_until_held(case, settle_s)
        case.plan = lambda _: Fault.NONE
        yield case


def _run_until_held(case: Case, settle_s: float) -> None:
    """Run until the two are held; where that takes long, until they are in doubt."""
    with case.desk.started("run", case.desk.campaign, env=KEYS) as run:
        while settle_s > SOON_S and len(case.taken()) < len(case.members.sendable) - 200:
            assert run.poll() is None
            time.sleep(0.01)  # waits for another process's file, not for time
        if settle_s > SOON_S:
            run.terminate()
        assert run.wait(240) == (143 if settle_s > SOON_S else 79)
    stands = case.koosend("status", case.desk.campaign, "--json").json
    assert stands["submissions"] == {"accepted": stands["submissions"]["accepted"], "in_doubt": 2}
    case.run = stands["run"]


def test_released_doubts_are_sent_by_the_next_run_and_everybody_got_it_once(
    tmp_path: Path,
) -> None:
    with held(tmp_path, Fault.DROP_BEFORE) as case:
        names = case.names()
        assert len(names) == 2
        first = case.doubts("--release", names[0], "--reason", WHY, "--yes", "--json")
        assert first.exit == 0, first.err
        assert first.json["decided"] == names[:1]
        assert [doubt["task_name"] for doubt in first.json["doubts"]] == names[1:]
        rest = case.doubts("--release", "--all", "--reason", WHY, "--yes")
        assert rest.exit == 0, rest.err
        assert "koosend run" in rest.out
        sent = len(case.taken())
        assert sent < len(case.members.sendable)
        done = case.koosend("run", case.desk.campaign, "--json")
        assert done.exit == 0, done.err
        assert case.taken() == Counter(case.members.sendable)
        assert set(done.json["submissions"]) == {"accepted"}
        assert case.koosend("verify", case.desk.campaign, "--online").exit == 0


def test_by_a_wrong_clock_no_doubt_is_released(tmp_path: Path) -> None:
    with held(tmp_path, Fault.DROP_BEFORE) as case:
        case.provider.set_gateway_clock(600)
        refused = case.doubts("--release", "--all", "--reason", WHY, "--yes")
        assert refused.exit == 75, refused.err
        assert "clock" in refused.err
        assert "nothing was decided" in refused.err
        assert len(case.names()) == 2


def test_doubts_assumed_sent_are_never_sent_and_the_run_is_complete(tmp_path: Path) -> None:
    with held(tmp_path, Fault.DROP_BEFORE) as case:
        taken = case.taken()
        done = case.doubts("--assume-sent", "--all", "--reason", WHY, "--yes")
        assert done.exit == 0, done.err
        again = case.koosend("run", case.desk.campaign)
        assert again.exit == 0, again.err
        assert "already complete" in again.out
        assert case.taken() == taken
        assert case.koosend("verify", case.desk.campaign, "--online").exit == 0
        books = case.koosend("status", case.desk.campaign, "--json").json
        assert books["outcomes"]["skipped"] == len(case.members.sendable) - len(taken)


def test_what_was_taken_and_is_released_is_sent_twice_and_verify_online_says_so(
    tmp_path: Path,
) -> None:
    with held(tmp_path, Fault.DROP_AFTER, faults=LAG) as case:
        names = case.names()
        done = case.doubts("--release", *names, "--reason", WHY, "--yes")
        assert done.exit == 0, done.err
        assert case.koosend("run", case.desk.campaign).exit == 0
        assert sorted(case.taken().values())[-200:] == [2] * 200
        case.provider.advance(1_200)
        assert case.koosend("verify", case.desk.campaign).exit == 0
        online = case.koosend("verify", case.desk.campaign, "--online", "--json")
        assert online.exit == 1
        assert [found["code"] for found in online.json["findings"]] == ["listed_untaken"] * 2
        assert all(name in online.out for name in names)


def test_the_list_tells_what_was_sent_when_and_what_was_asked(tmp_path: Path) -> None:
    with held(tmp_path, Fault.DROP_BEFORE) as case:
        listed = case.doubts("--json").json
        assert listed["run"] == case.run
        for doubt in listed["doubts"]:
            assert doubt["recipients"] == 100
            assert int(doubt["last_row"]) - int(doubt["first_row"]) >= 99
            assert doubt["settled"]
            assert doubt["age_s"] >= 1
            assert doubt["questions"]
            assert {asked["found"] for asked in doubt["questions"]} == {0}
            assert all(asked["at"] >= doubt["attempted_at"] for asked in doubt["questions"])
        shown = case.doubts().out
        assert all(name in shown for name in case.names())
        assert shown.count("not listed") >= 2
        assert "100 people" in shown


def test_who_decided_and_why_is_recorded_with_numbers_hidden(tmp_path: Path) -> None:
    with held(tmp_path, Fault.DROP_BEFORE) as case:
        name, other = case.names()
        case.doubts("--release", name, "--reason", "13800138000 has\nnothing", "--yes")
        case.doubts("--assume-sent", other, "--reason", WHY, "--yes")
        (released,) = case.events("doubt.released")
        assert released["task_name"] == name
        assert released["who"]
        assert released["at"]
        assert released["why"] == "138****8000 has nothing"
        (assumed,) = case.events("doubt.assumed_sent")
        assert assumed["why"] == WHY
        ledger = (tmp_path / "state" / "ledger.sqlite3").read_bytes()
        ledger += (
            (tmp_path / "state" / "ledger.sqlite3-wal").read_bytes() if _wal(tmp_path) else b""
        )
        assert b"release by " in ledger
        assert b"138****8000" in ledger


def _wal(folder: Path) -> bool:
    return (folder / "state" / "ledger.sqlite3-wal").exists()


WRONG: list[tuple[str, tuple[str, ...], str]] = [
    ("both decisions", ("--release", "--assume-sent", "{}", "--reason", WHY), "exclude"),
    ("no decision", ("{}",), "--release"),
    ("nothing named", ("--release", "--reason", WHY), "--all"),
    ("named and all", ("--release", "{}", "--all", "--reason", WHY), "--all"),
    ("no reason", ("--release", "{}", "--yes"), "--reason"),
    ("blank reason", ("--release", "{}", "--reason", " \n", "--yes"), "--reason"),
    ("long reason", ("--release", "{}", "--reason", "x" * 201, "--yes"), "200"),
    ("mistyped name", ("--release", "{}", "{}x", "--reason", WHY, "--yes"), "no such doubt"),
    ("nobody to ask", ("--release", "{}", "--reason", WHY), "twice"),
    ("nobody to ask", ("--assume-sent", "{}", "--reason", WHY), "never get the message"),
]


def test_what_is_not_said_clearly_decides_nothing(tmp_path: Path) -> None:
    with held(tmp_path, Fault.DROP_BEFORE) as case:
        names = case.names()
        for what, arguments, told in WRONG:
            done = case.doubts(*(argument.format(names[0]) for argument in arguments))
            assert done.exit == 2, what
            assert told in done.err, what
        assert case.names() == names


def test_a_doubt_younger_than_its_settling_time_is_not_meant_by_all(tmp_path: Path) -> None:
    with held(tmp_path, Fault.DROP_BEFORE, settle_s=1200) as case:
        assert not any(doubt["settled"] for doubt in case.doubts("--json").json["doubts"])
        done = case.doubts("--release", "--all", "--reason", WHY, "--yes")
        assert done.exit == 2
        assert "settling time" in done.err
        assert "settling time" in case.doubts("--release", case.names()[0], "--reason", WHY).err


def test_a_person_at_a_terminal_is_asked_and_told_what_it_may_cost(tmp_path: Path) -> None:
    with held(tmp_path, Fault.DROP_BEFORE) as case:
        name, other = case.names()
        refused = _at_terminal(case, "n\n", "--release", name)
        assert "get the message twice" in refused.err
        assert refused.exit == 130
        assert case.names() == [name, other]
        granted = _at_terminal(case, "y\n", "--assume-sent", other)
        assert "never get the message" in granted.err
        assert granted.exit == 0
        assert case.names() == [name]


def _at_terminal(case: Case, answer: str, *decision: str) -> Done:
    master, slave = pty.openpty()
    os.write(master, answer.encode())
    try:
        done = subprocess.run(
            command("doubts", case.desk.campaign, *decision, "--reason", WHY),
            cwd=case.desk.folder,
            stdin=slave,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
    finally:
        os.close(slave)
        os.close(master)
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_run_without_doubts_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_members(tmp_path / "members.csv", 120)
    desk.write_campaign()
    assert desk.koosend("run", desk.campaign).exit == 0
    none = desk.koosend("doubts", desk.campaign)
    assert none.exit == 0
    assert "0 requests in doubt" in none.out
    decided = desk.koosend("doubts", desk.campaign, "--release", "--all", "--reason", WHY, "--yes")
    assert decided.exit == 2
