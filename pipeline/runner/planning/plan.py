"""From a campaign to a planned run: the same input twice is the same run."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pipeline.chunker import plan_chunks
from pipeline.core.bounds import Bounds
from pipeline.core.errors import CampaignInvalid, SourceMissing, UnusualList
from pipeline.core.model import CHUNK_RECIPIENTS_MAX, Channel, Chunk, RowBlock, RunId
from pipeline.core.routing import Router
from pipeline.core.screening import folded
from pipeline.core.templates import Templates
from pipeline.core.values import FieldRules, field_rules
from pipeline.language import SEMICOLON, Text, Words, filled, joined
from pipeline.ports import Clock, Ledger, Rejects, RunPlan, RunRecord
from pipeline.reader.files.source import fingerprint
from pipeline.reader.merges import merged_downwards
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from pipeline.reader.rows.people import EarlierPeople
from pipeline.runner.earlier.repeats import (
    Neighbours,
    Repeats,
    earlier_people,
    scheme_of,
    with_people,
)
from pipeline.runner.lists.damage import Damage, unless_damaged
from pipeline.runner.lists.usual import UsualSize
from pipeline.runner.planning.adjustments import Adjusted
from pipeline.runner.planning.find import Sought, label, new_plan, runs_of
from pipeline.runner.planning.go_on import going_on_with, without_source
from pipeline.runner.planning.mended import Mends
from pipeline.runner.planning.routing import Handsets, asks_handsets, learn_handsets, router_of
from pipeline.runner.planning.screening import Reach, screened
from pipeline.runner.planning.stdin import spooled
from pipeline.runner.session.account import accounts_of, open_store
from pipeline.settings import Campaign
from pipeline.settings.account import Accounts
from pipeline.settings.message import may_be_empty


def bounds_of(campaign: Campaign, learned: Mapping[Channel, int] | None = None) -> Bounds:
    """Return the bounds of a campaign's requests."""
    wanted = campaign.limits.recipients_per_request
    return Bounds(wanted or CHUNK_RECIPIENTS_MAX, learned or {})


UNKNOWN_TEMPLATES = Templates()
"""Nothing was asked of the provider: what holds for every template is all that is checked."""


def value_rules(
    campaign: Campaign, templates: Templates = UNKNOWN_TEMPLATES
) -> tuple[FieldRules, ...]:
    """Return the rules of each column whose values are sent.

    Raises CampaignInvalid for what no row can fulfil: too few values, a literal that does not fit.
    """
    try:
        return field_rules(campaign.message, templates, campaign.values)
    except CampaignInvalid as mistake:
        said = filled("{file}: {sentence}", file=campaign.file, sentence=mistake.text)
        raise CampaignInvalid(said, mistake.code) from None


Progress = Callable[[int], None]
"""Told how many rows were read so far."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that is in the ledger.

    fresh says that it was not there before; adjusted, what was done to its rows then; repeats, who
    of its list was left out since an earlier run reached them.
    """

    record: RunRecord
    fresh: bool
    adjusted: Adjusted = field(default_factory=Adjusted)
    repeats: Repeats = field(default_factory=Repeats)


def _no_leftovers(readable: Campaign, own: RunRecord | None) -> Collection[RunId]:
    """Leave earlier runs alone."""
    del readable, own
    return ()


def _at_once(readable: Campaign) -> None:
    """Take the source as it is."""
    del readable


@dataclass(frozen=True, slots=True)
class Planning:
    """How a run is planned.

    again asks for one more run of an input whose latest run is complete. ask is called before a
    new run is planned, and only then; what it raises keeps the run from being planned. handsets
    asks what recipients' handsets can show, where the campaign routes by that; without it only
    what is known already counts. mends: whose rejected rows come back as the source. accounts: by
    which names the campaign's account is known; without it, by its present one. sizes recalls how
    many recipients the account's requests were found to bear. neighbours opens the account's
    ledgers, whose people the list is held against; without it with nobody. leave_repeats: a person
    said to go on without those whom earlier runs reached, however many, and with a list of any
    size. leftovers is told which
    run is gone on with, if any, before another is planned; it returns the runs that it finished,
    whose people are left out without a question. arrive waits until the source is there and
    whole; without it that is not waited for.
    """

    clock: Clock
    progress: Progress
    again: bool = False
    ask: Callable[[], Templates] = Templates
    handsets: Handsets | None = None
    mends: Mends | None = None
    sizes: Callable[[], Mapping[Channel, int]] = dict
    accounts: Accounts | None = None
    neighbours: Callable[[], AbstractContextManager[Neighbours]] | None = None
    leave_repeats: bool = False
    leftovers: Callable[[Campaign, RunRecord | None], Collection[RunId]] = _no_leftovers
    arrive: Callable[[Campaign], None] = _at_once
    finished: Collection[RunId] = ()


