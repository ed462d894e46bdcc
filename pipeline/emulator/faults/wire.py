"""Do to a call what a rule says: on the wire, before or after the operation itself."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from aiohttp import web

from pipeline.emulator.faults.answers import body_of, error_in_200, foreign, form_of, malformed
from pipeline.emulator.faults.case import Case
from pipeline.emulator.faults.kinds import SENDS, Form, What
from pipeline.emulator.faults.rules import FaultRule
from pipeline.emulator.faults.sends import take
from pipeline.emulator.faults.views import TRUE
from pipeline.emulator.http.codes import Code
from pipeline.emulator.http.listing import WHOLE, Listing
from pipeline.emulator.state.emulation import Emulation

# Closing then sends a reset instead of an orderly end.
_LINGER_ZERO = struct.pack("ii", 1, 0)


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
        elif case.operation in SENDS:
            answer = take(self._emulation, case)
        else:
            answer = self._looked_up(case)
        if verdict.delay_s:
            await asyncio.sleep(verdict.delay_s)
        return answer if verdict.rule is None else await _spoilt(case, verdict.rule, answer)

    async def close(self) -> None:
        """Forget the sends that are still to be taken: the provider went away before."""
        for late in self._late:
            late.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    def _looked_up(self, case: Case) -> web.Response:
        """Answer a question as its view of the lists has it."""
        view = case.verdict.view
        if view == TRUE:
            return case.perform(case.call)
        with self._listed(view.listing(self._emulation.clock.now_s())):
            answer = case.perform(view.asked(case.call))
        if answer.status == HTTPStatus.OK:
            answer.body = view.altered(case.call, body_of(answer))
        return answer

    @contextmanager
    def _listed(self, listing: Listing) -> Iterator[None]:
        books = self._emulation.tasks, self._emulation.link_book
        for book in books:
            book.listing = listing
        try:
            yield
        finally:
            for book in books:
                book.listing = WHOLE

    def _untaken(self, case: Case, rule: FaultRule) -> web.Response:
        if rule.what is What.COMMIT_LATE:
            late = asyncio.create_task(_take_late(case, rule.delay_s))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
        if rule.what is What.REFUSE:
            return _refused(case, rule, rule.status or HTTPStatus.BAD_REQUEST)
        if not rule.status:
            return _hang_up(case.request, reset=rule.reset)
        return _refused(case, rule, rule.status)


def refusal_of(status: int) -> tuple[str, str]:
    """Return the code and message of a refusal; those of 502, 503 and 504 are inferred."""
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return "APIGW.0301", "Incorrect IAM authentication information: verify aksk fail"
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "APIGW.0308", (
                "The throttling threshold has been reached: policy api over ratelimit,"
                "limit:20,time:1 second"
            )
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return Code.SERVICE_EXCEPTION, Code.SERVICE_EXCEPTION.message
        case HTTPStatus.GATEWAY_TIMEOUT:
            return "APIGW.0201", "Backend timeout"
        case _:
            return "APIGW.0201", "Backend unavailable"


_UNTAKEN = frozenset((What.DROP_BEFORE, What.STATUS, What.COMMIT_LATE, What.REFUSE))


async def _take_late(case: Case, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    case.perform(case.call)


def _refused(case: Case, rule: FaultRule, status: int) -> web.Response:
    answer = case.refuse(status, rule.code or "", rule.message)
    if rule.retry_after:
        answer.headers["Retry-After"] = rule.retry_after
    return answer


async def _spoilt(case: Case, rule: FaultRule, answer: web.Response) -> web.StreamResponse:
    if rule.what is What.DROP_AFTER_COMMIT or rule.answer == "lost":
        return _hang_up(case.request, reset=rule.reset)
    if rule.what is What.TRUNCATE:
        return await _cut(case.request, rule, answer)
    return _replaced(case, rule, answer)


def _replaced(case: Case, rule: FaultRule, answer: web.Response) -> web.Response:
    match rule.what:
        case What.COMMIT_THEN_500:
            return case.refuse(rule.status or HTTPStatus.INTERNAL_SERVER_ERROR)
        case What.COMMIT_THEN_REFUSE:
            return _refused(case, rule, rule.status or HTTPStatus.TOO_MANY_REQUESTS)
        case What.COMMIT_THEN_STATUS:
            return foreign(rule.status, rule.form or Form.HTML)
        case What.ERROR_IN_200:
            form = form_of(rule, case.verdict.draw)
            return error_in_200(case.operation, rule, form, answer)
        case What.MALFORMED:
            return malformed(form_of(rule, case.verdict.draw), answer)
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
    body = body_of(answer)
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


def _plain_headers(answer: web.Response) -> dict[str, str]:
    kept = ("Content-Type", "X-Request-Id")
    return {name: answer.headers[name] for name in kept if name in answer.headers}
