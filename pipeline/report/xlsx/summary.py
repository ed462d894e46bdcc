"""Write the workbook's first sheet: the report's sections, and charts of three of them."""

from collections.abc import Sequence

from openpyxl.worksheet.pagebreak import Break

from pipeline.language import Text, Words, spoken
from pipeline.report.blocks import Bar, Cell, Column, Facts, Num, Section, Sentence, Table
from pipeline.report.figures.figures import Figures
from pipeline.report.headline import tones, verdict
from pipeline.report.opening import opening
from pipeline.report.options import ReportOptions
from pipeline.report.sections import facts, sections
from pipeline.report.texts import words
from pipeline.report.texts.marks import marks_meaning
from pipeline.report.xlsx import sheets
from pipeline.report.xlsx.charts import CHART_ROWS, Bars, add_bars
from pipeline.report.xlsx.sheets import Look, Sheet

WIDTHS = (24, 14, 14, 18, 68)
"""Characters: the summary's columns; what is wide stands in the last."""

_COLORS = {
    "good": "15803D",
    "plain": "65A30D",
    "open": "86C99B",
    "fair": "B45309",
    "bad": "B91C1C",
    "calm": "94A3B8",
    "now": "2563A8",
}
_LOOKS = {"count": sheets.COUNT, "share": sheets.SHARE, "code": sheets.CODE}
_BANNER = Look(size=18, bold=True, color=_COLORS["fair"])
_TEXT_NUMBER = Look(line=True, align="right", indent=1)
_MARKED = Look(bold=True, color=_COLORS["bad"], line=True)
_SKIPPED = frozenset({"about", "timeline"})


def write_summary(sheet: Sheet, figures: Figures, options: ReportOptions) -> None:
    """Write the whole sheet."""
    _Summary(sheet, options).write(figures)


class _Summary:
    def __init__(self, sheet: Sheet, options: ReportOptions) -> None:
        self._sheet = sheet
        self._options = options
        sheet.page.sheet_view.showGridLines = False

    def write(self, figures: Figures) -> None:
        self._head(figures)
        top = self._line() + 1
        self._block(facts(figures, self._options))
        drawn: dict[str, range] = {}
        rest = {section.key: section for section in sections(figures, self._options)}
        for key in ("funnel", "fallback"):
            if key in rest:
                drawn[key] = self._section(rest.pop(key))
        self._charts(drawn)
        outcomes = self._section(rest.pop("outcomes"))
        if len(outcomes) > 1:
            colors = tuple(_COLORS[tone] for tone in tones(figures).values())
            place = range(top, drawn["funnel"].stop)
            title = self._say(Words("Rows by outcome"))
            add_bars(self._sheet.page, Bars(title, outcomes[:-1], colors, "E", place))
        for key, section in rest.items():
            if key not in _SKIPPED:
                self._section(section)

    def _head(self, figures: Figures) -> None:
        """Write what is read first."""
        marks = self._options.marks
        if marks:
            self._line((marks.text, _BANNER))
            self._line((self._say(marks_meaning(marks)), sheets.NOTE))
        self._line((f"{self._say(words.TITLE)}: {figures.run.plan.campaign}", sheets.TITLE))
        for sentence in opening(figures, self._options):
            self._block(sentence)
        self._line()
        for sentence in verdict(figures, self._options.marks):
            self._block(sentence)

    def _charts(self, drawn: dict[str, range]) -> None:
        top = self._line() + 1
        # On paper the charts begin a page, so that none is cut in two.
        self._sheet.page.row_breaks.append(Break(id=top - 1))
        for _ in range(CHART_ROWS):
            self._line()
        space = range(top, self._sheet.rows + 1)
        for key, title, color, column, names in (
            ("funnel", words.FUNNEL, "now", "A", 1),
            ("fallback", words.FALLBACK, "plain", "E", 5),
        ):
            rows = drawn.get(key)
            if rows:
                colors = (_COLORS[color],) * len(rows)
                bars = Bars(self._say(title), rows, colors, column, space, names)
                add_bars(self._sheet.page, bars)

    def _section(self, section: Section) -> range:
        """Write a section; return the rows of its first table."""
        self._line()
        self._line((self._say(section.title), sheets.SECTION))
        first = range(self._sheet.rows + 2, self._sheet.rows + 2)
        for block in section.blocks:
            self._block(block)
            if isinstance(block, Table) and not first:
                first = range(first.start, self._sheet.rows + 1)
        return first

    def _block(self, block: object) -> None:
        match block:
            case Sentence(text, tone):
                look = Look(size=11, bold=True, color=_COLORS[tone]) if tone else sheets.NOTE
                self._line((self._say(text), look))
            case Facts(known):
                for name, fact in known:
                    self._line((self._say(name), sheets.LABEL), (self._say(fact), Look()))
            case Table(columns, rows):
                heads = [self._say(column.title) for column in columns]
                looks = [
                    sheets.COUNT_HEAD if column.kind in {"count", "share"} else sheets.HEAD
                    for column in columns
                ]
                self._row(columns, list(zip(heads, looks, strict=True)), sheets.HEAD)
                for row in rows:
                    cells = [self._cell(*pair) for pair in zip(columns, row, strict=True)]
                    self._row(columns, cells, sheets.TEXT)

    def _row(
        self,
        columns: Sequence[Column],
        cells: list[tuple[str | float, Look]],
        wide: Look,
    ) -> None:
        """Write a line, without bars; what is wide or finds no room stands in the last cell."""
        line: list[tuple[str | float, Look]] = []
        rest: list[str] = []
        for column, (value, look) in zip(columns, cells, strict=True):
            if column.kind in {"bar", "aside"}:
                continue
            if column.kind in {"wide", "earlier"} or len(line) == len(WIDTHS) - 1:
                rest.append(f"{value:,}" if isinstance(value, int) else str(value))
            else:
                line.append((value, look))
        if rest:
            line += [("", sheets.TEXT)] * (len(WIDTHS) - 1 - len(line))
            line.append((" · ".join(filter(None, rest)), wide))
        self._line(*line)

    def _cell(self, column: Column, value: Cell) -> tuple[str | float, Look]:
        match value:
            case Num(number):
                return number, sheets.COUNT if isinstance(number, int) else _TEXT_NUMBER
            case Bar():
                return "", sheets.TEXT
            case float():
                return value, sheets.SHARE
            case _:
                look = _MARKED if column.kind == "mark" else _LOOKS.get(column.kind, sheets.TEXT)
                return self._say(value), look

    def _say(self, text: Text | str) -> str:
        return spoken(text, self._options.language)

    def _line(self, *cells: tuple[str | float, Look]) -> int:
        return self._sheet.append(self._sheet.cell(value, look) for value, look in cells)
