"""Tell whose handsets showed plain SMS: by the first assignment of the number's segment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.core.outcome import Outcome
from pipeline.ports import OutcomeBlock
from pipeline.report.language import Words
from pipeline.report.segments import SegmentCounts
from pipeline.report.tally import is_unseen_link

PLACES_MAX = 10
"""How many provinces are told one by one; the rest is counted together."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a group did not see the card, of those of whom it is known. name may be empty."""

    name: Words
    plain: int
    known: int


@dataclass(slots=True)
class Handsets:
    """Counts the segments of who saw the card and who is known not to have seen it."""

    plain: SegmentCounts = field(default_factory=SegmentCounts)
    cards: SegmentCounts = field(default_factory=SegmentCounts)

    def add(self, block: OutcomeBlock) -> None:
        """Count the rows of one block."""
        seen: tuple[list[str], list[str]] = ([], [])
        for phone, standing in zip(block.phones, block.standings, strict=True):
            if standing.outcome is Outcome.CARD:
                seen[0].append(phone)
            elif standing.outcome is Outcome.FALLBACK_SMS or is_unseen_link(
                standing.outcome, standing.reason
            ):
                seen[1].append(phone)
        self.cards.add(filter(None, seen[0]))
        self.plain.add(filter(None, seen[1]))

    @property
    def any(self) -> bool:
        """Tell whether anybody is known not to have seen the card; else no table is needed."""
        return bool(self.plain.firsts)

    def by_carrier(self) -> Sequence[Share]:
        """Return a line for each carrier, the most frequent first."""
        return _shares(self.plain.by_carrier(), self.cards.by_carrier())

    def by_province(self) -> Sequence[Share]:
        """Return a line for each province, the most frequent first."""
        return _shares(self.plain.by_province(), self.cards.by_province())


def _shares(plain: Counter[Words], cards: Counter[Words]) -> list[Share]:
    names = sorted({*plain, *cards}, key=lambda name: (-plain[name], -cards[name], name.en))
    return [Share(name, plain[name], plain[name] + cards[name]) for name in names]
