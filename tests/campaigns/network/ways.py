"""What can be wrong with the way to the provider: names, certificates, bytes that drip, a server
that is gone for a while. Each is a context around a way; they go into each other in their order.
"""

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_process import EmulatorProcess, messages_of
from tests.support.proxy import Fault, losing

HERE = Path(__file__).parent
GONE = "the server gone for a while"
GONE_A_MINUTE = "the server gone for a minute"
EXPIRING = "a token that expires during the run"
TOKEN_LIFETIME_S = 4.0
LOGIN = """
iam_endpoint = "{url}"
user_env = "KOO_USER"
password_env = "KOO_PASSWORD"
domain = "emulator-domain"
project = "cn-north-4"
"""
LOOK_S = 0.02
WRONG_AT_FIRST = 8
"""How many lookups or handshakes fail: of the first question, and of sends."""


@dataclass(slots=True)
class Way:
    """How koosend reaches the provider: its address there, and what its process needs for it.

    account holds further keys of the campaign's [account].
    """

    folder: Path
    options: EmulatorOptions
    provider: EmulatorProcess
    url: str
    env: dict[str, str] = field(default_factory=dict)
    account: str = ""

    @property
    def port(self) -> int:
        """Return the port that the address names."""
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def unmet(self) -> list[str]:
        """List the rules of the provider's faults that never fired."""
        return [
            f"{rule['what']} of {rule['name']}"
            for rule in self.provider.rules()
            if not rule["fired"]
        ]


def gone(for_s: float) -> "Trouble":
    """Kill the provider once it has taken something, and start it again at the same place."""

    @contextmanager
    def trouble(way: Way) -> Iterator[None]:
        ended = threading.Event()

        def act() -> None:
            while not messages_of(way.provider.journal):
                if ended.wait(LOOK_S):
                    return
            port = urlsplit(way.provider.url).port
            assert port is not None
            way.provider.kill()
            ended.wait(for_s)
            way.provider = EmulatorProcess.start(way.folder, replace(way.options, port=port))

        thread = threading.Thread(target=act)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    return trouble


@contextmanager
def logged_in(way: Way) -> Iterator[None]:
    """Prove who we are by tokens, whose life the provider's options make short."""
    way.account = LOGIN.format(url=way.provider.url)
    way.env |= {"KOO_USER": "emulator-user", "KOO_PASSWORD": "emulator-password"}
    yield


@contextmanager
def dripping(way: Way) -> Iterator[None]:
    """Let some answers come at one byte a second."""
    with losing(way.url, lambda n: Fault.DRIP if n in {0, 2} else Fault.NONE) as proxy:
        way.url = proxy.url
        yield


def nameless(error: int) -> "Trouble":
    """Let the endpoint's name be unknown at first."""

    @contextmanager
    def trouble(way: Way) -> Iterator[None]:
        compiler = shutil.which(os.environ.get("CC", "gcc"))
        assert compiler, "no C compiler: set CC"
        library = way.folder / "names.so"
        strict = ("-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror")
        subprocess.run([compiler, *strict, "-o", library, HERE / "names.c", "-ldl"], check=True)
        way.url = way.url.replace("127.0.0.1", "localhost")
        way.env |= {
            "LD_PRELOAD": str(library),
            "NAMES_FAIL": str(WRONG_AT_FIRST),
            "NAMES_WITH": str(error),
            "NAMES_FAILED": str(way.folder / "names.failed"),
        }
        yield

    return trouble


def behind(certificate: str) -> "Trouble":
    """Put TLS before the provider, at first with a certificate that proves nothing."""

    @contextmanager
    def trouble(way: Way) -> Iterator[None]:
        shown = [_context(certificate)] * WRONG_AT_FIRST
        with _tls_before(way.port, lambda: shown.pop() if shown else _context("right")) as port:
            way.url = f"https://127.0.0.1:{port}"
            way.env["SSL_CERT_FILE"] = str(HERE / "tls" / "authority.pem")
            yield

    return trouble


Trouble = Callable[[Way], AbstractContextManager[None]]

TROUBLES: Mapping[str, Trouble] = {
    GONE: gone(2.5),
    GONE_A_MINUTE: gone(60.0),
    EXPIRING: logged_in,
    "answers of one byte a second": dripping,
    "a certificate of nobody": behind("unknown"),
    "a certificate of another host": behind("strange"),
    "a certificate that has expired": behind("expired"),
    "a name that is unknown": nameless(socket.EAI_NONAME),
    "a name server that is away": nameless(socket.EAI_AGAIN),
}
"""The nearest to the provider first: this is their order when several are tried together."""

APART = (
    frozenset(name for name in TROUBLES if name.startswith("a certificate")),
    frozenset(name for name in TROUBLES if name.startswith("a name")),
)
"""A way has at most one of each: a server shows one certificate, a lookup fails in one way."""


def _context(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / "tls" / f"{certificate}.pem")
    return context


@contextmanager
def _tls_before(port: int, choose: Callable[[], ssl.SSLContext]) -> Iterator[int]:
    """Take TLS connections in a thread and hand their bytes on; choose says who we claim to be."""
    ready: list[int] = []
    started = threading.Event()
    stop: list[Callable[[], object]] = []

    carrying: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        carrying.add(task)
        task.add_done_callback(carrying.discard)
        try:
            await writer.start_tls(choose())
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # either side has gone, or the test ends
        finally:
            writer.close()

    async def run() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            ready.append(server.sockets[0].getsockname()[1])
            started.set()
            await ended.wait()
            for task in carrying:
                task.cancel()
            await asyncio.gather(*carrying, return_exceptions=True)
            await asyncio.sleep(0)  # lets the connections see their end

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(240)
    try:
        yield ready[0]
    finally:
        stop[0]()
        thread.join()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
