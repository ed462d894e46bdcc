"""Give the user's own workbook back, with what became of every row beside it.

The workbook is a stranger's file: a child process opens and fills it, and hands its bytes over.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.core.model import RunId
from pipeline.language import Words, filled, system_words
from pipeline.ports import Ledger, OutcomeBlock, RunRecord
from pipeline.reader.files.archive import damaged
from pipeline.reader.files.source import Watch, opened
from pipeline.reader.limits import FILE_BYTES_MAX, SandboxLimits
from pipeline.reader.workbooks.protocol import End, Piece
from pipeline.reader.workbooks.sandbox import Sandbox, Work, sandboxed
from pipeline.report.drafts import Drafts
from pipeline.report.figures.tally import UNSENDABLE
from pipeline.report.options import ReportOptions
from pipeline.report.texts.beside import HEADINGS, RowTexts
from pipeline.runner.giving.protocol import (
    Answer,
    Differs,
    Filled,
    Loaded,
    NoRoom,
    Rows,
    Save,
)

SUFFIXES = (".xlsx", ".xlsm")
GIVING: Final = Work(
    "pipeline.runner.giving.worker",
    msgspec.msgpack.Decoder(Answer),
    Words("given back"),
    Words("use outcomes.csv"),
)
LIMITS: Final = SandboxLimits(cpu_s=300, wait_s=350.0)
"""The memory of reading; more time, since every cell is read, and written again."""

_FILLED_BYTES_MAX = 2 * FILE_BYTES_MAX


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What was given back.

    rows counts the rows that have their outcome beside them, elsewhere the rows of the run that
    stand in another file of its source. lost says what of the workbook could not be kept.
    """

    workbook: Path
    rows: int
    elsewhere: int
    lost: tuple[str, ...]


def write_into(
    ledger: Ledger,
    run: RunId,
    source: Path,
    target: Path,
    options: ReportOptions | None = None,
) -> GivenBack:
    """Write a copy of the workbook a run was read from, with columns for the outcomes at its end.

    A workbook that was changed since is taken while every row still shows the number that was
    sent to. The source itself is never written to: with other content it would be another run,
    and everybody would be sent to again. Raises UsageError, SourceMissing, SourceDamaged and
    ReportUnwritable.
    """
    record = ledger.run(run)
    if record is None:
        raise UsageError(
            filled("there is no run {run} in this ledger; 'koosend runs' lists them", run=run),
            "KS0210",
        )
    _check_names(source, target)
    with opened(source) as file:
        watch = Watch(file)
        known = hashlib.file_digest(file, "sha256").hexdigest() == record.plan.source_sha256
        with sandboxed(file, source.name, LIMITS, GIVING) as sandbox:
            loaded = sandbox.receive()
            watch.refuse_changed(source)
            if not isinstance(loaded, Loaded):
                raise damaged(source.name)
            texts, erased = RowTexts(options or ReportOptions()), ledger.erasures.rows(run)
            filling = _Filling(sandbox, source, texts, not known, erased)
            for block in ledger.outcomes(run):
                filling.take(block)
            _refuse_strange(filling, record)
            _save(sandbox, source, target)
    return GivenBack(target, filling.rows, filling.elsewhere, loaded.lost)


