"""Lists of a provider that errs, on a real socket: absence is told only where it is proved."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.core.answer import FoundTask, Unanswered
from pipeline.core.model import Channel, TaskId, TaskName
from pipeline.koomessage.gateway import KooMessageGateway
from tests.support.answers import says
from tests.support.koomessage import NAME, options, phones, using
from tests.support.raw_server import RawServer, Received, Respond, raw_server, response

Row = dict[str, object]
Ask = Callable[[KooMessageGateway], Awaitable[object]]

KEYS = {
    Channel.AIM: "aim_send_tasks",
    Channel.AIM_BASIC: "aim_basic_send_tasks",
    Channel.SMS: "send_details",
}
CHANNELS = pytest.mark.parametrize("channel", KEYS)


def asked(respond: Respond, ask: Ask) -> tuple[object, RawServer]:
    async def run() -> tuple[object, RawServer]:
        async with raw_server(respond) as server:
            return await using(KooMessageGateway(options(server.url)), ask), server

    return asyncio.run(run())


def found(respond: Respond, channel: Channel) -> tuple[object, RawServer]:
    return asked(respond, lambda gateway: gateway.find(channel, NAME, 1e9, phones(1)))


def listing(channel: Channel, rows: Sequence[Row], *how: str) -> Respond:
    """Page those rows as ListAimSendTasks and its kin do, or in an odd way."""

    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        query = parse_qs(urlsplit(request.target).query)
        offset, cap = int(query["offset"][0]), 20 if "cap" in how else 100
        if "offset ignored" in how:
            offset = 0
        if "offset is page" in how:
            offset *= cap
        page = rows[offset : offset + cap]
        total = len(page) if "total is page" in how else len(rows)
        info = {} if "no total" in how else {"offset": offset, "limit": cap, "total": total}
        body: Row = {KEYS[channel]: list(page), "page_info": info}
        if channel is Channel.AIM_BASIC:
            body = {"status": "200", "message": "success", "data": body}
        writer.write(response(json.dumps(body).encode()))

    return respond


def others(count: int) -> list[Row]:
    return [{"task_id": f"t-{at}", "task_name": f"run00001-{at:07}-01"} for at in range(1, count)]


OURS: Row = {"task_id": "ours", "task_name": NAME}
HOWS = [(), ("cap",), ("cap", "no total"), ("cap", "total is page"), ("total is page",)]


@CHANNELS
@pytest.mark.parametrize("how", HOWS)
def test_among_many_of_like_names_ours_is_found_or_proved_absent(
    channel: Channel, how: tuple[str, ...]
) -> None:
    rows = others(130)
    answer, _ = found(listing(channel, [*rows, OURS], *how), channel)
    assert isinstance(answer, tuple)
    assert [task.task_id for task in answer] == ["ours"]
    answer, _ = found(listing(channel, rows, *how), channel)
    assert answer == ()


@CHANNELS
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("pages", ["offset ignored", "offset is page"])
def test_where_offsets_are_not_what_they_seem_nothing_is_absent(
    channel: Channel, pages: str, how: tuple[str, ...]
) -> None:
    answer, _ = found(listing(channel, [*others(730), OURS], pages, *how), channel)
    assert isinstance(answer, Unanswered), answer


@CHANNELS
def test_a_name_that_is_listed_alone_costs_one_question_and_one_that_is_not_as_well(
    channel: Channel,
) -> None:
    answer, server = found(listing(channel, [OURS]), channel)
    assert (len(server.requests), isinstance(answer, tuple)) == (1, True)
    answer, server = found(listing(channel, []), channel)
    assert (answer, len(server.requests)) == ((), 1)


@CHANNELS
@pytest.mark.parametrize(
    "row",
    [
        {"task_id": "t-1"},
        {"task_id": "t-1", "task_name": None},
        {"task_id": "t-1", "task_name": " "},
        {"task_name": NAME},
        {"task_name": NAME, "task_id": ""},
    ],
)
def test_a_row_without_a_name_or_ours_without_an_id_proves_nothing_absent(
    channel: Channel, row: Row
) -> None:
    answer, _ = found(listing(channel, [row]), channel)
    assert isinstance(answer, Unanswered), answer


@pytest.mark.parametrize("shown", [NAME.upper(), f"  {NAME} "])
def test_our_name_in_capitals_or_among_spaces_is_ours(shown: str) -> None:
    row: Row = {"task_id": "ours", "task_name": shown}
    answer, _ = found(listing(Channel.AIM, [row]), Channel.AIM)
    assert answer == (FoundTask(NAME, TaskId("ours")),)


TASK = TaskId("t")
QUESTIONS: Mapping[str, tuple[str, Ask]] = {
    "find": ("aim_send_tasks", lambda it: it.find(Channel.AIM, NAME, 1e9)),
    "find a video": ("aim_basic_send_tasks", lambda it: it.find(Channel.AIM_BASIC, NAME, 1e9)),
    "find an sms": ("send_details", lambda it: it.find(Channel.SMS, NAME, 1e9, phones(1))),
    "deliveries": ("send_details", lambda it: it.deliveries(TASK)),
    "renderings": ("resolve_details", lambda it: it.renderings(TASK, 1e9)),
    "days": ("data_list", lambda it: it.day_counts("700000001", 1e9, 1.1e9)),
    "handsets": ("supported_mobiles", lambda it: it.capabilities(phones(1), "700000001")),
    "addresses": ("callbacks", lambda it: it.receipt_addresses(Channel.AIM)),
    "addresses of videos": ("callbacks", lambda it: it.receipt_addresses(Channel.AIM_BASIC)),
    "card": ("templates", lambda it: it.catalog().card_template("700000001")),
    "video": ("templates", lambda it: it.catalog().video_template("600000001")),
    "sms template": ("result", lambda it: it.catalog().sms_template("15010661")),
    "signatures": ("result", lambda it: it.catalog().signatures("云商城")),
    "apps": ("result", lambda it: it.catalog().apps("member-app")),
    "bindings": ("data", lambda it: it.catalog().bindings("10690000001", "云商城")),
    "service numbers": ("data", lambda it: it.catalog().service_numbers("云商城")),
    "home pages": ("portals", lambda it: it.catalog().home_pages("云商城")),
}
BARE = ("find", "find an sms", "deliveries", "renderings", "handsets", "card", "sms template")
SPOILS: Mapping[str, Row] = {
    "an error's code": {"error_code": "KM.90019003", "error_msg": "service exception"},
    "a code that is a number": {"error_code": 500},
    "an error's text": {"error_msg": "service exception"},
    "a status": {"status": "500", "message": "error"},
    "a status that is a number": {"status": 500},
}


def empty(question: str, **spoilt: object) -> Row:
    """Return an answer that says that there is nothing, and an error beside it."""
    key = QUESTIONS[question][0]
    inner: Row = {key: [], "page_info": {"total": 0}}
    bare = question in (*BARE, "signatures", "apps")
    whole = inner if bare else {"status": "200", "message": "success", "data": inner}
    return {**whole, **spoilt}


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_that_says_nothing_is_there_is_one(question: str) -> None:
    answer, _ = asked(says(response(json.dumps(empty(question)).encode())), QUESTIONS[question][1])
    assert not isinstance(answer, Unanswered), answer


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("spoilt", SPOILS.values(), ids=SPOILS.keys())
def test_an_error_inside_http_200_answers_no_question(question: str, spoilt: Row) -> None:
    body = json.dumps(empty(question, **spoilt)).encode()
    answer, server = asked(says(response(body)), QUESTIONS[question][1])
    assert isinstance(answer, Unanswered), answer
    assert not answer.foreign
    assert len(server.requests) == 1


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("gone", ["null", "nothing", "text"])
def test_without_its_list_an_answer_answers_no_question(question: str, gone: str) -> None:
    key = QUESTIONS[question][0]
    body = json.dumps(empty(question)).replace(
        f'"{key}": []',
        {"null": f'"{key}": null', "nothing": '"x": 1', "text": f'"{key}": "x"'}[gone],
    )
    answer, _ = asked(says(response(body.encode())), QUESTIONS[question][1])
    assert isinstance(answer, Unanswered), answer


@pytest.mark.parametrize("question", ["find a video", "days", "video", "addresses"])
def test_an_envelope_without_its_status_answers_no_question(question: str) -> None:
    body = empty(question)
    del body["status"]
    answer, _ = asked(says(response(json.dumps(body).encode())), QUESTIONS[question][1])
    assert isinstance(answer, Unanswered), answer


def test_a_name_is_found_although_its_list_breaks_off_later() -> None:
    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        is_first = "offset=0" in request.target
        body = {"aim_send_tasks": [OURS], "page_info": {"total": 5}} if is_first else {"x": 1}
        writer.write(response(json.dumps(body).encode()))

    answer, _ = found(respond, Channel.AIM)
    assert answer == (FoundTask(TaskName(NAME), TaskId("ours")),)
