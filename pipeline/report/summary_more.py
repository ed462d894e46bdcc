"""Write the summary's sections on cost, segments, earlier runs, reruns and replies."""

from pipeline.core.canary import Verdict
from pipeline.core.charges import Charged, amounts, price_of
from pipeline.core.prices import yuan_text
from pipeline.report import daily, first, more_words, sheets, words
from pipeline.report.comparison import Mark, Seen
from pipeline.report.figures import Figures, share
from pipeline.report.handsets import PLACES_MAX
from pipeline.report.page_more import MARKS, vendor_sentences
from pipeline.report.segments import SEGMENT_CARRIER, SEGMENT_NOTE, SEGMENT_PLACE
from pipeline.report.sheets import Look
from pipeline.report.summary_pen import BAD, FAIR, GOOD, Pen
from pipeline.report.tables import spoken_time
from pipeline.report.texts import OUTCOMES

_YUAN = Look(number_format="#,##0.00", line=True, align="right", indent=1)
_SHARE_TEXT = Look(line=True, align="right", indent=1)
_MARKED = Look(bold=True, color=BAD, line=True)
_MICRO = 1_000_000


def write_more(pen: Pen, figures: Figures) -> None:
    """Write all of these sections that there is something to say in."""
    _family(pen, figures)
    _first(pen, figures)
    _handsets(pen, figures)
    _comparison(pen, figures)
    _replies(pen, figures)
    _cost(pen, figures)
    _daily(pen)


def _family(pen: Pen, figures: Figures) -> None:
    family = figures.family
    if family is None:
        return
    pen.section(more_words.FAMILY)
    pen.note(pen.fill(more_words.FAMILY_SAYS, runs=len(family.runs)))
    pen.heads(words.OUTCOME, words.ROWS, words.SHARE)
    for outcome, count in family.tally.outcomes.items():
        pen.line(
            (pen.say(OUTCOMES[outcome].name), sheets.TEXT),
            (count, sheets.COUNT),
            (share(count, family.tally.rows), sheets.SHARE),
        )


def _first(pen: Pen, figures: Figures) -> None:
    says = first.first_says(figures.first, figures.run.plan.run)
    if says is None:
        return
    latest = figures.first[-1]
    pen.section(first.FIRST)
    pen.judge(pen.say(says), BAD if latest.verdict is Verdict.STOPPED else GOOD)
    for one in figures.first:
        pen.note(f"{spoken_time(one.at)} (UTC+8): {pen.say(first.VERDICTS[one.verdict])}")
    pen.heads(first.FIRST_COUNT, words.ROWS)
    for name, _, count in first.first_counts(latest, shows_cards=figures.shows_cards):
        pen.line((pen.say(name), sheets.TEXT), (count, sheets.COUNT))
    pen.note(pen.say(first.FIRST_NOTE))


def _handsets(pen: Pen, figures: Figures) -> None:
    said = vendor_sentences(figures)
    if figures.handsets.any:
        pen.section(more_words.HANDSETS)
        for name, lines in (
            (SEGMENT_CARRIER, figures.handsets.by_carrier()),
            (SEGMENT_PLACE, figures.handsets.by_province()),
        ):
            pen.heads(name, more_words.NOT_SEEN, more_words.OF_SEEN)
            for line in lines[:PLACES_MAX]:
                shown = line.name if line.name.en else more_words.UNKNOWN
                pen.line(
                    (pen.say(shown), sheets.TEXT),
                    (line.plain, sheets.COUNT),
                    (share(line.plain, line.known), sheets.SHARE),
                )
        pen.note(pen.say(SEGMENT_NOTE))
    for sentence in said:
        pen.note(pen.say(sentence))


def _comparison(pen: Pen, figures: Figures) -> None:
    found = figures.comparison
    if found is None:
        return
    pen.section(more_words.COMPARISON)
    for at, run in enumerate(found.runs, start=1):
        pen.note(f"{at}: {run.plan.run}, {pen.time(run.started_at)}")
    pen.heads(
        *(more_words.MEASURE, more_words.THIS_RUN, words.NOTHING, more_words.UNUSUAL),
        more_words.EARLIER,
    )
    for one in found.measures:
        earlier = " · ".join(_text(seen) for seen in one.before)
        mark = pen.say(MARKS[one.mark]) if one.mark is not Mark.USUAL else ""
        pen.line(
            (pen.say(one.name), sheets.TEXT),
            (_text(one.now), _SHARE_TEXT),
            ("", sheets.TEXT),
            (mark, _MARKED),
            (earlier, sheets.TEXT),
        )
    pen.note(pen.say(more_words.COMPARISON_NOTE))


def _replies(pen: Pen, figures: Figures) -> None:
    counted = figures.replies
    if counted.replies:
        pen.section(more_words.REPLIES)
        text = more_words.REPLIES_SAY
        pen.note(pen.fill(text, replies=counted.replies, opt_outs=counted.opt_outs))


def _cost(pen: Pen, figures: Figures) -> None:
    lines = figures.bill.lines()
    if not lines:
        return
    pen.section(more_words.COST)
    pen.heads(
        *(more_words.PRODUCT, more_words.CHARGED, more_words.STILL_OPEN, more_words.YUAN),
        more_words.EXPECTED,
    )
    for line in lines:
        pen.line(*_charged(pen, line))
    total = amounts(lines, pen.options.prices)
    if total is None:
        pen.note(pen.say(more_words.COST_NO_PRICES))
    else:
        low, high = yuan_text(total.planned_low), yuan_text(total.planned_high)
        charged, still = yuan_text(total.charged), yuan_text(total.open)
        text = more_words.COST_TOTAL_SAYS
        pen.note(pen.fill(text, charged=charged, open=still, low=low, high=high))
    if figures.bill.unmeasured:
        pen.note(pen.fill(more_words.COST_UNMEASURED, count=figures.bill.unmeasured))
    pen.note(pen.say(more_words.COST_NOTE))


def _daily(pen: Pen) -> None:
    compared = pen.options.compared
    if compared is None:
        return
    pen.section(daily.DAYS)
    pen.judge(pen.say(daily.days_say(compared)), FAIR if compared.days else GOOD)
    if compared.days:
        pen.heads(daily.DAY, daily.THEIRS, daily.OURS, words.NOTHING, daily.BECAUSE)
    for one in compared.days:
        pen.line(
            (one.day, sheets.TEXT),
            (one.theirs, sheets.COUNT),
            (one.ours, sheets.COUNT),
            ("", sheets.TEXT),
            (pen.say(daily.because(one)), sheets.TEXT),
        )


def _charged(pen: Pen, line: Charged) -> list[tuple[str | float, Look]]:
    price = price_of(line.product, pen.options.prices)
    low, high = line.planned_low, line.planned_high
    planned = f"{high:,}" if low == high else f"{low:,} – {high:,}"
    return [
        (pen.say(more_words.PRODUCTS[line.product]), sheets.TEXT),
        (line.charged, sheets.COUNT),
        (line.open, sheets.COUNT),
        ("" if price is None else price * line.charged / _MICRO, _YUAN),
        (planned, _SHARE_TEXT),
    ]


def _text(seen: Seen) -> str:
    return f"{share(seen.hits, seen.of):.1%}" if seen.of else f"{seen.hits:,}"
