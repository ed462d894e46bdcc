"""Do to a call what a rule says: on the wire, before or after the operation itself."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from math import inf

import msgspec
from aiohttp import web

from pipeline.emulator.codes import MESSAGES, Code
from pipeline.emulator.emulation import Emulation
from pipeline.emulator.failures import failed_answer
from pipeline.emulator.fault_partial import own_up, shorten
from pipeline.emulator.fault_rules import FaultRule, Form, What
from pipeline.emulator.faults import Verdict
from pipeline.emulator.listing import WHOLE, Listing

# Closing then sends a reset instead of an orderly end.
_LINGER_ZERO = struct.pack("ii", 1, 0)
_DEEP = 100_000
_CAN_FAIL = "CreateAimSendTask"


@dataclass(frozen=True, slots=True)
class Case:
    """Hold a call and its verdict.

    `perform` lets the operation act on a body and returns its answer; `refuse` makes the provider's
    answer of a status without any operation.
    """

    request: web.Request
    operation: str
    body: bytes
    verdict: Verdict
    perform: Callable[[bytes], web.Response]
    refuse: Callable[[int], web.Response]


class Mishaps:
    """Do to calls what their verdicts say, and keep the sends that are yet to be taken."""

    def __init__(self, emulation: Emulation) -> None:
        self._emulation = emulation
        self._late: set[asyncio.Task[None]] = set()

    async def meet(self, case: Case) -> web.StreamResponse:
        """Answer a call as its verdict says."""
        verdict = case.verdict
        if verdict.rule is not None and verdict.rule.what in _UNTAKEN:
            answer = self._untaken(case, verdict.rule)
        else:
            with self._listed(verdict.lag_s):
                answer = self._failed(case) or _taken(case)
        if verdict.delay_s:
            await asyncio.sleep(verdict.delay_s)
        return answer if verdict.rule is None else await _spoilt(case, verdict.rule, answer)

    async def close(self) -> None:
        """Forget the sends that are still to be taken: the provider went away before."""
        for late in self._late:
            late.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    @contextmanager
    def _listed(self, lag_s: float) -> Iterator[None]:
        until_s = self._emulation.clock.now_s() - lag_s if lag_s else inf
        books = self._emulation.tasks, self._emulation.link_book
        for book in books:
            book.listing = Listing(until_s=until_s)
        try:
            yield
        finally:
            for book in books:
                book.listing = WHOLE

    def _failed(self, case: Case) -> web.Response | None:
        """Let a smart message's task fail, where the verdict says so and it would be taken."""
        rule = case.verdict.rule
        if rule is None or rule.what is not What.TASK_FAILED or case.operation != _CAN_FAIL:
            return None
        body = failed_answer(self._emulation, case.operation, case.body, "")
        if body is None:
            return None
        return web.Response(status=200, body=body, content_type="application/json")

    def _untaken(self, case: Case, rule: FaultRule) -> web.Response:
        if rule.what is What.COMMIT_LATE:
            late = asyncio.create_task(_take_late(case, rule.delay_s))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
        if not rule.status:
            return _hang_up(case.request, reset=rule.reset)
        answer = case.refuse(rule.status)
        if rule.retry_after:
            answer.headers["Retry-After"] = rule.retry_after
        return answer


def refusal_of(status: int) -> tuple[str, str]:
    """Return the code and message of a refusal; those of 502, 503 and 504 are inferred."""
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "APIGW.0308", (
                "The throttling threshold has been reached: policy api over ratelimit,"
                "limit:20,time:1 second"
            )
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return Code.SERVICE_EXCEPTION, MESSAGES[Code.SERVICE_EXCEPTION]
        case HTTPStatus.GATEWAY_TIMEOUT:
            return "APIGW.0201", "Backend timeout"
        case _:
            return "APIGW.0201", "Backend unavailable"


_UNTAKEN = frozenset((What.DROP_BEFORE, What.STATUS, What.COMMIT_LATE))


async def _take_late(case: Case, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    case.perform(case.body)


def _taken(case: Case) -> web.Response:
    rule = case.verdict.rule
    if rule is None or rule.what is not What.PARTIAL:
        return case.perform(case.body)
    shortened = shorten(case.operation, case.body, rule.share, case.verdict.draw)
    answer = case.perform(shortened.body)
    if answer.status == HTTPStatus.OK:
        answer.body = own_up(case.operation, _body_of(answer), shortened.left_out)
    return answer


async def _spoilt(case: Case, rule: FaultRule, answer: web.Response) -> web.StreamResponse:
    match rule.what:
        case What.DROP_AFTER_COMMIT:
            return _hang_up(case.request, reset=rule.reset)
        case What.COMMIT_THEN_500:
            return case.refuse(rule.status or 500)
        case What.TRUNCATE:
            return await _cut(case.request, rule, answer)
        case What.MALFORMED:
            forms = tuple(Form)
            return _malformed(rule.form or forms[int(case.verdict.draw * len(forms))], answer)
        case _:
            return answer


def _hang_up(request: web.Request, *, reset: bool) -> web.Response:
    transport = request.transport
    if transport is not None:
        if reset:
            connection = transport.get_extra_info("socket")
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
    # Nobody reads it: the connection is gone.
    return web.Response()


async def _cut(request: web.Request, rule: FaultRule, answer: web.Response) -> web.StreamResponse:
    body = _body_of(answer)
    cut = web.StreamResponse(status=answer.status, headers=_plain_headers(answer))
    cut.content_length = len(body)
    cut.force_close()
    await cut.prepare(request)
    await cut.write(body[: min(int(len(body) * rule.share), len(body) - 1)])
    if rule.reset:
        _hang_up(request, reset=True)
    elif request.transport is not None:
        request.transport.close()
    return cut


def _malformed(form: Form, answer: web.Response) -> web.Response:
    body = _body_of(answer)
    content_type = "text/html" if form is Form.HTML else "application/json"
    bodies: Mapping[Form, Callable[[], bytes]] = {
        Form.HTML: lambda: b"<html><body><h1>504 Gateway Time-out</h1></body></html>",
        Form.EMPTY: lambda: b"",
        Form.NOT_UTF8: lambda: b'{"task_name":"\xff\xfe"' + body[-len(body) // 2 :],
        Form.WRONG_TYPES: lambda: _changed(body, lambda value: [value]),
        Form.NO_TASK_ID: lambda: _changed(body, lambda _: None),
        Form.DEEP: lambda: b"[" * _DEEP + b"]" * _DEEP,
    }
    return web.Response(status=200, body=bodies[form](), content_type=content_type)


def _changed(body: bytes, change: Callable[[object], object]) -> bytes:
    """Change every task id in an answer, wherever its envelope keeps it."""
    decoded: object = msgspec.json.decode(body)
    holders = [decoded, decoded.get("data")] if isinstance(decoded, dict) else []
    for holder in holders:
        if isinstance(holder, dict) and "task_id" in holder:
            holder["task_id"] = change(holder["task_id"])
    return msgspec.json.encode(decoded)


def _body_of(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""


def _plain_headers(answer: web.Response) -> dict[str, str]:
    kept = ("Content-Type", "X-Request-Id")
    return {name: answer.headers[name] for name in kept if name in answer.headers}
