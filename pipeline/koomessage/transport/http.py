"""The one place that speaks HTTP: each exchange ends as a value.

A send leaves once per exchange: that a 401 means that nothing was taken is believed, and watched,
so that sending again is an attempt of its own, with a name of its own. aiohttp's errors end here.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeGuard

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from pipeline.core.answer import Hindrance
from pipeline.koomessage.codes import axiom_of, complaint_of
from pipeline.koomessage.transport.calls import STALE_S, Call, Failed, GatewayOptions, Reply
from pipeline.koomessage.transport.clock_skew import ahead_s
from pipeline.koomessage.transport.credentials import Credentials
from pipeline.koomessage.transport.signing import Request, canonical_query
from pipeline.language import Text, Words, filled, system_words

_TOO_LATE: Final = Words("the intent's time is too far from now")
_FIELD_BYTES_MAX: Final = 32 * 1024
_UNAUTHORISED: Final = 401
_PLAIN: Final = ("", "identity")
_COMPRESSED: Final = Words("the answer is compressed, against our wish")
_NO_TIMEOUT: Final = aiohttp.ClientTimeout(
    total=None, connect=None, sock_connect=None, sock_read=None
)
_EMULATORS_MARK: Final = "X-Koosend-Emulator"


class Wire:
    """Connections to one endpoint, kept and used again.

    ahead_s is how many seconds our clock is ahead of the endpoint's by the latest answer that
    was dated and may be KooMessage's, negative for behind; None while there was none.
    """

    def __init__(
        self, options: GatewayOptions, credentials: Credentials, now: Callable[[], float]
    ) -> None:
        """Open nothing yet: connections belong to the event loop that first uses them."""
        self._options = options
        self._credentials = credentials
        self._now = now
        self._turn = asyncio.Semaphore(options.connections)
        self._session: aiohttp.ClientSession | None = None
        self.ahead_s: float | None = None
        self._headers = {"Host": options.host, "Content-Type": "application/json"}

    async def exchange(self, call: Call) -> Reply | Failed:
        """Sign, send, read. Raises CancelledError only."""
        async with self._turn:
            at = self._now() if call.at is None else call.at
            reply, proof = await self._attempt(call, at)
            if not _is_unauthorised(reply, call) or not await self._credentials.refresh(proof):
                return reply
            if call.at is not None:
                return replace(reply, renewed=True)
            reply, _ = await self._attempt(call, at)
            return reply

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _attempt(self, call: Call, at: float) -> tuple[Reply | Failed, Mapping[str, str]]:
        """Send once, if there is a proof to send with and it is not too late by then."""
        unready = await self._credentials.ready()
        if unready is not None:
            return Failed(written=False, why=unready.why, hindrance=unready.hindrance), {}
        if self._is_stale(at):
            return Failed(written=False, why=_TOO_LATE), {}
        request = Request(call.method, call.path, call.query, self._headers, call.body, at)
        proof = self._credentials.sign(request)
        return await self._once(call, at, {**self._headers, **proof}), proof

    def _is_stale(self, at: float) -> bool:
        return abs(self._now() - at) > STALE_S

    async def _once(self, call: Call, at: float, headers: dict[str, str]) -> Reply | Failed:
        contact = _Contact(call.body, self._options.read_s, lambda: self._is_stale(at))
        try:
            async with asyncio.timeout(self._options.connect_s) as deadline:
                contact.deadline = deadline
                return await self._send(call, headers, contact, at)
        except TimeoutError:
            limit_s = self._options.read_s if contact.written else self._options.connect_s
            return Failed(
                contact.written, filled("no answer within {limit_s} s", limit_s=f"{limit_s:g}")
            )
        except (aiohttp.ClientError, OSError) as error:
            if contact.too_late:
                return Failed(written=False, why=_TOO_LATE)
            return Failed(contact.written, _name(error), _hindrance(error))
        except Exception as error:
            # Whatever a peer can provoke in the parser is no bug of ours, and the send has left.
            if not contact.written:
                raise
            return Failed(written=True, why=_name(error))

    async def _send(
        self, call: Call, headers: dict[str, str], contact: "_Contact", at: float
    ) -> Reply | Failed:
        session = self._session or self._open()
        query = canonical_query(call.query)
        target = f"{call.path}?{query}" if query else call.path
        asked_at = self._now()
        if not call.body:
            contact.begin()
        async with session.request(
            call.method,
            URL(self._options.origin + target, encoded=True),
            headers=headers,
            data=contact if call.body else None,
            allow_redirects=False,
        ) as response:
            self._options.on_answer(_EMULATORS_MARK in response.headers)
            if response.headers.get("Content-Encoding", "").lower() not in _PLAIN:
                response.close()
                return Failed(written=True, why=_COMPRESSED, foreign=True)
            body = await _read(response, self._options.answer_bytes_max)
            if body is None:
                response.close()
                return Failed(
                    written=True, why=Words("the answer is too long to be one"), foreign=True
                )
            read_at = self._now()
            date = response.headers.get("Date", "")
            ahead = ahead_s(date, asked_at, read_at)
            if ahead is not None and body.lstrip()[:1] == b"{":
                self.ahead_s = ahead
            retry_after = response.headers.get("Retry-After", "")
            token = response.headers.get("X-Subject-Token", "")
            return Reply(response.status, body, retry_after, date, at, read_at, ahead, token)

    def _open(self) -> aiohttp.ClientSession:
        options = self._options
        trust = ssl.create_default_context(cafile=options.ca_file) if options.ca_file else True
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=trust,
                ttl_dns_cache=60,
                keepalive_timeout=options.keepalive_s,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            skip_auto_headers=("User-Agent",),
            timeout=_NO_TIMEOUT,
            trust_env=False,
            auto_decompress=False,
            max_field_size=_FIELD_BYTES_MAX,
        )
        return self._session


class _Contact(aiohttp.Payload):
    """A request body that knows whether it has begun to leave.

    aiohttp holds the head back until the body is written, so that before that nothing has left;
    and a head alone, without the body it announces, is nothing that could be taken.
    """

    _autoclose = True

    def __init__(
        self, body: bytes, read_s: float, is_stale: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(body, content_type="application/json")
        self._size = len(body)
        self._read_s = read_s
        self._is_stale = is_stale
        self.written = False
        self.too_late = False
        self.deadline: asyncio.Timeout | None = None

    def begin(self) -> None:
        self.written = True
        if self.deadline is not None:
            self.deadline.reschedule(asyncio.get_running_loop().time() + self._read_s)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        del content_length
        transport = writer.transport
        if transport is None or transport.is_closing():
            raise aiohttp.ClientConnectionResetError(
                Words("the connection was closed before the send")
            )
        # The last moment before anything leaves: this process may have stood still until now.
        if self._is_stale():
            self.too_late = True
            raise aiohttp.ClientConnectionResetError(_TOO_LATE)
        self.begin()
        await writer.write(self._value)


def _is_unauthorised(reply: Reply | Failed, call: Call) -> TypeGuard[Reply]:
    """Tell whether the gateway refused the credentials; without its code that proves nothing.

    A GET may be put again whoever refused it.
    """
    if not isinstance(reply, Reply) or reply.status != _UNAUTHORISED:
        return False
    complaint = complaint_of(reply.body)
    is_believed = complaint.is_proof and axiom_of(reply.status, complaint.code) is not None
    return is_believed or call.method == "GET"


async def _read(response: aiohttp.ClientResponse, bytes_max: int) -> bytes | None:
    """Read a whole body; None when it is longer than that."""
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > bytes_max:
            return None
        parts.append(part)
    return b"".join(parts)


def _name(error: Exception) -> Text:
    """Name an error by its kind alone: its text may quote addresses, headers or bodies."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return Words("the endpoint's name is not known")
        case aiohttp.ClientConnectorCertificateError():
            return filled(
                "the endpoint's certificate is not trusted{certificate_error}",
                certificate_error=_doubt_of(error.certificate_error),
            )
        case aiohttp.ClientConnectorSSLError():
            return Words("the endpoint does not speak TLS as it should")
        case aiohttp.ClientConnectorError():
            return filled("cannot connect ({why})", why=system_words(error.os_error))
        case aiohttp.ServerDisconnectedError():
            return Words("the connection was closed without an answer")
        case _:
            return filled("the connection failed ({kind})", kind=type(error).__name__)


def _doubt_of(error: Exception) -> str:
    said = str(getattr(error, "verify_message", ""))
    return f" ({said})" if said else ""


def _hindrance(error: Exception) -> Hindrance:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Hindrance.UNTRUSTED
    return Hindrance.UNREACHABLE
