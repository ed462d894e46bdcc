"""Tell to which carrier and place the segments of numbers were assigned at first.

A number is portable: whoever owns it may long be with another carrier and live elsewhere. What is
told here is the segment's original assignment and is never to be shown under another name.
"""

import functools
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from pipeline.core.outcome import Outcome
from pipeline.language import Bilingual, Text, Words
from pipeline.ports import OutcomeBlock
from pipeline.report.figures.tally import is_unseen_link

SEGMENT_CARRIER = Words("Segment first assigned to")
SEGMENT_PLACE = Words("Segment first assigned in")
SEGMENT_NOTE = Words(
    "Of the first seven digits as they were assigned at first. Numbers are portable, so this is "
    "not the carrier of today."
)
"""What must stand beside every table of carriers or places."""

_COUNTRY = "86"
_SEGMENT_DIGITS = 7
_SEGMENTS_MAX = 1_000_000
_UNKNOWN = Bilingual("", "")
_MUNICIPALITY_ZH = re.compile(r"(北京|天津|上海|重庆)市?")
_PROVINCE_ZH = re.compile(r"内蒙古|广西|西藏|宁夏|新疆|[^省]{2,3}省")


@dataclass(frozen=True, slots=True)
class Segment:
    """The original assignment of a segment; a text is empty where it is not known.

    place is mostly a city with its province, province that alone.
    """

    carrier: Bilingual
    place: Bilingual

    @property
    def province(self) -> Bilingual:
        """Return the province alone."""
        return _province(self.place)


@functools.lru_cache(maxsize=_SEGMENTS_MAX)
def segment(digits: str) -> Segment:
    """Look a segment up by a mobile number's first seven digits."""
    carriers, places = _assignments()
    whole = f"{_COUNTRY}{digits[:_SEGMENT_DIGITS]}"
    return Segment(_longest(carriers, whole), _longest(places, whole))


_Assignments = Mapping[str, Mapping[str, str]]


@functools.cache
def _assignments() -> tuple[_Assignments, _Assignments]:
    # 0.3 s and 110 MB: only a report that asks for segments pays for them.
    from phonenumbers.carrierdata import CARRIER_DATA  # noqa: PLC0415 -- see above
    from phonenumbers.geodata import GEOCODE_DATA  # noqa: PLC0415 -- see above

    return CARRIER_DATA, GEOCODE_DATA


def _longest(assignments: _Assignments, whole: str) -> Bilingual:
    for length in range(len(whole), len(_COUNTRY), -1):
        found = assignments.get(whole[:length])
        if found is not None:
            return _name(found.get("en", ""), found.get("zh", ""))
    return _UNKNOWN


# There are a few hundred places and four carriers: one object each, however many segments.
_name = functools.cache(Bilingual)


@functools.cache
def _province(place: Bilingual) -> Bilingual:
    municipality = _MUNICIPALITY_ZH.match(place.zh)
    province = _PROVINCE_ZH.match(place.zh)
    found = f"{municipality[1]}市" if municipality else province[0] if province else place.zh
    return Bilingual(place.en.rpartition(", ")[2], found)


PLACES_MAX = 10
"""How many provinces are told one by one; the rest is counted together."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a group did not see the card, of those of whom it is known."""

    name: Text
    plain: int
    known: int


@dataclass(slots=True)
class Handsets:
    """Counts the segments of who saw the card and who is known not to have seen it.

    A segment is looked up when it is asked for: few reports need one.
    """

    plain: Counter[str] = field(default_factory=Counter)
    cards: Counter[str] = field(default_factory=Counter)

    def add(self, block: OutcomeBlock) -> None:
        """Count the rows of one block."""
        for phone, standing in zip(block.phones, block.standings, strict=True):
            if not phone:
                continue
            if standing.outcome is Outcome.CARD:
                self.cards[phone[:_SEGMENT_DIGITS]] += 1
            elif standing.outcome is Outcome.FALLBACK_SMS or is_unseen_link(
                standing.outcome, standing.reason
            ):
                self.plain[phone[:_SEGMENT_DIGITS]] += 1

    def by_carrier(self) -> Sequence[Share]:
        """Return a line for each carrier, the most frequent first."""
        return self._by(attrgetter("carrier"))

    def by_province(self) -> Sequence[Share]:
        """Return a line for each province, the most frequent first."""
        return self._by(attrgetter("province"))

    def _by(self, part: Callable[[Segment], Bilingual]) -> Sequence[Share]:
        plain, cards = (_counted(firsts, part) for firsts in (self.plain, self.cards))
        names = sorted({*plain, *cards}, key=lambda name: (-plain[name], -cards[name], name.en))
        return [
            Share(name if name.en else Words("not known"), plain[name], plain[name] + cards[name])
            for name in names
        ]


def _counted(firsts: Mapping[str, int], part: Callable[[Segment], Bilingual]) -> Counter[Bilingual]:
    counts: Counter[Bilingual] = Counter()
    for first, count in firsts.items():
        counts[part(segment(first))] += count
    return counts
