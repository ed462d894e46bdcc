"""A send that is taken in part only, for the products that say so number by number."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.emulator_plain import FAULTS, ask, own
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import phones

PARTIAL = b'[[rule]]\nwhat = "partial"\nshare = 0.4\n'
TEXT = {"template_id": "15010662", "template_params": ["张三", "128"]}


def answered(emulator: EmulatorProcess, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 -- an answer's JSON
    own(emulator.url, ("PUT", FAULTS), PARTIAL)
    wire = ask(emulator.url, ("POST", path), json.dumps(body).encode())
    assert wire.status == 200, wire.body
    assert own(emulator.url, ("GET", FAULTS)).json["rules"][0]["fired"] == 1
    return wire.json


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/aim/sms/messages", {"task_name": "t", "to": phones(10), **TEXT}),
        (
            "/v1/aim/sms/diff-messages",
            {
                "channel_num": "10690000001",
                "task_name": "t",
                "sms_content": [{"to": [number], **TEXT} for number in phones(10)],
            },
        ),
    ],
    ids=["messages", "diff-messages"],
)
def test_text_messages_are_refused_one_by_one_inside_a_success(
    tmp_path: Path, path: str, body: dict[str, object]
) -> None:
    with running_emulator(tmp_path) as emulator:
        answer = answered(emulator, path, body)
        taken = {f"+86{line['phone']}" for line in emulator.messages()}
    assert answer["status"] == "Success"
    status_of = {row["to"]: row["send_status"] for row in answer["result"]}
    assert set(status_of) == {f"+86{number}" for number in phones(10)}
    assert {to for to, status in status_of.items() if status == "000000"} == taken
    assert sorted(set(status_of.values())) == ["000000", "E200015"]
    assert len({row["msg_id"] for row in answer["result"]}) == 10
    assert len(taken) == 6


def test_links_that_could_not_be_made_say_so_and_have_no_address(tmp_path: Path) -> None:
    body = {
        "tpl_id": "700000002",
        "sms_signs": ["云商城"],
        "resolving_times": 1,
        "aim_code_type": "individual",
        "expiration_time": 1,
        "params": [{"cust_flag": number} for number in phones(10)],
    }
    with running_emulator(tmp_path) as emulator:
        links = answered(emulator, "/v1/aim/resolve-tasks", body)["params"]
        listed = ask(emulator.url, ("GET", "/v1/aim/resolve-details?limit=100&offset=0")).json
    failed = [link for link in links if link["result_code"] != "0"]
    assert (len(links), len(failed)) == (10, 4)
    assert {link["result_code"] for link in failed} == {"KM.90011001"}
    assert all(link.get("aim_url") is None for link in failed)
    made = {link["cust_flag"] for link in links} - {link["cust_flag"] for link in failed}
    assert {row["cust_flag"] for row in listed["resolve_details"]} == made