@dataclass(slots=True)
class _Filling:
    """The workbook in the hands of its child process, while it is filled row by row.

    erased are rows whose numbers nobody knows any more: what they show is not looked at.
    """

    sandbox: Sandbox
    source: Path
    texts: RowTexts
    check: bool
    erased: Collection[int]
    rows: int = 0
    elsewhere: int = 0

    def take(self, block: OutcomeBlock) -> None:
        """Have a block's rows filled. Raises UsageError where that cannot be."""
        places = range(len(block.rows))
        for name, of_sheet in groupby(places, key=lambda at: block.sheets[at]):
            rows = self._rows(name, block, list(of_sheet))
            self.sandbox.ask(rows)
            match self.sandbox.receive():
                case Filled(there=True):
                    self.rows += len(rows.lines)
                case Filled():
                    self.elsewhere += len(rows.lines)
                case Differs(line):
                    raise self._differs(name, line)
                case NoRoom():
                    raise UsageError(
                        filled(
                            "{title} has no room for {headings} more columns",
                            title=rows.title,
                            headings=str(len(HEADINGS)),
                        ),
                        "KS0219",
                    )
                case _:
                    raise damaged(self.source.name)

    def _rows(self, name: str, block: OutcomeBlock, places: list[int]) -> Rows:
        distinct = _Distinct()
        cells = []
        for at in places:
            index = block.submissions[at]
            submission = None if index < 0 else block.table[index]
            cells.append(distinct.places(self.texts.cells(block.standings[at], submission)))
        return Rows(
            self._title(name),
            [block.lines[at] for at in places],
            [self._looked_for(block, at) for at in places],
            list(distinct.texts),
            cells,
        )

    def _looked_for(self, block: OutcomeBlock, at: int) -> str:
        if not self.check or block.standings[at].outcome in UNSENDABLE:
            return ""
        if block.rows[at] in self.erased:
            return ""
        if not block.phones[at]:  # forgotten by a purge: nothing shows that the rows are the same
            raise self._differs(block.sheets[at], block.lines[at])
        return block.phones[at]

    def _differs(self, sheet: str, line: int) -> UsageError:
        title = self._title(sheet)
        return UsageError(
            filled(
                "{file} is not as it was when the run was read: line {line} of {title} "
                "does not show the number that was sent to, so outcomes would stand beside "
                "the wrong rows; name the workbook as it was",
                file=self.source.name,
                line=str(line),
                title=title,
            ),
            "KS0219",
        )

    def _title(self, sheet: str) -> str:
        """Return a sheet's own name: of several files a row knows "members.xlsx!Sheet1"."""
        return sheet.removeprefix(f"{self.source.name}!")


@dataclass(slots=True)
class _Distinct:
    """Texts, each once: most rows of a stretch have the same."""

    texts: dict[str, int] = field(default_factory=dict)

    def places(self, cells: tuple[str, ...]) -> tuple[int, ...]:
        """Return the places of a row's texts, new ones at the end."""
        return tuple(self.texts.setdefault(cell, len(self.texts)) for cell in cells)


def _check_names(source: Path, target: Path) -> None:
    if source.suffix.lower() not in SUFFIXES:
        raise UsageError(
            filled(
                "{file} cannot be given back: only .xlsx and .xlsm can, so save it as one "
                "of them first, or use outcomes.csv",
                file=source.name,
            ),
            "KS0219",
        )
    if target.suffix.lower() != source.suffix.lower():
        raise UsageError(
            filled(
                "{target} must end in {suffix}, as {file} does",
                target=target.name,
                suffix=source.suffix,
                file=source.name,
            ),
            "KS0219",
        )
    if target.resolve() == source.resolve() or (target.exists() and target.samefile(source)):
        raise UsageError(
            filled(
                "{target} is the source itself: with other content it would be another "
                "run, and everybody would be sent to again; name another file",
                target=target,
            ),
            "KS0209",
        )


def _refuse_strange(filling: _Filling, record: RunRecord) -> None:
    if not filling.rows:
        raise UsageError(
            filled(
                "no sheet of {file} is one that run {run} read; its source is {name}",
                file=filling.source.name,
                run=record.plan.run,
                name=Path(record.plan.source_path).name,
            ),
            "KS0219",
        )


def _save(sandbox: Sandbox, source: Path, target: Path) -> None:
    try:
        with Drafts(target.parent) as drafts:
            with drafts.path(target.name).open("wb") as file:
                for piece in _pieces(sandbox, source):
                    file.write(piece)
            drafts.publish()
    except OSError as error:
        raise ReportUnwritable(
            filled(
                "{target} cannot be written: {why}; the ledger and the source are whole",
                target=target,
                why=system_words(error),
            )
        ) from error


def _pieces(sandbox: Sandbox, source: Path) -> Iterator[bytes]:
    """Yield the filled workbook, bounded: somebody may have taken the child over."""
    sandbox.ask(Save())
    size = 0
    while isinstance(piece := sandbox.receive(), Piece):
        size += len(piece.content)
        if size > _FILLED_BYTES_MAX:
            raise damaged(source.name)
        yield piece.content
    if not isinstance(piece, End):
        raise damaged(source.name)
