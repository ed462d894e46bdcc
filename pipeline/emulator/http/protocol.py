"""HTTP itself: what is no call at all is answered in the gateway's JSON, and a lost client is none.

aiohttp on its own answers in plain text and writes a traceback for whatever a client does wrong.
"""

import asyncio
from collections.abc import Callable

from aiohttp import http_exceptions, web

Refuse = Callable[[], web.Response]

# What the gateway says of a call that cannot be read.
MALFORMED: web.AppKey[Refuse] = web.AppKey("malformed")

_FROM_CLIENTS = (http_exceptions.HttpProcessingError, web.RequestPayloadError, ConnectionError)


class JsonRunner(web.AppRunner):
    """Run an application whose clients are answered in JSON, even where it is never reached."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(made, self.app[MALFORMED])


class _Server(web.Server):
    def __init__(self, made: web.Server, refuse: Refuse) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory)
        self._refuse = refuse

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, self._refuse)


class _Protocol(web.RequestHandler):
    def __init__(self, server: web.Server, refuse: Refuse) -> None:
        super().__init__(server, loop=asyncio.get_running_loop())
        self._refuse = refuse

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if not isinstance(exc, _FROM_CLIENTS):
            return super().handle_error(request, status, exc, message)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        answer = self._refuse()
        answer.force_close()
        return answer

    def log_exception(self, *arguments: object, **more: object) -> None:
        if not isinstance(more.get("exc_info"), _FROM_CLIENTS):
            super().log_exception(*arguments, **more)
