"""Lay out inline SVG that stretches with its place; what is to be read stands beside it as text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.language import Text, Words, filled
from pipeline.report.figures.frames import local_time
from pipeline.report.figures.timeline import Timeline

_WIDTH, _HEIGHT, _BAR, _GAP = 900, 200, 1000, 0.12
_LIMIT_IN_SIGHT = 4.0
"""A limit further above the peak than this many times would flatten the chart."""
_ROUND: Sequence[int] = (1, 2, 4, 5, 8)


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
    """A timeline as it is drawn."""

    unit: Text
    ticks: Sequence[str]
    bars: Sequence[tuple[float, float, float, float]]
    limit_y: float | None
    times: Sequence[str]
    sentences: Sequence[Text]
    label: str


def chart(shown: Timeline, limit_per_s: float) -> Plot:
    """Lay out the messages by second or minute, and the limit per second where there is one."""
    peak, limit = max(shown.rates), limit_per_s * shown.unit_s
    in_sight = 0 < limit <= peak * _LIMIT_IN_SIGHT
    top = _round_up(max(peak, limit if in_sight else 0))
    slot = _WIDTH / len(shown.counts)
    what = "links" if shown.of_links else "messages"

    def y(rate: float) -> float:
        return round(_HEIGHT * (1 - rate / top), 2)

    return Plot(
        unit=_unit(shown),
        ticks=[_number(top * part) for part in (1, 0.5, 0)],
        bars=[
            (
                round((at + _GAP / 2) * slot, 2),
                y(rate),
                round(slot * (1 - _GAP), 2),
                round(_HEIGHT - y(rate), 2),
            )
            for at, rate in enumerate(shown.rates)
            if rate
        ],
        limit_y=y(limit) if in_sight else None,
        times=list(_times(shown)),
        sentences=list(_sentences(shown, limit, in_sight=in_sight)),
        label=f"{shown.messages:,} {what}; {peak:,.0f} at most",
    )


def _times(shown: Timeline) -> Iterable[str]:
    ends = [shown.starts_at, (shown.starts_at + shown.ends_at) // 2, shown.ends_at]
    same_day = local_time(ends[0])[:10] == local_time(ends[-1])[:10]
    # Within a second or two the middle bears the same time as one of the ends.
    return dict.fromkeys(_clock(at, with_date=not same_day) for at in ends)


def _unit(shown: Timeline) -> Text:
    if shown.of_links:
        return Words("links per minute") if shown.by_minute else Words("links per second")
    return Words("messages per minute") if shown.by_minute else Words("messages per second")


_TAKEN = Words(
    "{messages} {messages:message was|messages were} taken between {start} and {end} (UTC+8); "
    "each bar is {slot}."
)
_MADE = Words(
    "{messages} {messages:link was|links were} made between {start} and {end} (UTC+8); each bar "
    "is {slot}."
)


def _sentences(shown: Timeline, limit: float, *, in_sight: bool) -> Iterator[Text]:
    peak = max(shown.rates)
    unit = _unit(shown)
    yield filled(
        _MADE if shown.of_links else _TAKEN,
        messages=shown.messages,
        start=_clock(shown.starts_at, with_date=True),
        end=_clock(shown.ends_at, with_date=True),
        slot=_length(shown.slot_s),
    )
    yield filled("At most {rate} {unit}.", rate=peak, unit=unit)
    if limit:
        text = (
            Words("The dashed line is the campaign's limit: {rate} {unit}.")
            if in_sight
            else Words("The campaign's limit of {rate} {unit} lies above this chart.")
        )
        yield filled(text, rate=limit, unit=unit)
    if in_sight and peak > limit:
        yield Words(
            "Answers may come in bunches, so that a bar can stand above the limit although "
            "the requests left evenly."
        )


def _length(seconds: int) -> Text:
    for unit_s, text in ((3600, Words("{count} h")), (60, Words("{count} min"))):
        if seconds % unit_s == 0:
            return filled(text, count=seconds // unit_s)
    return filled("{count} s", count=seconds)


def _clock(at: float, *, with_date: bool) -> str:
    date, time = local_time(at).removesuffix("+08:00").split("T")
    return f"{date} {time}" if with_date else time


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004 -- two digits need no fraction


def _round_up(value: float) -> float:
    """Return the next 1, 2, 4, 5 or 8 with zeros behind it, at least 1."""
    power = 1.0
    while True:
        for digit in _ROUND:
            if value <= digit * power:
                return digit * power
        power *= 10
