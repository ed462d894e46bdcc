"""A customer's receipt address; it answers 500, which the provider does not care about."""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

WAIT_S = 120

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Know an address and what was pushed there."""

    url: str
    bodies: "queue.Queue[Body]" = field(default_factory=queue.Queue)

    def next(self) -> Body:
        """Wait for one push."""
        return self.bodies.get(timeout=WAIT_S)

    def reports(self, count: int) -> list[Body]:
        """Wait for so many AIM basic reports."""
        reports: list[Body] = []
        while len(reports) < count:
            body = self.next()
            assert len(body["reports"]) <= 500
            assert len(body["seq_id"]) == 32
            reports += body["reports"]
        return reports

    def news(self, kind: str, count: int) -> list[Body]:
        """Wait for so many AIM receipts of a kind, leaving out those of the other kind."""
        found: list[Body] = []
        while len(found) < count:
            body = self.next()
            if body["callback_type"] == kind:
                rows = json.loads(body["body"])
                found += rows if isinstance(rows, list) else [rows]
        return found

    def until(self, is_last: Callable[[Body], bool]) -> list[Body]:
        """Return what comes up to the push that is the last."""
        bodies = [self.next()]
        while not is_last(bodies[-1]):
            bodies.append(self.next())
        return bodies

    def is_quiet(self) -> bool:
        """Tell whether nothing is waiting."""
        return self.bodies.empty()


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Receive pushes for as long as the context lasts."""
    bodies: queue.Queue[Body] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_form = "urlencoded" in self.headers["Content-Type"]
            bodies.put(dict(parse_qsl(body.decode())) if is_form else json.loads(body))
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing: the numbers are nobody's business."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_port}/receipts", bodies)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
