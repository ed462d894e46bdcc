"""Write the page that is read first: what happened, in one look."""

from openpyxl.worksheet.pagebreak import Break

from pipeline.core.canary import Verdict
from pipeline.core.outcome import REACHED, Outcome
from pipeline.core.pricing import Charged, amounts, price_of, yuan_text
from pipeline.report.figures import canary as daily
from pipeline.report.figures import canary as first
from pipeline.report.figures.comparison import Mark, Seen
from pipeline.report.figures.figures import GROUPS_MAX, Figures, share
from pipeline.report.figures.frames import local_time, spoken_time
from pipeline.report.figures.segments import (
    PLACES_MAX,
    SEGMENT_CARRIER,
    SEGMENT_NOTE,
    SEGMENT_PLACE,
)
from pipeline.report.figures.tally import ATTENTION
from pipeline.report.html.sections import MARKS, vendor_sentences
from pipeline.report.options import ReportOptions
from pipeline.report.texts import page_words, words
from pipeline.report.texts import page_words as more_words
from pipeline.report.texts.language import Counted
from pipeline.report.texts.outcomes import OUTCOMES, Words, reason_text
from pipeline.report.xlsx import sheets
from pipeline.report.xlsx.charts import CHART_ROWS, Bars, Place, Rows, add_bars
from pipeline.report.xlsx.sheets import Look, Sheet

GOOD, FAIR, BAD, GREY = "15803D", "B45309", "B91C1C", "64748B"

_COUNTS = frozenset(
    {
        *(words.ROWS, words.SHARE, words.OF_ALL, words.OF_BEFORE, words.REQUEST_COUNT),
        *(words.RECIPIENTS, more_words.EXPECTED, more_words.CHARGED, more_words.STILL_OPEN),
        *(more_words.YUAN, more_words.NOT_SEEN, more_words.OF_SEEN, more_words.THIS_RUN),
        *(daily.THEIRS, daily.OURS),
    }
)


class Pen:
    """Appends to one sheet."""

    def __init__(self, sheet: Sheet, options: ReportOptions) -> None:
        """Begin where the sheet ends."""
        self.sheet = sheet
        self.options = options

    def say(self, text: Words) -> str:
        """Return a text in the report's language."""
        return text.of(self.options.language)

    def fill(self, text: Words, **values: str | int) -> str:
        """Fill a text's places; numbers with separators of thousands."""
        shown = {name: v if isinstance(v, str) else Counted(v) for name, v in values.items()}
        return self.say(text).format(**shown)

    def time(self, at: float | None) -> str:
        """Write a moment."""
        if at is None:
            return self.say(words.NOT_YET)
        date, time = local_time(at).removesuffix("+08:00").split("T")
        return f"{date} {time} (UTC+8)"

    def line(self, *cells: tuple[str | float, Look]) -> int:
        """Write one line and return its number."""
        return self.sheet.append(self.sheet.cell(value, look) for value, look in cells)

    def judge(self, text: str, color: str) -> None:
        """Write a sentence that stands out."""
        self.line((text, Look(size=11, bold=True, color=color)))

    def note(self, text: str) -> None:
        """Write a remark."""
        self.line((text, sheets.NOTE))

    def section(self, title: Words) -> None:
        """Begin a section."""
        self.line()
        self.line((self.say(title), sheets.SECTION))

    def heads(self, *titles: Words) -> int:
        """Write a table's headings and return their line; those of numbers stand at the right."""
        return self.line(
            *(
                (self.say(title), sheets.COUNT_HEAD if title in _COUNTS else sheets.HEAD)
                for title in titles
            )
        )


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


WIDTHS = (24, 14, 14, 18, 68)
"""Characters: the summary's columns."""

_REASON_COLUMN = 5


def write_summary(sheet: Sheet, figures: Figures, options: ReportOptions) -> None:
    """Write the whole page."""
    page = _Page(sheet, figures, options)
    page.verdict()
    top = page.facts()
    funnel = page.funnel()
    fallback = page.fallback()
    page.charts(funnel, fallback)
    page.outcomes(top, funnel.last)
    write_more(page, figures)
    page.reasons()
    page.requests()


