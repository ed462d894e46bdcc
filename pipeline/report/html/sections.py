"""Write the page's sections on cost, segments, earlier runs, reruns and replies."""

from collections.abc import Iterable, Sequence

from pipeline.core.pricing import Charged, amounts, price_of, yuan_text
from pipeline.report.figures.comparison import Comparison, Mark, Measure, Seen
from pipeline.report.figures.family import Family
from pipeline.report.figures.figures import Figures, share
from pipeline.report.figures.frames import spoken_time
from pipeline.report.figures.segments import (
    PLACES_MAX,
    SEGMENT_CARRIER,
    SEGMENT_NOTE,
    SEGMENT_PLACE,
    Share,
)
from pipeline.report.html.charts import filled
from pipeline.report.html.markup import Child, Markup, element
from pipeline.report.html.sms import drawn, in_grid, number, percent, section, table
from pipeline.report.options import ReportOptions
from pipeline.report.texts import page_words, words
from pipeline.report.texts import page_words as more_words
from pipeline.report.texts.language import Words
from pipeline.report.texts.outcomes import OUTCOMES

MARKS = {Mark.HIGHER: more_words.HIGHER, Mark.LOWER: more_words.LOWER}


def cost(figures: Figures, options: ReportOptions) -> list[Markup]:
    """Say what was charged by product, in pieces and, with prices, in yuan."""
    lines = figures.bill.lines()
    if not lines:
        return []
    rows = [_charged(line, options) for line in lines]
    heads = [
        *(more_words.PRODUCT, more_words.EXPECTED, more_words.CHARGED, more_words.STILL_OPEN),
        *(more_words.PRICE, more_words.YUAN),
    ]
    total = amounts(lines, options.prices)
    said: list[Child] = [more_words.COST_NO_PRICES]
    if total is not None:
        text = filled(
            more_words.COST_TOTAL_SAYS,
            charged=yuan_text(total.charged),
            open=yuan_text(total.open),
            low=yuan_text(total.planned_low),
            high=yuan_text(total.planned_high),
        )
        said = [element("strong", text, data_figure="cost.total")]
    if figures.bill.unmeasured:
        said += [" ", filled(more_words.COST_UNMEASURED, count=figures.bill.unmeasured)]
    note = element("p", more_words.COST_NOTE, class_="soft")
    return [
        section(
            "cost", more_words.COST, in_grid(table(heads, rows, "grid")), element("p", said), note
        )
    ]


def _charged(line: Charged, options: ReportOptions) -> Markup:
    price = price_of(line.product, options.prices)
    key = f"cost.{line.product}"
    low, high = line.planned_low, line.planned_high
    planned: Child = high if low == high else f"{low:,} – {high:,}"
    return element(
        "tr",
        element("th", more_words.PRODUCTS[line.product], scope="row"),
        element("td", planned, class_="number"),
        number(line.charged, f"{key}.charged"),
        number(line.open, f"{key}.open"),
        number("" if price is None else yuan_text(price)),
        number("" if price is None else yuan_text(price * line.charged), f"{key}.yuan"),
    )


def handsets(figures: Figures) -> list[Markup]:
    """Say by segment who did not see the card."""
    if not figures.handsets.any:
        return []
    tables = [
        table(
            (name, more_words.NOT_SEEN, more_words.OF_SEEN, words.NOTHING),
            [_segment(line, key) for line in _few(lines)],
        )
        for name, key, lines in (
            (SEGMENT_CARRIER, "carrier", figures.handsets.by_carrier()),
            (SEGMENT_PLACE, "place", figures.handsets.by_province()),
        )
    ]
    note = element("p", SEGMENT_NOTE, class_="soft")
    return [section("segments", more_words.HANDSETS, *tables, note)]


def vendor_sentences(figures: Figures) -> list[Words]:
    """Say for which handsets the card was active when the run was planned; nothing if not told."""
    told = figures.run.plan.templates.card_vendors
    if told is None or not figures.shows_cards:
        return []
    active = ", ".join(name for name, is_active in told if is_active)
    idle = ", ".join(name for name, is_active in told if not is_active)
    said = [filled(more_words.VENDORS_ACTIVE, active=active or more_words.NOBODY)]
    return [*said, filled(more_words.VENDORS_IDLE, idle=idle)] if idle else said


