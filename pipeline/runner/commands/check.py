"""Read and plan a campaign without sending: what would happen, what it would cost and how long."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pipeline.chunker import REQUEST_RECIPIENTS_MAX, plan_chunks
from pipeline.core.errors import (
    CredentialsRefused,
    KoosendError,
    ProviderUnavailable,
    SourceMissing,
    UsageError,
    WorkLeft,
)
from pipeline.core.model import Channel, Chunk, Rejection, Route, RowBlock
from pipeline.core.outcome import Outcome
from pipeline.core.phones import mask
from pipeline.core.pricing import (
    Fit,
    Span,
    Units,
    alternatives,
    cost,
    duration_s,
    fit,
    hull,
    micro,
    yuan_text,
)
from pipeline.core.routing import CARD_CHANNELS, Router
from pipeline.core.screening import rejected_outcome, tells_of_opt_outs
from pipeline.core.templates import Templates
from pipeline.language import Composed, Text, Words, filled, spoken
from pipeline.ledger import SqliteLedger
from pipeline.ports import Clock, Ledger, Marks, Rejects, RunRecord, SuppressionBook
from pipeline.reader.files.source import fingerprint, open_notes
from pipeline.reader.merges import merged_downwards
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from pipeline.runner.earlier.repeats import (
    AccountLedgers,
    Neighbours,
    Repeats,
    earlier_people,
)
from pipeline.runner.lists.damage import Damage
from pipeline.runner.lists.usual import UsualSize
from pipeline.runner.planning.adjustments import Adjusted
from pipeline.runner.planning.find import Sought, runs_of
from pipeline.runner.planning.plan import bounds_of, reader_options, reported
from pipeline.runner.planning.routing import router_of
from pipeline.runner.planning.screening import Reach, screened
from pipeline.runner.planning.stdin import spooled
from pipeline.runner.preflight.ask import Preflight
from pipeline.runner.preflight.client import Line, asking
from pipeline.runner.preflight.findings import Finding
from pipeline.runner.preflight.handsets import Probe, Reservoir, probe
from pipeline.runner.preflight.prudence import cautions
from pipeline.runner.preflight.sample import Sample, Texts, samples
from pipeline.runner.session.account import account_key, accounts_of, names_for_counting
from pipeline.runner.session.marks import marks_heard
from pipeline.runner.session.outside import Ui
from pipeline.runner.session.place import LEDGER_FILE
from pipeline.runner.session.store_folder import store_folder, store_if_there
from pipeline.settings import Campaign
from pipeline.settings.account import Accounts


@dataclass(slots=True)
class Reckoning:
    """What a run would set aside: its messages, and in millionths of a yuan what they may cost."""

    messages: int = 0
    cost: int = 0

    def add(self, campaign: Campaign, chunk: Chunk) -> None:
        """Take in a chunk, each request at its worst, as the run itself will."""
        for submission in chunk.submissions:
            count = len(submission.positions)
            route = submission.route
            routes = [Route.PARSE, Route.LINKED] if route is Route.PARSE else [route]
            self.messages += 0 if route is Route.SKIP else count
            self.cost += sum(
                campaign.prices.of_request(campaign.message, route, count) for route in routes
            )


def stopping(campaign: Campaign, reckoned: Reckoning) -> Iterator[Text]:
    """Yield a sentence for each ceiling that lies below what the run would set aside."""
    limits = campaign.limits
    if limits.max_messages and reckoned.messages > limits.max_messages:
        yield (
            filled(
                "limits.max_messages = {max_messages} would stop the run: it has "
                "{messages} messages",
                max_messages=limits.max_messages,
                messages=reckoned.messages,
            )
        )
    if limits.max_cost and reckoned.cost > micro(limits.max_cost):
        yield (
            filled(
                "limits.max_cost = {yuan} yuan would stop the run: at worst it costs "
                "{yuan_2} yuan, and that much is set aside",
                yuan=yuan_text(micro(limits.max_cost)),
                yuan_2=yuan_text(reckoned.cost),
            )
        )


EXAMPLES_MAX = 10
"""Rejected rows that are shown for each reason."""

PROBE_MAX = 10_000
"""Numbers whose handsets are asked for at most: more tells hardly more."""


@dataclass(frozen=True, slots=True)
class CheckWish:
    """What `check` is asked for.

    probe is how many numbers' handsets are asked about. state overrides the campaign's state
    folder, whose ledger, where there is one, says who is left out.
    """

    offline: bool = False
    probe: int = 0
    seed: int = 1
    state: Path | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Where one rejected row stands. phone is masked."""

    sheet: str
    line: int
    column: str
    phone: str


