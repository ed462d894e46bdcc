"""Write the page that is read first: what happened, in one look."""

from openpyxl.worksheet.pagebreak import Break

from pipeline.core.outcome import Outcome
from pipeline.report import page_words, sheets, words
from pipeline.report.figures import GROUPS_MAX, Figures, share
from pipeline.report.native_charts import CHART_ROWS, Bars, Place, Rows, add_bars
from pipeline.report.options import ReportOptions
from pipeline.report.sheets import Look, Sheet
from pipeline.report.tables import local_time
from pipeline.report.tally import ATTENTION, REACHED
from pipeline.report.texts import OUTCOMES, Words, reason_text

WIDTHS = (24, 14, 14, 18, 68)
"""Characters: the summary's columns."""

_REASON_COLUMN = 5
_GOOD, _FAIR, _BAD, _GREY = "15803D", "B45309", "B91C1C", "64748B"


def write_summary(sheet: Sheet, figures: Figures, options: ReportOptions) -> None:
    """Write the whole page."""
    page = _Page(sheet, figures, options)
    page.verdict()
    top = page.facts()
    funnel = page.funnel()
    fallback = page.fallback()
    page.charts(funnel, fallback)
    page.outcomes(top, funnel.last)
    page.reasons()
    page.requests()


class _Page:
    def __init__(self, sheet: Sheet, figures: Figures, options: ReportOptions) -> None:
        self._sheet = sheet
        self._figures = figures
        self._run = figures.run
        self._tally = figures.tally
        self._options = options
        self._sheet.page.sheet_view.showGridLines = False

    def verdict(self) -> None:
        tally = self._tally
        self._line((f"{self._say(words.TITLE)}: {self._run.plan.campaign}", sheets.TITLE))
        self._line()
        reached_share = f"{share(tally.reached, tally.rows):.1%}"
        reached = self._fill(
            words.SAY_REACHED, reached=tally.reached, rows=tally.rows, share=reached_share
        )
        self._judge(reached, _GOOD if tally.reached else _GREY)
        if self._figures.shows_cards:
            card, fallback = tally.of(Outcome.CARD), tally.of(Outcome.FALLBACK_SMS)
            self._judge(self._fill(words.SAY_CARD, card=card, fallback=fallback), _GOOD)
        for say, count, sheet, color in (
            (words.SAY_ATTENTION, tally.of(*ATTENTION), words.ATTENTION, _BAD),
            (words.SAY_DOUBT, tally.of(Outcome.IN_DOUBT), words.ATTENTION, _BAD),
            (words.SAY_REJECTED, tally.rejected, words.REJECTED, _FAIR),
            (words.SAY_PENDING, tally.of(Outcome.PENDING), words.ALL_ROWS, _FAIR),
            (words.SAY_WAITING, tally.waiting, words.ALL_ROWS, _FAIR),
        ):
            if count:
                self._judge(self._fill(say, count=count, sheet=self._say(sheet)), color)
        if tally.rows == self._run.rows:
            self._judge(self._say(words.SAY_BALANCE), _GOOD)
        else:
            books = self._fill(words.SAY_NO_BALANCE, rows=self._run.rows, counted=tally.rows)
            self._judge(books, _BAD)

    def facts(self) -> int:
        plan = self._run.plan
        top = self._line() + 1
        facts = [
            (words.RUN, plan.run),
            (words.CAMPAIGN_FILE, plan.campaign_path),
            (words.SOURCE, plan.source_path),
            (words.CHANNEL, self._say(words.CHANNELS[plan.message.channel])),
            (words.TEMPLATE, plan.message.template),
            (words.PLANNED, self._time(plan.planned_at)),
            (words.STARTED, self._time(self._run.started_at)),
            (words.FINISHED, self._time(self._run.finished_at)),
            (words.WRITTEN, self._time(self._options.written_at)),
            (words.AGAIN, plan.previous or ""),
        ]
        for label, fact in facts:
            if fact:
                self._line((self._say(label), sheets.LABEL), (fact, Look()))
        return top

    def funnel(self) -> Rows:
        tally = self._tally
        self._section(words.FUNNEL)
        head = self._heads(words.STEP, words.ROWS, words.OF_ALL, words.OF_BEFORE)
        before = tally.rows
        for step in self._figures.funnel():
            self._line(
                (self._say(step.name), sheets.TEXT),
                (step.rows, sheets.COUNT),
                (share(step.rows, tally.rows), sheets.SHARE),
                (share(step.rows, before), sheets.SHARE),
            )
            before = step.rows
        return Rows(head + 1, self._sheet.rows)

    def fallback(self) -> Rows | None:
        groups = self._figures.fallback()
        if not groups:
            return None
        total = self._tally.of(Outcome.FALLBACK_SMS)
        self._section(page_words.FALLBACK)
        head = self._heads(words.OUTCOME, words.ROWS, words.SHARE, words.NOTHING, words.REASON)
        for group in groups:
            self._line(
                (self._say(OUTCOMES[group.outcome].name), sheets.TEXT),
                (group.rows, sheets.COUNT),
                (share(group.rows, total), sheets.SHARE),
                ("", sheets.TEXT),
                (reason_text(group.reason, self._options.language), sheets.TEXT),
            )
        return Rows(head + 1, self._sheet.rows)

    def charts(self, funnel: Rows, fallback: Rows | None) -> None:
        top = self._line() + 1
        # On paper the charts begin a page, so that none is cut in two.
        self._sheet.page.row_breaks.append(Break(id=top - 1))
        for _ in range(CHART_ROWS):
            self._line()
        bottom = self._sheet.rows
        add_bars(
            self._sheet.page,
            Bars(self._say(words.FUNNEL), funnel, ("2563A8",) * len(funnel)),
            Place("A", Rows(top, bottom)),
        )
        if fallback is not None:
            add_bars(
                self._sheet.page,
                Bars(
                    self._say(page_words.FALLBACK),
                    fallback,
                    ("65A30D",) * len(fallback),
                    _REASON_COLUMN,
                ),
                Place("E", Rows(top, bottom)),
            )

    def outcomes(self, top: int, bottom: int) -> None:
        self._section(words.OUTCOMES)
        header = self._heads(words.OUTCOME, words.ROWS, words.SHARE, words.NOTHING, words.PLAINLY)
        counts = self._tally.outcomes
        for outcome, count in counts.items():
            self._line(
                (self._say(OUTCOMES[outcome].name), sheets.TEXT),
                (count, sheets.COUNT),
                (share(count, self._tally.rows), sheets.SHARE),
                ("", sheets.TEXT),
                (self._say(OUTCOMES[outcome].meaning), sheets.TEXT),
            )
        self._line((self._say(words.TOTAL), sheets.TOTAL), (self._tally.rows, sheets.TOTAL_COUNT))
        if counts:
            add_bars(
                self._sheet.page,
                Bars(
                    self._say(words.CHART_TITLE),
                    Rows(header + 1, header + len(counts)),
                    tuple(map(_color, counts)),
                ),
                Place("E", Rows(top, bottom)),
            )

    def reasons(self) -> None:
        told = [
            (key, count) for key, count in self._tally.counts.most_common() if key[1] or key[2]
        ][:GROUPS_MAX]
        if not told:
            return
        self._section(words.REASONS)
        self._heads(words.OUTCOME, words.ROWS, words.SHARE, words.CODE, words.REASON)
        for (outcome, reason, code), count in told:
            meaning = self._say(self._options.meaning_of(code))
            because = reason_text(reason, self._options.language)
            self._line(
                (self._say(OUTCOMES[outcome].name), sheets.TEXT),
                (count, sheets.COUNT),
                (share(count, self._tally.rows), sheets.SHARE),
                (code, sheets.CODE),
                (" ".join(filter(None, (because, meaning))), sheets.TEXT),
            )

    def requests(self) -> None:
        requests = self._figures.requests()
        if not requests:
            return
        self._section(words.REQUESTS)
        self._heads(words.REQUEST_STATE, words.REQUEST_COUNT, words.RECIPIENTS)
        for one in requests:
            self._line(
                (self._say(words.STATES[one.state]), sheets.TEXT),
                (one.requests, sheets.COUNT),
                (one.recipients, sheets.COUNT),
            )

    def _say(self, text: Words) -> str:
        return text.of(self._options.language)

    def _fill(self, text: Words, **values: str | int) -> str:
        shown = {name: v if isinstance(v, str) else f"{v:,}" for name, v in values.items()}
        return self._say(text).format(**shown)

    def _time(self, at: float | None) -> str:
        if at is None:
            return self._say(words.NOT_YET)
        date, time = local_time(at).removesuffix("+08:00").split("T")
        return f"{date} {time} (UTC+8)"

    def _line(self, *cells: tuple[str | float, Look]) -> int:
        return self._sheet.append(self._sheet.cell(value, look) for value, look in cells)

    def _judge(self, text: str, color: str) -> None:
        self._line((text, Look(size=11, bold=True, color=color)))

    def _section(self, title: Words) -> None:
        self._line()
        self._line((self._say(title), sheets.SECTION))

    def _heads(self, *titles: Words) -> int:
        counts = {words.ROWS, words.SHARE, words.OF_ALL, words.OF_BEFORE}
        counts |= {words.REQUEST_COUNT, words.RECIPIENTS}
        return self._line(
            *(
                (self._say(title), sheets.COUNT_HEAD if title in counts else sheets.HEAD)
                for title in titles
            )
        )


def _color(outcome: Outcome) -> str:
    if outcome is Outcome.FALLBACK_SMS:
        return "65A30D"
    if outcome is Outcome.DELIVERED:
        return "86C99B"
    if outcome in REACHED:
        return _GOOD
    if outcome in ATTENTION:
        return _BAD
    return _FAIR if outcome in {Outcome.INVALID, Outcome.PENDING} else "94A3B8"
