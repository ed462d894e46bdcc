"""`serve`: take receipts for a state folder at all hours, and show where things stand."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import ReportUnwritable
from pipeline.ledger import SqliteLedger
from pipeline.logs import Event, EventLog, LogOptions, configure
from pipeline.ports import Clock
from pipeline.runner.attending import Attendance, Attended, attending
from pipeline.runner.keeping import ReceiptKeeper
from pipeline.runner.overview import Watchtower
from pipeline.runner.receiving import door_of, path_token, receipts_address
from pipeline.settings import Receipts
from pipeline.web.markup import Overview
from pipeline.web.page import StatusPage
from pipeline.web.receipts import Address, Listener, serve_app

EVENTS_FILE = "serve.jsonl"
PAGE_FILE = "serve.url"

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Service:
    """What is served. where names the file or option that said so; page is None without a page.

    rehearsal says that the secrets may be made up, since only the emulator pushes.
    """

    state: Path
    receipts: Receipts
    where: str
    page: tuple[str, int] | None
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Served:
    """Where it listens. page_file is readable by its owner only: it holds the page's secret."""

    receipts: str
    page: str
    page_file: Path | None


def serve(service: Service, clock: Clock, on_ready: Callable[[Served], None]) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP, then answer what is under way and return.

    Raises WorkLeft while another service has the state folder, CampaignInvalid for an address
    that is taken, CredentialsRefused where the secret is not set.
    """
    token = path_token(service.receipts, made_up=service.rehearsal, where=service.where)
    former = os.environ.get(service.receipts.former_token_env, "")
    options = LogOptions(secrets=tuple(filter(None, (token, former))))
    configure(LogOptions(secrets=options.secrets, level="warning"))
    # Two connections: a view of the page must never keep a receipt waiting.
    with (
        closing(SqliteLedger(service.state)) as book,
        closing(SqliteLedger(service.state)) as shown,
        attending(service.state) as attendance,
        closing(EventLog(service.state / EVENTS_FILE, options)) as events,
    ):
        desk = _Desk(service, clock, events, token, attendance)
        asyncio.run(_serve(desk, book, shown, on_ready))


@dataclass(frozen=True, slots=True)
class _Desk:
    service: Service
    clock: Clock
    events: EventLog
    token: str
    attendance: Attendance


async def _serve(
    desk: _Desk, book: SqliteLedger, shown: SqliteLedger, on_ready: Callable[[Served], None]
) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        # Whoever started us under nohup wants us to outlive the terminal.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, told.set)
    async with AsyncExitStack() as stack:
        receipts = desk.service.receipts
        keeper = ReceiptKeeper(book, desk.clock, desk.events)
        listener = Listener(door_of(receipts, desk.token), keeper.store, desk.events.emit)
        address = await stack.enter_async_context(
            serve_app(receipts.host, receipts.port, listener.app(), "receipts.listen")
        )
        page, file = await _open_page(desk, stack, shown, (listener, address))
        made_up = not os.environ.get(receipts.path_token_env)
        desk.attendance.tell(
            Attended(
                str(address),
                receipts_address(f"http://{address}", desk.token) if made_up else "",
            )
        )
        desk.events.emit(Event.RECEIPTS_LISTENING, host=receipts.host, by="koosend serve")
        on_ready(Served(str(address), page, file))
        await told.wait()
    _forget(file)


async def _open_page(
    desk: _Desk, stack: AsyncExitStack, shown: SqliteLedger, heard: tuple[Listener, Address]
) -> tuple[str, Path | None]:
    """Serve the page where one is wanted; return where it is and what holds its secret."""
    service = desk.service
    if service.page is None:
        return "", None
    listener, address = heard
    tower = Watchtower(shown, desk.clock, service.state, str(address), listener.counts)
    looking = asyncio.Lock()

    async def look() -> Overview:
        async with looking:
            return await asyncio.to_thread(tower.look)

    secret = secrets.token_urlsafe(24)
    page = StatusPage(secret, look, time.monotonic)
    bound = await stack.enter_async_context(serve_app(*service.page, page.app(), "--page"))
    return f"http://{bound}/", _keep_secret(service.state, f"http://{bound}/?token={secret}\n")


def _keep_secret(state: Path, url: str) -> Path:
    path = state / PAGE_FILE
    _forget(path)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(url)
    except OSError as error:
        raise ReportUnwritable(f"{path} cannot be written ({error.strerror})") from None
    return path


def _forget(path: Path | None) -> None:
    if path is not None:
        path.unlink(missing_ok=True)
