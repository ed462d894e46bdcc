"""Turn what the ledger holds into tables: one line per row read, in source order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Message, RejectedRow, Route
from pipeline.core.outcome import Outcome
from pipeline.core.times import iso_in_china, moment_in_china
from pipeline.language import Language
from pipeline.ports import OutcomeBlock, Rejects, Submission
from pipeline.report.figures.table import Cell, Table
from pipeline.report.texts.outcomes import mend_text
from pipeline.report.texts.safe import safe_cell, safe_column

OUTCOME_COLUMNS = (
    "sheet",
    "row",
    "phone",
    "outcome",
    "reason",
    "channel",
    "chunk",
    "task_name",
    "task_id",
    "submitted_at",
    "delivered_at",
    "rendered_at",
    "code",
    "parts",
)
"""outcomes.csv. row is the line as the spreadsheet shows it; submitted_at is when the request left.

Times are China's, with their zone; what the provider gives for delivered_at and rendered_at and is
no moment stays as it is. parts counts the SMS a message was split
into and is empty where that is not known; a video message is never split.
"""

REJECT_COLUMNS = (
    "koosend_sheet",
    "koosend_row",
    "koosend_reason",
    "koosend_column",
    "koosend_mend",
)
"""What rejected.csv adds behind the source's own columns. koosend_reason is the code."""

_LEFT = frozenset({State.ACCEPTED, State.IN_DOUBT, State.IN_FLIGHT})
_NAMES = {outcome: outcome.value for outcome in Outcome}


def local_time(at: float | None) -> str:
    """Write epoch seconds as ISO time with +08:00; empty for None."""
    return "" if at is None else iso_in_china(at)


def spoken_time(at: float | None) -> str:
    """Write epoch seconds as a reader's date and time of day in China; empty for None."""
    return local_time(at)[:19].replace("T", " ")


def outcome_table(block: OutcomeBlock, message: Message, parts: Sequence[str] = ()) -> Table:
    """Lay a block out under OUTCOME_COLUMNS, every cell safe to open.

    parts has one entry for each row, where anything is known of them.
    """
    standings = block.standings
    outcomes = [_NAMES[standing.outcome] for standing in standings]
    counts = parts or [""] * len(outcomes)
    columns: dict[str, Sequence[Cell]] = {
        "sheet": _few(block.sheets),
        "row": block.lines,
        "phone": safe_column(block.phones),
        "outcome": outcomes,
        "reason": _few([standing.reason for standing in standings]),
        "delivered_at": _few([one.delivered_at for one in standings], moment_in_china),
        "rendered_at": _few([one.rendered_at for one in standings], moment_in_china),
        "code": _few([standing.code for standing in standings]),
        "parts": [
            "1" if ended == Outcome.VIDEO else count
            for ended, count in zip(outcomes, counts, strict=True)
        ],
    }
    # Who was withheld was in no request: neither its name nor its time is theirs.
    of_row = [
        -1 if ended == Outcome.SUPPRESSED else at
        for ended, at in zip(outcomes, block.submissions, strict=True)
    ]
    for name, values in _submission_columns(block.table, message).items():
        columns[name] = list(map(values.__getitem__, of_row))
    return Table({name: columns[name] for name in OUTCOME_COLUMNS})


@dataclass(frozen=True, slots=True)
class RejectLayout:
    """The columns that the rejected rows of all sheets have together, and where each cell goes.

    A second column of the same header keeps a place of its own. Cells without a header stand
    under "#" and their place in the row, as a campaign file names the columns of a headless file.
    """

    header: tuple[str, ...]

    @classmethod
    def of(cls, rejects: Iterable[Rejects]) -> "RejectLayout":
        """Collect the columns in the order in which they are first met."""
        places: dict[tuple[str, int], None] = {}
        for part in rejects:
            places.update(dict.fromkeys(_places(part)))
        return cls(tuple(name for name, _ in places if name not in REJECT_COLUMNS))

    @property
    def columns(self) -> tuple[str, ...]:
        """Name all columns of rejected.csv, safe to open."""
        return (*map(safe_cell, self.header), *REJECT_COLUMNS)

    def lines(self, part: Rejects, language: Language) -> Iterable[tuple[str | int, ...]]:
        """Lay rejected rows of one sheet out, every cell safe to open."""
        at = {place: column for column, place in enumerate(_numbered(self.header))}
        # What a koosend_ column of an earlier rejected.csv said goes past the end, and is dropped.
        targets = [at.get(place, len(at)) for place in _places(part)]
        for row in part.rows:
            cells = [""] * (len(at) + 1)
            for target, cell in zip(targets, safe_column(row.cells), strict=False):
                cells[target] = cell
            yield (*cells[:-1], *_explained(row, language))


def _explained(row: RejectedRow, language: Language) -> tuple[str | int, ...]:
    return (
        safe_cell(row.sheet),
        row.line,
        row.reason.value,
        safe_cell(row.column),
        safe_cell(mend_text(row, language)),
    )


def _submission_columns(table: Sequence[Submission], message: Message) -> dict[str, list[Cell]]:
    # The entry behind the last is what -1, a row without a submission, finds.
    values: dict[str, list[Cell]] = {
        "channel": [_channel(sent, message).value for sent in table],
        "chunk": [sent.chunk for sent in table],
        "task_name": [safe_cell(sent.task_name or "") for sent in table],
        "task_id": [safe_cell(sent.task_id or "") for sent in table],
        "submitted_at": [
            local_time(sent.attempted_at) if sent.state in _LEFT else "" for sent in table
        ],
    }
    return {name: [*column, ""] for name, column in values.items()}


def _channel(sent: Submission, message: Message) -> Channel:
    """Return what reached, or was to reach, the recipient; making a link is a step to it."""
    own = sent.route in {Route.PARSE, Route.SKIP}
    return message.channel if own else message.channel_of(sent.route)


def _few(cells: Sequence[str], said: Callable[[str], str] = str) -> list[str]:
    # A column of few different texts: each is looked at once.
    safe = {cell: safe_cell(said(cell)) for cell in set(cells)}
    return [safe[cell] for cell in cells]


def _places(part: Rejects) -> list[tuple[str, int]]:
    width = max((len(row.cells) for row in part.rows), default=0)
    beyond = [""] * (width - len(part.header))
    names = enumerate((*part.header, *beyond), start=1)
    return _numbered(name or f"#{column}" for column, name in names)


def _numbered(names: Iterable[str]) -> list[tuple[str, int]]:
    seen: dict[str, int] = {}
    places = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        places.append((name, seen[name]))
    return places