@dataclass(slots=True)
class CheckReport:
    """What a run would do.

    preflight is None where KooMessage was not asked; stopped says why it could not be, or what
    of its answers keeps the campaign from being sent. duration_s is at the campaign's limits, 0
    where it has none. read_as says how each sheet was read. unusual says that the list is far
    smaller or larger than the last ones. parts counts the recipients by the
    parts of their SMS, where its template is known. cost is in millionths of a yuan; None where a
    price is missing. answers tells of all answers whether they bore the emulator's mark.
    """

    campaign: Campaign
    rows: int = 0
    recipients: int = 0
    chunks: int = 0
    submissions: int = 0
    read_as: list[str] = field(default_factory=list)
    headers: dict[str, None] = field(default_factory=dict)
    adjusted: Adjusted = field(default_factory=Adjusted)
    repeats: Repeats = field(default_factory=Repeats)
    unusual: str = ""
    duration_s: float = 0.0
    fit: Fit = field(default_factory=lambda: Fit(0.0, fits=True, nights=1))
    reasons: Counter[Rejection] = field(default_factory=Counter)
    examples: dict[Rejection, list[Example]] = field(default_factory=dict)
    parts: Counter[int] = field(default_factory=Counter)
    fallback_parts: int = 0
    units: Units = field(default_factory=Units)
    cost: Span | None = None
    samples: tuple[Sample, ...] = ()
    preflight: Preflight | None = None
    probe: Probe | None = None
    reckoned: Reckoning = field(default_factory=Reckoning)
    cautions: tuple[Finding, ...] = ()
    stopped: KoosendError | None = None
    answers: set[bool] = field(default_factory=set)

    @property
    def marks(self) -> Marks:
        """Return what must be said first: on this machine it is what the answers say it is."""
        return marks_heard(self.campaign, self.answers)

    @property
    def ceilings(self) -> tuple[str, ...]:
        """Say which of the campaign's ceilings would stop its run, in sentences."""
        return tuple(stopping(self.campaign, self.reckoned))

    @property
    def unused_opt_outs(self) -> tuple[str, ...]:
        """Name the columns that seem to say who wants no messages, and that no key uses."""
        campaign = self.campaign
        used = {*campaign.message.fields, campaign.source.phone, *campaign.screening.skip_where}
        named = {name.strip() for name in used}
        seen = {at for at, header in enumerate(self.headers) if f"#{at + 1}" in named}
        return tuple(
            header
            for at, header in enumerate(self.headers)
            if header not in named and at not in seen and tells_of_opt_outs(header)
        )

    @property
    def outcomes(self) -> Counter[Outcome]:
        """Count the rows by what would become of them first; pending would be sent."""
        found = Counter({Outcome.PENDING: self.recipients})
        for reason, count in self.reasons.items():
            found[rejected_outcome(reason)] += count
        return +found


def check_campaign(campaign: Campaign, clock: Clock, ui: Ui, wish: CheckWish) -> CheckReport:
    """Ask KooMessage, read the whole source and plan it; nothing is sent and nothing recorded.

    What keeps KooMessage from being asked is in the report, so that the rows are judged all the
    same. Raises what is wrong with the campaign or its source.
    """
    _allow(campaign, wish)
    report = CheckReport(campaign, repeats=Repeats.of(campaign.message))
    sample = Reservoir(wish.probe, wish.seed)
    with asking(campaign, clock, report.answers.add) as line:
        if not wish.offline:
            _ask(report, line)
        state = wish.state or campaign.state
        with _ledger(state) as ledger, _neighbours(campaign, ledger, state, clock) as known:
            _read(report, _Reading(ledger, known, clock, sample, ui))
        if sample.phones and report.stopped is None:
            _probe(report, line, sample, ui)
    _finish(report, clock)
    return report


