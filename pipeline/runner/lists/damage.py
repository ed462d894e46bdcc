"""Judge a list by its invalid rows: one with too many is damaged, and nothing of it is sent."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core.errors import SourceDamaged
from pipeline.core.model import Chunk, RejectedRow, Rejection, RowBlock
from pipeline.core.outcome import Outcome
from pipeline.core.screening import rejected_outcome
from pipeline.language import SEMICOLON, Text, Words, altered, filled, joined
from pipeline.ports import Rejects
from pipeline.reader.phones import normalise
from pipeline.report.texts.rejections import REJECTIONS
from pipeline.settings import Campaign

_LOOKED_AT_ROWS = 1000
"""Rows whose other cells are looked at, for a column that was swapped with the phone column."""

_SWAPPED_SHARE = 0.5
_OF_THE_CELL = frozenset(reason for reason in Rejection if reason.startswith("phone_"))
_EMPTY = frozenset({Rejection.PHONE_EMPTY, Rejection.VALUE_MISSING})

Merges = Callable[[], Collection[str]]
"""Tells the columns whose cells are merged downwards; asked for damaged lists only."""


@dataclass(slots=True)
class Damage:
    """How many of a list's rows are invalid, and what most of these have in common.

    name is the list's. people counts whoever has a good row, screened out or not: a list of
    nothing but repeats is no damaged list.
    """

    name: str
    rows: int = 0
    people: int = 0
    reasons: Counter[tuple[Rejection, str]] = field(default_factory=Counter)
    _looked_at: int = 0
    _numbers_in: Counter[str] = field(default_factory=Counter)

    @property
    def invalid(self) -> int:
        """Count the rows that nothing could be sent to."""
        return self.reasons.total()

    def counted(self, blocks: Iterator[RowBlock]) -> Iterator[RowBlock]:
        """Pass blocks through and count their rows."""
        for block in blocks:
            self.rows += len(block.recipients) + len(block.rejected)
            self.people += len(block.recipients)
            for row in block.rejected:
                self._count(block.header, row)
            yield block

    def _count(self, header: Sequence[str], row: RejectedRow) -> None:
        outcome = rejected_outcome(row.reason)
        if outcome is Outcome.INVALID:
            self.reasons[row.reason, row.column] += 1
            if row.reason in _OF_THE_CELL and self._looked_at < _LOOKED_AT_ROWS:
                self._look(header, row)
        elif outcome is not Outcome.DUPLICATE:
            self.people += 1

    def _look(self, header: Sequence[str], row: RejectedRow) -> None:
        """Count by column the cells of a row that are mobile numbers."""
        self._looked_at += 1
        for at, cell in enumerate(row.cells):
            if cell and not isinstance(normalise(cell), Rejection):
                named = header[at] if at < len(header) else ""
                self._numbers_in[named or f"#{at + 1}"] += 1

    def refusal(self, campaign: Campaign, merges: Merges) -> SourceDamaged | None:
        """Return what keeps the list from being sent; None where nothing does."""
        limits, name = campaign.limits, self.name
        if self.invalid > limits.max_rejected_share * self.rows:
            what = filled(
                "{invalid} of {rows} {rows:row|rows} of {name} cannot be sent to, more "
                "than [limits] max_rejected_share = {max_rejected_share} allows",
                invalid=self.invalid,
                rows=self.rows,
                name=name,
                max_rejected_share=f"{limits.max_rejected_share:g}",
            )
        elif self.people < limits.min_recipients:
            what = filled(
                "{name} has {people} {people:person|people} to send to, fewer than "
                "[limits] min_recipients = {min_recipients}",
                name=name,
                people=self.people,
                min_recipients=limits.min_recipients,
            )
        else:
            return None
        why = (
            self._why(merges) if self.reasons else Words("name the right file, or lower the limit")
        )
        return SourceDamaged(
            filled(
                "{what}; nothing was sent: {why}; koosend check {campaign}",
                what=what,
                why=why,
                campaign=campaign.named,
            ),
            "KS6513",
        )

    def _why(self, merges: Merges) -> str:
        """Say what most of the invalid rows have in common, and how to mend it."""
        (reason, column), count = self.reasons.most_common(1)[0]
        what, mend = (_clause(words) for words in REJECTIONS[reason])
        where = filled(", column {column}", column=column) if column else ""
        most = filled(
            "{count} of these rows{where}: {what}",
            count=count,
            where=where,
            what=altered(what, lambda said: said[:1].lower() + said[1:]),
        )
        if reason in _EMPTY and column in merges():
            return filled(
                "{most}, since its cells are merged downwards and only the first of "
                "them has a text; unmerge them and fill in every row",
                most=most,
            )
        if reason in _OF_THE_CELL and (other := self._looks_like_the_phone(column)):
            return filled(
                "{most}, but the column {other} looks like the phone numbers; exchange "
                "the two columns, or name it under [source] phone",
                most=most,
                other=other,
            )
        mend = altered(mend, lambda said: said[:1].lower() + said[1:])
        return joined(most, mend, by=SEMICOLON)

    def _looks_like_the_phone(self, column: str) -> str:
        found = ((name, n) for name, n in self._numbers_in.most_common(2) if name != column)
        name, count = next(found, ("", 0))
        return name if count > _SWAPPED_SHARE * self._looked_at else ""


def _clause(sentence: Text) -> str:
    return altered(sentence, lambda said: said.rstrip(".。"))


def unless_damaged(
    items: Iterator[Chunk | Rejects], damage: Damage, campaign: Campaign, merges: Merges
) -> Iterator[Chunk | Rejects]:
    """Pass a run's items through; raise SourceDamaged at their end, so that none of it is kept."""
    yield from items
    if refused := damage.refusal(campaign, merges):
        raise refused
