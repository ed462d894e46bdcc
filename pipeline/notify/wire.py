"""See what leaves this process, so that a failure proves as much as it can and no more.

Apprise says only whether all went well. Whatever it speaks HTTP and mail by is watched here: the
interpreter's audit events tell of each write before it happens, and requests and smtplib of each
answer. Whatever leaves by another way proves nothing.
"""

import smtplib
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests.adapters

from pipeline.notify.letter import Gone, Sign
from pipeline.ports import NoticeStep

_BY_ANOTHER_WAY = frozenset(
    {
        *("socket.connect", "socket.sendto", "socket.sendmsg"),
        *("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "syslog.syslog"),
    }
)
_WRITES = "http.client.send"
_TIMED_OUT = 408
_UNAVAILABLE = 503
_CAUSES_MAX = 12


@dataclass(slots=True)
class Exchange:
    """A request or a mail: whether it was written, what was answered, or why it was not written."""

    written: bool = False
    code: int | None = None
    is_refused: bool = False
    why: str = ""


@dataclass(slots=True)
class Wire:
    """Everything that left, in its order; on_sign hears of each thing before it happens."""

    on_sign: Callable[[Sign], None]
    exchanges: list[Exchange] = field(default_factory=list)
    is_blind: bool = False
    _inside: int = 0

    def watch(self) -> None:
        """Watch from now on, for as long as this process lives."""
        send, connect, data = (
            requests.adapters.HTTPAdapter.send,
            smtplib.SMTP.connect,
            smtplib.SMTP.data,
        )

        def watched_send(*given: Any, **named: Any) -> requests.Response:  # noqa: ANN401 -- as they come
            with self._exchange() as exchange:
                answer = send(*given, **named)
                exchange.code = answer.status_code
                exchange.is_refused = _is_refusal(answer.status_code)
                return answer

        def watched_connect(*given: Any, **named: Any) -> tuple[int, bytes]:  # noqa: ANN401 -- as they come
            with self._exchange():
                return connect(*given, **named)

        def watched_data(*given: Any, **named: Any) -> tuple[int, bytes]:  # noqa: ANN401 -- as they come
            with self._exchange() as exchange:
                self._writes()
                try:
                    exchange.code, answer = data(*given, **named)
                except smtplib.SMTPDataError as refused:
                    exchange.code = refused.smtp_code
                    exchange.is_refused = True
                    raise
                exchange.is_refused = exchange.code >= 400  # noqa: PLR2004 -- a mail server's no
                return exchange.code, answer

        requests.adapters.HTTPAdapter.send = watched_send  # type: ignore[method-assign]  # in this child alone
        smtplib.SMTP.connect = watched_connect  # type: ignore[method-assign]  # as above
        smtplib.SMTP.data = watched_data  # type: ignore[method-assign]  # as above
        sys.addaudithook(self._heard)

    def gone(self, *, well: bool) -> Gone:
        """Say what is known once Apprise has ended; well is what it said."""
        if well:
            return Gone(NoticeStep.LEFT)
        if self.is_blind or not self.exchanges:
            return Gone(NoticeStep.MAY_HAVE_LEFT, "Apprise says that it failed, and not how")
        written = [one for one in self.exchanges if one.written]
        if not written:
            return Gone(NoticeStep.NOT_LEFT, self.exchanges[-1].why or "it was refused before")
        open_ones = [one for one in written if not one.is_refused]
        if open_ones:
            code = open_ones[-1].code
            why = "no answer came" if code is None else f"the answer was {code}"
            return Gone(NoticeStep.MAY_HAVE_LEFT, why)
        return Gone(NoticeStep.NOT_LEFT, f"the answer was {written[-1].code}")

    @contextmanager
    def _exchange(self) -> Iterator[Exchange]:
        exchange = Exchange()
        self.exchanges.append(exchange)
        self.on_sign(Sign(watched=True))
        self._inside += 1
        try:
            yield exchange
        except Exception as error:
            exchange.why = reason_of(error)
            raise
        finally:
            self._inside -= 1

    def _writes(self) -> None:
        self.on_sign(Sign(written=True))
        self.exchanges[-1].written = True

    def _heard(self, event: str, _: object) -> None:
        if event == _WRITES:
            if self._inside:
                self._writes()
            else:
                self._blinded()
        elif event in _BY_ANOTHER_WAY and not self._inside:
            self._blinded()

    def _blinded(self) -> None:
        self.on_sign(Sign(written=True))
        self.is_blind = True


def _is_refusal(code: int) -> bool:
    """Tell whether a service's answer means that it took nothing; a proxy's may mean anything."""
    return (400 <= code < 500 and code != _TIMED_OUT) or code == _UNAVAILABLE  # noqa: PLR2004 -- HTTP's


def reason_of(error: BaseException) -> str:
    """Say why there was no answer, by the kind of what was raised: its text may hold a secret."""
    found: BaseException | None = error
    for _ in range(_CAUSES_MAX):
        match found:
            case socket.gaierror():
                return "its host is not known"
            case ConnectionRefusedError():
                return "the connection was refused"
            case TimeoutError():
                return "there was no answer in time"
            case ssl.SSLError():
                return "the connection could not be made safe (TLS)"
            case smtplib.SMTPResponseException():
                return f"the answer was {found.smtp_code}"
            case None:
                break
            case _:
                found = found.__cause__ or found.__context__
    return "the connection failed"
