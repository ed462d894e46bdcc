"""Lists that do not tell the truth: each untruth alone, and several in one answer."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.emulator_clients import caller
from tests.support.emulator_links import make_links
from tests.support.emulator_plain import AIM, BASIC, ask
from tests.support.emulator_rehearsal import Rehearsal, first, rehearsal, rule

DETAILS = "/v1/aim/send-details?offset=0&limit=100"
LINKS = "/v1/aim/resolve-details?offset=0&limit=100"
TASKS = "/v1/aim/resolve-tasks?offset=0&limit=100"
CARDS = "/v1/aim/templates?offset=0&limit=100"


def five(one: Rehearsal) -> list[str]:
    """Send five tasks and return their names, newest first."""
    names = [f"task-{at}" for at in range(5)]
    for name in names:
        assert one.send(name, 1).status == 200
        assert one.send_video(name, 1).status == 200
    return names[::-1]


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["task_name"] for row in rows]


@pytest.mark.parametrize("form", ["null_list", "empty_list"])
def test_an_error_inside_a_200_keeps_the_shape_of_the_list(tmp_path: Path, form: str) -> None:
    rules = rule("error_in_200", form=form, code="KM.90010000", message="busy")
    with rehearsal(tmp_path, rules) as one:
        assert one.send("there").status == 200
        rows: list[object] | None = None if form == "null_list" else []
        error = {"error_code": "KM.90010000", "error_msg": "busy"}
        page = {"offset": 0, "limit": 20, "total": 0}
        asked = ask(one.emulator.url, ("GET", f"{AIM}?task_name=there"))
        assert asked.status == 200
        assert asked.json == {**error, "aim_send_tasks": rows, "page_info": page}
        video = one.ask(f"{BASIC}?task_name=there")
        assert video == {**error, "data": {"aim_basic_send_tasks": rows, "page_info": page}}
        assert one.ask(DETAILS)["send_details"] == rows


def test_an_error_inside_a_200_says_service_exception_unless_it_is_told_what(
    tmp_path: Path,
) -> None:
    with rehearsal(tmp_path, rule("error_in_200", form="null_list")) as one:
        answer = one.ask(AIM)
        assert (answer["error_code"], answer["error_msg"]) == ("KM.90019003", "service exception")


def test_an_envelope_may_tell_of_an_error_inside_a_200(tmp_path: Path) -> None:
    rules = rule("error_in_200", form="envelope", nth=[1, 2])
    rules += rule("error_in_200", form="empty_envelope", nth=[3, 4])
    with rehearsal(tmp_path, rules) as one:
        one.send_video("there")
        nothing = {"status": "500", "message": "error", "data": None}
        assert [one.ask(AIM), one.ask(BASIC)] == [nothing, nothing]
        page = {"offset": 0, "limit": 20, "total": 0}
        said = {"status": "500", "message": "error"}
        assert one.ask(AIM) == {**said, "aim_send_tasks": [], "page_info": page}
        data = {"aim_basic_send_tasks": [], "page_info": page}
        assert one.ask(BASIC) == {**said, "data": data}


def test_an_error_inside_a_200_without_a_form_takes_all_of_them_in_turn(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("error_in_200")) as one:
        answers = [one.ask(f"{AIM}?task_name=n{at}") for at in range(40)]
        kinds = {(*sorted(answer), repr(answer.get("aim_send_tasks"))) for answer in answers}
        assert len(kinds) == 4


def test_an_error_inside_a_200_may_come_though_the_send_was_taken(tmp_path: Path) -> None:
    forms = ["null_list", "empty_list", "envelope", "empty_envelope"]
    rules = "".join(
        rule("error_in_200", form=form, nth=at, operation="CreateAimSendTask")
        for at, form in enumerate(forms, start=1)
    )
    with rehearsal(tmp_path, rules) as one:
        wires = {form: one.send(form) for form in forms}
        assert {wire.status for wire in wires.values()} == {200}
        assert not any("task_id" in wire.json for wire in wires.values())
        assert wires["null_list"].json["error_code"] == "KM.90019003"
        assert wires["envelope"].json == {"status": "500", "message": "error", "data": None}
        assert [one.taken(form) for form in forms] == [3] * 4
        assert one.listed("null_list") == ["null_list"]


def test_a_list_may_be_empty_now_and_then(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("list_empty", every=2)) as one:
        one.send("there")
        assert [one.listed("there") for _ in range(4)] == [["there"], [], ["there"], []]
        totals = [one.ask(DETAILS)["page_info"]["total"] for _ in range(2)]
        assert totals == [3, 0]


def test_a_question_for_templates_may_meet_the_faults_of_lists_when_it_is_named(
    tmp_path: Path,
) -> None:
    rules = rule("list_empty", operation="ListAimTemplates", nth=1)
    rules += rule("error_in_200", operation="ListAimTemplates", nth=2, form="null_list")
    with rehearsal(tmp_path, rules) as one:
        answers = [one.ask(CARDS) for _ in range(3)]
        totals = [answer["page_info"]["total"] for answer in answers]
        assert totals == [0, 0, totals[2]]
        assert totals[2] > 0
        keys = [next(key for key in answer if key.endswith("s")) for answer in answers]
        assert [bool(answer[key]) for answer, key in zip(answers, keys, strict=True)] == [
            False,
            False,
            True,
        ]


def test_applications_which_are_counted_without_a_page_may_be_hidden_too(tmp_path: Path) -> None:
    rules = rule("list_empty", operation="ListAimMsgSignature")
    rules += rule("list_empty", operation="ListAimMsgApp")
    with rehearsal(tmp_path, rules) as one:
        for path in ("/v1/sms/apps", "/v1/sms/signatures"):
            answer = one.ask(path)
            assert not any(value for value in answer.values() if isinstance(value, list))
            assert answer.get("total", 0) == 0


def test_lists_may_show_recent_tasks_only_whatever_span_is_asked_for(tmp_path: Path) -> None:
    span = "begin_time=2020-01-01T00:00:00Z&end_time=2099-01-01T00:00:00Z"
    with rehearsal(tmp_path, rule("list_window", span_s=600)) as one:
        task_id = one.send("old").json["task_id"]
        one.send_video("old")
        assert one.listed("old") == one.listed("old", BASIC) == ["old"]
        one.emulator.advance(601)
        one.send("new")
        one.send_video("new")
        assert names(one.rows(f"{AIM}?{span}")) == names(one.rows(BASIC)) == ["new"]
        assert one.listed("old") == one.listed("old", BASIC) == []
        assert one.ask(f"{DETAILS}&task_id={task_id}")["send_details"] == []
        assert len(one.ask(LINKS)["resolve_details"]) == 3


def test_an_ignored_offset_shows_the_first_page_again_and_does_not_own_up(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("list_offset_ignored")) as one:
        sent = five(one)
        for path in (AIM, BASIC):
            assert names(one.rows(f"{path}?offset=2&limit=2")) == sent[:2]
        info = one.ask(f"{AIM}?offset=2&limit=2")["page_info"]
        assert info == {"offset": 2, "limit": 2, "total": 5}


def test_an_offset_may_count_pages(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("list_offset_is_page")) as one:
        sent = five(one)
        assert names(one.rows(f"{AIM}?offset=1&limit=2")) == sent[2:4]
        assert names(one.rows(f"{BASIC}?offset=2&limit=2")) == sent[4:]
        assert one.rows(f"{AIM}?offset=3&limit=2") == []


def test_a_page_may_hold_fewer_rows_than_were_asked_for(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("list_capped", cap=2)) as one:
        sent = five(one)
        answer = one.ask(f"{AIM}?offset=1&limit=100")
        assert names(answer["aim_send_tasks"]) == sent[1:3]
        assert answer["page_info"] == {"offset": 1, "limit": 100, "total": 5}
        assert names(one.rows(f"{AIM}?limit=1")) == sent[:1]
        assert ask(one.emulator.url, ("GET", f"{AIM}?limit=1000")).status == 400


def test_a_total_may_be_that_of_the_page(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("list_total_per_page", cap=2)) as one:
        sent = five(one)
        answer = one.ask(f"{AIM}?offset=2&limit=100")
        assert names(answer["aim_send_tasks"]) == sent[2:4]
        assert answer["page_info"]["total"] == 2
        assert one.ask(f"{BASIC}?offset=4&limit=100")["data"]["page_info"]["total"] == 1


def test_there_may_be_no_total(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("list_no_total", cap=2)) as one:
        sent = five(one)
        assert one.ask(f"{AIM}?offset=4&limit=100").keys() == {"aim_send_tasks"}
        assert names(one.rows(f"{BASIC}?offset=0&limit=100")) == sent[:2]
        assert one.ask(BASIC)["data"].keys() == {"aim_basic_send_tasks"}
        assert one.ask(DETAILS).keys() == {"send_details"}


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({"form": "prefix", "length": 4}, ["abcd-2", "abCD-1"]),
        ({"form": "prefix"}, ["abcd-2"]),
        ({"form": "substring", "length": 4}, ["x-abcd-2", "abcd-2", "abCD-1"]),
        ({"form": "substring"}, ["x-abcd-2", "abcd-2"]),
    ],
)
def test_a_name_may_be_searched_for_by_a_part_of_it(
    tmp_path: Path, how: dict[str, object], found: list[str]
) -> None:
    with rehearsal(tmp_path, rule("list_fuzzy", **how)) as one:
        for name in ("abCD-1", "abcd-2", "x-abcd-2", "other"):
            one.send(name)
            one.send_video(name)
        assert one.listed("abcd-2") == one.listed("abcd-2", BASIC) == found
        assert one.listed("zzzzzz") == one.listed("zzzzzz", BASIC) == []


def test_a_filter_may_be_ignored(tmp_path: Path) -> None:
    rules = rule("list_unfiltered", operation=["ListAimSendTasks", "ListVmsSendTasks"])
    rules += rule("list_unfiltered", operation="ListAimSendDetails", filters=["task_id"])
    with rehearsal(tmp_path, rules) as one:
        sent = five(one)
        assert one.listed("nobody") == one.listed("nobody", BASIC) == sent
        assert len(one.ask(f"{DETAILS}&task_id=none")["send_details"]) == 5
        number = one.emulator.messages()[0]["phone"]
        assert len(one.ask(f"{DETAILS}&task_id=none&cust_flag={number}")["send_details"]) == 5
        assert one.ask(f"{DETAILS}&cust_flag=13900000000")["send_details"] == []


def test_lists_may_begin_with_the_oldest(tmp_path: Path) -> None:
    with rehearsal(tmp_path, rule("list_oldest_first")) as one:
        sent = five(one)[::-1]
        assert names(one.rows(f"{AIM}?offset=1&limit=3")) == sent[1:4]
        assert names(one.rows(f"{BASIC}?offset=0&limit=2")) == sent[:2]
        assert names(one.ask(DETAILS)["send_details"]) == sent
        one.put("")
        assert names(one.rows(f"{AIM}?offset=0&limit=5")) == sent[::-1]


@pytest.mark.parametrize(
    ("form", "shown"), [("missing", None), ("upper", "TASK-0"), ("padded", " task-0 ")]
)
def test_names_may_be_listed_in_another_form(tmp_path: Path, form: str, shown: str | None) -> None:
    with rehearsal(tmp_path, rule("list_names", form=form)) as one:
        one.send("task-0")
        one.send_video("task-0")
        rows = one.rows(f"{AIM}?task_name=task-0") + one.rows(f"{BASIC}?task_name=task-0")
        rows += one.ask(DETAILS)["send_details"]
        assert [row.get("task_name") for row in rows] == [shown] * 5
        assert all(("task_name" in row) == (shown is not None) for row in rows)


def test_untruths_about_lists_make_up_one_answer_beside_another_fault(tmp_path: Path) -> None:
    rules = rule("list_fuzzy", form="prefix", length=5) + rule("list_oldest_first")
    rules += rule("list_total_per_page") + rule("list_capped", cap=2) + rule("list_lag", delay_s=5)
    rules += rule("list_names", form="upper") + rule("delay", delay_s=0.1, operation="*")
    rules += rule("error_in_200", form="envelope", operation="ListVmsSendTasks")
    with rehearsal(tmp_path, rules) as one:
        five(one)
        one.emulator.advance(10)
        one.send("task-late")
        answer = one.ask(f"{AIM}?task_name=task-3&offset=1&limit=50")
        assert names(answer["aim_send_tasks"]) == ["TASK-1", "TASK-2"]
        assert answer["page_info"] == {"offset": 1, "limit": 50, "total": 2}
        assert one.ask(BASIC)["data"] is None
        assert all(fired for fired in one.fired())


def test_a_task_may_be_hidden_from_every_list_for_good(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("list_hides", operation="CreateAimSendTask")) as one:
        task_id = one.send("gone").json["task_id"]
        one.send("seen")
        assert one.taken("gone") == 3
        one.emulator.advance(3_600)
        one.put("")
        assert one.listed("gone") == []
        assert names(one.rows(AIM)) == ["seen"]
        for path in (DETAILS, LINKS):
            answer = one.ask(f"{path}&task_id={task_id}")
            assert answer["page_info"]["total"] == 0


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_task_may_be_hidden_and_its_answer_lost(tmp_path: Path, *, reset: bool) -> None:
    with rehearsal(tmp_path, rule("list_hides", answer="lost", reset=reset)) as one:
        wires = [one.send("gone"), one.send_video("gone"), one.send_text("gone")]
        assert [(wire.received, wire.was_reset) for wire in wires] == [(b"", reset)] * 3
        assert one.taken("gone") == 9
        assert one.listed("gone") == one.listed("gone", BASIC) == []
        assert one.ask(DETAILS)["send_details"] == []


def made(one: Rehearsal) -> str:
    """Make two links and return their task."""
    task_id: str = make_links(caller(one.emulator.url, "sync keys"), ["m-1", "m-2"]).task_id
    return task_id


def linked(one: Rehearsal, filters: str = "") -> list[str]:
    """Return the tasks of the links that both lists show, which must agree."""
    tasks = [row["task_id"] for row in one.ask(f"{TASKS}{filters}")["resolve_tasks"]]
    details = [row["task_id"] for row in one.ask(f"{LINKS}{filters}")["resolve_details"]]
    assert tasks == details
    return tasks


def test_links_may_be_hidden_for_good(tmp_path: Path) -> None:
    with rehearsal(tmp_path, first("list_hides", operation="CreateResolveTask")) as one:
        hidden, seen = made(one), made(one)
        assert linked(one) == [seen] * 2
        assert linked(one, f"&task_id={hidden}") == []


def test_lists_of_links_may_show_recent_ones_only_and_the_oldest_first(tmp_path: Path) -> None:
    rules = rule("list_window", span_s=600) + rule("list_oldest_first")
    with rehearsal(tmp_path, rules) as one:
        old = made(one)
        one.emulator.advance(601)
        new = [made(one), made(one)]
        assert linked(one) == [new[0], new[0], new[1], new[1]]
        assert linked(one, f"&task_id={old}") == []


def test_names_of_links_may_be_searched_for_by_a_part_and_be_missing(tmp_path: Path) -> None:
    rules = rule("list_fuzzy", form="prefix", length=2) + rule("list_names", form="missing")
    with rehearsal(tmp_path, rules) as one:
        tasks = [made(one), made(one)]
        assert sorted(linked(one, "&task_name=ZF9")) == sorted(tasks * 2)
        assert linked(one, "&task_name=other") == []
        assert all("task_name" not in row for row in one.ask(TASKS)["resolve_tasks"])
