"""Write the page that is read first: what happened, in one look."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint

from pipeline.core.lifecycle import State
from pipeline.core.model import Channel
from pipeline.core.outcome import Outcome
from pipeline.ports import RunRecord, Submission
from pipeline.report import sheets, words
from pipeline.report.options import ReportOptions
from pipeline.report.sheets import Look, Sheet
from pipeline.report.tables import local_time
from pipeline.report.tally import ATTENTION, REACHED, Tally
from pipeline.report.texts import OUTCOMES, Words, reason_text

WIDTHS = (24, 14, 14, 18, 68)
"""Characters: the summary's columns."""

_GOOD, _FAIR, _BAD, _GREY = "15803D", "B45309", "B91C1C", "64748B"
_REASONS_MAX = 30
_ROW_CM = 0.53
_CHART_WIDTH_CM = 13


@dataclass(frozen=True, slots=True)
class Summary:
    """What the summary is made from."""

    run: RunRecord
    tally: Tally
    submissions: Sequence[Submission]


def write_summary(sheet: Sheet, summary: Summary, options: ReportOptions) -> None:
    """Write the whole page."""
    page = _Page(sheet, summary, options)
    page.verdict()
    top = page.facts()
    page.funnel()
    page.outcomes(top)
    page.reasons()
    page.requests()


class _Page:
    def __init__(self, sheet: Sheet, summary: Summary, options: ReportOptions) -> None:
        self._sheet = sheet
        self._run = summary.run
        self._tally = summary.tally
        self._submissions = summary.submissions
        self._options = options
        self._sheet.page.sheet_view.showGridLines = False

    def verdict(self) -> None:
        tally = self._tally
        self._line((f"{self._say(words.TITLE)}: {self._run.plan.campaign}", sheets.TITLE))
        self._line()
        share = f"{_share(tally.reached, tally.rows):.1%}"
        reached = self._fill(words.SAY_REACHED, reached=tally.reached, rows=tally.rows, share=share)
        self._judge(reached, _GOOD if tally.reached else _GREY)
        if self._shows_cards:
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

    def funnel(self) -> None:
        tally = self._tally
        steps = [
            (words.ROWS_READ, tally.rows),
            (words.SENDABLE, tally.sendable),
            (words.SUBMITTED, tally.taken),
            (words.REACHED, tally.reached),
        ]
        if self._shows_cards:
            steps.append((words.SHOWN, tally.of(Outcome.CARD)))
        self._section(words.FUNNEL)
        self._heads(words.STEP, words.ROWS, words.OF_ALL, words.OF_BEFORE)
        before = tally.rows
        for step, count in steps:
            self._line(
                (self._say(step), sheets.TEXT),
                (count, sheets.COUNT),
                (_share(count, tally.rows), sheets.SHARE),
                (_share(count, before), sheets.SHARE),
            )
            before = count

    def outcomes(self, top: int) -> None:
        bottom = self._line()
        self._section(words.OUTCOMES)
        header = self._heads(words.OUTCOME, words.ROWS, words.SHARE, words.NOTHING, words.PLAINLY)
        counts = self._tally.outcomes
        for outcome, count in counts.items():
            self._line(
                (self._say(OUTCOMES[outcome].name), sheets.TEXT),
                (count, sheets.COUNT),
                (_share(count, self._tally.rows), sheets.SHARE),
                ("", sheets.TEXT),
                (self._say(OUTCOMES[outcome].meaning), sheets.TEXT),
            )
        self._line((self._say(words.TOTAL), sheets.TOTAL), (self._tally.rows, sheets.TOTAL_COUNT))
        if counts:
            self._chart(header, list(counts), (top, bottom))

    def reasons(self) -> None:
        told = [
            (key, count) for key, count in self._tally.counts.most_common() if key[1] or key[2]
        ][:_REASONS_MAX]
        if not told:
            return
        self._section(words.REASONS)
        self._heads(words.OUTCOME, words.ROWS, words.SHARE, words.CODE, words.REASON)
        for (outcome, reason, code), count in told:
            meaning = self._options.code_meaning(code)
            because = reason_text(reason, self._options.language)
            self._line(
                (self._say(OUTCOMES[outcome].name), sheets.TEXT),
                (count, sheets.COUNT),
                (_share(count, self._tally.rows), sheets.SHARE),
                (code, sheets.CODE),
                (" ".join(filter(None, (because, meaning))), sheets.TEXT),
            )

    def requests(self) -> None:
        if not self._submissions:
            return
        self._section(words.REQUESTS)
        self._heads(words.REQUEST_STATE, words.REQUEST_COUNT, words.RECIPIENTS)
        requests = Counter(one.state for one in self._submissions)
        recipients: Counter[State] = Counter()
        for one in self._submissions:
            recipients[one.state] += one.messages
        for state in (state for state in State if requests[state]):
            self._line(
                (self._say(words.STATES[state]), sheets.TEXT),
                (requests[state], sheets.COUNT),
                (recipients[state], sheets.COUNT),
            )

    @property
    def _shows_cards(self) -> bool:
        return self._run.plan.message.channel in {Channel.AIM, Channel.AIM_LINKS}

    def _chart(self, header: int, outcomes: Sequence[Outcome], rows: tuple[int, int]) -> None:
        last = header + len(outcomes)
        chart = BarChart()
        chart.type = "bar"
        chart.style = 10
        chart.title = self._say(words.CHART_TITLE)
        page = self._sheet.page
        chart.add_data(Reference(page, min_col=2, min_row=header + 1, max_row=last))
        chart.set_categories(Reference(page, min_col=1, min_row=header + 1, max_row=last))
        series = chart.series[0]
        series.dPt = [_point(at, outcome) for at, outcome in enumerate(outcomes)]
        series.dLbls = DataLabelList()
        series.dLbls.showVal = True
        for silent in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
            setattr(series.dLbls, silent, False)
        chart.legend = None
        chart.gapWidth = 40
        # The first outcome stands on top, and both axes are drawn (newer files leave them out).
        chart.x_axis.scaling.orientation = "maxMin"
        chart.x_axis.delete = False
        chart.y_axis.delete = True
        chart.y_axis.majorGridlines = None
        top, bottom = rows
        chart.width = _CHART_WIDTH_CM
        chart.height = round((bottom - top) * _ROW_CM)
        page.add_chart(chart, f"E{top}")

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


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _point(at: int, outcome: Outcome) -> DataPoint:
    point = DataPoint(idx=at)
    point.graphicalProperties.solidFill = _color(outcome)
    point.graphicalProperties.line.solidFill = _color(outcome)
    return point


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
