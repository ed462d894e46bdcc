"""The report, said once: its sections in the order in which page and workbook show them."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.core.canary import Verdict
from pipeline.core.outcome import Outcome
from pipeline.core.pricing import Charged, amounts, price_of, yuan_text
from pipeline.report.blocks import Bar, Column, Facts, Num, Row, Section, Sentence, Table
from pipeline.report.figures import canary
from pipeline.report.figures.comparison import Mark, Seen
from pipeline.report.figures.figures import GROUPS_MAX, Figures, Group, share
from pipeline.report.figures.frames import spoken_time
from pipeline.report.figures.segments import (
    PLACES_MAX,
    SEGMENT_CARRIER,
    SEGMENT_NOTE,
    SEGMENT_PLACE,
    Share,
)
from pipeline.report.figures.timeline import timeline
from pipeline.report.headline import percent
from pipeline.report.options import ReportOptions
from pipeline.report.texts import page_words, words
from pipeline.report.texts.language import Words, filled
from pipeline.report.texts.outcomes import OUTCOMES, reason_words

_MARKS: Mapping[Mark, Words | str] = {
    Mark.USUAL: "",
    Mark.HIGHER: page_words.HIGHER,
    Mark.LOWER: page_words.LOWER,
}


def sections(figures: Figures, options: ReportOptions) -> list[Section]:
    """Return every section that has something to say, in the order in which they are read."""
    found = (
        *_family(figures),
        *_canary(figures),
        _funnel(figures),
        *(_fallback(figures) if figures.shows_cards else ()),
        *_handsets(figures),
        _failures(figures, options),
        *_comparison(figures),
        _unsent(figures),
        *_replies(figures),
        *_cost(figures, options),
        _timeline(figures),
        _outcomes(figures),
        _requests(figures),
        *_daily(options),
        Section("about", page_words.ABOUT, [facts(figures, options)]),
    )
    return list(found)


def facts(figures: Figures, options: ReportOptions) -> Facts:
    """Say which run this is, of what, and when."""
    run, plan = figures.run, figures.run.plan
    known = (
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
    )
    return Facts([(name, fact) for name, fact in known if fact])


def _family(figures: Figures) -> Iterator[Section]:
    found = figures.family
    if found is None:
        return
    kinds = (page_words.FAMILY_FIRST, *[page_words.FAMILY_RERUN] * len(found.runs))
    runs = [
        (run.plan.run, kind, spoken_time(run.plan.planned_at)[:16], Num(run.rows))
        for run, kind in zip(found.runs, kinds, strict=False)
    ]
    heads = (
        Column(page_words.FAMILY_RUN),
        Column(page_words.FAMILY_KIND),
        Column(words.PLANNED),
        Column(words.ROWS, "count"),
    )
    says = Sentence(filled(page_words.FAMILY_SAYS, runs=len(found.runs)))
    rows = _counted(found.tally.outcomes, found.tally.rows, "family")
    yield Section("family", page_words.FAMILY, [Table(heads, runs), says, Table(_COUNTED, rows)])


def _canary(figures: Figures) -> Iterator[Section]:
    says = canary.first_says(figures.first, figures.run.plan.run)
    if says is None:
        return
    latest = figures.first[-1]
    color = "bad" if latest.verdict is Verdict.STOPPED else "good"
    decided = [(spoken_time(one.at), canary.VERDICTS[one.verdict]) for one in figures.first]
    counts = canary.first_counts(latest, shows_cards=figures.shows_cards)
    yield Section(
        "first",
        canary.FIRST,
        [
            Sentence(says, color, "first"),
            Table((Column(canary.DECIDED_AT), Column(canary.DECISION, "wide")), decided),
            Table(
                (Column(canary.FIRST_COUNT), Column(words.ROWS, "count")),
                [(name, Num(count, f"first.{key}")) for name, key, count in counts],
            ),
            Sentence(canary.FIRST_NOTE),
        ],
    )


def _funnel(figures: Figures) -> Section:
    all_rows = before = figures.tally.rows
    rows = []
    for step in figures.funnel():
        color = "good" if step.key in {"reached", "card"} else "now"
        shares = share(step.rows, all_rows), share(step.rows, before)
        bar = Bar(step.rows, all_rows, color)
        rows.append((step.name, Num(step.rows, f"funnel.{step.key}"), *shares, bar))
        before = step.rows
    heads = (
        Column(words.STEP),
        Column(words.ROWS, "count"),
        Column(words.OF_ALL, "share"),
        Column(words.OF_BEFORE, "share"),
        Column(words.NOTHING, "bar"),
    )
    return Section("funnel", words.FUNNEL, [Table(heads, rows)])


def _fallback(figures: Figures) -> Iterator[Section]:
    groups = figures.fallback()
    total = sum(group.rows for group in groups)
    heads = (
        Column(words.REASON, "wide"),
        Column(words.OUTCOME),
        Column(words.ROWS, "count"),
        Column(words.SHARE, "share"),
        Column(words.NOTHING, "bar"),
    )
    rows = [
        (
            reason_words(group.reason),
            figures.words(group.outcome).name,
            Num(group.rows, group.key),
            share(group.rows, total),
            Bar(group.rows, total, "plain"),
        )
        for group in groups
    ]
    still = figures.tally.of(Outcome.DELIVERED)
    note = [Sentence(filled(page_words.FALLBACK_OPEN, count=still))] if still else []
    shown = _table_or(heads, rows, page_words.FALLBACK_NONE)
    yield Section("fallback", page_words.FALLBACK, [shown, *note, *_vendors(figures)])


def _vendors(figures: Figures) -> Iterator[Sentence]:
    told = figures.run.plan.templates.card_vendors
    if told is None:
        return
    active = ", ".join(name for name, is_active in told if is_active)
    idle = ", ".join(name for name, is_active in told if not is_active)
    yield Sentence(filled(page_words.VENDORS_ACTIVE, active=active or page_words.NOBODY))
    if idle:
        yield Sentence(filled(page_words.VENDORS_IDLE, idle=idle))


def _handsets(figures: Figures) -> Iterator[Section]:
    if not figures.handsets.any:
        return
    tables = [
        Table(
            (
                Column(name),
                Column(page_words.NOT_SEEN, "count"),
                Column(page_words.OF_SEEN, "share"),
                Column(words.NOTHING, "bar"),
            ),
            [
                (
                    line.name if line.name.en else page_words.UNKNOWN,
                    Num(line.plain, f"{key}.{line.name.en or page_words.UNKNOWN.en}"),
                    share(line.plain, line.known),
                    Bar(line.plain, line.known, "plain"),
                )
                for line in _few(lines)
            ],
        )
        for name, key, lines in (
            (SEGMENT_CARRIER, "carrier", figures.handsets.by_carrier()),
            (SEGMENT_PLACE, "place", figures.handsets.by_province()),
        )
    ]
    yield Section("segments", page_words.HANDSETS, [*tables, Sentence(SEGMENT_NOTE)])


def _failures(figures: Figures, options: ReportOptions) -> Section:
    heads = (
        Column(words.OUTCOME),
        Column(words.ROWS, "count"),
        Column(words.CODE, "code"),
        Column(words.WHY, "wide"),
        Column(words.TO_DO, "wide"),
    )
    rows = [
        (
            OUTCOMES[group.outcome].name,
            Num(group.rows, f"failure.{group.outcome}.{group.code}"),
            group.code,
            _meaning(group, options),
            options.advice_for(group.outcome, group.code),
        )
        for group in figures.failures()
    ]
    shown = _table_or(heads, _cut(rows), page_words.FAILURES_NONE)
    return Section("failures", page_words.FAILURES, [shown])


def _meaning(group: Group, options: ReportOptions) -> Words:
    meaning, why = options.meaning_of(group.code), reason_words(group.reason)
    if not group.reason:
        return meaning if meaning.en else OUTCOMES[group.outcome].meaning
    if group.outcome is Outcome.EXPIRED or not meaning.en:
        return why
    return Words(f"{why.en} {meaning.en}", f"{why.zh} {meaning.zh}")


def _comparison(figures: Figures) -> Iterator[Section]:
    found = figures.comparison
    if found is None:
        return
    heads = (
        Column(page_words.MEASURE),
        Column(page_words.THIS_RUN, "count"),
        Column(page_words.UNUSUAL, "mark"),
        *(Column(spoken_time(run.started_at)[5:16], "earlier") for run in found.runs),
    )
    rows: list[Row] = [
        [
            one.name,
            Num(_seen(one.now), f"compare.{one.key}"),
            _MARKS[one.mark],
            *[Num(_seen(before)) for before in one.before],
        ]
        for one in found.measures
    ]
    note = Sentence(page_words.COMPARISON_NOTE)
    yield Section("comparison", page_words.COMPARISON, [Table(heads, rows, grid=True), note])


def _unsent(figures: Figures) -> Section:
    heads = (
        Column(words.OUTCOME),
        Column(words.ROWS, "count"),
        Column(words.WHY, "wide"),
        Column(page_words.MEND, "wide"),
    )
    rows = [
        (
            OUTCOMES[group.outcome].name,
            Num(group.rows, f"unsent.{group.outcome}.{group.reason}"),
            reason_words(group.reason),
            figures.mend(group),
        )
        for group in figures.unsent()
    ]
    shown = _table_or(heads, _cut(rows), page_words.UNSENT_NONE)
    return Section("unsent", page_words.UNSENT, [shown])


def _replies(figures: Figures) -> Iterator[Section]:
    counted = figures.replies
    if counted.replies:
        says = filled(page_words.REPLIES_SAY, replies=counted.replies, opt_outs=counted.opt_outs)
        yield Section("replies", page_words.REPLIES, [Sentence(says, figure="replies")])


def _cost(figures: Figures, options: ReportOptions) -> Iterator[Section]:
    lines = figures.bill.lines()
    if not lines:
        return
    heads = (
        Column(page_words.PRODUCT),
        Column(page_words.CHARGED, "count"),
        Column(page_words.STILL_OPEN, "count"),
        Column(page_words.YUAN, "count"),
        Column(page_words.PRICE, "aside"),
        Column(page_words.EXPECTED, "count"),
    )
    total = amounts(lines, options.prices)
    said: list[Sentence] = [Sentence(page_words.COST_NO_PRICES)]
    if total is not None:
        text = filled(
            page_words.COST_TOTAL_SAYS,
            charged=yuan_text(total.charged),
            open=yuan_text(total.open),
            low=yuan_text(total.planned_low),
            high=yuan_text(total.planned_high),
        )
        said = [Sentence(text, figure="cost.total")]
    if figures.bill.unmeasured:
        said.append(Sentence(filled(page_words.COST_UNMEASURED, count=figures.bill.unmeasured)))
    rows = [_charged(line, options) for line in lines]
    note = Sentence(page_words.COST_NOTE)
    yield Section("cost", page_words.COST, [Table(heads, rows, grid=True), *said, note])


def _charged(line: Charged, options: ReportOptions) -> Row:
    price, key = price_of(line.product, options.prices), f"cost.{line.product}"
    low, high = line.planned_low, line.planned_high
    return (
        page_words.PRODUCTS[line.product],
        Num(line.charged, f"{key}.charged"),
        Num(line.open, f"{key}.open"),
        Num("" if price is None else yuan_text(price * line.charged), f"{key}.yuan"),
        Num("" if price is None else yuan_text(price)),
        Num(high if low == high else f"{low:,} – {high:,}"),
    )


def _timeline(figures: Figures) -> Section:
    shown = timeline(figures.submissions)
    block = Sentence(page_words.TIMELINE_NONE) if shown is None else shown
    return Section("timeline", page_words.TIMELINE, [block])


def _outcomes(figures: Figures) -> Section:
    rows: list[Row] = [
        (
            figures.words(outcome).name,
            Num(count, f"outcome.{outcome}"),
            share(count, figures.tally.rows),
            figures.words(outcome).meaning,
        )
        for outcome, count in figures.tally.outcomes.items()
    ]
    rows.append((words.TOTAL, Num(figures.tally.rows, "outcome.all"), "", ""))
    heads = (*_COUNTED, Column(words.PLAINLY, "wide"))
    return Section("outcomes", words.OUTCOMES, [Table(heads, rows)])


def _requests(figures: Figures) -> Section:
    rows = [
        (
            words.STATES[one.state],
            Num(one.requests, f"requests.{one.state}"),
            Num(one.recipients, f"recipients.{one.state}"),
        )
        for one in figures.requests()
    ]
    heads = (
        Column(words.REQUEST_STATE),
        Column(words.REQUEST_COUNT, "count"),
        Column(words.RECIPIENTS, "count"),
    )
    shown = _table_or(heads, rows, page_words.REQUESTS_NONE)
    return Section("requests", page_words.REQUESTS, [shown])


def _daily(options: ReportOptions) -> Iterator[Section]:
    compared = options.compared
    if compared is None:
        return
    says = Sentence(canary.days_say(compared), "fair" if compared.days else "good", "daily")
    heads = (
        Column(canary.DAY),
        Column(canary.THEIRS, "count"),
        Column(canary.OURS, "count"),
        Column(canary.BECAUSE, "wide"),
    )
    rows = [
        (
            one.day,
            Num(one.theirs, f"daily.{one.day}.theirs"),
            Num(one.ours, f"daily.{one.day}.ours"),
            canary.because(one),
        )
        for one in compared.days
    ]
    yield Section("daily", canary.DAYS, [says, *([Table(heads, rows)] if rows else [])])


_COUNTED = (Column(words.OUTCOME), Column(words.ROWS, "count"), Column(words.SHARE, "share"))


def _counted(counts: Mapping[Outcome, int], whole: int, key: str) -> Sequence[Row]:
    return [
        (OUTCOMES[one].name, Num(n, f"{key}.{one}"), share(n, whole)) for one, n in counts.items()
    ]


def _table_or(heads: Sequence[Column], rows: Sequence[Row], empty: Words) -> Table | Sentence:
    return Table(heads, rows) if rows else Sentence(empty)


def _cut(rows: Sequence[Row]) -> Sequence[Row]:
    """Count together what there is no room for one by one."""
    rest = rows[GROUPS_MAX:]
    if not rest:
        return rows
    others = sum(int(row[1].value) for row in rest if isinstance(row[1], Num))
    said = filled(page_words.OTHERS, count=len(rest))
    return [*rows[:GROUPS_MAX], (said, Num(others, "others"), *[""] * (len(rows[0]) - 2))]


def _few(lines: Sequence[Share]) -> Iterator[Share]:
    yield from lines[:PLACES_MAX]
    rest = lines[PLACES_MAX:]
    if rest:
        plain, known = sum(one.plain for one in rest), sum(one.known for one in rest)
        yield Share(page_words.OTHER_SEGMENTS, plain, known)


def _seen(seen: Seen) -> int | str:
    return percent(seen.hits, seen.of) if seen.of else seen.hits


def _time(at: float | None) -> Words | str:
    return f"{spoken_time(at)} (UTC+8)" if at else words.NOT_YET
