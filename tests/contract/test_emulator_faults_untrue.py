"""Untrue answers of sends: refusals of what was taken, counts and states that are not so."""

from pathlib import Path

import pytest

from tests.support.emulator_plain import AIM, BASIC, ask, card_body
from tests.support.emulator_process import EmulatorProcess
from tests.support.emulator_rehearsal import first, rehearsal, rule
from tests.support.emulator_sdk import phones

DETAILS = "/v1/aim/send-details?offset=0&limit=100"
DELIVERED = "[numbers]\nsilent = 0.0\ndelivered = 1.0\n"


@pytest.mark.parametrize("status", [204, 302, 400, 403, 404, 418, 429, 451, 499, 599])
@pytest.mark.parametrize("form", ["html", "empty", "json"])
def test_any_status_may_come_without_a_code_though_the_send_was_taken(
    tmp_path: Path, status: int, form: str
) -> None:
    with rehearsal(tmp_path, first("commit_then_status", status=status, form=form)) as one:
        wire = one.send("taken")
        assert wire.status == status
        assert b"error_code" not in wire.body
        assert (wire.body == b"") == (form == "empty" or status == 204)
        if wire.body:
            kind = "text/html" if form == "html" else "application/json"
            assert wire.headers["content-type"].startswith(kind)
            assert str(status).encode() in wire.body
        assert (one.taken("taken"), one.listed("taken")) == (3, ["taken"])


def test_a_status_without_a_code_is_a_page_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("commit_then_status", status=403)) as one:
        assert b"<h1>403 Forbidden</h1>" in one.send("taken").body


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (0, "KM.90016301", "the number of phones exceeds the maximum"),
        (400, "KM.90016403", "the number of short links exceeds the maximum"),
        (400, "KM.00001500", "there are more receivers than allowed"),
        (400, "KM.80000001", "the request was refused"),
        (401, "APIGW.0301", "Incorrect IAM authentication information: verify aksk fail"),
        (403, "APIGW.0302", "the request was refused"),
    ],
)
def test_a_send_may_be_refused_with_any_code_and_is_not_taken(
    tmp_path: Path, status: int, code: str, said: str
) -> None:
    how: dict[str, object] = {"status": status} if status else {}
    with rehearsal(tmp_path, first("refuse", code=code, **how)) as one:
        wire = one.send("refused")
        assert wire.status == (status or 400)
        assert (wire.json["error_code"], wire.json["error_msg"]) == (code, said)
        assert ("request_id" in wire.json) == code.startswith("APIGW.")
        assert ("error_message" in wire.json) == code.startswith("KM.")
        assert (one.taken("refused"), one.listed("refused")) == (0, [])


def test_a_refusal_may_say_what_it_is_told_to_and_when_to_come_again(tmp_path: Path) -> None:
    rules = rule("refuse", code="KM.1", message="package used up", retry_after="7", status=500)
    with rehearsal(tmp_path, rules) as one:
        wire = one.send_text("refused")
        assert (wire.status, wire.headers["retry-after"]) == (500, "7")
        assert wire.json == {"error_code": "KM.1", "error_msg": "package used up"}


def test_a_refusal_may_meet_only_sends_of_more_than_so_many(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("refuse", code="KM.90016403", above=4)) as one:
        statuses = [one.send(f"n{count}", count).status for count in (5, 4, 6)]
        videos = [one.send_video(f"v{count}", count).status for count in (5, 4)]
        texts = [one.send_text(f"t{count}", count).status for count in (5, 4)]
        assert (statuses, videos, texts) == ([400, 200, 400], [400, 200], [400, 200])
        assert one.fired() == [4]


