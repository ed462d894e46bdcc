"""Write on the summary: sentences, headings and lines of cells, in the report's language."""

from pipeline.report import daily, more_words, sheets, words
from pipeline.report.language import Counted
from pipeline.report.options import ReportOptions
from pipeline.report.sheets import Look, Sheet
from pipeline.report.tables import local_time
from pipeline.report.texts import Words

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
