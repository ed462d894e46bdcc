"""What a probe asks, and what it concludes: lists in memory that keep or break each assumption."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

import pytest

from pipeline.core.answer import Hindrance, Unanswered
from pipeline.core.model import Channel
from pipeline.core.times import DAY_S
from pipeline.koomessage.lists import WINDOW, Item, Page
from pipeline.koomessage.probe import judge as judging
from pipeline.koomessage.probe.findings import NO_TASK, Found, Verdict
from pipeline.koomessage.probe.look import (
    AIM_TASKS,
    BASIC_TASKS,
    DETAILS,
    LISTS,
    NOBODY,
    Denied,
    KnownName,
    ListSeen,
    Prober,
    Question,
    TaskList,
    Told,
    look_at,
    names_of,
    reports,
)
from pipeline.koomessage.probe.names import judge_filter, judge_names
from pipeline.koomessage.probe.rights import rights
from pipeline.koomessage.products.send_reports import PATH as REPORTS_PATH
from pipeline.koomessage.transport.calls import Call, Failed, Reply
from pipeline.koomessage.transport.http import Wire
from tests.support.koomessage import AIM_BASIC_MESSAGE, AIM_MESSAGE

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()
UTC_NOW = datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None)
SETTLE_S = 1200.0


def row(at: int, age_s: float) -> Item:
    made = datetime.fromtimestamp(NOW - age_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = f"run0000{at // 100}-00000{at % 100:02}-01"
    return {"task_id": f"id{at}", "task_name": name, "creation_time": made, "submission_count": 10}


def rows(count: int, age_s: float = 3600.0) -> list[Item]:
    return [row(at, age_s + at) for at in range(count)]


@dataclass
class List:
    """A list as the documents promise it; each field is one way to break the promise."""

    rows: Sequence[Item]
    offset: Callable[[int, int], int] = lambda offset, _: offset
    total: Callable[[int, int], int | None] = lambda whole, _: whole
    matches: Callable[[str, str], bool] = lambda name, wanted: name == wanted
    cap: int = 100
    window: int = WINDOW
    timed: bool = True
    asked: list[Question] = field(default_factory=list)
    answers: Mapping[int, Told] = field(default_factory=dict)

    async def ask(self, question: Question) -> Told:
        await asyncio.sleep(0)
        self.asked.append(question)
        if len(self.asked) in self.answers:
            return self.answers[len(self.asked)]
        query = dict(question.query)
        found = [one for one in self.rows if self._is_meant(one, query)]
        limit = min(int(str(query["limit"])), self.cap)
        offset = int(str(query["offset"]))
        start = self.offset(offset, limit)
        page = found[start : start + limit] if start + limit <= self.window else []
        return Page(tuple(page), self.total(len(found), len(page)), "task_id")

    def _is_meant(self, one: Item, query: Mapping[str, object]) -> bool:
        wanted = query.get("task_name")
        if wanted is not None and not self.matches(str(one["task_name"]), str(wanted)):
            return False
        begin, end = query.get("begin_time"), query.get("end_time")
        if begin is None or not self.timed:
            return True
        return str(begin) <= str(one["creation_time"]) <= str(end)


def seen(listed: List, known: Sequence[KnownName] = ()) -> ListSeen:
    return asyncio.run(look_at(listed.ask, AIM_TASKS, NOW, known))


def judged(listed: List) -> dict[str, Found]:
    found = seen(listed)
    return {
        "offset": judging.judge_offset(found.pages),
        "total": judging.judge_total(found.pages),
        "window": judging.judge_window(AIM_TASKS, found.pages),
        "limit": judging.judge_limit(found.pages),
        "names": judge_names(found),
        "filter": judge_filter(found),
        "span": judging.judge_span(found, UTC_NOW),
    }


def differing(listed: List) -> set[str]:
    return {what for what, one in judged(listed).items() if one.verdict is Verdict.DIFFERS}


@pytest.mark.parametrize("count", [2, 3, 99, 100, 101, 250, 700])
def test_a_list_as_promised_is_as_assumed_in_everything(count: int) -> None:
    assert {one.verdict for one in judged(List(rows(count))).values()} == {Verdict.OK}


def test_of_an_empty_list_nothing_is_measured_and_nothing_guessed() -> None:
    found = judged(List([]))
    assert {one.verdict for one in found.values()} == {Verdict.UNMEASURED}
    assert {one.measured for one in found.values()} == {f"not measured: {NO_TASK}"}


def test_one_row_does_not_tell_offsets_apart() -> None:
    found = judged(List(rows(1)))
    assert found.pop("offset").verdict is Verdict.UNMEASURED
    assert {one.verdict for one in found.values()} == {Verdict.OK}


BROKEN: Mapping[str, tuple[List, set[str]]] = {
    "offset ignored": (List(rows(5), offset=lambda *_: 0), {"offset", "window"}),
    "offset counts pages": (List(rows(5), offset=lambda at, limit: at * limit), {"offset"}),
    "offset counts pages of a long list": (
        List(rows(300), offset=lambda at, limit: at * limit),
        {"offset"},
    ),
    "offset is one off": (List(rows(5), offset=lambda at, _: at + (at > 0)), {"offset"}),
    "total per page": (List(rows(5), total=lambda _, page: page), {"total"}),
    "no total": (List(rows(5), total=lambda *_: None), {"total"}),
    "total too small": (List(rows(5), total=lambda *_: 2), {"total"}),
    "capped": (List(rows(50), cap=20), {"limit"}),
    "filter by beginning": (
        List(rows(5), matches=lambda name, wanted: name.startswith(wanted)),
        {"filter"},
    ),
    "filter by part": (List(rows(5), matches=lambda name, wanted: wanted in name), {"filter"}),
    "filter in any case": (
        List(rows(5), matches=lambda name, wanted: name.lower() == wanted.lower()),
        {"filter"},
    ),
    "filter ignored": (List(rows(5), matches=lambda *_: True), {"filter"}),
    "filter finds nothing": (List(rows(5), matches=lambda *_: False), {"filter"}),
    "times ignored": (List(rows(5), timed=False), {"span"}),
    "no names": (List([{**one, "task_name": ""} for one in rows(3)]), {"names"}),
    "blanks": (
        List([{**one, "task_name": f" {one['task_name']} "} for one in rows(3)]),
        {"names", "filter"},
    ),
    "capitals": (
        List([{**one, "task_name": str(one["task_name"]).upper()} for one in rows(3)]),
        {"names"},
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_each_broken_promise_is_told_and_no_other(case: str) -> None:
    listed, expected = BROKEN[case]
    assert differing(replace(listed, asked=[])) == expected


FUZZY: Mapping[str, Callable[[str, str], bool]] = {
    "its beginning": lambda name, wanted: name.startswith(wanted),
    "a part of it": lambda name, wanted: wanted in name,
    "another case": lambda name, wanted: name.lower() == wanted.lower(),
    "ignored": lambda *_: True,
    "not found": lambda *_: False,
}


@pytest.mark.parametrize("how", FUZZY)
def test_it_is_told_how_the_filter_takes_names(how: str) -> None:
    assert how in judged(List(rows(5), matches=FUZZY[how]))["filter"].measured


def test_a_list_that_changes_meanwhile_is_not_measured() -> None:
    # The sixth question asks for the first page again.
    moved = Page(tuple(rows(6)), 6, "task_id")
    found = judged(List(rows(5), answers={6: moved}))
    assert all("changed" in found[what].measured for what in ("offset", "total", "limit"))


@pytest.mark.parametrize(
    "trouble", [Unanswered("an error inside HTTP 200"), Denied(403, "APIGW.0302", "no")]
)
@pytest.mark.parametrize("at", [1, 2, 3, 4, 6])
def test_what_is_not_answered_is_not_measured(at: int, trouble: Told) -> None:
    found = judged(List(rows(5), answers={at: trouble}))
    assert Verdict.DIFFERS not in {one.verdict for one in found.values()}
    assert Verdict.UNMEASURED in {one.verdict for one in found.values()}


def test_an_error_past_the_window_differs() -> None:
    found = judged(List(rows(5), answers={5: Denied(400, "KM.80000001", "")}))["window"]
    assert (found.verdict, found.measured) == (Verdict.DIFFERS, "refused: HTTP 400 KM.80000001")


def test_a_list_that_promises_no_window_may_go_on_past_it() -> None:
    listed = List([row(at, 1.0) for at in range(100)], window=10**9)
    pages = asyncio.run(look_at(listed.ask, AIM_TASKS, NOW)).pages
    more = replace(pages, beyond=Page(tuple(rows(200)[150:]), 200, "task_id"))
    assert judging.judge_window(BASIC_TASKS, more).verdict is Verdict.OK
    assert judging.judge_window(AIM_TASKS, more).verdict is Verdict.DIFFERS


def test_what_is_shown_without_times_and_not_with_them_is_missing() -> None:
    class Forgets(List):
        def _is_meant(self, one: Item, query: Mapping[str, object]) -> bool:
            is_hidden = "begin_time" in query and one["task_id"] == "id1"
            return not is_hidden and super()._is_meant(one, query)

    found = judging.judge_span(seen(Forgets(rows(3))), UTC_NOW)
    assert (found.verdict, found.measured[:5]) == (Verdict.DIFFERS, "1 row")


def test_a_span_tells_the_oldest_task_of_both_questions() -> None:
    listed = List([*rows(2), row(2, 40 * DAY_S)])
    found = judging.judge_span(seen(listed), UTC_NOW)
    assert found.verdict is Verdict.OK
    assert "oldest without times: 2026-10-18T12:00:00Z (all 3 rows seen)" in found.measured
    assert "in 30 days: 2026-11-27T10:59:59Z (all 2 rows seen)" in found.measured


def test_a_long_list_is_read_at_both_ends_only() -> None:
    listed = List(rows(2000))
    found = seen(listed)
    assert (len(found.timed.rows), found.timed.is_whole) == (600, False)
    assert found.timed.rows[-1]["task_id"] == "id1999"


def test_known_names_must_be_listed_once_they_are_old_enough() -> None:
    listed = List(rows(3, 7 * DAY_S))
    old, young, there = (
        KnownName("gone0000-0000000-01", NOW - DAY_S),
        KnownName("gone0000-0000001-01", NOW - 60),
        KnownName(str(listed.rows[0]["task_name"]), NOW - 7 * DAY_S),
    )

    def judge(*known: KnownName) -> Verdict:
        return judging.judge_known(seen(listed, known).known, NOW, SETTLE_S).verdict

    assert judge(there) is Verdict.OK
    assert judge(there, young) is Verdict.UNMEASURED
    assert judge(there, young, old) is Verdict.DIFFERS
    assert judge() is Verdict.UNMEASURED


@pytest.mark.parametrize(
    ("reported", "verdict"), [(30, Verdict.OK), (29, Verdict.OK), (31, Verdict.DIFFERS)]
)
def test_the_daily_reports_bear_witness_to_the_list(reported: int, verdict: Verdict) -> None:
    told = Page(({"report_time": "2026-11-27", "submission_count": str(reported)},), 1)
    assert judging.judge_reports(told, seen(List(rows(3))).timed).verdict is verdict


def test_reports_without_a_day_or_a_list_too_long_bear_no_witness() -> None:
    told = Page(({"submission_count": 5},), 1)
    for answer, listed in (
        (Page((), 0), List(rows(3))),
        (told, List(rows(2000))),
        (told, List([{"task_id": "a", "creation_time": "2026-11-27T11:00:00Z"}])),
        (Unanswered("silence"), List(rows(3))),
    ):
        found = judging.judge_reports(answer, seen(listed).timed)
        assert found.verdict is Verdict.UNMEASURED


@pytest.mark.parametrize(
    ("ahead", "verdict"),
    [
        (0.0, Verdict.OK),
        (-59.0, Verdict.OK),
        (61.0, Verdict.DIFFERS),
        (-600.0, Verdict.DIFFERS),
        (Unanswered("the answer has no date"), Verdict.UNMEASURED),
    ],
)
def test_the_clock_may_be_a_minute_apart(ahead: float | Unanswered, verdict: Verdict) -> None:
    assert judging.judge_clock(ahead).verdict is verdict


RIGHTS: Sequence[tuple[Told, Verdict, Verdict]] = [
    (Page((), 0), Verdict.OK, Verdict.OK),
    (Denied(403, "APIGW.0302", ""), Verdict.DIFFERS, Verdict.UNNEEDED),
    (Unanswered("an error inside HTTP 200"), Verdict.DIFFERS, Verdict.UNNEEDED),
    (Unanswered("x", wait_s=1.0), Verdict.UNMEASURED, Verdict.UNMEASURED),
    (
        Unanswered("x", hindrance=Hindrance.UNREACHABLE),
        Verdict.UNMEASURED,
        Verdict.UNMEASURED,
    ),
]


@pytest.mark.parametrize(("told", "needed", "unneeded"), RIGHTS)
def test_a_right_is_judged_by_what_the_campaign_needs(
    told: Told, needed: Verdict, unneeded: Verdict
) -> None:
    assert judging.judge_right(told, is_needed=True).verdict is needed
    assert judging.judge_right(told, is_needed=False).verdict is unneeded


def test_each_channel_needs_the_questions_that_it_relies_on() -> None:
    def needed(channel: Channel) -> set[str]:
        message = AIM_BASIC_MESSAGE if channel is Channel.AIM_BASIC else AIM_MESSAGE
        found = rights(replace(message, channel=channel), NOW)
        return {one.question.operation for one in found if one.is_needed}

    assert needed(Channel.AIM_BASIC) == {
        "ListVmsSendTasks",
        "ListVmsTemplateStatus",
        "ListVmsCallbacks",
    }
    assert {"ListAimSendTasks", "ListAimSendDetails", "ListPubInfos"} <= needed(Channel.AIM)
    assert "ListVmsSendTasks" not in needed(Channel.AIM)


class Recorder:
    """A wire that only takes down what would leave."""

    def __init__(self, *replies: Reply | Failed) -> None:
        self.calls: list[Call] = []
        self.replies = list(replies)

    async def exchange(self, call: Call) -> Reply | Failed:
        await asyncio.sleep(0)
        self.calls.append(call)
        return self.replies.pop(0) if self.replies else Failed(written=True, why="silence")


def put(recorder: Recorder, question: Question) -> Told:
    return asyncio.run(Prober(cast("Wire", recorder)).put(question))


def test_every_question_is_a_get_but_for_the_reports() -> None:
    recorder = Recorder()
    questions = [right.question for right in rights(AIM_MESSAGE, NOW)]
    for of in LISTS:
        listed = List(rows(3))
        asyncio.run(look_at(listed.ask, of, NOW, [KnownName("a-known-name", NOW)]))
        questions += listed.asked
    for question in (*questions, reports(NOW)):
        put(recorder, question)
    assert len(recorder.calls) > 60
    posts = {call.path for call in recorder.calls if call.method != "GET"}
    assert posts == {REPORTS_PATH}


@pytest.mark.parametrize("of", LISTS)
def test_a_post_that_might_send_never_reaches_the_wire(of: TaskList) -> None:
    recorder = Recorder()
    sending = replace(of.at(0, 1), body=b'{"task_name":"x"}')
    with pytest.raises(ValueError, match="is no question"):
        put(recorder, sending)
    assert recorder.calls == []


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (403, b'{"error_code":"APIGW.0302","error_msg":"no"}', Denied),
        (400, b'{"error_code":"KM.80000001","error_msg":"no"}', Denied),
        (401, b'{"error_code":"APIGW.0301","error_msg":"no"}', Denied),
        (403, b"<html>a proxy</html>", Unanswered),
        (429, b'{"error_code":"APIGW.0308","error_msg":"slow"}', Unanswered),
        (500, b'{"error_code":"KM.90019003","error_msg":"no"}', Unanswered),
        (200, b'{"error_code":"KM.90019003","aim_send_tasks":[]}', Unanswered),
        (200, b'{"aim_send_tasks":null}', Unanswered),
        (200, b'{"aim_send_tasks":[]}', Page),
    ],
)
def test_an_answer_is_a_page_a_refusal_or_nothing(status: int, body: bytes, expected: type) -> None:
    reply = Reply(status, body, "", "", NOW, NOW)
    assert isinstance(put(Recorder(reply), AIM_TASKS.at(0, 1)), expected)


def test_names_to_search_for_fit_the_filter_and_are_three_at_most() -> None:
    long = {"task_name": "x" * 21}
    assert names_of(AIM_TASKS, [long, *rows(9)]) == tuple(
        str(row(at, 0)["task_name"]) for at in (0, 4, 8)
    )
    assert names_of(BASIC_TASKS, [long, {"task_name": "abc"}]) == ("x" * 21,)
    assert len(NOBODY) == AIM_TASKS.name_max
    assert DETAILS.name_max == 0


def test_no_number_and_no_name_is_ever_shown() -> None:
    names = [f"客户1380013800{at}" for at in range(4)]
    told = [
        {**row(at, 1.0), "task_name": name, "creation_time": f"1380013800{at}"}
        for at, name in enumerate(names)
    ]
    found = judged(List(told, timed=False))
    assert not any("138001380" in one.measured or "客户" in one.measured for one in found.values())
