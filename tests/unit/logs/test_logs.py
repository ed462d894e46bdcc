import io
import json
import logging
import math
import os
import re
import resource
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from pipeline.logs import Event, EventLog, LogOptions, Mask, UnlistedEvent, configure, get_logger
from pipeline.process import called

NOW = 1_790_000_000.25
CANARY = 'ab+c/"d"\\é'
OPTIONS = LogOptions(secrets=(CANARY,), strict=True, now=lambda: NOW)


@pytest.fixture
def stderr() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure(OPTIONS, stream)
    yield stream
    structlog.reset_defaults()
    for handler in list(logging.getLogger().handlers):
        if type(handler).__module__.startswith("pipeline."):
            logging.getLogger().removeHandler(handler)


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13000000001", "130****0001"),
        ("+8613000000001", "+86130****0001"),
        ("008613000000001", "0086130****0001"),
        ("013000000001", "0130****0001"),
        ("to=19912345678,13800000000.", "to=199****5678,138****0000."),
        ("130-0000-0001 and 130 0000 0001", "130****0001 and 130****0001"),
        ("１３０00000001", "１３０****0001"),
        ("12000000001 is none", "12000000001 is none"),
        ("1300000000 is too short", "1300000000 is too short"),
        ("8113760c-787c-4c87-82c8-138001380001", "8113760c-787c-4c87-82c8-138001380001"),
        ("2026-11-22 16:43:47", "2026-11-22 16:43:47"),
    ],
)
def test_a_number_is_masked_wherever_it_stands_and_nothing_else_is(
    text: str, expected: str
) -> None:
    assert Mask()(text) == expected


@pytest.mark.parametrize(
    "form", [CANARY, json.dumps(CANARY), json.dumps(CANARY, ensure_ascii=False), "ab%2Bc%2F%22d"]
)
def test_a_secret_is_masked_in_every_form_that_it_is_written_in(form: str) -> None:
    masked = Mask((CANARY, "ab+c/" + '"d'))(f"key={form};")
    assert "***" in masked
    assert "ab" not in masked


def test_a_secret_too_short_to_be_one_spoils_no_line() -> None:
    assert Mask(("a", ""))("a banana") == "a banana"


def test_every_event_is_one_json_line_with_its_time_and_fields(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", OPTIONS)
    log.emit(Event.RUN_STARTED, run="abcd1234", rows=3)
    log.emit("submission.accepted", chunk=0, wait_s=0.13800138000)
    log.close()
    assert written(tmp_path / "events.jsonl") == [
        {
            "at": "2026-09-21T22:13:20.250+08:00",
            "event": "run.started",
            "run": "abcd1234",
            "rows": 3,
        },
        {
            "at": "2026-09-21T22:13:20.250+08:00",
            "event": "submission.accepted",
            "chunk": 0,
            "wait_s": 0.138001,
        },
    ]


def test_a_field_cannot_pretend_to_be_the_time_or_the_level(
    tmp_path: Path, stderr: io.StringIO
) -> None:
    log = EventLog(tmp_path / "events.jsonl", OPTIONS)
    log.emit(Event.RUN_STOPPED, at="never", level=7, why="13000000001")
    log.close()
    assert written(tmp_path / "events.jsonl")[0]["at"] == "2026-09-21T22:13:20.250+08:00"
    said = json.loads(stderr.getvalue())
    assert said["event"] == "run.stopped"
    assert said["why"] == "130****0001"


def test_numbers_and_secrets_in_nested_values_never_reach_the_file(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", OPTIONS)
    log.emit(
        Event.RUN_STOPPED, why=[{"to": ["13000000001", CANARY]}], authorization="t-1", key=object()
    )
    log.close()
    text = (tmp_path / "events.jsonl").read_text(encoding="utf-8")
    assert "13000000001" not in text
    assert written(tmp_path / "events.jsonl")[0]["why"] == [{"to": ["130****0001", "***"]}]
    assert written(tmp_path / "events.jsonl")[0]["authorization"] == "***"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_file_is_its_owners_only_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        EventLog(tmp_path / "events.jsonl", OPTIONS).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "events.jsonl").stat().st_mode) == 0o600


def test_a_second_command_appends(tmp_path: Path) -> None:
    for run in ("a", "b"):
        log = EventLog(tmp_path / "events.jsonl", OPTIONS)
        log.emit(Event.RUN_STARTED, run=run)
        log.close()
    assert [line["run"] for line in written(tmp_path / "events.jsonl")] == ["a", "b"]


def test_a_line_torn_by_a_crash_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"at":"2026', encoding="utf-8")
    log = EventLog(path, OPTIONS)
    log.emit(Event.RUN_STARTED)
    log.close()
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[1])["event"] == "run.started"


