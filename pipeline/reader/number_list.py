"""Read a list of numbers: one a line, or the phone column of a spreadsheet."""

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.core.errors import SourceDamaged
from pipeline.core.model import RejectedRow, Rejection
from pipeline.language import filled
from pipeline.reader.inspection import inspect
from pipeline.reader.options import ReaderOptions
from pipeline.reader.phones import normalise
from pipeline.reader.reading import read

_HARMLESS = frozenset(
    {
        Rejection.PHONE_EMPTY,
        Rejection.PHONE_FOREIGN,
        Rejection.PHONE_NOT_MOBILE,
        Rejection.PHONE_LANDLINE,
        Rejection.PHONE_SERVICE,
        Rejection.DUPLICATE_NUMBER,
    }
)
"""Numbers that a list may hold although no message can go there."""


_OF_OTHER_CELLS = frozenset({Rejection.ROW_RAGGED, Rejection.TEXT_BESIDE_TABLE})


def read_numbers(path: Path) -> Sequence[int]:
    """Read the numbers of a list as whole numbers, in its order, each once.

    What could be a number that somebody mistyped is refused: left out, it might be sent to. Raises
    SourceMissing, and SourceDamaged for such a line and for what is no table.
    """
    if path.is_file() and path.stat().st_size == 0:
        return array("q")  # nobody has opted out yet
    return array("q", dict.fromkeys(_numbers(path)))


def _numbers(path: Path) -> Iterator[int]:
    found = inspect(path).best
    phone = (found.phone if found else None) or "#1"
    first = True
    for block in read(ReaderOptions(path=path, phone=phone)):
        yield from map(int, block.recipients.phones)
        for row in block.rejected:
            number = _number(path, row, is_first=first and row.row == 0)
            if number is not None:
                yield number
        first = False


def _number(path: Path, row: RejectedRow, *, is_first: bool) -> int | None:
    if row.reason in _HARMLESS:
        return None
    known = normalise(row.phone) if row.reason in _OF_OTHER_CELLS else row.reason
    if not isinstance(known, Rejection):
        return int(known)
    if known in _HARMLESS or (is_first and not any(map(str.isdigit, row.phone))):
        return None  # the first line of a list may be its heading
    where = (
        filled("sheet {sheet}, row {line}", sheet=row.sheet, line=str(row.line))
        if row.sheet
        else f"line {row.line}"
    )
    raise SourceDamaged(
        filled(
            "{file}: {where} holds no phone number ({known}); mend or delete that line, "
            "since a number that cannot be read cannot be left out",
            file=path.name,
            where=where,
            known=known,
        ),
        "KS6512",
    )
