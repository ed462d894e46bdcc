"""Ask about a sample of the numbers, and predict by it how many would see the card."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.answer import NewsKind, Unanswered
from pipeline.core.errors import ProviderUnavailable
from pipeline.core.pricing import Share, Span, wilson
from pipeline.language import filled
from pipeline.runner.preflight.client import Line
from pipeline.runner.session.outside import Ui


class Reservoir:
    """A fair sample of everything that passes, drawn without knowing how much will.

    Where nothing is drawn from, nothing is looked at: it costs nothing per number (Li's
    algorithm L). The same seed and numbers give the same sample.
    """

    def __init__(self, size: int, seed: int) -> None:
        """Begin empty."""
        self._size = size
        self._chance = random.Random(seed)  # noqa: S311 -- a sample, no secret
        self._weight = 1.0
        self._seen = 0
        self._next = size - 1
        self.phones: list[str] = []
        if size:
            self._skip()

    def add(self, phones: Sequence[str]) -> None:
        """Let numbers pass."""
        first, self._seen = self._seen, self._seen + len(phones)
        if not self._size:
            return
        room = self._size - len(self.phones)
        self.phones += phones[:room]
        while self._next < self._seen:
            self.phones[self._chance.randrange(self._size)] = phones[self._next - first]
            self._skip()

    def _skip(self) -> None:
        self._weight *= self._draw() ** (1.0 / self._size)
        weight = min(max(self._weight, 1e-300), 1.0 - 1e-12)
        self._next += math.floor(math.log(self._draw()) / math.log1p(-weight)) + 1

    def _draw(self) -> float:
        """Return a number above 0 and at most 1."""
        return 1.0 - self._chance.random()


@dataclass(frozen=True, slots=True)
class Probe:
    """What a sample's handsets are said to show.

    unknown are numbers that the answers do not name; they count as not showing the card.
    cards is how many of all recipients would see it, by the bounds of share.
    """

    asked: int
    shown: int
    inactive: int
    unsupported: int
    unknown: int
    share: Share
    cards: Span

    def as_json(self) -> dict[str, object]:
        """Return plain values for programs."""
        return {
            "asked": self.asked,
            "shows_this_card": self.shown,
            "shows_other_cards": self.inactive,
            "shows_no_cards": self.unsupported,
            "unknown": self.unknown,
            "share": round(self.share.seen, 4),
            "share_95": [round(self.share.low, 4), round(self.share.high, 4)],
            "cards_95": [self.cards.low, self.cards.high],
        }


def probe(line: Line, phones: Sequence[str], recipients: int, ui: Ui) -> Probe:
    """Ask about the handsets of some numbers (CheckMobileCapability).

    Raises ProviderUnavailable when it is not answered, and as Questions.put does.
    """
    news = line.handsets(phones, ui.asking)
    if isinstance(news, Unanswered):
        raise ProviderUnavailable(
            filled("KooMessage could not be asked about handsets: {why}", why=news.why), "KS6908"
        )
    kinds = Counter(answer.kind for answer in news)
    shown = kinds[NewsKind.SUPPORTED]
    inactive, unsupported = kinds[NewsKind.TEMPLATE_INACTIVE], kinds[NewsKind.UNSUPPORTED]
    share = wilson(shown, len(phones))
    cards = Span(math.floor(share.low * recipients), math.ceil(share.high * recipients))
    unknown = len(phones) - shown - inactive - unsupported
    return Probe(len(phones), shown, inactive, unsupported, unknown, share, cards)
