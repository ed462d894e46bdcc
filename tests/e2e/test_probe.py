"""`koosend probe`: what it measures and tells of an account, and that it only asks.

The referees are the emulator's count of calls and its journal.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.emulator.app import _MODULES
from tests.support.command import Desk, Done
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.members import write_members

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
ASKING = {"ListAimSendReports"} | {
    operation.name
    for module in _MODULES
    for operation in module.OPERATIONS
    if operation.method == "GET"
}
_NUMBER = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
Told = dict[tuple[str, str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Scene:
    """A desk and the provider that it sends by."""

    desk: Desk
    provider: EmulatorProcess

    def probe(self, *options: str, env: Mapping[str, str] = KEYS) -> Done:
        done = self.desk.koosend("probe", self.desk.campaign, *options, env=env)
        assert not _NUMBER.search(done.out + done.err)
        assert "emulator-sk" not in done.out + done.err
        return done

    def put(self, *rules: Mapping[str, object]) -> None:
        self.provider._ask("PUT", "/_emulator/faults", {"rule": list(rules)})


def told(done: Done) -> Told:
    return {(one["topic"], one["of"]): one for one in done.json["measurements"]}


def differing(found: Told) -> set[tuple[str, str]]:
    return {key for key, one in found.items() if one["verdict"] == "differs"}


def scene_of(folder: Path, provider: EmulatorProcess, channel: str = "aim") -> Scene:
    write_members(folder / "members.csv", 300)
    desk = Desk(folder)
    desk.write_campaign(endpoint=provider.url, channel=channel)
    return Scene(desk, provider)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Provide an account with three tasks, older than the desk's settling time."""
    folder = tmp_path_factory.mktemp("probe")
    with running_emulator(folder) as provider:
        scene = scene_of(folder, provider)
        done = scene.desk.koosend("run", scene.desk.campaign, env=KEYS)
        assert done.exit == 0, done.err
        time.sleep(2.5)
        yield scene


@pytest.fixture
def sent(ran: Scene) -> Iterator[Scene]:
    yield ran
    ran.put()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Scene]:
    with running_emulator(tmp_path) as provider:
        yield scene_of(tmp_path, provider)


def test_of_a_fresh_account_only_clock_and_rights_are_measured(fresh: Scene) -> None:
    before = sorted(fresh.desk.folder.iterdir())
    done = fresh.probe("--json")
    assert done.exit == 0, done.err
    found = told(done)
    measured = {topic for (topic, _), one in found.items() if one["verdict"] == "ok"}
    assert measured == {"clock", "right to read"}
    others = [one for one in found.values() if one["verdict"] != "ok"]
    assert {one["verdict"] for one in others} == {"not measured"}
    paging = [one["measured"] for one in others if one["topic"].startswith("paging")]
    assert len(paging) == 12
    assert all("not measured: the account has no task yet" in one for one in paging)
    assert sorted(fresh.desk.folder.iterdir()) == before


def test_after_a_small_run_all_of_its_lists_is_as_assumed(sent: Scene) -> None:
    done = sent.probe("--json")
    assert done.exit == 0, done.err
    found = told(done)
    assert differing(found) == set()
    unmeasured = {of for (_, of), one in found.items() if one["verdict"] != "ok"}
    assert unmeasured == {"ListVmsSendTasks"}, "which has no task"
    assert found["span: known names", "ListAimSendTasks"]["measured"].startswith("3 names are")
    assert all(one["assumed"] and one["otherwise"] for one in found.values())


@pytest.mark.parametrize("channel", ["aim_basic"])
def test_video_messages_are_measured_as_well(tmp_path: Path, channel: str) -> None:
    with running_emulator(tmp_path) as provider:
        scene = scene_of(tmp_path, provider, channel)
        write_members(tmp_path / "members.csv", 12_000)
        assert scene.desk.koosend("run", scene.desk.campaign, env=KEYS).exit == 0
        done = scene.probe("--json")
    assert done.exit == 0, done.err
    found = told(done)
    basic = {one["verdict"] for (_, of), one in found.items() if of == "ListVmsSendTasks"}
    assert basic == {"ok"}


