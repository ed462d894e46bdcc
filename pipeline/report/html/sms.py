"""Lay out the page's tables, tiles and facts."""

from collections.abc import Iterable, Sequence

from pipeline.core.outcome import REACHED, Outcome
from pipeline.report.figures import canary as daily
from pipeline.report.figures.figures import GROUPS_MAX, Figures, Group
from pipeline.report.figures.frames import spoken_time
from pipeline.report.figures.tally import ATTENTION
from pipeline.report.html.charts import bar, filled
from pipeline.report.html.markup import Child, Markup, element
from pipeline.report.options import ReportOptions
from pipeline.report.texts import page_words, words
from pipeline.report.texts import page_words as more_words
from pipeline.report.texts.outcomes import Words, reason_words

_NUMBERS = frozenset(
    {
        *(words.ROWS, words.SHARE, words.OF_ALL, words.OF_BEFORE, words.REQUEST_COUNT),
        *(words.RECIPIENTS, more_words.EXPECTED, more_words.CHARGED, more_words.STILL_OPEN),
        *(more_words.PRICE, more_words.YUAN, more_words.NOT_SEEN, more_words.OF_SEEN),
        *(daily.THEIRS, daily.OURS),
    }
)
_CALM = frozenset({Outcome.DUPLICATE, Outcome.SUPPRESSED, Outcome.SKIPPED, Outcome.SUBMITTED})


def section(key: str, title: Words, *content: Child | Iterable[Child]) -> Markup:
    """Make a section with its heading."""
    return element("section", element("h2", title), *content, id=key)


def in_grid(wide: Markup) -> Markup:
    """Let a table of the class grid, which keeps its columns on any screen, be moved sideways."""
    return element("div", wide, class_="scroll")


def table(heads: Sequence[Words], rows: Iterable[Markup], class_: str | None = None) -> Markup:
    """Make a table; the headings of numbers stand at the right, as the numbers do."""
    names = [
        element("th", head, scope="col", class_="number" if head in _NUMBERS else None)
        for head in heads
    ]
    head = element("thead", element("tr", names))
    return element("table", head, element("tbody", rows), class_=class_)


def number(count: int | str, figure: str | None = None) -> Markup:
    """Make a cell with a number; figure names it for whoever reads the page by program."""
    return element("td", count, class_="number", data_figure=figure)


def drawn(part: int, whole: int, color: str) -> Markup:
    """Make a cell with a bar."""
    return element("td", bar(part, whole, color), class_="drawn")


def tile(figure: str, shown: tuple[Words, int], color: str, below: Child) -> Markup:
    """Make a large number with its name above and a remark below."""
    name, count = shown
    return element(
        "div",
        element("dt", name),
        element(
            "dd", element("span", count, data_figure=f"tile.{figure}"), element("small", below)
        ),
        class_=f"tile {color}",
    )


def others(groups: Sequence[Group], columns: int) -> list[Markup]:
    """Count together what there is no room for one by one."""
    rest = groups[GROUPS_MAX:]
    if not rest:
        return []
    said = filled(page_words.OTHERS, count=len(rest))
    cells = [element("td") for _ in range(columns - 2)]
    return [
        element(
            "tr",
            element("th", said, scope="row"),
            number(sum(group.rows for group in rest), "others"),
            cells,
        )
    ]


def why(group: Group) -> Words:
    """Say a group's reason in both languages."""
    return reason_words(group.reason)


def percent(part: float) -> str:
    """Write a share."""
    return f"{part:.1%}"


def tone(outcome: Outcome) -> str:
    """Name the colour of an outcome."""
    if outcome is Outcome.FALLBACK_SMS:
        return "plain"
    if outcome is Outcome.DELIVERED:
        return "open"
    if outcome in REACHED:
        return "good"
    if outcome in ATTENTION:
        return "bad"
    return "calm" if outcome in _CALM else "fair"


def about(figures: Figures, options: ReportOptions) -> Markup:
    """Say which run this is, of what, and when."""
    run, plan = figures.run, figures.run.plan
    facts: list[tuple[Words, Words | str]] = [
        (words.RUN, plan.run),
        (words.CAMPAIGN_FILE, plan.campaign_path),
        (words.SOURCE, plan.source_path),
        (words.CHANNEL, words.CHANNELS[plan.message.channel]),
        (words.TEMPLATE, plan.message.template),
        (words.PLANNED, _time(plan.planned_at)),
        (words.STARTED, _time(run.started_at)),
        (words.FINISHED, _time(run.finished_at)),
        (words.WRITTEN, _time(options.written_at)),
        (words.AGAIN, plan.previous or ""),
    ]
    shown = [(element("dt", name), element("dd", fact)) for name, fact in facts if fact]
    return section("about", page_words.ABOUT, element("dl", *shown, class_="facts"))


def _time(at: float | None) -> Words | str:
    return f"{spoken_time(at)} (UTC+8)" if at else words.NOT_YET
