"""The emulator as a process: its journal survives it, and it does not survive its parent."""

import json
import os
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_process import EmulatorProcess, command, messages_of, running_emulator
from tests.support.emulator_sdk import Sdk, phones, sdk_client, send_basic, send_cards

PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([*sys.argv[1:], "--parent-pid", str(os.getpid())])
print(child.pid, flush=True)
time.sleep(600)
"""


def aim_names(client: Sdk) -> list[str]:
    listed = client.list_aim_send_tasks(sdk.ListAimSendTasksRequest(limit=100))
    return [task.task_name for task in listed.aim_send_tasks]


def test_a_restarted_emulator_knows_every_task_it_took(tmp_path: Path) -> None:
    with running_emulator(tmp_path, is_fork=False) as emulator:
        client = sdk_client(emulator.url)
        sent = send_cards(client, "before", phones(7))
        basic = send_basic(client, "basic-before", phones(3), exdata="kept").data.task_id
        body = sdk.AddCallbackRequestBody(callback_url="http://127.0.0.1:9/", url_type=1)
        client.add_call_back(sdk.AddCallBackRequest(body=body))
        emulator.advance(1_000)
        rows = details(client, sent.task_id)
        stats = emulator.stats()
        emulator.kill()
    with running_emulator(tmp_path, is_fork=False) as emulator:
        client = sdk_client(emulator.url)
        assert aim_names(client) == ["before"]
        assert details(client, sent.task_id) == rows
        listed = client.list_vms_send_tasks(sdk.ListVmsSendTasksRequest(task_name="basic-before"))
        task = listed.data.aim_basic_send_tasks[0]
        assert (task.task_id, task.total_count, task.exdata) == (basic, 3, "kept")
        callbacks = client.list_aim_callbacks(sdk.ListAimCallbacksRequest()).data
        assert [one.callback_url for one in callbacks] == ["http://127.0.0.1:9/"]
        again = emulator.stats()
        for key in ("messages", "by_operation", "by_channel", "tasks", "distinct_numbers"):
            assert again[key] == stats[key]
        assert send_cards(client, "after", phones(1)).task_id not in {sent.task_id, basic}
        assert len(emulator.messages()) == 11


def details(client: Sdk, task_id: str) -> list[dict[str, object]]:
    request = sdk.ListAimSendDetailsRequest(task_id=task_id, offset=0, limit=100)
    return [row.to_dict() for row in client.list_aim_send_details(request).send_details]


@pytest.mark.parametrize("cut", [1, 40, 400], ids="last {} bytes".format)
def test_a_task_whose_lines_were_torn_was_never_taken(tmp_path: Path, cut: int) -> None:
    with running_emulator(tmp_path, is_fork=False) as emulator:
        client = sdk_client(emulator.url)
        send_cards(client, "whole", phones(5))
        size = emulator.journal.stat().st_size
        send_cards(client, "torn", phones(5, 13_900_000_000))
        emulator.kill()
        os.truncate(emulator.journal, emulator.journal.stat().st_size - cut)
    with running_emulator(tmp_path, is_fork=False) as emulator:
        assert aim_names(sdk_client(emulator.url)) == ["whole"]
        assert emulator.journal.stat().st_size == size
        assert emulator.stats()["messages"] == len(emulator.messages()) == 5


def test_a_line_of_somebody_else_in_the_journal_stops_the_start(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text("not ours\n", encoding="utf-8")
    ended = refused_start(EmulatorOptions(journal=journal))
    assert (ended.returncode, ended.stdout) == (78, "")
    assert "has a line that is not ours" in ended.stderr
    assert journal.read_text(encoding="utf-8") == "not ours\n"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[numbers]\ncapabel = 0.5\n", "capabel"),
        ('[numbers]\ncapable = "often"\n', "numbers.capable"),
        ("[numbers\n", "cannot read"),
    ],
)
def test_a_wrong_world_file_stops_the_start_and_is_named(
    tmp_path: Path, text: str, word: str
) -> None:
    world = tmp_path / "world.toml"
    world.write_text(text, encoding="utf-8")
    ended = refused_start(EmulatorOptions(world=world))
    assert (ended.returncode, ended.stdout) == (78, "")
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr


def refused_start(options: EmulatorOptions) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(options), capture_output=True, text=True, timeout=240, check=False
    )


def test_a_world_file_replaces_only_the_keys_it_names(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    text = (
        '[account]\nsecret_key = "other"\n[numbers]\ncapable = 1.0\ndelivered = 1.0\nsilent = 0.0\n'
    )
    world.write_text(text, encoding="utf-8")
    with running_emulator(tmp_path, EmulatorOptions(world=world), is_fork=False) as emulator:
        client = sdk_client(emulator.url, secret_key="other")  # noqa: S106 -- no secret, a test's own world
        send_cards(client, "all", phones(100))
        truths = [line["truth"] for line in emulator.messages()]
        assert all(truth["capable"] and truth["delivered"] for truth in truths)


def test_sigterm_ends_it_in_good_order(tmp_path: Path) -> None:
    with running_emulator(tmp_path, is_fork=False) as emulator:
        send_basic(sdk_client(emulator.url), "last", phones(3))
        assert emulator.end() == 0
    assert len(messages_of(tmp_path / "journal.jsonl")) == 3


def test_the_fsync_switch_changes_nothing_but_the_disk(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(fsync=True), is_fork=False) as emulator:
        send_basic(sdk_client(emulator.url), "synced", phones(3))
        assert len(emulator.messages()) == 3


def test_two_emulators_never_write_one_journal(tmp_path: Path) -> None:
    with running_emulator(tmp_path, is_fork=False) as emulator:
        send_basic(sdk_client(emulator.url), "mine", phones(1))
        second = refused_start(EmulatorOptions(journal=emulator.journal))
        assert (second.returncode, second.stdout) == (78, "")
        assert "another emulator writes the journal" in second.stderr
        assert len(emulator.messages()) == 1


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    line = [sys.executable, "-c", PARENT, *command(EmulatorOptions(journal=tmp_path / "j"))]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        said = [parent.stdout.readline() for _ in range(2)]
        url = json.loads(next(text for text in said if text.startswith("{")))["url"]
        emulator = EmulatorProcess(url, tmp_path / "j", parent)
        assert emulator.stats()["messages"] == 0
        parent.send_signal(signal.SIGKILL)
        # The child holds the pipe: reading to its end waits for the child's own end.
        assert parent.stdout.read() == ""
        assert parent.wait() == -signal.SIGKILL
    with pytest.raises(ConnectionRefusedError):
        connect(url)


def connect(url: str) -> None:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=240)
    connection.connect()
    connection.close()


def test_it_does_not_start_for_a_parent_that_is_gone() -> None:
    ended = refused_start(EmulatorOptions(parent_pid=1))
    assert (ended.returncode, ended.stdout) == (69, "")
    assert "is not running any more" in ended.stderr
