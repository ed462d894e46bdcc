"""Another shell pauses, resumes, stops and slows a run: heeded at once, kept, and nobody twice."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.campaigns.signals.scene import KEYS, Scene, hear, run, scene, wait_for
from tests.support.command import Desk, Done

MEMBERS = 300
HEEDED_S = 2.0
WHY = "the text is wrong"
HELD = '"event":"sending.paused"'


def koosend(here: Scene, *arguments: object) -> Done:
    """Run a command in another shell."""
    return Desk(here.desk.folder).koosend(*arguments, env=KEYS)


def said(here: Scene, *arguments: object) -> float:
    """Say something of the campaign's run to the process at work, and return when it is said."""
    verb, *rest = arguments
    done = koosend(here, verb, here.desk.campaign, *rest)
    assert done.exit == 0, done.err
    assert "a process is at work on it and heeds that within 2 seconds" in done.out
    return time.time()


def requests(here: Scene) -> Sequence[float]:
    """Return when each send request was taken, in seconds since 1970."""
    lines = map(json.loads, here.desk.journal.read_text(encoding="utf-8").splitlines())
    sends = (one for one in lines if one["operation"] == "CreateAimSendTask")
    return sorted(float(one["task"]["created_s"]) for one in sends if "phone" not in one)


def since(here: Scene, at: float) -> Sequence[float]:
    return [taken_at for taken_at in requests(here) if taken_at > at]


def status(here: Scene) -> Mapping[str, Any]:
    found: Mapping[str, Any] = koosend(here, "status", here.desk.campaign, "--json").json
    return found


def goes_on(here: Scene, named: object, *options: object) -> None:
    """Run to the end: everybody got it once and the books balance."""
    here.desk.write_campaign(endpoint=here.url)
    done = koosend(here, "run", named, *options)
    assert done.exit == 0, done.err
    assert sorted(here.desk.taken()) == sorted(here.members.sendable)
    assert koosend(here, "verify", here.desk.campaign).exit == 0


def test_a_pause_holds_the_process_and_outlives_it_and_nobody_is_sent_to_twice(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, rows=2_500) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=2)
        with run(here.desk) as process:
            wait_for(process, here.desk.taken)
            paused_at = said(here, "pause", "--reason", WHY)
            hear(process, HELD)
            wait_for(process, lambda: time.time() > paused_at + HEEDED_S + 1.0)
            held = requests(here)
            said(here, "resume")
            wait_for(process, lambda: len(requests(here)) > len(held))
            said(here, "pause", "--reason", WHY)
            hear(process, HELD)
            wait_for(process, lambda: set(status(here)["submissions"]) == {"accepted", "planned"})
            process.kill()
        assert max(held) <= paused_at + HEEDED_S
        taken, found = len(here.desk.taken()), status(here)
        assert 0 < taken < len(here.members.sendable)
        assert found["control"]["pause"]["why"] == WHY
        again = koosend(here, "run", here.desk.campaign)
        assert (again.exit, len(here.desk.taken())) == (79, taken), again.err
        assert f"run {found['run']} is paused by " in again.err
        assert f"koosend resume {found['run']}" in again.err
        assert koosend(here, "status", here.desk.campaign, "--check").exit == 79
        resumed = koosend(here, "resume", here.desk.campaign)
        assert "no process is at work on it; koosend run" in resumed.out
        goes_on(here, here.desk.campaign)


def test_a_limit_slows_the_process_and_a_stop_ends_it_until_somebody_names_the_run(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, rows=2_500) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=2)
        with run(here.desk) as process:
            wait_for(process, here.desk.taken)
            limited_at = said(here, "limit", "--messages-per-s", 100)
            wait_for(process, lambda: len(since(here, limited_at + HEEDED_S)) >= 3)
            stopped_at = said(here, "stop", "--reason", WHY)
            assert process.wait(60) == 143
        first, _, third, *_ = since(here, limited_at + HEEDED_S)
        assert third - first > 1.3, "a request of 100 people each second, not two"
        assert max(requests(here)) <= stopped_at + HEEDED_S
        known = str(status(here)["run"])
        refused = koosend(here, "run", here.desk.campaign)
        assert refused.exit == 79
        assert f"run {known} is stopped by " in refused.err
        off = koosend(here, "limit", here.desk.campaign, "--off")
        assert "no process is at work on it; it holds for the next start" in off.out
        goes_on(here, known, "--state", tmp_path / "state")
        events = tmp_path / "state" / "runs" / known / "events.jsonl"
        lines = map(json.loads, events.read_text(encoding="utf-8").splitlines())
        told = [line for line in lines if line["event"] in {"run.limited", "run.told_to_stop"}]
        assert [line["why"] for line in told] == ["", WHY, ""]
        assert all(line["who"] for line in told)


def test_what_cannot_be_meant_is_refused(desk: Desk) -> None:
    refused = {
        ("stop",): "say why with --reason",
        ("limit",): "say --messages-per-s N, or --off",
        ("limit", "--off", "--messages-per-s", "5"): "say --messages-per-s N, or --off",
        ("limit", "--messages-per-s", "nan"): "takes a number from 0 to 1,000,000",
        ("limit", "--messages-per-s", "-1"): "takes a number from 0 to 1,000,000",
        ("pause", "--reason", "x" * 300): "at most 200 characters",
    }
    for words, sentence in refused.items():
        verb, *rest = words
        done = desk.koosend(verb, desk.campaign, *rest)
        assert (done.exit, sentence in done.err) == (2, True), done.err


def test_what_is_said_before_a_run_goes_on_holds_for_its_start_and_over_is_over(
    desk: Desk,
) -> None:
    assert desk.koosend("pause", desk.campaign).exit == 2
    desk.write_campaign(max_messages=100)
    assert desk.koosend("run", desk.campaign).exit == 75
    first = desk.koosend("pause", desk.campaign, "--reason", WHY, "--json").json
    again = desk.koosend("pause", desk.campaign, "--reason", "another").out
    assert (first["said"], first["at_work"]) == (True, False)
    assert f"({WHY}) already; no process is at work on it" in again
    desk.write_campaign()
    assert desk.koosend("run", desk.campaign).exit == 79
    assert "paused by a person" in desk.koosend("runs", desk.campaign).out
    assert desk.koosend("resume", desk.campaign).exit == 0
    assert "neither paused nor stopped" in desk.koosend("resume", desk.campaign).out
    assert desk.koosend("run", desk.campaign).exit == 0
    kinds = [
        word["kind"] for word in desk.koosend("status", desk.campaign, "--json").json["said_of_it"]
    ]
    assert kinds == ["pause", "resume"]
    for verb, *rest in (("pause",), ("resume",), ("stop", "--reason", WHY), ("limit", "--off")):
        done = desk.koosend(verb, desk.campaign, *rest)
        assert done.exit == 2
        assert "is over: nothing of it is left to send" in done.err
