"""What the reader is asked for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """Which source to read, and what of it.

    path: csv, tsv, txt, xlsx, xlsm, xlsb, xls or ods, or a zip or gzip file of one; what it is,
    its content decides. A pattern such as lists/*.csv stands for all files that fit it.
    phone, fields: columns by their header's text, or by place: #3 is the third. Where all of
    them are given by place, the source has no header: its first row is a recipient.
    may_be_empty: those of the fields that may have no value; of all others an empty one rejects
    its row. value_chars_max: so does a value with more characters.
    sheet: None reads every sheet that has the phone column.
    sha256: where given, the content must have this fingerprint.
    """

    path: Path
    phone: str
    fields: tuple[str, ...] = ()
    may_be_empty: frozenset[str] = frozenset()
    sheet: str | None = None
    encoding: str = "auto"
    block_rows: int = 20_000
    value_chars_max: int | None = None
    sha256: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Name every column that is needed, the phone column first."""
        return (self.phone, *self.fields)
