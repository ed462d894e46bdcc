"""`serve`: take receipts for a state folder at all hours, and show where things stand."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.errors import ReportUnwritable
from pipeline.core.model import RunId
from pipeline.core.outcome import OPEN, REACHED, Books, Outcome
from pipeline.core.phones import mask
from pipeline.core.replies.signs import SIGNS, Sign
from pipeline.core.times import time_in_china
from pipeline.language import Language, Words, filled, system_words
from pipeline.ledger import SqliteLedger
from pipeline.logs import Event, EventLog, LogOptions, Mask, configure
from pipeline.ports import Clock, Control, Ledger, Reply, RunRecord
from pipeline.report.texts.outcomes import OUTCOMES
from pipeline.report.texts.sent import books_say
from pipeline.runner.commands.status import control_sentences, kept_stage, sentences
from pipeline.runner.door.judge import Judge
from pipeline.runner.door.signs import signs_of
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.receipts import ReceiptKeeper, access_of, path_token, receipts_address
from pipeline.runner.session.serve_lock import Attendance, Attended, attending
from pipeline.settings import Campaign, Receipts
from pipeline.web.listener import Address, Listener, serve_app
from pipeline.web.status_page import Overview, ReceiptLine, RunLine, StatusPage

RUNS_SHOWN = 8
_LINES_SHOWN = 10
_MINUTE_S = 60.0
_LOOK_S = 4.0
_CLOSED_S = 300.0
_SIGNS_S = 15.0
_BAD = (Outcome.UNDELIVERED, Outcome.EXPIRED, Outcome.REFUSED, Outcome.IN_DOUBT)


@dataclass(slots=True)
class StatusSnapshot:
    """Look at a ledger for the status page, not more often than every few seconds.

    turned_away counts the listener's refusals by their reason. A run without open rows is looked
    at seldom: only belated news can change it. campaign is whose account's lists are looked at.
    """

    ledger: Ledger
    clock: Clock
    state: Path
    listens: str
    turned_away: Mapping[str, int]
    campaign: Campaign | None = None
    _books: dict[RunId, tuple[float, Books]] = field(default_factory=dict)
    _signs: tuple[float, tuple[str, ...]] | None = None
    _last: tuple[float, Overview] | None = None

    def look(self) -> Overview:
        """Return what stands in the ledger now, or stood there a moment ago."""
        now = self.clock.monotonic()
        if self._last is None or now - self._last[0] >= _LOOK_S:
            self._last = (now, self._gather())
        return self._last[1]

    def _gather(self) -> Overview:
        wall = self.clock.now()
        tallies = self.ledger.receipts.receipt_tallies(wall - _MINUTE_S)
        replies, opt_outs, unclear = self.ledger.receipts.count_replies()
        strangers = self.ledger.receipts.strangers()
        hide, when = Mask(), time_in_china
        away = [(why.replace("_", " "), n) for why, n in self.turned_away.items() if n]
        return Overview(
            state=str(self.state),
            at=time_in_china(wall),
            listens=self.listens,
            runs=[self._line(record) for record in self.ledger.runs()[:RUNS_SHOWN]],
            receipts=[
                ReceiptLine(
                    tally.kind, tally.count, tally.recent, tally.not_whole, when(tally.latest_at)
                )
                for tally in tallies
            ],
            replies=replies,
            opt_outs=opt_outs,
            unclear=unclear,
            last_replies=[
                (when(kept.received_at), _shown(kept.reply, hide))
                for kept in self.ledger.receipts.replies(_LINES_SHOWN)
            ],
            odd=[
                (when(odd.at), hide(f"#{odd.receipt} {odd.begin.decode(errors='replace')}"))
                for odd in self.ledger.receipts.odd_receipts(_LINES_SHOWN)
            ],
            turned_away=away,
            warnings=[
                *self._told(),
                *_warnings({**self.turned_away, "strangers": strangers.news}),
            ],
        )

    def _told(self) -> tuple[str, ...]:
        """Say what a person must look at; it takes a look into every ledger of the account."""
        now = self.clock.monotonic()
        if self._signs is None or now - self._signs[0] >= _SIGNS_S:
            found = signs_of(self.ledger, self.state, self.campaign, self.clock.now())
            self._signs = (now, tuple(f"{said}." for said in found.sentences))
        return self._signs[1]

    def _line(self, record: RunRecord) -> RunLine:
        plan = record.plan
        books = self._books_of(record)
        decided = self.ledger.canary(plan.run)
        control = Control.of(self.ledger.controls(plan.run))
        stage = "planned" if record.started_at is None else Words("not all submitted")
        stage = kept_stage(decided, control) or stage
        if record.finished_at is not None:
            stage = Words("all submitted") if books.open_rows else "closed"
        outcomes = [
            (OUTCOMES[outcome].name.en, books.outcomes[outcome], _tone(outcome))
            for outcome in Outcome
            if books.outcomes.get(outcome)
        ]
        marks = marks_of(record)
        said = books_say(books, plan.message.channel, marks).of(Language.EN)
        notes = (*sentences(decided, record), *control_sentences(control, record))
        shown = (books.rows, outcomes, notes, marks.text, said)
        return RunLine(plan.run, plan.campaign, stage, *shown)

    def _books_of(self, record: RunRecord) -> Books:
        now = self.clock.monotonic()
        run = record.plan.run
        known = self._books.get(run)
        if known and not known[1].open_rows and now - known[0] < _CLOSED_S:
            return known[1]
        books = self.ledger.books(run)
        self._books[run] = (now, books)
        return books


def _tone(outcome: Outcome) -> str:
    if outcome is Outcome.FALLBACK_SMS:
        return "plain"
    if outcome in REACHED - {Outcome.DELIVERED}:
        return "good"
    if outcome in _BAD:
        return "bad"
    return "open" if outcome in OPEN else "calm"


def _warnings(counts: Mapping[str, int]) -> list[str]:
    """Say what an operator should act on."""
    sentences = {
        "not_stored": Words(
            "{n} receipts could not be recorded: look at the disk of the state folder."
        ),
        "not_allowed": Words(
            "{n} pushes with the right secret came from addresses that receipts.allow does not "
            "list."
        ),
        "too_many": Words("{n} requests came faster than is allowed."),
        "strangers": Words("{n} receipts name tasks that no run of this folder knows."),
        "too_large": Words("{n} bodies were larger than 8 MiB and are lost."),
    }
    return [filled(text, n=counts[why]) for why, text in sentences.items() if counts.get(why)]


EVENTS_FILE = "serve.jsonl"
PAGE_FILE = "serve.url"

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Service:
    """What is served. where names the file or option that said so; page is None without a page.

    campaign, where one is named, says which account's suppression list replies are written to.
    """

    state: Path
    receipts: Receipts
    where: str
    page: tuple[str, int] | None
    campaign: Campaign | None = None

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
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        # Whoever started us under nohup wants us to outlive the terminal.
        if signal.getsignal(number) is not signal.SIG_IGN:
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
        page, file = await _open_page(desk, stack, shown, (listener, address))
        made_up = not os.environ.get(receipts.path_token_env)
        desk.attendance.tell(
            Attended(
                str(address), receipts_address(f"http://{address}", desk.token) if made_up else ""
            )
        )
        desk.events.emit(Event.RECEIPTS_LISTENING, host=host, by="koosend serve")
        on_ready(Served(str(address), page, file))
        await ending.wait()
    _forget(file)


async def _open_page(
    desk: _Desk, stack: AsyncExitStack, shown: SqliteLedger, heard: tuple[Listener, Address]
) -> tuple[str, Path | None]:
    """Serve the page where one is wanted; return where it is and what holds its secret."""
    service = desk.service
    if service.page is None:
        return "", None
    listener, address = heard
    counts = listener.counts
    snapshot = StatusSnapshot(
        shown, desk.clock, service.state, str(address), counts, service.campaign
    )
    looking = asyncio.Lock()

    async def look() -> Overview:
        async with looking:
            return await asyncio.to_thread(snapshot.look)

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
        raise ReportUnwritable(
            filled("{path} cannot be written ({why})", path=path, why=system_words(error)), "KS7302"
        ) from None
    return path


def _forget(path: Path | None) -> None:
    if path is not None:
        path.unlink(missing_ok=True)


def _shown(reply: Reply, hide: Mask) -> str:
    """Write a reply as the page shows it, and why a person should read it."""
    why = (
        filled(" (unclear: {signs}; left out)", signs=SIGNS[Sign(reply.unclear)])
        if reply.unclear
        else ""
    )
    return f"{mask(reply.phone)} {hide(reply.text)}{why}"