def test_a_question_may_be_refused_when_it_is_named(tmp_path: Path) -> None:
    rules = rule("refuse", code="APIGW.0302", status=403, operation="ListAimSendTasks")
    with rehearsal(tmp_path, rules) as one:
        assert ask(one.emulator.url, ("GET", AIM)).status == 403
        assert ask(one.emulator.url, ("GET", BASIC)).status == 200


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({}, 429, "APIGW.0308"),
        ({"status": 401}, 401, "APIGW.0301"),
        ({"status": 400, "code": "KM.90016403"}, 400, "KM.90016403"),
        ({"status": 400, "code": "KM.00001500"}, 400, "KM.00001500"),
    ],
)
def test_a_refusal_that_means_not_taken_may_be_untrue(
    tmp_path: Path, how: dict[str, object], status: int, code: str
) -> None:
    with rehearsal(tmp_path, first("commit_then_refuse", retry_after="1", **how)) as one:
        wire = one.send("taken")
        assert (wire.status, wire.json["error_code"]) == (status, code)
        assert wire.headers["retry-after"] == "1"
        assert (one.taken("taken"), one.listed("taken")) == (3, ["taken"])
        assert one.send("next").status == 200


@pytest.mark.parametrize("path", ["aim", "basic", "sms"])
def test_a_part_may_be_taken_and_the_answer_lost(tmp_path: Path, path: str) -> None:
    with rehearsal(tmp_path, rule("partial", share=0.3, answer="lost", reset=True)) as one:
        send = {"aim": one.send, "basic": one.send_video, "sms": one.send_text}[path]
        wire = send("some", 10)
        assert (wire.received, wire.was_reset) == (b"", True)
        assert one.taken("some") == 7


def test_numbers_may_be_left_out_without_a_word(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("partial", share=0.3, silent=True)) as one:
        card = one.send("card", 10).json
        assert (card["submission_count"], card["send_count"]) == (7, 7)
        assert card["failed_short_chains"] == []
        listed = one.rows(f"{AIM}?task_name=card")[0]
        assert (listed["submission_count"], listed["send_count"]) == (7, 7)
        one.send_video("video", 10)
        assert one.rows(f"{BASIC}?task_name=video")[0]["total_count"] == 7
        told = {row["to"].removeprefix("+86") for row in one.send_text("text", 10).json["result"]}
        messages = one.emulator.messages()
        assert told == {line["phone"] for line in messages if line["task_name"] == "text"}
        assert len(told) == 7


@pytest.mark.parametrize("state", ["submit_failed", "sending_failed", "提交失败", "发送失败"])
def test_a_video_task_may_fail_after_its_id_was_given(tmp_path: Path, state: str) -> None:
    rules = first("task_state", state=state, taken=False, operation="CreateVmsSendTask")
    with rehearsal(tmp_path, rules) as one:
        answer = one.send_video("none").json
        assert one.send_video("all").json["status"] == answer["status"] == "200"
        (row,) = one.rows(f"{BASIC}?task_name=none")
        assert (row["task_id"], row["task_state"]) == (answer["data"]["task_id"], state)
        counts = ("total_count", "success_count", "failed_count", "timeout_count")
        assert [row[key] for key in counts] == [0, 0, 0, 0]
        assert [row["task_name"] for row in one.rows(BASIC)] == ["all", "none"]
        assert one.rows(f"{BASIC}?task_id={row['task_id']}") == [row]
        assert (one.taken("none"), one.taken("all")) == (0, 3)


def test_a_failed_task_is_found_by_its_documented_state(tmp_path: Path) -> None:
    rules = first("task_state", state="submit_failed", taken=False)
    with rehearsal(tmp_path, rules) as one:
        one.send_video("none")
        one.send_video("all")
        assert one.rows(f"{BASIC}?task_status=submit_failed")[0]["task_name"] == "none"
        assert len(one.rows(f"{BASIC}?task_status=submit_failed")) == 1


def test_a_card_task_may_fail_in_a_state_of_its_own_and_lose_its_answer(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("task_state", state="Fail", taken=False, answer="lost")) as one:
        assert one.send("none").received == b""
        assert one.rows(f"{AIM}?task_name=none")[0]["task_state"] == "Fail"
        assert one.taken("none") == 0