def look_before(
    campaign: Campaign, state: Path, clock: Clock, ui: Ui, *, again: bool
) -> CheckReport | None:
    """Look at what `run` would send, for a person to agree to; None where it goes on with a run.

    That was agreed to when it began. Raises as check_campaign does.
    """
    try:
        sha256, _ = fingerprint(campaign.source.path)
    except SourceMissing:
        return None  # a half-sent run goes on without it, or says that it is not there
    if not again and (state / LEDGER_FILE).exists():
        with closing(SqliteLedger(state)) as ledger:
            if runs_of(ledger, Sought(sha256, campaign.meaning(), accounts_of(campaign))):
                return None
    wish = CheckWish(offline=not campaign.preflight.ask, state=state)
    return check_campaign(campaign, clock, ui, wish)


def _allow(campaign: Campaign, wish: CheckWish) -> None:
    channel = campaign.message.channel
    if wish.probe and wish.offline:
        raise UsageError(
            Words("--probe asks KooMessage, which --offline forbids; leave one out"), "KS0206"
        )
    if wish.probe and channel not in CARD_CHANNELS:
        raise UsageError(
            filled(
                "--probe asks who can see a card; the channel {channel} shows none", channel=channel
            ),
            "KS0206",
        )


def _ask(report: CheckReport, line: Line) -> None:
    try:
        report.preflight = line.preflight()
    except (ProviderUnavailable, CredentialsRefused, WorkLeft) as error:
        report.stopped = error
    else:
        report.stopped = report.preflight.blocked


def _probe(report: CheckReport, line: Line, sample: Reservoir, ui: Ui) -> None:
    try:
        report.probe = probe(line, sample.phones, report.recipients, ui)
    except (ProviderUnavailable, CredentialsRefused, WorkLeft) as error:
        report.stopped = error


def _ledger(state: Path) -> AbstractContextManager[Ledger | None]:
    """Open the ledger if there is one; a check makes none."""
    has_ledger = (state / LEDGER_FILE).exists()
    return closing(SqliteLedger(state)) if has_ledger else nullcontext()


