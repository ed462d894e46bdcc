"""The bodies of answers that do not say what happened, or not so that it can be read."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

import msgspec
from aiohttp import web

from pipeline.emulator.faults.kinds import SENDS, Form, kind_of
from pipeline.emulator.faults.rules import FaultRule
from pipeline.emulator.faults.views import empty, holder_of
from pipeline.emulator.http.codes import Code, message_of
from pipeline.emulator.http.fields import JsonObject

_DEEP = 100_000
_JSON = "application/json"
_BODILESS = frozenset((HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED))


def body_of(answer: web.Response) -> bytes:
    """Return an answer's body."""
    return answer.body if isinstance(answer.body, bytes) else b""


def form_of(rule: FaultRule, draw: float) -> Form:
    """Return the form that a rule names, or else the one that is drawn."""
    forms = kind_of(rule.what).forms
    return rule.form or forms[int(draw * len(forms))]


def malformed(form: Form, answer: web.Response) -> web.Response:
    """Return a 200 that is no answer of the operation."""
    body = body_of(answer)
    content_type = "text/html" if form is Form.HTML else _JSON
    bodies: Mapping[Form, Callable[[], bytes]] = {
        Form.HTML: lambda: b"<html><body><h1>504 Gateway Time-out</h1></body></html>",
        Form.EMPTY: lambda: b"",
        Form.NOT_UTF8: lambda: b'{"task_name":"\xff\xfe"' + body[-len(body) // 2 :],
        Form.WRONG_TYPES: lambda: _changed(body, lambda value: [value]),
        Form.NO_TASK_ID: lambda: _changed(body, lambda _: None),
        Form.DEEP: lambda: b"[" * _DEEP + b"]" * _DEEP,
    }
    return web.Response(status=200, body=bodies[form](), content_type=content_type)


def foreign(status: int, form: Form) -> web.Response:
    """Return an answer that is not of the provider's own making, as a proxy's: without a code."""
    if form is Form.EMPTY or status in _BODILESS:
        return web.Response(status=status)
    title = f"{status} {_phrase(status)}".strip()
    if form is Form.JSON:
        body = msgspec.json.encode({"message": title})
        return web.Response(status=status, body=body, content_type=_JSON)
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return web.Response(status=status, text=page, content_type="text/html")


def error_in_200(operation: str, rule: FaultRule, form: Form, answer: web.Response) -> web.Response:
    """Return a 200 that tells of an error; of a list it keeps the shape, of a send nothing."""
    decoded: object = msgspec.json.decode(body_of(answer))
    shell: JsonObject = {}
    if operation not in SENDS and isinstance(decoded, dict):
        shell = decoded
    empty(holder_of(shell) or {}, None if form is Form.NULL_LIST else [])
    return web.Response(status=200, body=_error_body(rule, form, shell), content_type=_JSON)


def _error_body(rule: FaultRule, form: Form, shell: JsonObject) -> bytes:
    if form is Form.ENVELOPE:
        return msgspec.json.encode({"status": "500", "message": "error", "data": None})
    if form is Form.EMPTY_ENVELOPE:
        return msgspec.json.encode({**shell, "status": "500", "message": "error"})
    code = rule.code or Code.SERVICE_EXCEPTION
    kept = {key: value for key, value in shell.items() if key not in ("status", "message")}
    error = {"error_code": code, "error_msg": rule.message or message_of(code)}
    return msgspec.json.encode({**error, **kept})


def with_state(answer: bytes, state: str) -> bytes:
    """Return a send's answer that tells of another state; AIM basic's tells of none."""
    decoded = msgspec.json.decode(answer)
    if "data" not in decoded:
        decoded["task_state" if "task_state" in decoded else "status"] = state
    return msgspec.json.encode(decoded)


def with_result(answer: bytes, rule: FaultRule) -> bytes:
    """Return AIM basic's answer with a result code beside the task id, or in its place."""
    result = {"ret_code": rule.code, "desc": rule.message or "fail"}
    if rule.taken:
        result |= msgspec.json.decode(answer)["data"]
    return msgspec.json.encode({"status": "200", "message": "success", "data": result})


def with_fewer(answer: bytes, untold: Sequence[int]) -> bytes:
    """Return a send's answer whose counts, or whose rows, are fewer than what was taken."""
    decoded = msgspec.json.decode(answer)
    for key in ("submission_count", "send_count"):
        if key in decoded:
            decoded[key] -= len(untold)
    if "result" in decoded:
        left_out = frozenset(untold)
        rows = enumerate(decoded["result"])
        decoded["result"] = [row for at, row in rows if at not in left_out]
    return msgspec.json.encode(decoded)


def _changed(body: bytes, change: Callable[[object], object]) -> bytes:
    """Change every task id in an answer, wherever its envelope keeps it."""
    decoded: object = msgspec.json.decode(body)
    holders = [decoded, decoded.get("data")] if isinstance(decoded, dict) else []
    for holder in holders:
        if isinstance(holder, dict) and "task_id" in holder:
            holder["task_id"] = change(holder["task_id"])
    return msgspec.json.encode(decoded)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