class _Page(Pen):
    def __init__(self, sheet: Sheet, figures: Figures, options: ReportOptions) -> None:
        super().__init__(sheet, options)
        self._figures = figures
        self._run = figures.run
        self._tally = figures.tally
        self.sheet.page.sheet_view.showGridLines = False

    def verdict(self) -> None:
        tally = self._tally
        self.line((f"{self.say(words.TITLE)}: {self._run.plan.campaign}", sheets.TITLE))
        self.line()
        self._arrivals()
        for say, count, sheet, color in (
            (words.SAY_ATTENTION, self._figures.attention, words.ATTENTION, BAD),
            (words.SAY_DOUBT, tally.of(Outcome.IN_DOUBT), words.ATTENTION, BAD),
            (words.SAY_REJECTED, tally.rejected, words.REJECTED, FAIR),
            (words.SAY_SKIPPED, tally.of(Outcome.SKIPPED), words.ALL_ROWS, FAIR),
            (self._figures.pending_words, tally.of(Outcome.PENDING), words.ALL_ROWS, FAIR),
            (words.SAY_WAITING, tally.waiting, words.ALL_ROWS, FAIR),
        ):
            if count:
                self.judge(self.fill(say, count=count, sheet=self.say(sheet)), color)
        if tally.rows == self._run.rows:
            self.judge(self.say(words.SAY_BALANCE), GOOD)
        else:
            books = self.fill(words.SAY_NO_BALANCE, rows=self._run.rows, counted=tally.rows)
            self.judge(books, BAD)

    def _arrivals(self) -> None:
        tally = self._tally
        card, unseen = tally.of(Outcome.CARD), tally.not_shown
        if self._figures.makes_links:
            of_rows = f"{share(tally.taken, tally.rows):.1%}"
            made = self.fill(more_words.SAY_LINKS, made=tally.taken, rows=tally.rows, share=of_rows)
            self.judge(made, GOOD if tally.taken else GREY)
            self.judge(self.fill(more_words.SAY_LINKS_SHOWN, card=card, fallback=unseen), GOOD)
            return
        of_rows = f"{share(tally.reached, tally.rows):.1%}"
        reached = self.fill(
            words.SAY_REACHED, reached=tally.reached, rows=tally.rows, share=of_rows
        )
        self.judge(reached, GOOD if tally.reached else GREY)
        if self._figures.shows_cards:
            self.judge(self.fill(words.SAY_CARD, card=card, fallback=unseen), GOOD)

    def facts(self) -> int:
        plan = self._run.plan
        top = self.line() + 1
        facts = [
            (words.RUN, plan.run),
            (words.CAMPAIGN_FILE, plan.campaign_path),
            (words.SOURCE, plan.source_path),
            (words.CHANNEL, self.say(words.CHANNELS[plan.message.channel])),
            (words.TEMPLATE, plan.message.template),
            (words.PLANNED, self.time(plan.planned_at)),
            (words.STARTED, self.time(self._run.started_at)),
            (words.FINISHED, self.time(self._run.finished_at)),
            (words.WRITTEN, self.time(self.options.written_at)),
            (words.AGAIN, plan.previous or ""),
        ]
        for label, fact in facts:
            if fact:
                self.line((self.say(label), sheets.LABEL), (fact, Look()))
        return top

    def funnel(self) -> Rows:
        tally = self._tally
        self.section(words.FUNNEL)
        head = self.heads(words.STEP, words.ROWS, words.OF_ALL, words.OF_BEFORE)
        before = tally.rows
        for step in self._figures.funnel():
            self.line(
                (self.say(step.name), sheets.TEXT),
                (step.rows, sheets.COUNT),
                (share(step.rows, tally.rows), sheets.SHARE),
                (share(step.rows, before), sheets.SHARE),
            )
            before = step.rows
        return Rows(head + 1, self.sheet.rows)

    def fallback(self) -> Rows | None:
        groups = self._figures.fallback()
        if not groups:
            return None
        total = sum(group.rows for group in groups)
        self.section(page_words.FALLBACK)
        head = self.heads(words.OUTCOME, words.ROWS, words.SHARE, words.NOTHING, words.REASON)
        for group in groups:
            self.line(
                (self.say(self._figures.words(group.outcome).name), sheets.TEXT),
                (group.rows, sheets.COUNT),
                (share(group.rows, total), sheets.SHARE),
                ("", sheets.TEXT),
                (reason_text(group.reason, self.options.language), sheets.TEXT),
            )
        return Rows(head + 1, self.sheet.rows)

    def charts(self, funnel: Rows, fallback: Rows | None) -> None:
        top = self.line() + 1
        # On paper the charts begin a page, so that none is cut in two.
        self.sheet.page.row_breaks.append(Break(id=top - 1))
        for _ in range(CHART_ROWS):
            self.line()
        bottom = self.sheet.rows
        add_bars(
            self.sheet.page,
            Bars(self.say(words.FUNNEL), funnel, ("2563A8",) * len(funnel)),
            Place("A", Rows(top, bottom)),
        )
        if fallback is not None:
            add_bars(
                self.sheet.page,
                Bars(
                    self.say(page_words.FALLBACK),
                    fallback,
                    ("65A30D",) * len(fallback),
                    _REASON_COLUMN,
                ),
                Place("E", Rows(top, bottom)),
            )

    def outcomes(self, top: int, bottom: int) -> None:
        self.section(words.OUTCOMES)
        header = self.heads(words.OUTCOME, words.ROWS, words.SHARE, words.NOTHING, words.PLAINLY)
        counts = self._tally.outcomes
        for outcome, count in counts.items():
            self.line(
                (self.say(self._figures.words(outcome).name), sheets.TEXT),
                (count, sheets.COUNT),
                (share(count, self._tally.rows), sheets.SHARE),
                ("", sheets.TEXT),
                (self.say(self._figures.words(outcome).meaning), sheets.TEXT),
            )
        self.line((self.say(words.TOTAL), sheets.TOTAL), (self._tally.rows, sheets.TOTAL_COUNT))
        if counts:
            add_bars(
                self.sheet.page,
                Bars(
                    self.say(words.CHART_TITLE),
                    Rows(header + 1, header + len(counts)),
                    tuple(map(self._color_of, counts)),
                ),
                Place("E", Rows(top, bottom)),
            )

    def _color_of(self, outcome: Outcome) -> str:
        unseen = self._figures.makes_links and outcome is Outcome.EXPIRED
        return _color(Outcome.FALLBACK_SMS if unseen else outcome)

    def reasons(self) -> None:
        told = [
            (key, count) for key, count in self._tally.counts.most_common() if key[1] or key[2]
        ][:GROUPS_MAX]
        if not told:
            return
        self.section(words.REASONS)
        self.heads(words.OUTCOME, words.ROWS, words.SHARE, words.CODE, words.REASON)
        for (outcome, reason, code), count in told:
            meaning = self.say(self.options.meaning_of(code))
            because = reason_text(reason, self.options.language)
            self.line(
                (self.say(OUTCOMES[outcome].name), sheets.TEXT),
                (count, sheets.COUNT),
                (share(count, self._tally.rows), sheets.SHARE),
                (code, sheets.CODE),
                (" ".join(filter(None, (because, meaning))), sheets.TEXT),
            )

    def requests(self) -> None:
        requests = self._figures.requests()
        if not requests:
            return
        self.section(words.REQUESTS)
        self.heads(words.REQUEST_STATE, words.REQUEST_COUNT, words.RECIPIENTS)
        for one in requests:
            self.line(
                (self.say(words.STATES[one.state]), sheets.TEXT),
                (one.requests, sheets.COUNT),
                (one.recipients, sheets.COUNT),
            )


def _color(outcome: Outcome) -> str:
    if outcome is Outcome.FALLBACK_SMS:
        return "65A30D"
    if outcome is Outcome.DELIVERED:
        return "86C99B"
    if outcome in REACHED:
        return GOOD
    if outcome in ATTENTION:
        return BAD
    return FAIR if outcome in {Outcome.INVALID, Outcome.PENDING} else "94A3B8"