@contextmanager
def _neighbours(
    campaign: Campaign, ledger: Ledger | None, state: Path, clock: Clock
) -> Iterator[tuple[Neighbours, Sequence[SuppressionBook]] | None]:
    """Open the account's ledgers and its list, where its keys and its store are there."""
    try:
        key = account_key(campaign, os.environ)
    except CredentialsRefused:
        yield None
        return
    folder = store_folder(campaign.account.store, key.text, state, os.environ)
    with store_if_there(folder, key.text) as store:
        if store is None:
            yield None
            return
        account = AccountLedgers(store, accounts_of(campaign, store).names, ledger, state)
        with account.opened(campaign, clock.now()) as known:
            # A check records nothing, so that a list of the folder may not be joined yet.
            lists: list[SuppressionBook] = [store.suppressions]
            if ledger is not None and not store.suppressions.has_joined(ledger.identity()):
                lists.append(ledger.screening)
            yield known, lists


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the rows are read with."""

    ledger: Ledger | None
    known: tuple[Neighbours, Sequence[SuppressionBook]] | None
    clock: Clock
    sample: Reservoir
    ui: Ui

    def options(self, readable: Campaign, templates: Templates) -> ReaderOptions:
        options = reader_options(readable, templates)
        runs = self.ledger.runs() if self.ledger is not None else ()
        accounts = names_for_counting(readable, runs)
        book = None if self.ledger is None else self.ledger.screening
        now = self.clock.now()
        reach = Reach(book, accounts, now)
        if self.known is not None:
            known, lists = self.known
            own = [record.plan.run for record in self._own_runs(readable, known)]
            people = earlier_people(readable, known, now, own)
            reach = replace(reach, people=people, lists=lists)
        return screened(options, readable, reach)

    def _own_runs(self, readable: Campaign, known: Neighbours) -> Sequence[RunRecord]:
        """Return the runs that this very list is: they are gone on with, or complete."""
        if self.ledger is None:
            return ()
        sha256, _ = fingerprint(readable.source.path)
        own, *others = known.accounts
        accounts = Accounts(own, frozenset(others))
        return runs_of(self.ledger, Sought(sha256, readable.meaning(), accounts))

    def router(self, campaign: Campaign) -> Router:
        if self.ledger is None:
            return Router(campaign.message, lambda _: {})
        return router_of(campaign, self.ledger, self.clock)


def _read(report: CheckReport, reading: _Reading) -> None:
    campaign = report.campaign
    templates = report.preflight.templates if report.preflight else Templates()
    texts = Texts(campaign.message, templates)
    for sentence in open_notes(campaign.source.path):
        reading.ui.note(sentence)
    with spooled(campaign) as readable:
        options = replace(
            reading.options(readable, templates), on_sheet=_on_sheet(report, readable)
        )
        is_file = readable.source.path == campaign.source.path
        damage = Damage(campaign.source.path.name if is_file else Words("standard input"))
        blocks = _with_headers(report, read(options))
        read_in = damage.counted(reported(blocks, reading.ui.planning))
        rows = report.repeats.counted(read_in)
        router, bounds = reading.router(campaign), bounds_of(campaign)
        for item in plan_chunks(report.adjusted.counted(rows), router, bounds=bounds):
            if isinstance(item, Rejects):
                _count_rejects(report, item)
                continue
            if not report.samples:
                report.samples = samples(campaign.message, templates, item.recipients)
            _count_chunk(report, item)
            report.reckoned.add(campaign, item)
            report.parts.update(texts.own(item.recipients))
            report.fallback_parts += texts.fallback(item.recipients)
            reading.sample.add(item.recipients.phones)
        refused = damage.refusal(campaign, partial(merged_downwards, options))
        report.stopped = report.stopped or refused
    if reading.known is not None:
        report.repeats.rehearsed = reading.known[0].rehearsed
        report.unusual = UsualSize.of(campaign, reading.known[0]).sentence(campaign, damage)


def _with_headers(report: CheckReport, blocks: Iterator[RowBlock]) -> Iterator[RowBlock]:
    for block in blocks:
        report.headers.update(dict.fromkeys(block.header))
        yield block


def _as_standard_input(how: str, name: str) -> Text:
    """Say how the list was read that came on standard input and was kept in a file meanwhile."""
    named = Words("standard input")
    return Composed(lambda language: spoken(how, language).replace(name, named.of(language)))


def _on_sheet(report: CheckReport, readable: Campaign) -> Callable[[str], None]:
    def note(how: str) -> None:
        if readable.source.path != report.campaign.source.path:
            how = _as_standard_input(how, readable.source.path.name)
        report.read_as.append(how)

    return note


def _count_rejects(report: CheckReport, rejects: Rejects) -> None:
    report.rows += len(rejects.rows)
    for row in rejects.rows:
        report.reasons[row.reason] += 1
        examples = report.examples.setdefault(row.reason, [])
        if len(examples) < EXAMPLES_MAX:
            examples.append(Example(row.sheet, row.line, row.column, mask(row.phone)))


def _count_chunk(report: CheckReport, chunk: Chunk) -> None:
    report.rows += len(chunk.recipients)
    report.recipients += len(chunk.recipients)
    report.chunks += 1
    report.submissions += len(chunk.submissions)
    linked = sum(submission.route is Route.PARSE for submission in chunk.submissions)
    if linked:
        # The links of a chunk are sent in requests of their own, once they are made.
        report.submissions += -(-len(chunk.recipients) // REQUEST_RECIPIENTS_MAX[Channel.AIM_LINKS])


def _finish(report: CheckReport, clock: Clock) -> None:
    message, limits = report.campaign.message, report.campaign.limits
    sent = sum(count * parts for parts, count in report.parts.items())
    unmeasured = report.recipients - report.parts.total() if message.sms else 0
    found = alternatives(message, report.recipients, sent + unmeasured, report.fallback_parts)
    report.units = hull(found)
    report.cost = cost(found, report.campaign.prices)
    report.duration_s = duration_s(
        report.recipients, report.submissions, limits.messages_per_s, limits.calls_per_s
    )
    report.fit = fit(limits.window, clock.now(), report.duration_s)
    templates = report.preflight.templates if report.preflight else Templates()
    lacking = cautions(report.campaign, report.recipients, templates, clock.now())
    report.cautions = tuple(lacking)
