"""STAGE 2: split recipients into chunks, and chunks into the requests that will carry them.

Pure and deterministic: the same rows give the same chunks, submissions and names after a restart.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pipeline.core.model import (
    CHUNK_RECIPIENTS_MAX,
    Channel,
    Chunk,
    PlannedSubmission,
    Recipients,
    RowBlock,
)
from pipeline.ports import Rejects

REQUEST_RECIPIENTS_MAX: Mapping[Channel, int] = MappingProxyType(
    {
        Channel.AIM: 100,  # CreateAimSendTask
        Channel.AIM_LINKS: 100,  # CreateResolveTask
        Channel.AIM_BASIC: 5000,  # CreateVmsSendTask
        Channel.SMS: 500,  # SendAimBatchMessages, SendAimBatchDifferentMessages
        Channel.LINKS_ONLY: 100,  # CreateResolveTask
    }
)
"""Recipients per request, by channel."""


def plan_chunks(
    blocks: Iterable[RowBlock], channel: Channel, *, size: int = CHUNK_RECIPIENTS_MAX
) -> Iterator[Chunk | Rejects]:
    """Yield chunks of `size` recipients (the last may hold fewer) and the rejected rows.

    Rejected rows pass through block by block; chunks may span sheets.
    """
    if not 1 <= size <= CHUNK_RECIPIENTS_MAX:
        raise ValueError(f"a chunk holds 1 to {CHUNK_RECIPIENTS_MAX} recipients, not {size}")
    pile = _Pile()
    chunk = 0
    for block in blocks:
        if block.rejected:
            yield Rejects(block.sheet, block.header, block.rejected)
        pile.add(block)
        while len(pile.rows) >= size:
            yield pile.take(chunk, size, channel)
            chunk += 1
    if pile.rows:
        yield pile.take(chunk, size, channel)


def plan_submissions(recipients: int, channel: Channel) -> tuple[PlannedSubmission, ...]:
    """Cut a chunk's positions into as few requests as the channel's limit allows."""
    most = REQUEST_RECIPIENTS_MAX[channel]
    return tuple(
        PlannedSubmission(index, start, min(start + most, recipients))
        for index, start in enumerate(range(0, recipients, most))
    )


@dataclass(slots=True)
class _Pile:
    """Recipients that wait for their chunk to be full."""

    sheets: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    values: tuple[list[str], ...] = ()

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

    def take(self, chunk: int, size: int, channel: Channel) -> Chunk:
        rows = self.rows[:size]
        taken = Chunk(
            chunk,
            self.sheets[:size],
            self.lines[:size],
            Recipients(rows, self.phones[:size], tuple(pile[:size] for pile in self.values)),
            plan_submissions(len(rows), channel),
        )
        for pile in (self.sheets, self.lines, self.rows, self.phones, *self.values):
            del pile[:size]  # type: ignore[attr-defined]  # mypy joins the lists' types to a Sequence
        return taken