def reader_options(campaign: Campaign, templates: Templates = UNKNOWN_TEMPLATES) -> ReaderOptions:
    """Hand the campaign's source to the reader, and what the templates ask of its values."""
    source = campaign.source
    return ReaderOptions(
        path=source.path,
        phone=source.phone,
        fields=campaign.message.fields,
        sheet=source.sheet,
        encoding=source.encoding,
        may_be_empty=may_be_empty(campaign.message),
        rules=value_rules(campaign, templates),
        skip_where={
            column: frozenset(map(folded, values))
            for column, values in campaign.screening.skip_where.items()
        },
    )


def plan_asked(campaign: Campaign, ledger: Ledger, planning: Planning) -> Planned:
    """Find the run of this input, or ask, read the source and plan it.

    A source that is gone is no hindrance while the campaign has an unfinished run that means what
    the campaign means: its rows are in the ledger.
    """
    with spooled(campaign) as readable:
        return _plan_readable(readable, campaign, ledger, planning)


def _plan_readable(
    campaign: Campaign, named: Campaign, ledger: Ledger, planning: Planning
) -> Planned:
    mends = planning.mends
    meaning = {**campaign.meaning(), **(mends.meaning if mends else {})}
    try:
        if not mends and named.source.path == campaign.source.path:
            planning.arrive(campaign)
        sha256, size = fingerprint(campaign.source.path)
    except SourceMissing as missing:
        if mends:
            raise
        record = without_source(campaign, ledger, meaning, missing)
        return _gone_on_with(record, campaign, planning)
    sought = Sought(sha256, meaning, planning.accounts or accounts_of(campaign))
    earlier = runs_of(ledger, sought)
    latest = earlier[-1] if earlier else None
    if latest is not None and not (planning.again and latest.finished_at is not None):
        return _gone_on_with(latest, campaign, planning)
    if latest is None and not planning.again:
        begun = going_on_with(ledger, sought, partial(_unscreened, campaign))
        if begun is not None:
            return _gone_on_with(begun, campaign, planning)
    finished = () if mends else planning.leftovers(campaign, None)
    templates = planning.ask()
    # Before the list is read: what comes on it from here on is held against each request.
    screened_to = ledger.screening.suppressions_end()
    run = label(ledger, sought, len(earlier))
    plan = replace(
        new_plan(named, sought, run, size, planning.clock.now()),
        previous=latest.plan.run if latest else (mends.root.plan.run if mends else None),
        templates=templates,
        screened_to=screened_to,
        nth=sum(known.plan.account == sought.accounts.own for known in earlier),
    )
    return _read_in(plan, campaign, ledger, replace(planning, finished=finished))


def _gone_on_with(record: RunRecord, campaign: Campaign, planning: Planning) -> Planned:
    """Return a run that is there, once what earlier ones left was seen to."""
    if not planning.mends:
        planning.leftovers(campaign, record)
    return Planned(record, fresh=False)


