"""Draw a page from its template: each text is escaped as it goes in, in the reader's language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.core.text import visible
from pipeline.core.times import in_china
from pipeline.language import Language, Text, Words, filled
from pipeline.web.page.shown import Pace

NAMES: Sequence[tuple[Language, str]] = ((Language.EN, "English"), (Language.ZH, "中文"))
_BAR, _WIDTH, _HEIGHT, _GAP = 1000, 900, 160, 0.14
_LIMIT_IN_SIGHT = 4.0
"""A limit further above the peak than this many times would flatten the chart."""


def drawn(template: str, language: Language, **values: object) -> str:
    """Write a page, or a part of one."""
    return environment(language).get_template(template).render(**values)


@cache
def environment(language: Language) -> Environment:
    """Return what draws pages in a language: it escapes whatever is put in."""
    found = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=partial(_shown, language),
        loader=PackageLoader("pipeline.web"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(
        Words=Words,
        filled=filled,
        strip=strip,
        plot=plot,
        names=NAMES,
        language=language,
        html_lang="zh-CN" if language is Language.ZH else "en",
    )
    found.filters.update(count=lambda number: f"{number:,}")
    return found


def reader_language(chosen: str, accepted: str) -> Language:
    """Return the language that a reader chose, else the one that their browser asks for first."""
    if chosen in set(Language):
        return Language(chosen)
    best, weight = Language.EN, 0.0
    for part in accepted[:500].split(","):
        name, _, quality = part.strip().partition(";q=")
        found = name.partition("-")[0].casefold()
        if found in set(Language) and (asked := _weight(quality)) > weight:
            best, weight = Language(found), asked
    return best


def _weight(quality: str) -> float:
    try:
        return min(1.0, float(quality or 1))
    except ValueError:
        return 0.0


def strip(parts: Iterable[tuple[int, str]], whole: int) -> Iterator[tuple[str, int, int]]:
    """Yield tone, start and width of parts of a whole, drawn behind each other."""
    start = 0
    for count, tone in parts:
        width = round(_BAR * count / whole) if whole else 0
        # A bar that stands for somebody can be seen.
        yield tone, start, max(width, 2) if count else 0
        start += width


@dataclass(frozen=True, slots=True)
class Plot:
    """A pace as it is drawn; latest and peak are messages a second."""

    bars: Sequence[tuple[float, float, float, float]]
    limit_y: float | None
    top: float
    peak: float
    limit: float
    times: Sequence[str]


def plot(pace: Pace) -> Plot:
    """Lay out messages a second, slot by slot, and the limit where it is in sight."""
    rates = [count / pace.slot_s for count in pace.counts]
    peak, limit = max(rates, default=0.0), pace.limit_per_s
    in_sight = limit > 0 and (not peak or limit <= peak * _LIMIT_IN_SIGHT)
    top = max(peak, limit if in_sight else 0.0, 1.0) * 1.1
    slot = _WIDTH / max(1, len(rates))
    bars = [
        (
            round((at + _GAP / 2) * slot, 2),
            round(_HEIGHT * (1 - rate / top), 2),
            round(slot * (1 - _GAP), 2),
            round(_HEIGHT * rate / top, 2),
        )
        for at, rate in enumerate(rates)
        if rate
    ]
    begins = pace.ends_at - pace.slot_s * len(rates)
    return Plot(
        bars,
        round(_HEIGHT * (1 - limit / top), 2) if in_sight else None,
        top,
        peak,
        limit,
        [f"{in_china(at):%H:%M:%S}" for at in (begins, pace.ends_at)],
    )


def _shown(language: Language, value: object) -> object:
    """Put what a template shows in words, without what a screen must not be sent."""
    match value:
        case Markup():
            return value
        case Text():
            return visible(value.of(language))
        case str():
            return visible(value)
        case _:
            return value