def vendors(figures: Figures) -> list[Markup]:
    """Say for which handsets the card was active, as remarks of another section."""
    return [element("p", one, class_="soft") for one in vendor_sentences(figures)]


def _few(lines: Sequence[Share]) -> Iterable[Share]:
    yield from lines[:PLACES_MAX]
    rest = lines[PLACES_MAX:]
    if rest:
        plain, known = sum(one.plain for one in rest), sum(one.known for one in rest)
        yield Share(more_words.OTHER_SEGMENTS, plain, known)


def _segment(line: Share, key: str) -> Markup:
    name = line.name if line.name.en else more_words.UNKNOWN
    return element(
        "tr",
        element("th", name, scope="row"),
        number(line.plain, f"{key}.{name.en}"),
        number(percent(share(line.plain, line.known))),
        drawn(line.plain, line.known, "plain"),
    )


def comparison(found: Comparison | None) -> list[Markup]:
    """Hold the run against the last ones, and mark what is unusual."""
    if found is None:
        return []
    days = [_day(run.started_at) for run in found.runs]
    names: list[Words | str] = [more_words.MEASURE, more_words.THIS_RUN, *days]
    heads = [
        element("th", name, scope="col", class_="number" if at else None)
        for at, name in enumerate(names)
    ]
    head = element("thead", element("tr", heads, element("th", more_words.UNUSUAL, scope="col")))
    lines = element("tbody", [_measure(one) for one in found.measures])
    note = element("p", more_words.COMPARISON_NOTE, class_="soft")
    return [
        section(
            "comparison",
            more_words.COMPARISON,
            in_grid(element("table", head, lines, class_="grid")),
            note,
        )
    ]


def _measure(one: Measure) -> Markup:
    mark = MARKS.get(one.mark)
    return element(
        "tr",
        element("th", one.name, scope="row"),
        number(shown(one.now), f"compare.{one.key}"),
        [number(shown(before)) for before in one.before],
        element("td", mark or "", class_="say bad" if mark else None),
    )


def shown(seen: Seen) -> int | str:
    """Write a share where there is one, else the number."""
    return percent(seen.hits / seen.of) if seen.of else seen.hits


def family(found: Family | None) -> list[Markup]:
    """Say what became of the rows with all reruns."""
    if found is None:
        return []
    runs = [
        element(
            "tr",
            element("th", run.plan.run, scope="row"),
            element("td", more_words.FAMILY_RERUN if at else more_words.FAMILY_FIRST),
            element("td", spoken_time(run.plan.planned_at)[:16]),
            number(run.rows),
        )
        for at, run in enumerate(found.runs)
    ]
    rows = [
        element(
            "tr",
            element("th", OUTCOMES[outcome].name, scope="row"),
            number(count, f"family.{outcome}"),
            number(percent(share(count, found.tally.rows))),
        )
        for outcome, count in found.tally.outcomes.items()
    ]
    heads = (more_words.FAMILY_RUN, more_words.FAMILY_KIND, words.PLANNED, words.ROWS)
    says = filled(more_words.FAMILY_SAYS, runs=len(found.runs))
    return [
        section(
            "family",
            more_words.FAMILY,
            table(heads, runs),
            element("p", says),
            table((words.OUTCOME, words.ROWS, words.SHARE), rows),
        )
    ]


def requests(figures: Figures) -> Markup:
    """Count the requests by state."""
    lines = [
        element(
            "tr",
            element("th", words.STATES[one.state], scope="row"),
            number(one.requests, f"requests.{one.state}"),
            number(one.recipients, f"recipients.{one.state}"),
        )
        for one in figures.requests()
    ]
    heads = (words.REQUEST_STATE, words.REQUEST_COUNT, words.RECIPIENTS)
    said = table(heads, lines) if lines else element("p", page_words.REQUESTS_NONE)
    return section("requests", page_words.REQUESTS, said)


def replies(figures: Figures) -> list[Markup]:
    """Say how many answered, and how many of them opt out."""
    counted = figures.replies
    if not counted.replies:
        return []
    says = filled(more_words.REPLIES_SAY, replies=counted.replies, opt_outs=counted.opt_outs)
    return [section("replies", more_words.REPLIES, element("p", says, data_figure="replies"))]


def _day(at: float | None) -> str:
    return spoken_time(at)[5:16]
