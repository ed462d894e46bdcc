"""Change and show the suppression list of a state folder."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.core.model import Rejection
from pipeline.core.phones import mask
from pipeline.core.screening import SuppressionReason
from pipeline.core.times import iso_in_china
from pipeline.language import Language
from pipeline.ledger import SqliteLedger
from pipeline.logs.mask import Mask
from pipeline.ports import Clock, ScreeningBook, Suppression, SuppressionRecord
from pipeline.reader.number_list import read_numbers
from pipeline.reader.phones import normalise
from pipeline.report.texts.outcomes import reason_text
from pipeline.report.texts.safe import safe_cell
from pipeline.runner.session.place import LEDGER_FILE, state_folder
from pipeline.settings import load_campaign

HEADER = ("phone", "reason", "at", "source", "note", "removed_at", "removed_note")


@dataclass(frozen=True, slots=True)
class Wish:
    """Where the list is, as the command line says. Whoever names the folder may start a list."""

    state: Path | None
    campaign: Path | None
    makes: bool = False


@contextmanager
def open_list(wish: Wish, clock: Clock) -> Iterator[ScreeningBook]:
    """Open the list of a state folder. Raises UsageError where there is none."""
    folder = state_folder(wish.state, os.environ)
    named = folder is not None or wish.campaign is not None
    if folder is None and wish.campaign is not None:
        folder = load_campaign(wish.campaign, clock.now()).state
    folder = folder or Path("var/koosend").absolute()
    if not (named and wish.makes) and not (folder / LEDGER_FILE).exists():
        raise UsageError(
            f"there is no ledger in {folder}; name the state folder with --state DIR, or the "
            "campaign with --campaign FILE"
        )
    with closing(SqliteLedger(folder)) as ledger:
        yield ledger.screening


def numbers_of(texts: Sequence[str]) -> Sequence[str]:
    """Normalise numbers as a person typed them. Raises UsageError, without showing a number."""
    found = []
    for place, text in enumerate(texts, start=1):
        number = normalise(text)
        if isinstance(number, Rejection):
            raise UsageError(
                f"number {place} of {len(texts)} cannot be used; nothing was changed. "
                + reason_text(number, Language.EN)
            )
        found.append(number)
    return found


def add(book: ScreeningBook, phones: Sequence[str], at: float, note: str) -> int:
    """Put numbers on the list by a person's word; count the new ones."""
    return book.suppress(
        [Suppression(phone, SuppressionReason.MANUAL, at, "command line", note) for phone in phones]
    )


def take_in(
    book: ScreeningBook, file: Path, reason: SuppressionReason, at: float, note: str
) -> tuple[int, int]:
    """Put the numbers of a file on the list, all or none; count them, and the new ones.

    Raises SourceMissing, and SourceDamaged for a line that holds no number.
    """
    numbers = read_numbers(file)
    entries = [Suppression(str(number), reason, at, file.name, note) for number in numbers]
    return len(entries), book.suppress(entries) if entries else 0


def counts(book: ScreeningBook) -> Mapping[SuppressionReason, int]:
    """Count the numbers on the list by reason."""
    return Counter({reason: len(found) for reason, found in book.suppressed().items()})


def as_json(record: SuppressionRecord) -> dict[str, object]:
    """Return an entry as --json prints it: no number in it is whole."""
    hide = Mask()
    entry = record.suppression
    return {
        "phone": mask(entry.phone),
        "reason": str(entry.reason),
        "at": iso_in_china(entry.at),
        "source": hide(entry.source),
        "note": hide(entry.note),
        "removed_at": None if record.removed_at is None else iso_in_china(record.removed_at),
        "removed_note": hide(record.removed_note),
    }


def write_out(records: Iterable[SuppressionRecord], file: Path) -> int:
    """Write entries with their whole numbers into a new file that only its owner can read.

    Raises UsageError where the file is there already, ReportUnwritable where it cannot be written.
    """
    count = 0
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADER)
            for record in records:
                writer.writerow(_cells(record))
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise UsageError(f"{file} is there already; name another file") from None
    except OSError as error:
        raise ReportUnwritable(f"the list cannot be written to {file} ({error.strerror})") from None
    return count


def _cells(record: SuppressionRecord) -> tuple[str, ...]:
    entry = record.suppression
    return (
        entry.phone,
        str(entry.reason),
        iso_in_china(entry.at),
        safe_cell(entry.source),
        safe_cell(entry.note),
        "" if record.removed_at is None else iso_in_china(record.removed_at),
        safe_cell(record.removed_note),
    )
