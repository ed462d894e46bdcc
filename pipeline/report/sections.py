"""The report, said once: its sections in the order in which page and workbook show them."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.core.canary import Verdict
from pipeline.core.outcome import Outcome
from pipeline.core.pricing import Charged, Product, amounts, price_of, yuan_text
from pipeline.language import Composed, Language, Text, Words, filled
from pipeline.report.blocks import Bar, Block, Column, Facts, Num, Row, Section, Sentence, Table
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
from pipeline.report.texts import words
from pipeline.report.texts.outcomes import OUTCOMES, reason_words

_ROWS = Column(Words("Rows"), "count")
_OUTCOME = Column(words.OUTCOME)
_WHY = Column(words.WHY, "wide")
_BAR = Column("", "bar")

_MARKS: Mapping[Mark, Text | str] = {
    Mark.USUAL: "",
    Mark.HIGHER: Words("higher than usual"),
    Mark.LOWER: Words("lower than usual"),
}
_PRODUCTS: Mapping[Product, Text] = {
    Product.SMS_PART: Words("SMS, by the part"),
    Product.PARSE: Words("Card shown (parse)"),
    Product.VIDEO: Words("Video SMS"),
}


def sections(figures: Figures, options: ReportOptions) -> list[Section]:
    """Return every section that has something to say, in the order in which they are read."""
    found = (
        *_family(figures),
        *_canary(figures, options),
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
        Section("about", Words("About this run"), [facts(figures, options)]),
    )
    return list(found)


def facts(figures: Figures, options: ReportOptions) -> Facts:
    """Say which run this is, of what, and when."""
    run, plan = figures.run, figures.run.plan
    known = (
        (words.RUN, plan.run),
        (Words("Campaign file"), plan.campaign_path),
        (Words("Source"), plan.source_path),
        (Words("Channel"), words.CHANNELS[plan.message.channel]),
        (Words("Template"), plan.message.template),
        (words.PLANNED, _time(plan.planned_at)),
        (Words("Sending began"), _time(run.started_at)),
        (Words("Sending ended"), _time(run.finished_at)),
        (Words("Report written"), _time(options.written_at)),
        (Words("Sent again after run"), plan.previous or ""),
    )
    return Facts([(name, fact) for name, fact in known if fact])


def _family(figures: Figures) -> Iterator[Section]:
    found = figures.family
    if found is None:
        return
    kinds = (Words("first"), *[Words("rerun")] * len(found.runs))
    runs = [
        (run.plan.run, kind, spoken_time(run.plan.planned_at)[:16], Num(run.rows))
        for run, kind in zip(found.runs, kinds, strict=False)
    ]
    heads = (Column(words.RUN), Column(Words("Kind")), Column(words.PLANNED), _ROWS)
    says = filled(
        "{runs} runs belong together. Each row counts once, as the latest of them left it; "
        "outcomes_all.csv lists them all.",
        runs=len(found.runs),
    )
    counts, whole = found.tally.outcomes, found.tally.rows
    rows = [
        (OUTCOMES[outcome].name, Num(count, f"family.{outcome}"), share(count, whole))
        for outcome, count in counts.items()
    ]
    result = Table((_OUTCOME, _ROWS, _share_of(whole)), rows)
    yield Section(
        "family", Words("Together with its reruns"), [Table(heads, runs), Sentence(says), result]
    )


def _canary(figures: Figures, options: ReportOptions) -> Iterator[Section]:
    says = canary.first_says(figures.first, options.command_run or figures.run.plan.run)
    if says is None:
        return
    latest = figures.first[-1]
    color = "bad" if latest.verdict is Verdict.STOPPED else "good"
    decided = [
        (spoken_time(decision.at), canary.VERDICTS[decision.verdict]) for decision in figures.first
    ]
    counts = canary.first_counts(latest, shows_cards=figures.shows_cards)
    yield Section(
        "first",
        canary.FIRST,
        [
            Sentence(says, color, "first"),
            Table((Column(Words("Decided (UTC+8)")), Column(Words("Decision"), "wide")), decided),
            Table(
                (Column(Words("What was known of them")), _ROWS),
                [(name, Num(count, f"first.{key}")) for name, key, count in counts],
            ),
            Sentence(
                Words("As it was known when that was decided; silence counts as failure then.")
            ),
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
        *(Column(Words("Step")), _ROWS),
        *(Column(Words("Of all rows"), "share"), Column(Words("Of step before"), "share")),
        _BAR,
    )
    return Section("funnel", words.FUNNEL, [Table(heads, rows)])


def _fallback(figures: Figures) -> Iterator[Section]:
    groups = figures.fallback()
    total = sum(group.rows for group in groups)
    heads = (Column(Words("Reason"), "wide"), _OUTCOME, _ROWS, _share_of(total), _BAR)
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
    open_cards = filled(
        "{count} more {count:was|were} delivered and may still load the card before its link "
        "expires.",
        count=still,
    )
    shown = _table_or(heads, rows, words.EMPTY_FALLBACK)
    blocks = [shown, *([Sentence(open_cards)] if still else []), *_vendors(figures)]
    yield Section("fallback", Words("Why the card was not seen"), blocks)


def _vendors(figures: Figures) -> Iterator[Sentence]:
    vendors = figures.run.plan.templates.card_vendors
    if vendors is None:
        return
    active = ", ".join(name for name, is_active in vendors if is_active) or Words("nobody")
    idle = ", ".join(name for name, is_active in vendors if not is_active)
    shown = filled("When the run was planned, the card was active for {active}.", active=active)
    yield Sentence(shown)
    if idle:
        unseen = filled(
            "It was not active for {idle}: their handsets show the plain SMS.", idle=idle
        )
        yield Sentence(unseen)


def _handsets(figures: Figures) -> Iterator[Section]:
    if not figures.handsets.plain:
        return
    tables = [
        Table(
            (
                *(Column(name), Column(Words("Not seen"), "count")),
                Column(Words("Known"), "count"),
                *(Column(Words("Of known"), "share"), _BAR),
            ),
            [
                (
                    line.name,
                    Num(line.plain, f"{key}.{line.name.of(Language.EN)}"),
                    Num(line.known),
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
    title = Words("Who did not see the card, by segment of the number")
    yield Section("segments", title, [*tables, Sentence(SEGMENT_NOTE)])


def _failures(figures: Figures, options: ReportOptions) -> Section:
    heads = (_OUTCOME, _ROWS, Column(words.CODE, "code"), _WHY, Column(words.TO_DO, "wide"))
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
    shown = _table_or(heads, _cut(rows), words.EMPTY_ATTENTION)
    return Section("failures", Words("What needs attention, by code"), [shown])


def _meaning(group: Group, options: ReportOptions) -> Text:
    meaning, why = options.code_help(group.code).meaning, reason_words(group.reason)
    known = meaning.of(Language.EN)
    if not group.reason:
        return meaning if known else OUTCOMES[group.outcome].meaning
    if group.outcome is Outcome.EXPIRED or not known:
        return why
    return Composed(lambda language: f"{why.of(language)} {meaning.of(language)}")


def _comparison(figures: Figures) -> Iterator[Section]:
    found = figures.comparison
    if found is None:
        return
    heads = (
        *(Column(Words("Measure")), Column(Words("This run"), "count")),
        Column(Words("Unusual"), "mark"),
        *(Column(spoken_time(run.started_at)[5:16], "earlier") for run in found.runs),
    )
    rows: list[Row] = [
        [
            measure.name,
            Num(_seen(measure.now), f"compare.{measure.key}"),
            _MARKS[measure.mark],
            *[Num(_seen(before)) for before in measure.before],
        ]
        for measure in found.measures
    ]
    # "99% i" would be a place for a number to Babel, which checks the places of a translation.
    note = filled(
        "A share is marked where its {level} interval (Wilson) lies wholly outside the intervals "
        "of all runs it is compared with; a number, where it is over twice the most or under half "
        "the least.",
        level="99%",
    )
    yield Section(
        "comparison",
        Words("Against the last runs"),
        [Table(heads, rows, grid=True), Sentence(note)],
    )


def _unsent(figures: Figures) -> Section:
    heads = (_OUTCOME, _ROWS, _WHY, Column(Words("How to mend it"), "wide"))
    rows = [
        (
            OUTCOMES[group.outcome].name,
            Num(group.rows, f"unsent.{group.outcome}.{group.reason}"),
            reason_words(group.reason),
            figures.mend(group),
        )
        for group in figures.unsent()
    ]
    shown = _table_or(heads, _cut(rows), words.EMPTY_REJECTED)
    return Section("unsent", Words("Rows that were not sent to"), [shown])


def _replies(figures: Figures) -> Iterator[Section]:
    counted = figures.replies
    if counted.replies:
        says = filled(
            "{replies} {replies:reply|replies} came from people of this run since sending began; "
            "{opt_outs} of them {opt_outs:opts|opt} out; who opts out is on the suppression list.",
            replies=counted.replies,
            opt_outs=counted.opt_outs,
        )
        yield Section("replies", Words("Replies"), [Sentence(says, figure="replies")])


def _cost(figures: Figures, options: ReportOptions) -> Iterator[Section]:
    lines = figures.bill.lines()
    if not lines:
        return
    heads = (
        *(Column(Words("Billed by")), Column(Words("Charged so far"), "count")),
        *(Column(Words("May be added"), "count"), Column(Words("Charged (yuan)"), "count")),
        *(Column(Words("Price (yuan)"), "aside"), Column(Words("If all arrives"), "count")),
    )
    rows = [_charged(line, options) for line in lines]
    blocks: list[Block] = [Table(heads, rows, grid=True), *_cost_says(figures, options)]
    yield Section("cost", Words("Cost"), blocks)


def _cost_says(figures: Figures, options: ReportOptions) -> Iterator[Sentence]:
    total = amounts(figures.bill.lines(), options.prices)
    if total is None:
        yield Sentence(
            Words(
                "The campaign file does not price all of these under [prices], so only pieces are "
                "counted."
            )
        )
    else:
        text = filled(
            "Charged {charged} yuan so far; up to {open} yuan may be added. Expected {low} to "
            "{high} yuan if all arrives.",
            charged=yuan_text(total.charged),
            open=yuan_text(total.open),
            low=yuan_text(total.planned_low),
            high=yuan_text(total.planned_high),
        )
        yield Sentence(text, figure="cost.total")
    if figures.bill.unmeasured:
        unmeasured = filled(
            "{count} SMS {count:is|are} counted as one part each: neither a receipt nor the "
            "template's text tells {count:its|their} parts.",
            count=figures.bill.unmeasured,
        )
        yield Sentence(unmeasured)
    yield Sentence(
        Words(
            "Worked out from outcomes, not from a bill: a card is one SMS, by its parts, and a "
            "parse once it was shown; a video is charged where it arrived."
        )
    )


def _charged(line: Charged, options: ReportOptions) -> Row:
    price, key = price_of(line.product, options.prices), f"cost.{line.product}"
    low, high = line.planned_low, line.planned_high
    return (
        _PRODUCTS[line.product],
        Num(line.charged, f"{key}.charged"),
        Num(line.open, f"{key}.open"),
        Num("" if price is None else yuan_text(price * line.charged), f"{key}.yuan"),
        Num("" if price is None else yuan_text(price)),
        Num(high if low == high else f"{low:,} – {high:,}"),
    )


def _timeline(figures: Figures) -> Section:
    shown = timeline(figures.submissions, of_links=figures.makes_links)
    block = Sentence(Words("KooMessage has taken nothing yet.")) if shown is None else shown
    return Section("timeline", Words("Sending over time"), [block])


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
    rows.append((Words("All rows", "total"), Num(figures.tally.rows, "outcome.all"), "", ""))
    of = _share_of(figures.tally.rows)
    heads = (_OUTCOME, _ROWS, of, Column(Words("In plain words"), "wide"))
    return Section("outcomes", Words("What became of every row"), [Table(heads, rows)])


def _requests(figures: Figures) -> Section:
    rows = [
        (
            words.STATES[group.state],
            Num(group.requests, f"requests.{group.state}"),
            Num(group.recipients, f"recipients.{group.state}"),
        )
        for group in figures.requests()
    ]
    heads = (
        *(Column(words.REQUEST_STATE), Column(Words("Requests"), "count")),
        Column(words.RECIPIENTS, "count"),
    )
    shown = _table_or(heads, rows, Words("There is nothing to submit."))
    return Section("requests", Words("Requests to KooMessage"), [shown])


def _daily(options: ReportOptions) -> Iterator[Section]:
    compared = options.compared
    if compared is None:
        return
    says = Sentence(canary.days_say(compared), "fair" if compared.days else "good", "daily")
    heads = (
        *(Column(Words("Day")), Column(Words("KooMessage counts"), "count")),
        Column(Words("The ledger counts"), "count"),
        Column(Words("What it may be"), "wide"),
    )
    rows = [
        (
            drift.day,
            Num(drift.theirs, f"daily.{drift.day}.theirs"),
            Num(drift.ours, f"daily.{drift.day}.ours"),
            canary.because(drift),
        )
        for drift in compared.days
    ]
    yield Section("daily", canary.DAYS, [says, *([Table(heads, rows)] if rows else [])])


def _table_or(heads: Sequence[Column], rows: Sequence[Row], empty: Text) -> Table | Sentence:
    return Table(heads, rows) if rows else Sentence(empty)


def _cut(rows: Sequence[Row]) -> Sequence[Row]:
    """Count together what there is no room for one by one."""
    rest = rows[GROUPS_MAX:]
    if not rest:
        return rows
    others = sum(int(row[1].value) for row in rest if isinstance(row[1], Num))
    said = filled("{count} other {count:kind|kinds}", count=len(rest))
    return [*rows[:GROUPS_MAX], (said, Num(others, "others"), *[""] * (len(rows[0]) - 2))]


def _few(lines: Sequence[Share]) -> Iterator[Share]:
    yield from lines[:PLACES_MAX]
    rest = lines[PLACES_MAX:]
    if rest:
        plain, known = sum(line.plain for line in rest), sum(line.known for line in rest)
        yield Share(Words("all others"), plain, known)


def _share_of(whole: int) -> Column:
    """Head a column of shares with what they are shares of."""
    return Column(filled("Share of {base}", base=whole), "share")


def _seen(seen: Seen) -> int | str:
    if not seen.of:
        return seen.hits
    return f"{percent(seen.hits, seen.of)} ({seen.hits:,}/{seen.of:,})"


def _time(at: float | None) -> Text | str:
    return f"{spoken_time(at)} (UTC+8)" if at else Words("not yet")
