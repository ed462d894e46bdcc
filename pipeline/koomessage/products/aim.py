"""AIM, smart messages: a plain SMS whose link a capable handset shows as a card."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pipeline.core.answer import (
    Accepted,
    Answer,
    FoundTask,
    Lost,
    News,
    NewsKind,
    Refused,
    Renderings,
)
from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Message, Recipients, TaskId, TaskName
from pipeline.koomessage.decoding import (
    UNREADABLE,
    clean,
    count,
    items,
    phone,
    seconds_between,
    task_id,
    text,
)
from pipeline.koomessage.lists import Item, Page, by_name, read_page
from pipeline.koomessage.products.links import link_params
from pipeline.koomessage.receipt_codes import news_of
from pipeline.koomessage.task_states import has_failed
from pipeline.language import Words, filled

PATH: Final = "/v1/aim/send-tasks"
LIST_PATH: Final = PATH
DETAILS_PATH: Final = "/v1/aim/send-details"
RENDERINGS_PATH: Final = "/v1/aim/resolve-details"
RECIPIENTS_MAX: Final = 100
"""Numbers per request (CreateAimSendTask)."""

_UNPARSED: Final = frozenset({"fail", "failed", "failure", "失败"})


class _Links(msgspec.Struct, omit_defaults=True):
    tpl_id: str
    expiration_time: int
    params: msgspec.Raw
    resolve_times: int
    aim_code_type: str
    generation_type: str = ""
    domain: str = ""


class _Channel(msgspec.Struct):
    channel_number: str
    sms_tpl_id: str
    sms_sign: str
    sms_app_name: str


class _Body(msgspec.Struct):
    task_name: str
    sms_channel: _Channel
    resolve_task: _Links


class _Taken(msgspec.Struct):
    """The few fields of an answer that matter; any type may come in them."""

    task_id: object = None
    task_name: object = None
    task_state: object = None
    submission_count: object = None
    send_count: object = None
    failed_short_chains: object = None


queries = by_name

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Taken).decode


def request(message: Message, name: TaskName, recipients: Recipients) -> tuple[str, bytes]:
    """Return path and body of a send (CreateAimSendTask).

    The SMS values exclude the link, and are an empty list where the link is the only variable.
    """
    if message.sms is None:
        raise CampaignInvalid(
            Words("message.sms: a smart message needs the SMS that carries it"), "KS7812"
        )
    sms, url = message.sms, message.short_url
    links = _Links(
        message.template,
        message.expires_days,
        link_params(message, sms.params, recipients),
        1,
        "individual",
        generation_type="2" if url.custom_code else "",
        domain=url.domain,
    )
    channel = _Channel(sms.channel_number, sms.template, sms.signature, sms.app)
    return PATH, _encode(_Body(name, channel, links))


def read_answer(body: bytes, name: TaskName) -> Answer:
    """Judge the body of a 200 (CreateAimSendTask).

    A task_state that says failed, with nothing sent, is a refusal: the state speaks of the
    submission. With something sent it is a task like any other, and its details tell the rest.
    """
    try:
        taken = _decode(body)
    except UNREADABLE as error:
        return Lost(filled("HTTP 200 with no readable JSON ({kind})", kind=type(error).__name__))
    task = task_id(taken.task_id)
    if not task:
        return Lost(Words("HTTP 200 without a task id"))
    if text(taken.task_name) not in ("", name):
        return Lost(Words("HTTP 200 that names another task"))
    state = clean(taken.task_state)
    if has_failed(state) and _is_nothing(taken.send_count):
        why = "KooMessage took the task and failed to submit it"
        return Refused(f"task_state {state}", why, task_id=TaskId(task))
    left_out = _left_out(taken.failed_short_chains)
    said = f"task_state {state}" if has_failed(state) else ""
    return Accepted(TaskId(task), left_out, said=said, taken=count(taken.submission_count))


def _is_nothing(sent: object) -> bool:
    """Tell whether a count says that nothing was sent; one that cannot be read does not."""
    return sent in (None, "") or count(sent) == 0


def read_tasks(body: bytes) -> Page:
    """Read a page of tasks (ListAimSendTasks)."""
    return read_page(body, "aim_send_tasks", "task_id")


def read_deliveries(body: bytes) -> Page:
    """Read a page of send details (ListAimSendDetails)."""
    return read_page(body, "send_details")


def read_renderings(body: bytes) -> Page:
    """Read a page of parse details (ListAimResolveDetails)."""
    return read_page(body, "resolve_details")


def found_task(item: Item) -> FoundTask | None:
    """Read one task of a list (ListAimSendTasks); None where it bears no id.

    A state that says failed, with a send_count of nought, says that nothing was sent; without one
    it proves nothing of single numbers, but is worth telling.
    """
    task, state = task_id(item.get("task_id")), text(item.get("task_state"))
    if not task:
        return None
    succeeded, sent = count(item.get("success_number")), item.get("send_count")
    failed = has_failed(state) and _is_nothing(sent) and not succeeded
    return FoundTask(
        TaskName(text(item.get("task_name"))),
        TaskId(task),
        total=count(item.get("submission_count")),
        succeeded=succeeded,
        failed_state=clean(state) if failed else "",
        nothing_sent=failed and count(sent) == 0,
    )


def delivery(item: Item) -> News | None:
    """Read one send detail (ListAimSendDetails); None for one that names nobody.

    Status and code must not contradict each other: see receipt_codes.news_of.
    """
    who = phone(item.get("cust_flag")) or phone(item.get("send_account"))
    status = clean(item.get("send_status"))
    at = text(item.get("receive_time")) or text(item.get("send_time"))
    if not who:
        return None
    kind, code = news_of(status, clean(item.get("result_code")))
    return News(who, kind, code, at)


def rendering(item: Item) -> News | None:
    """Read one parse detail (ListAimResolveDetails); None while the card was not shown."""
    who = phone(item.get("cust_flag"))
    status = text(item.get("resolved_status")).casefold()
    code = clean(item.get("result_code"))
    if not who:
        return None
    if status in ("success", "成功"):
        return News(who, NewsKind.RENDERED, at=text(item.get("resolved_time")))
    # A code of noughts says that making the link went well; it explains no failure to parse.
    failure = code if code.strip("0") else ""
    if status in _UNPARSED or failure:
        return News(who, NewsKind.LINK_FAILED, failure, text(item.get("resolved_time")))
    return None


def renderings(rows: Sequence[Item]) -> Renderings:
    """Read a task's parse details (ListAimResolveDetails)."""
    lives = (seconds_between(row.get("generate_date"), row.get("expire_date")) for row in rows)
    return Renderings(
        tuple(news for news in map(rendering, rows) if news is not None),
        max((life for life in lives if life is not None), default=None),
    )


def _left_out(chains: object) -> dict[str, str]:
    return {
        who: clean(chain.get("result_code")) or "failed_short_chain"
        for chain in items(chains)
        if (who := phone(chain.get("cust_flag")))
    }
