"""STAGE 2: split recipients into chunks, and chunks into the requests that will carry them.

Pure and deterministic: the same rows give the same chunks, submissions and names after a restart.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from pipeline.core.answer import NewsKind
from pipeline.core.bounds import WIDE, Bounds, cut, sizes_of
from pipeline.core.lifecycle import State
from pipeline.core.model import (
    CHUNK_RECIPIENTS_MAX,
    Channel,
    Chunk,
    Message,
    People,
    PlannedSubmission,
    Recipients,
    Route,
    RowBlock,
)
from pipeline.core.routing import Router, Way, policies_of, without_link
from pipeline.ports import Rejects, Submission

REQUEST_RECIPIENTS_MAX: Mapping[Channel, int] = MappingProxyType(
    {
        Channel.AIM: 100,  # CreateAimSendTask
        Channel.AIM_LINKS: 500,  # SendAimBatchDifferentMessages
        Channel.AIM_BASIC: 5000,  # CreateVmsSendTask
        Channel.SMS: 500,  # SendAimBatchMessages, SendAimBatchDifferentMessages
        Channel.LINKS_ONLY: 100,  # CreateResolveTask
    }
)
"""Recipients per request, by the channel that carries it."""


@dataclass(frozen=True, slots=True)
class LinkFates:
    """What became of a chunk's links, by row: the links that were made, and why others were not.

    Who is in neither, and was to have a link, has failed without a code. Of a row that was
    withheld, failed gives the reason.
    """

    made: Mapping[int, str]
    failed: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Continued:
    """What a chunk goes on with once its links are made.

    submissions are numbered on from those it has. facts tell by position why a recipient goes
    another way. What stays where it was has no link, and is in no submission.
    """

    submissions: tuple[PlannedSubmission, ...]
    facts: Mapping[int, tuple[str, str]]


def plan_chunks(
    blocks: Iterable[RowBlock],
    router: Router,
    *,
    size: int = CHUNK_RECIPIENTS_MAX,
    cuts: Collection[int] = (),
    bounds: Bounds = WIDE,
) -> Iterator[Chunk | Rejects]:
    """Yield chunks of `size` recipients (the last may hold fewer) and the rejected rows.

    Rejected rows pass through block by block; chunks may span sheets. No number stands twice in a
    chunk, since no request may hold it twice (E200041): where a source repeats one, its later rows
    wait for a later chunk. A chunk ends after each number of recipients in cuts, so that these can
    be sent to without the others. No request is larger than bounds allow. Where blocks say who
    their people are, chunks do as well.
    """
    if not 1 <= size <= CHUNK_RECIPIENTS_MAX:
        raise ValueError(f"a chunk holds 1 to {CHUNK_RECIPIENTS_MAX} recipients, not {size}")
    pile = _Pile(bounds)
    for block in blocks:
        if block.rejected:
            yield Rejects(block.sheet, block.header, block.rejected)
        pile.add(block)
        while len(pile.rows) >= (most := _next_size(pile.taken, size, cuts)):
            yield pile.take(most, router)
    while pile.rows:
        yield pile.take(_next_size(pile.taken, size, cuts), router)


def plan_submissions(
    message: Message,
    ways: Sequence[Way],
    recipients: Recipients | None = None,
    *,
    first: int = 0,
    bounds: Bounds = WIDE,
) -> tuple[PlannedSubmission, ...]:
    """Cut a chunk's positions into as few requests as the limits of their ways allow.

    Positions of one way are taken together, in their order, the ways by their first position.
    recipients has one entry for each way; without it no request is cut by its bytes.
    """
    planned: list[PlannedSubmission] = []
    for (route, reason), positions in _by_way(ways).items():
        most = _most(message, route, bounds)
        sizes = None
        if recipients is not None and route is not Route.SKIP:
            everybody = len(positions) == len(recipients)
            some = recipients if everybody else recipients.pick(positions)
            sizes = sizes_of(message.by(route), some, most, bounds)
        for part in cut(sizes, len(positions), most, bounds):
            number = first + len(planned)
            taken = positions[part.start : part.stop]
            planned.append(_submission(number, route, taken, reason))
    return tuple(planned)


def continue_chunk(
    message: Message,
    recipients: Recipients,
    submissions: Sequence[Submission],
    links: LinkFates,
    bounds: Bounds = WIDE,
) -> Continued:
    """Plan what a chunk's recipients get once its links are made, or failed (CreateResolveTask)."""
    policies = policies_of(message.fallback, recipients)
    ways: dict[int, Way] = {}
    for submission in submissions:
        if submission.route is not Route.PARSE:
            continue
        out = frozenset(submission.withheld)
        for at in submission.positions:
            row = recipients.rows[at]
            if submission.state is State.SPLIT and row not in out:
                continue  # it is in one of the parts
            if row in out:
                said = links.failed.get(row, "")
                ways[at] = Way(Route.SKIP, said, NewsKind.WITHHELD, said)
            elif row in links.made:
                ways[at] = Way(Route.LINKED)
            else:
                ways[at] = without_link(message, policies[at], links.failed.get(row, ""))
    moving = [at for at in sorted(ways) if ways[at].route is not Route.PARSE]
    first = max(submission.submission for submission in submissions) + 1
    going = [ways[at] for at in moving]
    planned = plan_submissions(message, going, recipients.pick(moving), first=first, bounds=bounds)
    return Continued(
        tuple(_placed(submission, moving) for submission in planned),
        {at: (why.value, ways[at].code) for at in moving if (why := ways[at].why) is not None},
    )


