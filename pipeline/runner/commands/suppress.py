"""Change and show the suppression list of an account."""

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
from pipeline.language import Words, filled, joined, system_words
from pipeline.ledger import SqliteLedger
from pipeline.logs.mask import Mask
from pipeline.ports import (
    Clock,
    Marks,
    StorePlace,
    Suppression,
    SuppressionBook,
    SuppressionRecord,
)
from pipeline.reader.number_list import read_numbers
from pipeline.reader.phones import normalise
from pipeline.report.texts.outcomes import reason_words
from pipeline.report.texts.safe import safe_cell
from pipeline.runner.session.marks import marks_of_account, marks_of_campaign
from pipeline.runner.session.place import LEDGER_FILE, state_folder, usual_folder
from pipeline.runner.session.shared_lists import share_lists
from pipeline.settings import Campaign, load_campaign

HEADER = ("phone", "reason", "at", "source", "note", "removed_at", "removed_note")


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose list is meant: the account of a campaign, or of the latest run of a state folder.

    makes: whoever names the folder may start a list there.
    """

    state: Path | None
    campaign: Path | None
    makes: bool = False


@dataclass(frozen=True, slots=True)
class OpenList:
    """A list, and what must be said first of its account: of a rehearsal it keeps nobody real."""

    book: SuppressionBook
    marks: Marks


@contextmanager
def open_list(wish: Wish, clock: Clock) -> Iterator[OpenList]:
    """Open the account's list; where no account is known yet, the folder's own, joined to it later.

    Raises UsageError where there is none.
    """
    campaign = load_campaign(wish.campaign, clock.now()) if wish.campaign is not None else None
    named = state_folder(wish.state, os.environ) or (campaign.state if campaign else None)
    folder = named or usual_folder()
    makes = named is not None and wish.makes
    if not makes and not (folder / LEDGER_FILE).exists():
        raise UsageError(
            filled(
                "there is no ledger in {folder}; name the state folder with --state DIR, "
                "or the campaign with --campaign FILE",
                folder=folder,
            ),
            "KS0211",
        )
    with closing(SqliteLedger(folder)) as ledger:
        accounts = share_lists(ledger, folder, campaign)
        yield OpenList(ledger.screening, _marks(ledger, accounts, campaign))


def _marks(
    ledger: SqliteLedger, accounts: Sequence[StorePlace], campaign: Campaign | None
) -> Marks:
    """Return what must be said first of the account that counts, or of the campaign's endpoint."""
    if accounts:
        return marks_of_account(ledger, accounts[0].account)
    return Marks() if campaign is None else marks_of_campaign(campaign)


def numbers_of(texts: Sequence[str]) -> Sequence[str]:
    """Normalise numbers as a person typed them. Raises UsageError, without showing a number."""
    found = []
    for place, text in enumerate(texts, start=1):
        number = normalise(text)
        if isinstance(number, Rejection):
            raise UsageError(
                joined(
                    filled(
                        "number {place} of {texts} cannot be used; nothing was changed. ",
                        place=str(place),
                        texts=str(len(texts)),
                    ),
                    reason_words(number),
                ),
                "KS0215",
            )
        found.append(number)
    return found


def add(book: SuppressionBook, phones: Sequence[str], at: float, note: str) -> int:
    """Put numbers on the list by a person's word; count the new ones."""
    return book.suppress(
        [
            Suppression(phone, SuppressionReason.MANUAL, at, Words("command line"), note)
            for phone in phones
        ]
    )


def take_in(
    book: SuppressionBook, file: Path, reason: SuppressionReason, at: float, note: str
) -> tuple[int, int]:
    """Put the numbers of a file on the list, all or none; count them, and the new ones.

    Raises SourceMissing, and SourceDamaged for a line that holds no number.
    """
    numbers = read_numbers(file)
    entries = [Suppression(str(number), reason, at, file.name, note) for number in numbers]
    return len(entries), book.suppress(entries) if entries else 0


def counts(book: SuppressionBook) -> Mapping[SuppressionReason, int]:
    """Count the numbers on the list by reason; who was erased is there without one."""
    found = {reason: len(numbers) for reason, numbers in book.suppressed().items()}
    return Counter(found | {SuppressionReason.ERASED: len(book.erased())})


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
        raise UsageError(
            filled("{file} is there already; name another file", file=file), "KS0209"
        ) from None
    except OSError as error:
        raise ReportUnwritable(
            filled(
                "the list cannot be written to {file} ({why})", file=file, why=system_words(error)
            ),
            "KS7302",
        ) from None
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
