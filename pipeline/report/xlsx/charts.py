"""Add charts to a sheet that the spreadsheet itself draws, from cells of that sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.marker import DataPoint

CHART_ROWS = 13
"""How many rows a chart between two tables takes."""

_ROW_CM = 0.53
_WIDTH_CM = 13
_COUNT_COLUMN = 2


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar for each row, as long as its count in column B, each in its colour (RRGGBB).

    It stands from a column on, as high as the rows of place.
    """

    title: str
    rows: range
    colors: Sequence[str]
    column: str
    place: range
    name_column: int = 1


def add_bars(page: Any, bars: Bars) -> None:  # noqa: ANN401 -- a write-only sheet's add_chart has a wrong type in the stubs
    """Add a chart of lying bars, the first on top."""
    chart = BarChart()
    chart.type = "bar"
    chart.style = 10
    chart.title = bars.title
    first, last = bars.rows.start, bars.rows.stop - 1
    chart.add_data(Reference(page, min_col=_COUNT_COLUMN, min_row=first, max_row=last))
    names = Reference(page, min_col=bars.name_column, min_row=first, max_row=last)
    chart.set_categories(names)
    series = chart.series[0]
    series.dPt = [_point(at, color) for at, color in enumerate(bars.colors)]
    series.dLbls = DataLabelList()
    series.dLbls.showVal = True
    for silent in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(series.dLbls, silent, False)
    chart.legend = None
    chart.gapWidth = 40
    # The first bar stands on top, and both axes are drawn (newer files leave them out).
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = False
    chart.y_axis.scaling.min = 0
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.width = _WIDTH_CM
    chart.height = round(len(bars.place) * _ROW_CM)
    page.add_chart(chart, f"{bars.column}{bars.place.start}")


def _point(at: int, color: str) -> DataPoint:
    point = DataPoint(idx=at)
    point.graphicalProperties.solidFill = color
    point.graphicalProperties.line.solidFill = color
    return point
