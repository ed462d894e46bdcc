"""Write the page that is read first: what happened, in one look."""

from openpyxl.worksheet.pagebreak import Break

from pipeline.core.outcome import REACHED, Outcome
from pipeline.report import more_words, page_words, sheets, words
from pipeline.report.figures import GROUPS_MAX, Figures, share
from pipeline.report.native_charts import CHART_ROWS, Bars, Place, Rows, add_bars
from pipeline.report.options import ReportOptions
from pipeline.report.sheets import Look, Sheet
from pipeline.report.summary_more import write_more
from pipeline.report.summary_pen import BAD, FAIR, GOOD, GREY, Pen
from pipeline.report.tally import ATTENTION
from pipeline.report.texts import OUTCOMES, reason_text

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
