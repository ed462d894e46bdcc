"""When and from where: the sending window, ceilings, sources on standard input, two crons."""

import json
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

from tests.support.command import Desk, Done, command
from tests.support.members import write_members

MEMBERS = 900


def _window(desk: Desk, opens: timedelta, closes: timedelta, outside: str = "stop") -> None:
    """Set the window around this moment, in China's time."""
    now = datetime.now(UTC) + timedelta(hours=8)
    span = f"{now + opens:%H:%M}-{now + closes:%H:%M}"
    text = desk.campaign.read_text(encoding="utf-8")
    lines = f'concurrency = 8\nwindow = "{span}"\noutside_window = "{outside}"'
    desk.campaign.write_text(text.replace("concurrency = 8", lines), encoding="utf-8")


def test_outside_its_window_nothing_is_sent_and_the_next_run_goes_on(desk: Desk) -> None:
    _window(desk, timedelta(hours=2), timedelta(hours=4))
    closed = desk.koosend("run", desk.campaign, "--json")
    assert closed.exit == 75
    assert "window is closed" in closed.err
    assert closed.json["exit"] == 75
    assert closed.json["submissions"] == {"planned": closed.json["submissions"]["planned"]}
    assert desk.taken() == []
    desk.write_campaign()
    _window(desk, timedelta(hours=-2), timedelta(hours=4))
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert done.json["run"] == closed.json["run"]


def test_a_run_that_waits_for_its_window_can_be_stopped(desk: Desk) -> None:
    _window(desk, timedelta(hours=2), timedelta(hours=4), outside="wait")
    with subprocess.Popen(
        command("run", desk.campaign), cwd=desk.folder, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        heard = any("waiting" in line for line in run.stderr)
        run.terminate()
        assert run.wait(timeout=240) == 143
    assert heard
    assert desk.taken() == []


def test_a_ceiling_stops_before_it_is_passed(desk: Desk) -> None:
    desk.write_campaign(max_messages=250)
    for stopped in [desk.koosend("run", desk.campaign, "--json") for _ in range(2)]:
        assert stopped.exit == 75
        assert stopped.json["messages"] == 200
        assert "limit" in stopped.err
    assert len(desk.taken()) == 200


def test_a_source_on_standard_input_is_read_and_known_again(desk: Desk) -> None:
    members = write_members(desk.folder / "piped.csv", 500, seed=12)
    desk.write_campaign(source="-")

    def run() -> Done:
        done = subprocess.run(
            command("run", desk.campaign),
            cwd=desk.folder,
            input=members.path.read_text(encoding="utf-8"),
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    first = run()
    assert first.exit == 0, first.err
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert "already complete" in run().out
    assert len(desk.taken()) == len(members.sendable)


def test_of_many_starts_at_once_exactly_one_sends(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", 2_000, seed=13)
    desk.write_campaign(calls_per_s=10)
    starts = [
        subprocess.Popen(
            command("run", desk.campaign),
            cwd=desk.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    ended = [(start.communicate()[1], start.returncode) for start in starts]
    codes = sorted(code for _, code in ended)
    assert codes == [0] + [75] * 7, ended
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_the_pace_is_kept(desk: Desk) -> None:
    write_members(desk.folder / "members.csv", 3_000, seed=14)
    desk.write_campaign(calls_per_s=10)
    began = time.time()
    assert desk.koosend("run", desk.campaign).exit == 0
    arrived, left = _arrivals(desk), _departures(desk)
    assert len(arrived) == len(left) > 20
    # A busy machine may bunch what left evenly, but nothing comes before it may leave.
    assert all(at >= began + number / 10 for number, at in enumerate(arrived))
    # One of them may be late by what the machine did between its permission and its intent.
    assert max(sum(1 for at in left if start <= at < start + 1.0) for start in left) <= 11


def _arrivals(desk: Desk) -> list[float]:
    """Return when each send request was taken, in seconds since 1970, in order."""
    found = []
    for line in desk.journal.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["operation"] == "CreateAimSendTask" and "phone" not in entry:
            found.append(float(entry["task"]["created_s"]))
    return sorted(found)


def _departures(desk: Desk) -> list[float]:
    """Return when the intent of each send request was made, in seconds since 1970."""
    with closing(sqlite3.connect(desk.folder / "state" / "ledger.sqlite3")) as ledger:
        return [float(at) for (at,) in ledger.execute("SELECT at FROM attempt ORDER BY at")]


def test_a_provider_that_throttles_slows_the_run_and_loses_nothing(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", 3_000, seed=15)
    text = desk.write_campaign().read_text(encoding="utf-8")
    desk.campaign.write_text(text.replace("seed = 7", "seed = 7\nrate = 8"), encoding="utf-8")
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert desk.koosend("verify", desk.campaign).exit == 0