def test_a_full_disk_drops_lines_counts_them_and_tells_once_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path, OPTIONS)
    log.emit(Event.RUN_STARTED)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, before[1]))
    try:
        log.emit(Event.RUN_INTERRUPTED)
        log.emit(Event.LEDGER_SWEPT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    log.emit(Event.RUN_COMPLETE)
    log.close()
    assert log.dropped == 2
    whole = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    assert [line["event"] for line in whole] == ["run.started", "log.dropped", "run.complete"]
    assert whole[1]["lines"] == 2


def test_a_file_that_cannot_be_opened_drops_and_never_raises(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path, tmp_path / "no" / "folder", tmp_path / "link"):
        log = EventLog(path, OPTIONS)
        log.emit(Event.RUN_STARTED)
        log.close()
        assert log.dropped == 1
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_written_as_json_is_dropped_and_never_raises(tmp_path: Path) -> None:
    circle: list[object] = []
    circle.append(circle)
    log = EventLog(tmp_path / "events.jsonl", OPTIONS)
    log.emit(Event.RUN_STARTED, circle=circle)
    log.emit(Event.RUN_STARTED, lone="\ud800")
    log.close()
    assert log.dropped == 1


def test_an_unlisted_name_raises_where_strict_and_is_logged_elsewhere(tmp_path: Path) -> None:
    strict = EventLog(tmp_path / "strict.jsonl", OPTIONS)
    with pytest.raises(UnlistedEvent):
        strict.emit("run.strated")
    lax = EventLog(tmp_path / "lax.jsonl", LogOptions())
    lax.emit("run.strated")
    assert written(tmp_path / "lax.jsonl")[0]["event"] == "run.strated"


def test_stderr_hears_only_what_is_loud_enough(tmp_path: Path, stderr: io.StringIO) -> None:
    log = EventLog(tmp_path / "events.jsonl", OPTIONS)
    log.emit(Event.SUBMISSION_ACCEPTED)
    log.emit(Event.RUN_COMPLETE)
    log.close()
    assert len(written(tmp_path / "events.jsonl")) == 2
    assert [json.loads(line)["event"] for line in stderr.getvalue().splitlines()] == [
        "run.complete"
    ]


def test_a_closed_stderr_does_not_stop_sending(tmp_path: Path, stderr: io.StringIO) -> None:
    stderr.close()
    log = EventLog(tmp_path / "events.jsonl", OPTIONS)
    log.emit(Event.RUN_COMPLETE)
    log.close()
    assert log.dropped == 0


def test_a_number_inside_an_exception_is_masked(stderr: io.StringIO) -> None:
    try:
        raise ValueError(f"13000000001 {CANARY}")  # noqa: TRY301 -- the traceback is under test
    except ValueError:
        get_logger().exception(Event.RUN_STOPPED)
    assert "Traceback" in stderr.getvalue()
    assert "130****0001 ***" in stderr.getvalue()


def test_what_a_library_logs_passes_the_same_mask(stderr: io.StringIO) -> None:
    logging.getLogger("aiohttp.server").warning("bad line from %s", "13000000001")
    said = json.loads(stderr.getvalue())
    assert said["event"] == "library.message"
    assert said["message"] == "bad line from 130****0001"


def test_what_a_library_says_again_and_again_is_told_once_and_then_counted(
    stderr: io.StringIO,
) -> None:
    library = logging.getLogger("asyncio")
    for number in range(2_500):
        try:
            raise OSError(f"no files left at {number}")  # noqa: TRY301 -- a traceback is what fills disks
        except OSError:
            library.exception(f"socket.accept() out of system resource\nsocket: {number}")
    library.warning("something else")
    first, second, third, other = map(json.loads, stderr.getvalue().splitlines())
    assert "Traceback" in first["exception"]
    assert [line.get("times") for line in (first, second, third, other)] == [None, 1001, 2001, None]
    assert second["message"] == "socket.accept() out of system resource"
    assert "exception" not in second
    assert other["message"] == "something else"


def test_a_library_that_never_says_the_same_twice_is_counted_all_the_same(
    stderr: io.StringIO,
) -> None:
    for number in range(3_000):
        logging.getLogger("odd").warning(f"case {number}")  # noqa: G004 -- a text that differs each time
    assert len(stderr.getvalue().splitlines()) == 1_002


def test_a_terminal_gets_readable_lines_and_others_get_json() -> None:
    stream = io.StringIO()
    configure(LogOptions(as_json=False, now=lambda: NOW), stream)
    get_logger().warning(Event.RUN_STOPPED, why="13000000001")
    structlog.reset_defaults()
    assert stream.getvalue().startswith("2026-09-21T22:13:20.250+08:00 [warning")
    assert "why=130****0001" in stream.getvalue()


@pytest.mark.parametrize("as_json", [False, True])
def test_no_line_holds_what_would_steer_a_terminal_or_begin_another_line(*, as_json: bool) -> None:
    stream = io.StringIO()
    configure(LogOptions(as_json=as_json, now=lambda: NOW), stream)
    told = "a\x1b[2J\x9b31m\u202e\u2028\nrun.finished \x7f"
    raised = ValueError(told)
    get_logger().warning(Event.RUN_STOPPED, why=told, parts=[told], exc_info=raised)
    structlog.reset_defaults()
    text = stream.getvalue()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]", text), ascii(text)
    assert (
        len(text.splitlines()) == 1
        if as_json
        else "\nrun.finished" not in text.split("ValueError")[0]
    )