@pytest.mark.parametrize(
    "state", ["scheduled", "re_processing", "re_submit_failed", "submit_failed", "发送中"]
)
def test_a_task_that_was_taken_may_be_told_in_any_state(tmp_path: Path, state: str) -> None:
    with rehearsal(tmp_path, rule("task_state", state=state)) as one:
        assert one.send("there").json["task_state"] == state
        assert one.send_text("there").json["status"] == state
        assert one.send_video("there").json["status"] == "200"
        one.put("")
        for path in (AIM, BASIC):
            assert one.rows(f"{path}?task_name=there")[0]["task_state"] == state
        assert one.rows(f"{BASIC}?task_name=there")[0]["total_count"] == 3
        assert one.taken("there") == 9


@pytest.mark.parametrize("taken", [True, False])
def test_a_result_code_may_stand_beside_a_task_id_or_in_its_place(
    tmp_path: Path, *, taken: bool
) -> None:
    rules = rule("ret_code", code="1001", message="partly", taken=taken)
    with rehearsal(tmp_path, rules) as one:
        data = one.send_video("video").json["data"]
        assert (data["ret_code"], data["desc"]) == ("1001", "partly")
        assert ("task_id" in data) == taken
        assert one.taken("video") == (3 if taken else 0)
        assert "task_id" in one.send("card").json


def test_counts_may_be_lower_than_what_was_taken(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("count_lower", share=0.2)) as one:
        card = one.send("card", 10).json
        assert (card["submission_count"], card["send_count"]) == (8, 8)
        assert one.send_video("video", 10).status == 200
        rows = one.send_text("text", 10).json["result"]
        assert (len(rows), {row["send_status"] for row in rows}) == (8, {"000000"})
        one.put("")
        assert one.rows(f"{AIM}?task_name=card")[0]["submission_count"] == 8
        assert one.rows(f"{BASIC}?task_name=video")[0]["total_count"] == 8
        assert [one.taken(name) for name in ("card", "video", "text")] == [10, 10, 10]


def test_a_send_of_one_message_is_not_counted_lower(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("count_lower")) as one:
        assert one.send("single", 1).json["submission_count"] == 1


def test_numbers_named_as_failed_may_be_sent_to_and_delivered(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("short_chain_but_delivered", share=0.3), DELIVERED) as one:
        answer = one.send("card", 10).json
        named = {link["cust_flag"] for link in answer["failed_short_chains"]}
        assert (len(named), answer["submission_count"]) == (3, 10)
        one.emulator.advance(3_600)
        details = one.ask(f"{DETAILS}&task_id={answer['task_id']}")["send_details"]
        assert {row["cust_flag"] for row in details} == set(phones(10))
        assert {row["send_status"] for row in details} == {"success"}
        assert one.taken("card") == 10


def test_what_is_told_of_a_task_outlives_the_emulator(tmp_path: Path) -> None:
    rules = rule("list_hides", nth=1) + rule("task_state", state="scheduled", nth=2)
    rules += rule("count_lower", share=0.5, nth=3)
    with rehearsal(tmp_path, rules) as one:
        one.send_video("hidden")
        one.send_video("stated")
        one.send_video("fewer", 4)
        assert one.emulator.end() == 0
    again = EmulatorProcess.start(tmp_path)
    try:
        answer = ask(again.url, ("GET", BASIC)).json["data"]["aim_basic_send_tasks"]
        told = {row["task_name"]: (row["task_state"], row["total_count"]) for row in answer}
        assert told.keys() == {"fewer", "stated"}
        assert told["stated"] == ("scheduled", 3)
        state, total = told["fewer"]
        assert state in {"发送中", "发送完成"}, "a slow machine's messages have all arrived by now"
        assert total == 2
    finally:
        again.end()


def test_a_call_that_is_wrong_is_refused_as_ever(tmp_path: Path) -> None:
    whats = ["list_hides", "count_lower", "short_chain_but_delivered"]
    rules = "".join(rule(what, nth=at) for at, what in enumerate(whats, start=1))
    with rehearsal(tmp_path, rules) as one:
        wrong = card_body("x" * 1_001, phones(2))
        assert [ask(one.emulator.url, ("POST", AIM), wrong).status for _ in whats] == [400] * 3