def test_the_table_tells_the_same_and_what_follows(sent: Scene) -> None:
    sent.put({"what": "list_offset_ignored"})
    done = sent.probe()
    assert done.exit == 79
    assert "paging: offset of ListAimSendTasks: ignored or inexact" in done.out
    assert "doubts are left (75)" in done.out
    assert "Nothing was sent or recorded." in done.out
    (line,) = [line for line in done.err.splitlines() if line.startswith("koosend: ")]
    assert "differ from what koosend assumes" in line


TASKS, DETAILS, BASIC = "ListAimSendTasks", "ListAimSendDetails", "ListVmsSendTasks"
HOSTILE: Mapping[str, tuple[dict[str, object], str, str, str]] = {
    "offset ignored": ({"what": "list_offset_ignored"}, "paging: offset", TASKS, "ignored"),
    "offset ignored in details": (
        {"what": "list_offset_ignored", "operation": DETAILS},
        "paging: offset",
        DETAILS,
        "ignored",
    ),
    "offset is page": ({"what": "list_offset_is_page"}, "paging: offset", TASKS, "last row"),
    "total per page": ({"what": "list_total_per_page"}, "paging: total", TASKS, "the page"),
    "no total": ({"what": "list_no_total"}, "paging: total", TASKS, "not given"),
    "capped": ({"what": "list_capped", "cap": 2}, "paging: limit", TASKS, "brings 2 rows"),
    "prefix": ({"what": "list_fuzzy", "form": "prefix"}, "name filter", TASKS, "its beginning"),
    "substring": ({"what": "list_fuzzy"}, "name filter", TASKS, "a part of it"),
    "short prefix": (
        {"what": "list_fuzzy", "form": "prefix", "length": 8},
        "name filter",
        TASKS,
        "another name",
    ),
    "unfiltered": ({"what": "list_unfiltered"}, "name filter", TASKS, "ignored"),
    "window": (
        {"what": "list_window", "span_s": 1.0},
        "span: known names",
        TASKS,
        "known to be taken not found",
    ),
    "window by reports": (
        {"what": "list_window", "span_s": 1.0},
        "span: daily reports",
        TASKS,
        "the list of 30 days 0",
    ),
    "no times": (
        {"what": "list_unfiltered", "filters": ["begin_time", "end_time"]},
        "span",
        TASKS,
        "ignored",
    ),
    "empty": ({"what": "list_empty"}, "span: daily reports", TASKS, "the list of 30 days 0"),
    "names missing": ({"what": "list_names", "form": "missing"}, "names", TASKS, "without"),
    "names upper": ({"what": "list_names", "form": "upper"}, "names", TASKS, "capitals"),
    "names padded": ({"what": "list_names", "form": "padded"}, "names", TASKS, "blanks"),
    "error in 200": (
        {"what": "error_in_200", "form": "empty_list"},
        "right to read",
        TASKS,
        "unreadable: an error inside HTTP 200",
    ),
    "refused": (
        {"what": "refuse", "operation": TASKS, "status": 403, "code": "APIGW.0302"},
        "right to read",
        TASKS,
        "refused: HTTP 403 APIGW.0302",
    ),
    "catalogue refused": (
        {"what": "refuse", "operation": "ListPubInfos", "status": 403, "code": "APIGW.0306"},
        "right to read",
        "ListPubInfos",
        "refused: HTTP 403 APIGW.0306",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_list_is_told_and_ends_in_79(sent: Scene, case: str) -> None:
    rule, topic, of, says = HOSTILE[case]
    sent.put(rule)
    done = sent.probe("--json")
    assert done.exit == 79, done.err
    one = told(done)[topic, of]
    assert (one["verdict"], says in one["measured"]) == ("differs", True), one


def test_a_question_that_is_refused_leaves_the_rest_of_its_list_unmeasured(sent: Scene) -> None:
    sent.put({"what": "refuse", "operation": DETAILS, "status": 403, "code": "APIGW.0302"})
    found = told(sent.probe("--json"))
    assert differing(found) == {("right to read", DETAILS)}
    rest = [one for (topic, of), one in found.items() if of == DETAILS and topic != "right to read"]
    assert {one["measured"] for one in rest} == {
        "not measured: refused with HTTP 403 APIGW.0302",
    }


def test_a_right_that_the_campaign_does_not_need_is_told_and_is_no_fault(sent: Scene) -> None:
    sent.put({"what": "refuse", "operation": BASIC, "status": 403, "code": "APIGW.0302"})
    done = sent.probe("--json")
    assert done.exit == 0, done.err
    assert told(done)["right to read", BASIC]["verdict"] == "not needed"


@pytest.mark.parametrize("ahead_s", [-600.0, 600.0])
def test_a_wrong_clock_differs(fresh: Scene, ahead_s: float) -> None:
    fresh.provider.set_gateway_clock(ahead_s)
    done = fresh.probe("--json")
    assert done.exit == 79, done.err
    clock = told(done)["clock", "the answers' Date"]
    assert clock["verdict"] == "differs"
    assert ("behind" if ahead_s > 0 else "ahead") in clock["measured"]


def test_where_nothing_can_be_asked_that_is_all_it_says(fresh: Scene) -> None:
    wrong = {**KEYS, "HUAWEICLOUD_SDK_SK": "not-the-secret"}
    assert fresh.probe(env=wrong).exit == 77
    assert fresh.probe(env={**KEYS, "HUAWEICLOUD_SDK_AK": ""}).exit == 77
    fresh.provider.kill()
    done = fresh.probe("--json")
    assert done.exit == 69
    assert "cannot be reached" in done.err
    assert done.out == ""


def test_one_question_that_nobody_answers_does_not_end_the_others(sent: Scene) -> None:
    sent.put({"what": "drop_before", "operation": TASKS})
    done = sent.probe("--json")
    assert done.exit == 0, done.err
    found = told(done)
    unmeasured = {of for (_, of), one in found.items() if one["verdict"] == "not measured"}
    assert unmeasured == {TASKS, BASIC, "the answers' Date"}
    assert "closed without an answer" in found["right to read", TASKS]["measured"]


def test_refused_credentials_are_told_with_77(sent: Scene) -> None:
    sent.put({"what": "refuse", "operation": "*", "status": 401, "code": "APIGW.0301"})
    done = sent.probe()
    assert (done.exit, done.out) == (77, "")


def test_only_questions_leave_and_no_message_is_journaled(sent: Scene) -> None:
    def calls() -> Any:  # noqa: ANN401 -- the emulator's own counts
        return sent.provider.stats()

    before, journal = calls(), sent.provider.journal.read_bytes()
    state = files(sent.desk.folder)
    assert sent.probe().exit == 0
    after = calls()
    asked = {
        name: count - before["calls_by_operation"].get(name, 0)
        for name, count in after["calls_by_operation"].items()
    }
    put = {name for name, count in asked.items() if count}
    assert put <= ASKING
    assert {TASKS, DETAILS, BASIC, "ListAimSendReports"} <= put
    assert sum(asked.values()) == after["calls"] - before["calls"], "each call is a known one"
    assert after["messages"] == before["messages"]
    assert sent.provider.journal.read_bytes() == journal
    assert files(sent.desk.folder) == state, "and nothing is recorded"


def files(folder: Path) -> Mapping[str, bytes]:
    """Read what the desk's files hold; SQLite's own side files come and go."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(("-wal", "-shm", ".lock"))
    }


def test_the_embedded_emulator_is_asked_as_a_new_account_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    write_members(tmp_path / "members.csv", 10)
    desk = Desk(tmp_path)
    desk.write_campaign()
    before = sorted(tmp_path.iterdir())
    done = desk.koosend("probe", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert json.loads(done.out)["verdicts"]["differs"] == 0
    assert sorted(tmp_path.iterdir()) == before