def test_a_number_is_masked_that_json_would_spell_otherwise(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", OPTIONS)
    log.emit(Event.RUN_STOPPED, why="130\t0000\n0001", to=13000000001)
    log.close()
    line = written(tmp_path / "events.jsonl")[0]
    assert (line["why"], line["to"]) == ("130****0001", "130****0001")


def test_a_line_costs_little_more_than_its_json(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl", OPTIONS)
    fields: dict[str, object] = {
        "chunk": 17,
        "submission": 3,
        "task_name": "abcd1234-0000001-001",
        "task_id": "8113760c-787c-4c87-82c8-1d2702413800",
    }

    def emitted() -> None:
        log.emit(Event.SUBMISSION_ACCEPTED, **fields)

    def written_only() -> None:
        json.dumps(fields)

    spent_s = {emitted: math.inf, written_only: math.inf}
    for _ in range(10):  # the best of several, side by side, so that a busy machine does no harm
        for way, best_s in spent_s.items():
            started = time.process_time()
            for _line in range(500):
                way()
            spent_s[way] = min(best_s, time.process_time() - started)
    log.close()
    # 5 times were measured; a blunder costs more than a hundred.
    assert spent_s[emitted] < 100 * spent_s[written_only]


def test_a_log_that_was_moved_away_is_begun_anew_and_one_that_was_cut_is_gone_on_with(
    tmp_path: Path,
) -> None:
    path, before = tmp_path / "events.jsonl", tmp_path / "events.jsonl.1"
    log = EventLog(path, OPTIONS)
    log.emit(Event.RUN_STARTED)
    path.rename(before)
    log.emit(Event.RUN_COMPLETE)
    assert [line["event"] for line in written(before)] == ["run.started"]
    assert [line["event"] for line in written(path)] == ["run.complete"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    os.truncate(path, 0)
    log.emit(Event.RUN_INTERRUPTED)
    log.close()
    assert [line["event"] for line in written(path)] == ["run.interrupted"]
    assert log.dropped == 0


def test_where_no_new_file_can_be_made_the_moved_one_is_gone_on_with(tmp_path: Path) -> None:
    path, before = tmp_path / "events.jsonl", tmp_path / "events.jsonl.1"
    log = EventLog(path, OPTIONS)
    path.rename(before)
    path.mkdir()
    log.emit(Event.RUN_COMPLETE)
    log.close()
    assert [line["event"] for line in written(before)] == ["run.complete"]


def test_a_file_that_could_not_be_opened_is_opened_once_it_can_be(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "events.jsonl"
    log = EventLog(path, OPTIONS)
    log.emit(Event.RUN_STARTED)
    path.parent.mkdir()
    log.emit(Event.RUN_COMPLETE)
    log.close()
    assert [line["event"] for line in written(path)] == ["log.dropped", "run.complete"]


def test_each_line_says_whose_it_is_and_a_terminal_is_spared_that(
    tmp_path: Path, stderr: io.StringIO
) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path, OPTIONS, {"campaign": "会员", "run": "abcd1234"})
    over = called("reconcile")
    log.emit(Event.LEDGER_OLD)
    configure(LogOptions(as_json=False, now=lambda: NOW), stderr)
    log.emit(Event.LEDGER_OLD)
    over()
    log.emit(Event.RUN_COMPLETE)
    log.close()
    assert "command" not in written(path)[2]
    line = written(path)[0]
    assert list(line) == ["at", "event", "command", "campaign", "run"]
    assert (line["campaign"], line["run"], line["command"]) == ("会员", "abcd1234", "reconcile")
    as_json, for_people, _ = stderr.getvalue().splitlines()
    assert json.loads(as_json)["run"] == "abcd1234"
    assert "abcd1234" not in for_people
    assert "ledger.old" in for_people
