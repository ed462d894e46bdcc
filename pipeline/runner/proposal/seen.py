"""Tell what was seen in a spreadsheet, as comments that stand above a proposed campaign."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import KoosendError
from pipeline.core.text import one_line
from pipeline.language import Language, Text, Words, filled, listed, spoken
from pipeline.reader.column_looks import ColumnLook, Down
from pipeline.reader.files.source import open_notes
from pipeline.reader.inspection import Inspection, SheetLook
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from pipeline.runner.proposal.quoting import quoted, shown

_SHOWN_ROWS = 3


@dataclass(frozen=True, slots=True)
class Size:
    """How long a list is: rows with text, and people among them whose numbers are good.

    unread says in a sentence why it could not be read to its end; the counts are 0 then.
    """

    rows: int = 0
    people: int = 0
    unread: str = ""


def size_of(spreadsheet: Path, phone: str) -> Size:
    """Read a list to its end, as a run will."""
    rows = people = 0
    try:
        for block in read(ReaderOptions(spreadsheet, phone)):
            people += len(block.recipients)
            rows += len(block.recipients) + len(block.rejected)
    except KoosendError as error:
        return Size(unread=error.text)
    return Size(rows, people)


def seen(
    spreadsheet: Path, found: Inspection, sheet: SheetLook, size: Size, language: Language
) -> str:
    """Return the comments."""
    lines: list[str] = [listed(filter(None, (found.format, found.encoding, found.evidence)))]
    lines += open_notes(spreadsheet)
    if sheet.name:
        lines.append(filled("sheets: {names}", names=listed(one.name for one in found.sheets)))
    columns = listed(sheet.header) or Words("(the file has no header)")
    lines.append(filled("columns: {names}", names=columns))
    rows = (" | ".join(map(shown, row)) for row in sheet.first_rows[:_SHOWN_ROWS])
    lines += (filled("row: {cells}", cells=cells) for cells in rows)
    if size.rows:
        lines.append(
            filled(
                "{people} {people:person|people} in {rows} {rows:row|rows}",
                people=size.people,
                rows=size.rows,
            )
        )
    if size.unread:
        lines.append(filled("NOT READ TO ITS END: {unread}", unread=size.unread))
    lines += (_numbering(column) for column in sheet.columns if column.is_running_number)
    return "\n".join(f"#   {one_line(spoken(line, language))}" for line in lines)


def fill_down_lines(sheet: SheetLook, sent: list[str], language: Language) -> str:
    """Return the key fill_down for columns that are merged downwards, or an offer of it.

    sent: the columns that the message uses; only these may be filled.
    """
    merged = [column for column in sheet.columns if column.merged is not Down.NO]
    lines = [f"# {spoken(line, language)}" for line in _merged(merged)]
    sure = [one.name for one in merged if one.merged is Down.YES and one.name in sent]
    others = [one.name for one in merged if one.name not in sure]
    if sure:
        lines.append(f"fill_down = [{', '.join(map(quoted, sure))}]")
    elif others:
        lines.append(f"# fill_down = [{', '.join(map(quoted, others))}]")
    return "".join(f"{line}\n" for line in lines)


def _merged(columns: list[ColumnLook]) -> Iterator[str]:
    for column in columns:
        name = one_line(column.name)
        if column.merged is Down.YES:
            yield filled(
                "{name}: cells are merged downwards; all but the first of them are empty.",
                name=name,
            )
        else:
            yield filled(
                "{name}: empty below filled cells, as where cells were merged downwards.",
                name=name,
            )
    if columns:
        yield "A column that is sent, and named here, has the value of the row above there."


def _numbering(column: ColumnLook) -> Text:
    return filled("{column} only counts the rows, so that no message needs it", column=column.name)
