"""A mail server and a webhook on this machine: they keep what they get, and fail as told."""

import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANG_S = 60.0


@dataclass(slots=True)
class Webhook:
    """Keeps every body that was posted; answers are given in turn, the last one for ever.

    An answer is a status; 0 drops the connection without one, -1 gives none for a minute.
    """

    answers: list[int] = field(default_factory=lambda: [200])
    bodies: list[dict[str, Any]] = field(default_factory=list)
    pinged: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """Return how Apprise names it; the path is the secret."""
        return f"json://127.0.0.1:{self.port}/hook-secret-path"

    @property
    def titles(self) -> list[str]:
        return [str(body["title"]) for body in self.bodies]


@contextmanager
def webhook(*answers: int) -> Iterator[Webhook]:
    kept = Webhook(list(answers) or [200])
    left = threading.Event()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(kept.answers.pop(0) if len(kept.answers) > 1 else kept.answers[0])

        def do_GET(self) -> None:
            kept.pinged.append(self.path)
            self._answer(200)

        def _answer(self, status: int) -> None:
            if status < 0:
                left.wait(HANG_S)
            if status <= 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", kept.port), Door)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield kept
    finally:
        left.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True)
class MailServer:
    """Keeps every mail that it took. data_answers are given to DATA's end in turn, as above."""

    data_answers: list[int] = field(default_factory=lambda: [250])
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """Return how Apprise names it: without TLS, from one mailbox to another."""
        return (
            f"mailto://127.0.0.1:{self.port}?from=koosend@example.com&to=ops@example.com"
            "&mode=insecure"
        )

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    @property
    def files(self) -> list[list[str]]:
        """List the names of what is attached, mail by mail."""
        return [
            [name for part in mail.walk() if (name := part.get_filename())] for mail in self.mails
        ]


class _Session(socketserver.StreamRequestHandler):
    """One mail client's visit."""

    kept: MailServer

    def handle(self) -> None:
        self._say(220)
        while line := self.rfile.readline():
            word = line.strip().upper().split(b" ")[0].split(b":")[0]
            if word == b"QUIT":
                self._say(221)
                return
            self._say(354 if word == b"DATA" else 250)
            if word == b"DATA" and not self._take():
                return

    def _take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.kept.mails.append(mail)
        answers = self.kept.data_answers
        code = answers.pop(0) if len(answers) > 1 else answers[0]
        if code > 0:
            self._say(code)
        return code > 0

    def _say(self, code: int) -> None:
        self.wfile.write(f"{code} here\r\n".encode())


@contextmanager
def mail_server(*data_answers: int) -> Iterator[MailServer]:
    kept = MailServer(list(data_answers) or [250])
    session = type("Session", (_Session,), {"kept": kept})

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    server = Server(("127.0.0.1", 0), session)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def closed_port() -> Iterator[int]:
    """Give a port that nobody listens at, and that nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def silent_port() -> Iterator[int]:
    """Give a port whose listener takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def until(holds: Callable[[], object], limit_s: float = 30.0) -> None:
    """Wait until something holds; fails where it does not in time."""
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.02)
