"""Smart messages of which some or all come to nothing, inside a success."""

from pathlib import Path

from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_plain import FAULTS, own
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import Sdk, phones, sdk_client, send_cards

FAILS = b'[[rule]]\nwhat = "task_failed"\nnth = 1\n'


def world(folder: Path, failed: float) -> EmulatorOptions:
    file = folder / "world.toml"
    file.write_text(f"[links]\nfailed = {failed}\n", encoding="utf-8")
    return EmulatorOptions(world=file)


def tasks(client: Sdk, **filters: Sdk) -> dict[str, str]:
    listed = client.list_aim_send_tasks(sdk.ListAimSendTasksRequest(**filters))
    return {task.task_id: task.task_state for task in listed.aim_send_tasks}


def test_a_task_that_failed_says_so_has_an_id_and_sent_nothing(emulator: EmulatorProcess) -> None:
    client = sdk_client(emulator.url)
    own(emulator.url, ("PUT", FAULTS), FAILS)
    failed = send_cards(client, "first", phones(3))
    assert (failed.task_state, failed.submission_count, failed.send_count) == ("Failed", 3, 0)
    assert emulator.messages() == []
    good = send_cards(client, "second", phones(3))
    assert good.task_state == "Success"
    assert tasks(client, task_status="Fail") == {failed.task_id: "Failed"}
    assert tasks(client, task_status="Success") == {good.task_id: "Success"}
    assert tasks(client) == {good.task_id: "Success", failed.task_id: "Failed"}
    assert tasks(client, task_name="first") == {failed.task_id: "Failed"}


def test_links_that_cannot_be_made_are_left_out_of_a_send_and_named(tmp_path: Path) -> None:
    with running_emulator(tmp_path, world(tmp_path, 0.5)) as emulator:
        answer = send_cards(sdk_client(emulator.url), "some", phones(60))
        taken = {str(line["phone"]) for line in emulator.messages()}
    left_out = {chain.cust_flag for chain in answer.failed_short_chains}
    assert taken | left_out == set(phones(60))
    assert not taken & left_out
    assert 15 < len(left_out) < 45
    assert {chain.result_code for chain in answer.failed_short_chains} == {"KM.90011001"}
    assert (answer.submission_count, answer.send_count) == (60, len(taken))


def test_a_send_of_which_no_link_can_be_made_has_failed(tmp_path: Path) -> None:
    with running_emulator(tmp_path, world(tmp_path, 1.0)) as emulator:
        client = sdk_client(emulator.url)
        answer = send_cards(client, "none", phones(4))
        listed = tasks(client, task_status="Fail")
        assert emulator.messages() == []
    assert (answer.task_state, len(answer.failed_short_chains)) == ("Failed", 4)
    assert listed == {answer.task_id: "Failed"}
