"""The emulator over HTTP: the gateway's checks, then the operation; every answer is JSON."""

import logging
from collections.abc import AsyncIterator

import msgspec
from aiohttp import web

from pipeline.emulator import aim, aim_basic, aim_details, callbacks, capability
from pipeline.emulator.clock import Clock
from pipeline.emulator.codes import MESSAGES, Code, RefusedError
from pipeline.emulator.control import CallCounts, advance, stats
from pipeline.emulator.emulation import Emulation, JsonObject, Operation
from pipeline.emulator.fields import Call
from pipeline.emulator.options import EmulatorOptions
from pipeline.emulator.pushes import pushing
from pipeline.emulator.signature import SignatureCheck, Signed
from pipeline.emulator.tasks import derived_uuid
from pipeline.emulator.throttle import CallGate

BODY_MAX = 12 * 1024 * 1024

_JSON = "application/json"
_OWN = "/_emulator/"
_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


def build_app(options: EmulatorOptions, clock: Clock | None = None) -> web.Application:
    """Make an application that holds one emulator.

    Raises WorldError and JournalError. The journal is released at the application's clean-up.
    """
    emulation = Emulation(options, clock or Clock())
    gateway = _Gateway(emulation)
    app = web.Application(client_max_size=BODY_MAX)
    app.router.add_route("*", "/{path:.*}", gateway.answer)

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        hold_s = emulation.world.receipts.hold_after_restart_s
        async with pushing(emulation, hold_s=hold_s):
            yield
        emulation.close()

    app.cleanup_ctx.append(lifetime)
    return app


class _Gateway:
    def __init__(self, emulation: Emulation) -> None:
        account = emulation.world.account
        self._emulation = emulation
        self._counts = CallCounts()
        self._gate = CallGate(emulation.options.rate)
        self._signatures = SignatureCheck(
            {account.access_key: account.secret_key}, emulation.clock.real_s
        )
        self._operations: dict[tuple[str, str], Operation] = {
            (operation.method, operation.path): operation
            for module in (aim, aim_details, aim_basic, capability, callbacks)
            for operation in module.OPERATIONS
        }

    async def answer(self, request: web.Request) -> web.Response:
        if request.path.startswith(_OWN):
            return await self._own(request)
        self._counts.calls += 1
        operation = self._operations.get((request.method, request.path))
        if operation is None:
            return self._refusal(
                404, "APIGW.0101", "The API does not exist or has not been published"
            )
        self._counts.by_operation[operation.name] += 1
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._refusal(413, "APIGW.0201", "Request entity too large")
        return self._admitted(request, body) or self._performed(operation, request, body)

    def _admitted(self, request: web.Request, body: bytes) -> web.Response | None:
        if not self._gate.admits():
            self._counts.throttled += 1
            return self._refusal(
                429,
                "APIGW.0308",
                "The throttling threshold has been reached: policy user over ratelimit,"
                f"limit:{self._gate.rate},time:1 second",
            )
        objection = self._signatures.objection(
            Signed(request.method, request.raw_path, request.headers, body)
        )
        if objection is None:
            return None
        return self._refusal(
            401, "APIGW.0301", f"Incorrect IAM authentication information: {objection}"
        )

    def _performed(self, operation: Operation, request: web.Request, body: bytes) -> web.Response:
        try:
            reply = operation.handle(self._emulation, Call(request.query, body))
        except RefusedError as refused:
            return self._error(operation, 400, refused.code, refused.message)
        except Exception:  # noqa: BLE001 -- the caller gets the provider's 500, the log the rest
            _log.exception("%s failed", operation.name)
            code = Code.SERVICE_EXCEPTION
            return self._error(operation, 500, code, MESSAGES[code])
        return self._json(200, reply)

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
        seed = self._emulation.options.seed
        return derived_uuid("call", f"{seed}:{self._counts.calls}").replace("-", "")

    async def _own(self, request: web.Request) -> web.Response:
        match request.method, request.path.removeprefix(_OWN):
            case "GET", "stats":
                return self._json(200, stats(self._emulation, self._counts))
            case "POST", "clock":
                answer = advance(self._emulation, await request.read())
                if answer is not None:
                    return self._json(200, answer)
                return self._refusal(
                    400, "EMULATOR.CLOCK", 'the body must be {"advance_s": 0 or more}'
                )
            case _:
                return self._refusal(404, "EMULATOR.NONE", "the emulator has no such address")