def _read_in(plan: RunPlan, campaign: Campaign, ledger: Ledger, planning: Planning) -> Planned:
    """Read the source into the ledger as a run of that plan."""
    if planning.neighbours is None:
        return _read_beside(_Beside(), plan, campaign, ledger, planning)
    family = planning.mends.family if planning.mends else ()
    with planning.neighbours() as known:
        now = planning.clock.now()
        people = earlier_people(campaign, known, now, family, repeats=not planning.again)
        usual = UsualSize() if planning.mends else UsualSize.of(campaign, known)
        beside = _Beside(people, usual, rehearsed=known.rehearsed)
        return _read_beside(beside, plan, campaign, ledger, planning)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the account's earlier runs tell of a list: its people, and how long lists are.

    rehearsed says that whatever those runs sent went to the emulator.
    """

    people: EarlierPeople | None = None
    usual: UsualSize = field(default_factory=UsualSize)
    rehearsed: bool = False


def _read_beside(
    beside: _Beside,
    plan: RunPlan,
    campaign: Campaign,
    ledger: Ledger,
    planning: Planning,
) -> Planned:
    """Read the source into the ledger, held against what earlier runs tell."""
    people = beside.people
    # The fingerprint is handed on, so that a file that changes in between is refused.
    options = replace(reader_options(campaign, plan.templates), sha256=plan.source_sha256)
    accounts = (planning.accounts or accounts_of(campaign)).names
    reach = Reach(ledger.screening, accounts, planning.clock.now(), people)
    options = screened(options, campaign, reach)
    if people is not None:
        options = replace(options, people=people.scheme)
    options = planning.mends.screened(options) if planning.mends else options
    router = router_of(campaign, ledger, planning.clock)
    if planning.handsets is not None and asks_handsets(campaign.message):
        learn_handsets(router, read(options), ledger, planning.clock, planning.handsets)
    adjusted, repeats = Adjusted(), Repeats.of(campaign.message, planning.finished)
    repeats.rehearsed = beside.rehearsed
    damage = Damage(
        Words("standard input") if plan.source_path == "-" else Path(plan.source_path).name
    )
    rows = damage.counted(reported(read(options), planning.progress))
    blocks = repeats.counted(adjusted.counted(rows))
    bounds = bounds_of(campaign, planning.sizes())
    items = plan_chunks(blocks, router, cuts=_cuts(campaign), bounds=bounds)
    if planning.mends is None:
        items = unless_damaged(items, damage, campaign, partial(merged_downwards, options))
    if not planning.leave_repeats:
        unusual = partial(beside.usual.sentence, campaign, damage)
        items = _unless_asked(items, repeats, campaign, unusual)
    record = ledger.plan(plan, items)
    return Planned(record, fresh=True, adjusted=adjusted, repeats=repeats)


def _unless_asked(
    items: Iterator[Chunk | Rejects],
    repeats: Repeats,
    campaign: Campaign,
    unusual: Callable[[], Text],
) -> Iterator[Chunk | Rejects]:
    """Pass a run's items through; raise ListQuestioned at their end, so that none of it is kept."""
    yield from items
    size = unusual()
    if repeats.must_ask(campaign.screening):
        raise repeats.ask(campaign, joined(size, SEMICOLON) if size else Text())
    if size:
        yes = f"koosend run {campaign.named} --yes"
        raise UnusualList(
            filled(
                "{size}; nothing was sent: {yes} sends to them all the same", size=size, yes=yes
            ),
            size,
        )


def _unscreened(campaign: Campaign, templates: Templates) -> ReaderOptions:
    return replace(reader_options(campaign, templates), duplicates=campaign.screening.duplicates)


def reported(blocks: Iterator[RowBlock], progress: Progress) -> Iterator[RowBlock]:
    """Pass blocks through and tell how many rows they held."""
    rows = 0
    for block in blocks:
        rows += len(block.recipients) + len(block.rejected)
        progress(rows)
        yield block


def _cuts(campaign: Campaign) -> tuple[int, ...]:
    """Return after how many recipients a chunk must end, for those to be sent to by themselves."""
    canary = campaign.canary.first if campaign.canary else 0
    return tuple(first for first in (campaign.wish.only_first, canary) if first)


def chunked_for(
    campaign: Campaign, state: Path, record: RunRecord
) -> Callable[[Iterator[RowBlock], Router], Iterator[Chunk | Rejects]]:
    """Return how a run's people are put into chunks, within what the account bears."""
    message = record.plan.message
    with closing(open_store(campaign, state)) as store:
        bounds = bounds_of(campaign, store.sizes())
        scheme = scheme_of(store.people_key(), message)

    def chunked(blocks: Iterator[RowBlock], router: Router) -> Iterator[Chunk | Rejects]:
        items = plan_chunks(blocks, router, bounds=bounds)
        return with_people(items, scheme, len(message.fields))

    return chunked
