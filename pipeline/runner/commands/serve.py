"""`serve`: take receipts for a state folder at all hours, and show the page."""

import asyncio
import os
import secrets
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import ReportUnwritable
from pipeline.language import filled, system_words
from pipeline.ledger import SqliteLedger
from pipeline.ledger.page.page_store import SqlitePageStore
from pipeline.logs import Event, EventLog, LogOptions, configure
from pipeline.ports import Clock
from pipeline.runner.door.judge import Judge
from pipeline.runner.metering.serving import Watched, metrics_told
from pipeline.runner.notifying.desk import tell_of_missed
from pipeline.runner.page.page_desk import PageDesk
from pipeline.runner.page.receiving import Heard
from pipeline.runner.page.state_folders import Folder
from pipeline.runner.session.receipts import ReceiptKeeper, access_of, path_token, receipts_address
from pipeline.runner.session.serve_lock import SERVICE_LOG, Attendance, Attended, attending
from pipeline.settings import Campaign, Receipts
from pipeline.settings.keys import Metrics
from pipeline.web.listener import Address, Listener, serve_app
from pipeline.web.page.app import page_app
from pipeline.web.page.room import Parts

_MINUTE_S = 60.0

PAGE_FILE = "serve.url"

_ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Service:
    """What is served. where names the file or option that said so; page is None without a page.

    campaign, where one is named, says which account's suppression list replies are written to.
    shown are all state folders that the page shows, with their campaigns, state first; public_url
    is what a proxy in front of the page is called, empty for none.
    """

    state: Path
    receipts: Receipts
    where: str
    page: tuple[str, int] | None
    campaign: Campaign | None = None
    shown: tuple[tuple[Path, tuple[Campaign, ...]], ...] = ()
    public_url: str = ""
    metrics: Metrics | None = None

    @property
    def about(self) -> Mapping[str, object]:
        """Return what each line of its log says of it."""
        return {} if self.campaign is None else {"campaign": self.campaign.name}

    @property
    def rehearsal(self) -> bool:
        """Tell whether only the emulator pushes, so that the secrets may be made up."""
        return self.campaign is not None and self.campaign.account.is_emulator


@dataclass(frozen=True, slots=True)
class Served:
    """Where it listens. page_file is readable by its owner only: it holds the page's secret."""

    receipts: str
    page: str
    page_file: Path | None
    metrics: str = ""


def serve(service: Service, clock: Clock, on_ready: Callable[[Served], None]) -> None:
    """Serve until SIGTERM or SIGINT, then answer what is under way and return.

    Raises WorkLeft while another service has the state folder, CampaignInvalid for an address
    that is taken, CredentialsRefused where the secret is not set.
    """
    token = path_token(service.receipts, made_up=service.rehearsal, where=service.where)
    former = os.environ.get(service.receipts.former_token_env, "")
    options = LogOptions(secrets=tuple(filter(None, (token, former))))
    configure(LogOptions(secrets=options.secrets, level="warning"))
    # The page looks by connections of its own: a view must never keep a receipt waiting.
    with (
        closing(SqliteLedger(service.state)) as book,
        attending(service.state) as attendance,
        closing(EventLog(service.state / SERVICE_LOG, options, service.about)) as events,
    ):
        desk = _Desk(service, clock, events, token, attendance)
        asyncio.run(_serve(desk, book, on_ready))


@dataclass(frozen=True, slots=True)
class _Desk:
    service: Service
    clock: Clock
    events: EventLog
    token: str
    attendance: Attendance

    @property
    def watched(self) -> Watched | None:
        """Return what monitoring is told of; None where nobody asked for that."""
        service = self.service
        if service.metrics is None:
            return None
        return Watched(service.metrics, service.state, service.campaign, self.clock)

    def say(self, why: str) -> None:
        """Tell of what monitoring is not told."""
        self.events.emit(Event.METRICS_UNTOLD, why=why)


async def _serve(desk: _Desk, book: SqliteLedger, on_ready: Callable[[Served], None]) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, ending.set)
    async with AsyncExitStack() as stack:
        receipts = desk.service.receipts
        # Found anew each time: a run of another account may have begun in the folder meanwhile.
        judge = Judge(book, desk.service.state, desk.service.campaign, receipts)
        keeper = ReceiptKeeper(book.receipts, desk.clock, desk.events, judge)
        listener = Listener(access_of(receipts, desk.token), keeper.store, desk.events.emit)
        host, port = receipts.place
        address = await stack.enter_async_context(
            serve_app(host, port, listener.app(), "receipts.listen")
        )
        page, file = await _open_page(desk, stack, (listener, address))
        made_up = not os.environ.get(receipts.path_token_env)
        desk.attendance.tell(
            Attended(
                str(address), receipts_address(f"http://{address}", desk.token) if made_up else ""
            )
        )
        desk.events.emit(Event.RECEIPTS_LISTENING, host=host, by="koosend serve")
        metrics = await stack.enter_async_context(metrics_told(desk.watched, desk.say))
        on_ready(Served(str(address), page, file, metrics))
        telling = asyncio.create_task(_keep_telling(desk))
        await ending.wait()
        telling.cancel()
    _forget(file)


async def _keep_telling(desk: _Desk) -> None:
    """Tell of a night that did not run, and what could not leave before, for as long as it serves.

    It may wait for a notice that is leaving; that one has its own bound.
    """
    campaign = desk.service.campaign
    while campaign is not None and campaign.notify.is_asked_for:
        await asyncio.to_thread(tell_of_missed, campaign, desk.service.state, desk.clock)
        await desk.clock.sleep(_MINUTE_S)


async def _open_page(
    desk: _Desk, stack: AsyncExitStack, heard: tuple[Listener, Address]
) -> tuple[str, Path | None]:
    """Serve the page where one is wanted; return where it is and what holds its token."""
    service = desk.service
    if service.page is None:
        return "", None
    listener, address = heard
    store = stack.enter_context(closing(SqlitePageStore(service.state)))
    folders = _folders(service)
    shown = PageDesk(folders, desk.clock, lambda: Heard(str(address), listener.counts))
    stack.enter_context(closing(shown))
    token = secrets.token_urlsafe(24)
    parts = Parts(shown, store, desk.clock, desk.events.emit, token, service.public_url)
    bound = await stack.enter_async_context(serve_app(*service.page, page_app(parts), "--page"))
    url = f"http://{bound}/enter?token={token}\n"
    return service.public_url or f"http://{bound}/", _keep_secret(service.state, url)


def _folders(service: Service) -> list[Folder]:
    named = service.shown or ((service.state, (service.campaign,) if service.campaign else ()),)
    here = service.state.resolve()
    return [Folder(state, owned, state.resolve() == here) for state, owned in named]


def _keep_secret(state: Path, url: str) -> Path:
    path = state / PAGE_FILE
    _forget(path)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(url)
    except OSError as error:
        raise ReportUnwritable(
            filled("{path} cannot be written ({why})", path=path, why=system_words(error)), "KS7302"
        ) from None
    return path


def _forget(path: Path | None) -> None:
    if path is not None:
        path.unlink(missing_ok=True)
