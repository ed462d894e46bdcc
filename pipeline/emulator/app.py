"""The emulator over HTTP: the gateway's checks, then the operation; every answer is JSON."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from email.utils import formatdate
from functools import partial

import msgspec
from aiohttp import web

from pipeline.emulator.clock import Clock
from pipeline.emulator.console.control import CallCounts, advance, stats
from pipeline.emulator.console.page import Page
from pipeline.emulator.console.template_status import change_status
from pipeline.emulator.faults.book import NOTHING
from pipeline.emulator.faults.case import Case
from pipeline.emulator.faults.control import FaultControl
from pipeline.emulator.faults.rules import FaultsError
from pipeline.emulator.faults.wire import Mishaps, refusal_of
from pipeline.emulator.http.codes import Code, RefusedError, message_of
from pipeline.emulator.http.fields import Call, JsonObject
from pipeline.emulator.http.operations import Answer, Operation
from pipeline.emulator.http.protocol import MALFORMED
from pipeline.emulator.http.routes import Routes, path_values
from pipeline.emulator.http.signature import SignatureCheck, Signed
from pipeline.emulator.http.throttle import CallGate, ThrottledError
from pipeline.emulator.options import EmulatorOptions
from pipeline.emulator.products import (
    aim,
    aim_basic,
    aim_reports,
    callbacks,
    capability,
    iam,
    links,
    service_numbers,
    sms,
    sms_catalog,
    templates,
)
from pipeline.emulator.receipts.push import pushing, receipts_out
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.tasks import derived_uuid

BODY_MAX = 12 * 1024 * 1024
MARK = {"X-Koosend-Emulator": "nobody was sent anything"}
"""What every answer bears, spoilt and refusing ones too, so that nothing else is taken for us."""

_MODULES = (
    iam,
    aim,
    aim_reports,
    links,
    templates,
    service_numbers,
    sms_catalog,
    aim_basic,
    capability,
    callbacks,
    sms,
)
# ShowAimMsgSignatureFileInfo, which would else be taken for the signature of the id "files".
_ABSENT = (("GET", "/v1/sms/signatures/files"),)
_JSON = "application/json"
_OWN = "/_emulator/"
_Control = Callable[[Emulation, bytes], JsonObject | None]
# What is changed by a POST to an address of our own, and what is said of a body that is not sound.
_CONTROLS: Mapping[str, tuple[_Control, str, str]] = {
    "clock": (
        advance,
        "EMULATOR.CLOCK",
        'the body must be {"advance_s": 0 or more} or {"gateway_ahead_s": a number}',
    ),
    "template-status": (
        change_status,
        "EMULATOR.TEMPLATE",
        "the body must name a template and its state",
    ),
}
_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


def build_app(options: EmulatorOptions, clock: Clock | None = None) -> web.Application:
    """Make an application that holds one emulator.

    Raises WorldError, FaultsError and JournalError. The journal is released at the clean-up.
    """
    emulation = Emulation(options, clock or Clock())
    gateway = _Gateway(emulation)
    app = web.Application(client_max_size=BODY_MAX)
    app[MALFORMED] = gateway.malformed
    app.router.add_route("*", "/{path:.*}", gateway.answer, expect_handler=gateway.expected)

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        hold_s = emulation.world.receipts.hold_after_restart_s
        async with pushing(emulation, hold_s=hold_s):
            yield
        await gateway.close()
        emulation.close()

    async def headed(_: web.Request, answer: web.StreamResponse) -> None:
        answer.headers["Date"] = formatdate(emulation.clock.real_s(), usegmt=True)
        answer.headers.update(MARK)

    app.on_response_prepare.append(headed)
    app.cleanup_ctx.append(lifetime)
    return app


class _Gateway:
    def __init__(self, emulation: Emulation) -> None:
        account = emulation.world.account
        self._emulation = emulation
        self._counts = CallCounts()
        self._answers = 0
        self._gate = CallGate(emulation.options.rate)
        self._signatures = SignatureCheck(
            {account.access_key: account.secret_key}, emulation.clock.real_s
        )
        operations = (operation for module in _MODULES for operation in module.OPERATIONS)
        self._routes = Routes(operations, _ABSENT)
        self._faults = FaultControl(emulation, self._routes.names)
        self._mishaps = Mishaps(emulation)
        self._page = Page(emulation, self._faults, self._counts)

    async def close(self) -> None:
        await self._mishaps.close()

    def malformed(self) -> web.Response:
        """Refuse what is no HTTP, or no whole call."""
        answer = self._refusal(400, "APIGW.0201", "Bad request")
        answer.headers.update(MARK)  # it may be sent where no application is reached
        return answer

    async def expected(self, request: web.Request) -> web.StreamResponse | None:
        """Tell a client that waits for it to send its body."""
        if request.headers["Expect"].lower() != "100-continue":
            return self.malformed()
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
        return None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith(_OWN):
            return await self._own(request)
        if (request.method, request.path) == ("GET", "/"):
            return self._page.response()
        self._counts.calls += 1
        operation = self._routes.find(request.method, request.rel_url.raw_path)
        if operation is None:
            return self._refusal(
                404, "APIGW.0101", "The API does not exist or has not been published"
            )
        self._counts.by_operation[operation.name] += 1
        self._counts.paged(request.query)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._refusal(413, "APIGW.0201", "Request entity too large")
        refusal = None if operation.is_open else self._admitted(operation, request, body)
        answer = refusal or await self._met(operation, request, body)
        if self._emulation.receipt_faults.modes.early:
            await receipts_out(self._emulation)
        return answer

    async def _met(
        self, operation: Operation, request: web.Request, body: bytes
    ) -> web.StreamResponse:
        perform = partial(self._performed, operation)
        call = Call(request.query, body, path_values(operation, request.rel_url.raw_path))
        verdict = self._faults.verdict(operation.name, request.raw_path, body)
        if verdict is NOTHING:
            return perform(call)
        refuse = partial(self._refused, operation)
        case = Case(request, operation.name, call, verdict, perform, refuse)
        return await self._mishaps.meet(case)

    def _admitted(
        self, operation: Operation, request: web.Request, body: bytes
    ) -> web.Response | None:
        if not operation.is_of_iam and not self._gate.admits():
            self._counts.throttled += 1
            return self._throttled("user", self._gate.rate)
        objection = self._objection(operation, request, body)
        if objection is None:
            return None
        return self._refusal(
            401, "APIGW.0301", f"Incorrect IAM authentication information: {objection}"
        )

    def _objection(self, operation: Operation, request: web.Request, body: bytes) -> str | None:
        token = request.headers.get("X-Auth-Token")
        if token:
            return self._emulation.tokens.objection(token, any_scope=operation.is_of_iam)
        return self._signatures.objection(
            Signed(request.method, request.raw_path, request.headers, body)
        )

    def _performed(self, operation: Operation, call: Call) -> web.Response:
        try:
            reply = operation.handle(self._emulation, call)
        except RefusedError as refused:
            return self._error(operation, 400, refused.code, refused.message)
        except ThrottledError as refused:
            self._counts.throttled += 1
            return self._throttled("api", refused.limit)
        except Exception:  # noqa: BLE001 -- the caller gets the provider's 500, the log the rest
            _log.exception("%s failed", operation.name)
            code = Code.SERVICE_EXCEPTION
            return self._error(operation, 500, code, code.message)
        if isinstance(reply, Answer):
            answer = self._json(reply.status, reply.body)
            answer.headers.update(reply.headers)
            return answer
        return self._json(200, reply)

    def _refused(
        self, operation: Operation, status: int, code: str = "", message: str = ""
    ) -> web.Response:
        usual, said = refusal_of(status)
        if code and code != usual:
            usual, said = code, message_of(code)
        if usual.startswith("KM."):
            return self._error(operation, status, usual, message or said)
        return self._refusal(status, usual, message or said)

    def _throttled(self, policy: str, limit: int) -> web.Response:
        return self._refusal(
            429,
            "APIGW.0308",
            f"The throttling threshold has been reached: policy {policy} over ratelimit,"
            f"limit:{limit},time:1 second",
        )

    def _error(self, operation: Operation, status: int, code: str, message: str) -> web.Response:
        body: JsonObject = {"error_code": code, "error_msg": message}
        if operation.long_errors:
            body["error_message"] = message
        return self._json(status, body)

    def _refusal(self, status: int, code: str, message: str) -> web.Response:
        request_id = self._request_id()
        body: JsonObject = {"error_msg": message, "error_code": code, "request_id": request_id}
        return self._json(status, body, request_id)

    def _json(self, status: int, body: JsonObject, request_id: str = "") -> web.Response:
        return web.Response(
            status=status,
            body=_encode(body),
            content_type=_JSON,
            headers={"X-Request-Id": request_id or self._request_id()},
        )

    def _request_id(self) -> str:
        self._answers += 1
        seed = self._emulation.options.seed
        return derived_uuid("call", f"{seed}:{self._answers}").replace("-", "")

    async def _own(self, request: web.Request) -> web.Response:
        match request.method, request.path.removeprefix(_OWN):
            case "GET", "stats":
                return self._json(200, stats(self._emulation, self._counts))
            case "GET", "faults":
                return self._json(200, self._faults.shown())
            case "PUT", "faults":
                return await self._put_faults(request)
            case "POST", name if name in _CONTROLS:
                act, code, needed = _CONTROLS[name]
                answer = act(self._emulation, await request.read())
                return (
                    self._refusal(400, code, needed) if answer is None else self._json(200, answer)
                )
            case _:
                return self._refusal(404, "EMULATOR.NONE", "the emulator has no such address")

    async def _put_faults(self, request: web.Request) -> web.Response:
        try:
            self._faults.replace(await request.read())
        except FaultsError as error:
            return self._refusal(400, "EMULATOR.FAULTS", str(error))
        return self._json(200, self._faults.shown())