def _next_size(taken: int, size: int, cuts: Collection[int]) -> int:
    return min(size, min((cut - taken for cut in cuts if cut > taken), default=size))


def _by_way(ways: Sequence[Way]) -> Mapping[tuple[Route, str], Sequence[int]]:
    if ways and ways.count(ways[0]) == len(ways):
        return {(ways[0].route, ways[0].reason): range(len(ways))}
    found: dict[tuple[Route, str], list[int]] = {}
    for position, way in enumerate(ways):
        found.setdefault((way.route, way.reason), []).append(position)
    return found


def _most(message: Message, route: Route, bounds: Bounds) -> int:
    if route is Route.SKIP:
        return CHUNK_RECIPIENTS_MAX
    channel = message.channel_of(route)
    return bounds.most(channel, REQUEST_RECIPIENTS_MAX[channel])


def _submission(
    number: int, route: Route, positions: Sequence[int], reason: str
) -> PlannedSubmission:
    start, stop = positions[0], positions[-1] + 1
    whole = stop - start == len(positions)
    picked = None if whole else tuple(positions)
    return PlannedSubmission(number, start, stop, route, picked, reason)


def _placed(planned: PlannedSubmission, moving: Sequence[int]) -> PlannedSubmission:
    """Lead positions among those that move back to positions of the chunk."""
    positions = [moving[at] for at in planned.positions]
    return _submission(planned.submission, planned.route, positions, planned.reason)


@dataclass(slots=True)
class _People:
    """The digests of those who wait for their chunk, of one scheme; nobody's where it is empty."""

    scheme: str = ""
    numbers: "array[int]" = field(default_factory=lambda: array("Q"))
    messages: "array[int]" = field(default_factory=lambda: array("Q"))

    def add(self, people: People | None) -> None:
        if people is not None:
            self.scheme = people.scheme
            self.numbers.frombytes(people.numbers)
            self.messages.frombytes(people.messages)

    def take(self, size: int) -> People | None:
        if not self.scheme:
            return None
        first = People(self.scheme, self.numbers[:size].tobytes(), self.messages[:size].tobytes())
        del self.numbers[:size], self.messages[:size]
        return first

    def reorder(self, order: Sequence[int]) -> None:
        if self.scheme:
            self.numbers = array("Q", map(self.numbers.__getitem__, order))
            self.messages = array("Q", map(self.messages.__getitem__, order))


@dataclass(slots=True)
class _Pile:
    """Recipients that wait for their chunk to be full."""

    bounds: Bounds
    sheets: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    values: tuple[list[str], ...] = ()
    people: _People = field(default_factory=_People)
    chunks: int = 0
    taken: int = 0

    def add(self, block: RowBlock) -> None:
        found = block.recipients
        if not self.values:
            self.values = tuple([] for _ in found.values)
        self.sheets.extend([block.sheet] * len(found))
        self.lines.extend(block.lines)
        self.rows.extend(found.rows)
        self.phones.extend(found.phones)
        for pile, column in zip(self.values, found.values, strict=True):
            pile.extend(column)
        self.people.add(block.people)

    def take(self, most: int, router: Router) -> Chunk:
        size = self._set_apart(most)
        rows = self.rows[:size]
        recipients = Recipients(
            rows, self.phones[:size], tuple(pile[:size] for pile in self.values)
        )
        ways = router.ways(recipients)
        facts = {
            at: (way.why.value, way.code) for at, way in enumerate(ways) if way.why is not None
        }
        submissions = plan_submissions(router.message, ways, recipients, bounds=self.bounds)
        lines, people = self.lines[:size], self.people.take(size)
        chunk = Chunk(
            self.chunks, self.sheets[:size], lines, recipients, submissions, facts, people
        )
        for pile in (self.sheets, self.lines, self.rows, self.phones, *self.values):
            del pile[:size]  # type: ignore[attr-defined]  # mypy joins the lists' types to a Sequence
        self.chunks += 1
        self.taken += size
        return chunk

    def _set_apart(self, most: int) -> int:
        """Bring at most so many rows of different numbers to the front, and count them."""
        front = min(most, len(self.phones))
        if len(set(self.phones[:front])) == front:
            return front
        first_of: dict[str, int] = {}
        for at, phone in enumerate(self.phones):
            first_of.setdefault(phone, at)
            if len(first_of) == most:
                break
        chosen = set(first_of.values())
        order = [*first_of.values(), *(at for at in range(len(self.phones)) if at not in chosen)]
        for pile in (self.sheets, self.lines, self.rows, self.phones, *self.values):
            pile[:] = [pile[at] for at in order]  # type: ignore[index]  # mypy joins the lists' types
        self.people.reorder(order)
        return len(first_of)
