"""Each kind of fault as a plain client sees it, and whether the journal shows the send as taken."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.emulator_plain import BASIC, ask
from tests.support.emulator_rehearsal import first, rehearsal
from tests.support.emulator_sdk import phones


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize(("what", "taken"), [("drop_before", 0), ("drop_after_commit", 3)])
def test_a_dropped_call_gets_no_byte_back(
    tmp_path: Path, what: str, taken: int, *, reset: bool
) -> None:
    with rehearsal(tmp_path, first(what, reset=reset)) as one:
        wire = one.send("lost")
        assert (wire.received, wire.was_reset) == (b"", reset)
        assert one.taken("lost") == taken
        assert (one.send("next").status, one.taken("next")) == (200, 3)
        assert one.fired() == [1]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_status_comes_instead_of_the_operation_and_nothing_is_taken(
    tmp_path: Path, status: int
) -> None:
    codes = {429: "APIGW.0308", 500: "KM.90019003"}
    with rehearsal(tmp_path, first("status", status=status)) as one:
        wire = one.send("refused")
        assert (wire.status, wire.json["error_code"]) == (status, codes.get(status, "APIGW.0201"))
        assert "error_msg" in wire.json
        assert "retry-after" not in wire.headers
        assert (one.taken("refused"), one.send("next").status) == (0, 200)


@pytest.mark.parametrize("value", ["5", "-1", "1000000000", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_throttled_call_may_be_told_when_to_come_again(tmp_path: Path, value: str) -> None:
    with rehearsal(tmp_path, first("status", status=429, retry_after=value)) as one:
        assert one.send("throttled").headers["retry-after"] == value
        assert one.taken("throttled") == 0


@pytest.mark.parametrize("status", [0, 500, 502, 503, 504])
def test_an_error_may_come_though_the_send_was_taken(tmp_path: Path, status: int) -> None:
    with rehearsal(tmp_path, first("commit_then_500", status=status)) as one:
        wire = one.send("taken")
        assert (wire.status, "task_id" in wire.json) == (status or 500, False)
        assert one.taken("taken") == 3
        assert one.listed("taken") == ["taken"]


def test_a_delay_holds_the_answer_of_a_send_that_was_taken_at_once(tmp_path: Path) -> None:
    rules = first("delay", delay_s=0.6) + first("delay", delay_s=0.2)
    with rehearsal(tmp_path, rules) as one:
        began = time.monotonic()
        assert one.send("slow").status == 200
        assert time.monotonic() - began >= 0.8
        assert one.fired() == [1, 1]
        assert one.send("quick").status == 200
        assert one.fired() == [1, 1]


def test_a_truncated_answer_promises_more_than_comes(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("truncate", share=0.5)) as one:
        wire = one.send("cut")
        assert wire.status == 200
        assert len(wire.body) == int(wire.headers["content-length"]) // 2
        assert one.taken("cut") == 3


def test_an_answer_may_lack_its_last_byte_only(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("truncate", share=1.0)) as one:
        wire = one.send_video("cut")
        assert len(wire.body) == int(wire.headers["content-length"]) - 1
        assert one.taken("cut") == 3


def test_a_malformed_answer_is_wrong_in_the_way_that_was_asked_for(tmp_path: Path) -> None:
    forms = ["html", "empty", "not_utf8", "wrong_types", "no_task_id", "deep"]
    rules = "".join(
        f'[[rule]]\nwhat = "malformed"\nform = "{form}"\nnth = {at}\n'
        for at, form in enumerate(forms, start=1)
    )
    with rehearsal(tmp_path, rules) as one:
        wires = {form: one.send(form, 1) for form in forms}
        assert {wire.status for wire in wires.values()} == {200}
        assert wires["html"].headers["content-type"].startswith("text/html")
        assert wires["empty"].body == b""
        with pytest.raises(UnicodeDecodeError):
            wires["not_utf8"].body.decode()
        assert isinstance(wires["wrong_types"].json["task_id"], list)
        assert wires["no_task_id"].json["task_id"] is None
        assert wires["deep"].body.startswith(b"[" * 100_000)
        assert [one.taken(form) for form in forms] == [1] * len(forms)


def test_a_malformed_answer_without_a_form_takes_all_of_them_in_turn(tmp_path: Path) -> None:
    with rehearsal(tmp_path, '[[rule]]\nwhat = "malformed"\n') as one:
        bodies = [one.send_video(f"any-{at}").body for at in range(24)]
        kinds = {body[:1] or b"-" for body in bodies}
        assert kinds == {b"<", b"-", b"{", b"["}
        assert len(one.emulator.messages()) == 72


def test_a_late_commit_is_lost_to_its_client_and_taken_afterwards(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("commit_late", delay_s=1.0)) as one:
        began = time.time()
        assert one.send("late").received == b""
        while not one.listed("late"):
            time.sleep(0.01)  # another process takes it
        assert one.taken("late") == 3
        taken = [datetime.fromisoformat(line["at"]) for line in one.emulator.messages()]
        assert min(taken).timestamp() > began + 0.99


def test_a_late_commit_may_be_answered_with_a_time_out(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("commit_late", delay_s=3_600, status=504)) as one:
        assert one.send("late").status == 504
        assert one.taken("late") == 0
        assert one.emulator.end() == 0
        assert one.taken("late") == 0


def test_a_task_is_listed_only_after_the_lag(tmp_path: Path) -> None:
    rules = '[[rule]]\nwhat = "list_lag"\ndelay_s = 600\n'
    with rehearsal(tmp_path, rules) as one:
        task_id = one.send("fresh").json["task_id"]
        one.send_video("fresh")
        details = ("GET", f"/v1/aim/send-details?limit=10&offset=0&task_id={task_id}")
        assert one.listed("fresh") == one.listed("fresh", BASIC) == []
        assert ask(one.emulator.url, details).json["page_info"]["total"] == 0
        one.emulator.advance(601)
        assert one.listed("fresh") == one.listed("fresh", BASIC) == ["fresh"]
        assert ask(one.emulator.url, details).json["page_info"]["total"] == 3


def test_a_list_that_lags_now_and_then_shows_a_task_and_hides_it_again(tmp_path: Path) -> None:
    rules = '[[rule]]\nwhat = "list_lag"\ndelay_s = 600\nevery = 2\n'
    with rehearsal(tmp_path, rules) as one:
        one.send("fresh")
        assert [one.listed("fresh") for _ in range(4)] == [["fresh"], [], ["fresh"], []]


def test_a_partial_smart_message_names_whom_it_left_out(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("partial", share=0.3)) as one:
        answer = one.send("some", 10).json
        left_out = {link["cust_flag"] for link in answer["failed_short_chains"]}
        taken = {line["phone"] for line in one.emulator.messages()}
        assert (len(left_out), len(taken), answer["submission_count"]) == (3, 7, 7)
        assert left_out | taken == set(phones(10))
        assert {link["result_code"] for link in answer["failed_short_chains"]} == {"KM.90011001"}


def test_a_partial_video_message_is_seen_in_the_lists_count_only(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("partial", share=0.999)) as one:
        assert one.send_video("some", 10).json["status"] == "200"
        path = ("GET", f"{BASIC}?task_name=some")
        listed = ask(one.emulator.url, path).json["data"]["aim_basic_send_tasks"]
        assert [task["total_count"] for task in listed] == [1]
        assert one.taken("some") == 1


def test_a_send_of_one_message_cannot_be_partial(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("partial")) as one:
        assert one.send("single", 1).json["failed_short_chains"] == []
        assert one.taken("single") == 1
