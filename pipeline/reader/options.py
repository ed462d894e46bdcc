"""What the reader is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.screening import Duplicates
from pipeline.core.values import FieldRules
from pipeline.reader.rows.digests import PeopleScheme
from pipeline.reader.rows.screening import Screen


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """Which source to read, and what of it.

    path: csv, tsv, txt, xlsx, xlsm, xlsb, xls or ods, or a zip or gzip file of one; what it is,
    its content decides. A pattern such as lists/*.csv stands for all files that fit it.
    phone, fields: columns by their header's text, or by place: #3 is the third. Where all of
    them are given by place, the source has no header: its first row is a recipient.
    may_be_empty: those of the fields that may have no value; of all others an empty one rejects
    its row. rules: one entry for each of the fields, or none at all: how its values are shaped,
    and what rejects a row.
    sheet: None reads every sheet that has the phone column.
    sha256: where given, the content must have this fingerprint.
    skip_where: columns, and the values of theirs that leave a row out, compared as folded.
    screen: where given, says whose good numbers are left out anyway. people: where given, how
    the digests of recipients are made, that are handed on with them. duplicates: what makes a row
    one. mended: the source is a rejected.csv of ours that comes back.
    on_sheet: told for each sheet how it is read: encoding and its evidence, delimiter, header.
    """

    path: Path
    phone: str
    fields: tuple[str, ...] = ()
    may_be_empty: frozenset[str] = frozenset()
    sheet: str | None = None
    encoding: str = "auto"
    block_rows: int = 20_000
    rules: tuple[FieldRules, ...] = ()
    sha256: str = ""
    skip_where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    screen: Screen | None = None
    people: PeopleScheme | None = None
    duplicates: Duplicates = Duplicates.NUMBER
    mended: bool = False
    on_sheet: Callable[[str], None] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Name every column that is needed, the phone column first."""
        return (self.phone, *self.fields, *self.skip_where)
