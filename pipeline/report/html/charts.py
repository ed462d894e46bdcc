"""Draw inline SVG that stretches with its place; what is to be read stands beside it as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.report.figures.frames import local_time
from pipeline.report.figures.timeline import Timeline
from pipeline.report.html.markup import Markup, element, joined
from pipeline.report.texts import page_words as words
from pipeline.report.texts.language import Counted, Language, Words

_BAR_WIDTH = 1000
_BAR_HEIGHT = 10
_PLOT_WIDTH, _PLOT_HEIGHT = 900, 200
_GAP = 0.12
_LIMIT_IN_SIGHT = 4.0
"""A limit further above the peak than this many times would flatten the chart."""


def bar(part: int, whole: int, tone: str) -> Markup:
    """Draw one bar as long as the part is of the whole."""
    return strip([(part, tone)], whole)


def strip(parts: Iterable[tuple[int, str]], whole: int) -> Markup:
    """Draw parts of a whole behind each other, each of its tone."""
    pieces = []
    before = 0
    for count, tone in parts:
        width = _scaled(count, whole, _BAR_WIDTH)
        # A bar that stands for somebody can be seen.
        pieces.append(_rect(before, max(width, 2) if count else 0, tone))
        before += width
    return element(
        "svg",
        element("rect", class_="track", x=0, y=0, width=_BAR_WIDTH, height=_BAR_HEIGHT),
        pieces,
        class_="bar",
        viewBox=f"0 0 {_BAR_WIDTH} {_BAR_HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """The height of the plot in messages a unit, and the limit where it is in sight."""

    top: float
    limit: float

    def y(self, rate: float) -> float:
        return round(_PLOT_HEIGHT * (1 - rate / self.top), 2)


def time_chart(shown: Timeline, limit_per_s: float) -> Markup:
    """Draw the messages by second or minute, and the limit per second where there is one."""
    peak = max(shown.rates)
    limit = limit_per_s * shown.unit_s
    in_sight = 0 < limit <= peak * _LIMIT_IN_SIGHT
    scale = _Scale(_round_up(max(peak, limit if in_sight else 0)), limit if in_sight else 0)
    unit = words.PER_MINUTE if shown.by_minute else words.PER_SECOND
    return element(
        "figure",
        element("div", unit, class_="unit"),
        element(
            "div",
            element("div", _ticks(scale), class_="ticks", aria_hidden="true"),
            _plot(shown, scale),
            class_="plot",
        ),
        element("div", _times(shown), class_="times", aria_hidden="true"),
        element("figcaption", _said(shown, unit, limit, scale)),
        class_="timeline",
    )


def filled(text: Words, **values: Words | str | float) -> Words:
    """Fill a text's places in both languages; numbers with separators of thousands."""
    english = {name: _shown(value, Language.EN) for name, value in values.items()}
    chinese = {name: _shown(value, Language.ZH) for name, value in values.items()}
    return Words(text.en.format(**english), text.zh.format(**chinese))


def _shown(value: Words | str | float, language: Language) -> str | Counted:
    if isinstance(value, Words):
        return value.of(language)
    return value if isinstance(value, str) else Counted(value)


def _plot(shown: Timeline, scale: _Scale) -> Markup:
    slot = _PLOT_WIDTH / len(shown.counts)
    bars = [
        element(
            "rect",
            class_="now",
            x=round((at + _GAP / 2) * slot, 2),
            y=scale.y(rate),
            width=round(slot * (1 - _GAP), 2),
            height=round(_PLOT_HEIGHT - scale.y(rate), 2),
        )
        for at, rate in enumerate(shown.rates)
        if rate
    ]
    return element(
        "svg",
        [_line("grid", scale.y(scale.top * part)) for part in (0.25, 0.5, 0.75, 1)],
        bars,
        _line("base", _PLOT_HEIGHT),
        [_line("limit", scale.y(scale.limit))] if scale.limit else [],
        viewBox=f"0 0 {_PLOT_WIDTH} {_PLOT_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"{shown.messages:,} messages; {max(shown.rates):,.0f} at most",
    )


def _ticks(scale: _Scale) -> list[Markup]:
    return [element("span", _number(scale.top * part)) for part in (1, 0.5, 0)]


def _times(shown: Timeline) -> list[Markup]:
    middle = (shown.starts_at + shown.ends_at) // 2
    times = [shown.starts_at, middle, shown.ends_at]
    same_day = local_time(times[0])[:10] == local_time(times[-1])[:10]
    # Within a second or two the middle bears the same time as one of the ends.
    shown_times = dict.fromkeys(_clock(at, with_date=not same_day) for at in times)
    return [element("span", time) for time in shown_times]


def _said(shown: Timeline, unit: Words, limit: float, scale: _Scale) -> Markup:
    peak = max(shown.rates)
    sentences = [
        filled(
            words.TIMELINE_SAYS,
            messages=shown.messages,
            start=_clock(shown.starts_at, with_date=True),
            end=_clock(shown.ends_at, with_date=True),
            slot=_length(shown.slot_s),
        ),
        filled(words.PEAK, rate=peak, unit=unit),
    ]
    if scale.limit:
        sentences.append(filled(words.LIMIT_SHOWN, rate=limit, unit=unit))
        if peak > limit:
            sentences.append(words.OVER_LIMIT)
    elif limit:
        sentences.append(filled(words.LIMIT_ABOVE, rate=limit, unit=unit))
    return joined([joined(sentence, " ") for sentence in sentences])


def _length(seconds: int) -> Words:
    for unit_s, text in ((3600, words.HOURS), (60, words.MINUTES)):
        if seconds % unit_s == 0:
            return filled(text, count=seconds // unit_s)
    return filled(words.SECONDS, count=seconds)


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


_ROUND: Sequence[int] = (1, 2, 4, 5, 8)


def _scaled(part: int, whole: int, length: int) -> int:
    return round(length * part / whole) if whole else 0


def _rect(start: int, width: int, tone: str) -> Markup:
    return element("rect", class_=tone, x=start, y=0, width=width, height=_BAR_HEIGHT)


def _line(kind: str, y: float) -> Markup:
    return element("line", class_=kind, x1=0, x2=_PLOT_WIDTH, y1=y, y2=y)
