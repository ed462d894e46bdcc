"""Gather from the campaign and the ledger who is left out of a run that is being planned."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline.core.errors import CampaignInvalid, SourceDamaged, SourceMissing
from pipeline.core.model import Message, Recipients, Rejection
from pipeline.core.screening import Caps, ErasedNumbers, SuppressionReason, contents_of
from pipeline.core.times import HOUR_S
from pipeline.language import filled
from pipeline.ports import Reached, ScreeningBook, SuppressionBook
from pipeline.reader.number_list import read_numbers
from pipeline.reader.options import ReaderOptions
from pipeline.reader.rows.people import EarlierPeople
from pipeline.reader.rows.screening import (
    LOWEST,
    Allowed,
    Check,
    Checks,
    Listed,
    NumberSet,
    Often,
    SameContent,
    ValuesOf,
    Verdict,
    Whole,
)
from pipeline.settings import Campaign

_ReachedSince = Callable[[float], Iterator[Reached]]

_OF_REASON: Mapping[SuppressionReason, Rejection] = {
    SuppressionReason.OPT_OUT: Rejection.OPTED_OUT,
    SuppressionReason.MANUAL: Rejection.ON_SUPPRESSION_LIST,
    SuppressionReason.IMPORTED: Rejection.ON_SUPPRESSION_LIST,
    SuppressionReason.UNCLEAR_REPLY: Rejection.UNCLEAR_REPLY,
    SuppressionReason.ERASED: Rejection.ERASED,
}


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an account reached, and who wants nothing, as a list is held against it at a time.

    book is None where there is no ledger yet; people are those of earlier runs; lists, the
    suppression lists that count where that is not the book's alone.
    """

    book: ScreeningBook | None
    accounts: Collection[str]
    now: float
    people: EarlierPeople | None = None
    lists: Sequence[SuppressionBook] | None = None


def screened(options: ReaderOptions, campaign: Campaign, reach: Reach) -> ReaderOptions:
    """Return the reader's options with everybody left out whom the campaign must not reach.

    Raises CampaignInvalid for a list that is not there, and SourceDamaged for one that cannot be
    read whole.
    """
    own = () if reach.book is None else (reach.book,)
    books = own if reach.lists is None else reach.lists
    checks = [_listed(campaign, books), *_erased(books), *allowed(campaign)]
    if reach.people is not None and len(reach.people):
        checks.append(reach.people)
    if reach.book is not None:
        checks += _capped(campaign, partial(reach.book.reached, reach.accounts), reach.now)
    return replace(options, screen=Checks(checks), duplicates=campaign.screening.duplicates)


def unwanted(
    campaign: Campaign | None, book: ScreeningBook
) -> Callable[[Sequence[str]], Mapping[int, Rejection]]:
    """Return what tells which of some numbers must no longer be sent to, by position.

    Without a campaign only the ledger's own list speaks.
    """
    checks: list[Check] = [_listed(campaign, (book,)), *_erased((book,))]
    if campaign is not None:
        checks += allowed(campaign)
    screen = Checks(checks)

    def judge(phones: Sequence[str]) -> Mapping[int, Rejection]:
        found = screen.of_phones(phones)
        return {at: reason for at, (reason, _) in found.items()}

    return judge


def listed_since(
    book: ScreeningBook, screened_to: int
) -> Callable[[Recipients], Mapping[int, str]]:
    """Return what tells who came on the suppression list behind that place, by row.

    The list is looked at each time, and read again only where it has grown. One that ends before
    that place is another: nobody on it was looked at when the run was planned.
    """
    screened_to = screened_to if screened_to <= book.suppressions_end() else 0
    seen = screened_to
    found: Mapping[str, SuppressionReason] = {}
    gone = ErasedNumbers({})

    def judge(recipients: Recipients) -> Mapping[int, str]:
        nonlocal seen, found, gone
        end = book.suppressions_end()
        if end != seen:
            seen, found, gone = end, book.suppressed_since(screened_to), book.erased(screened_to)
        if not found and not gone:
            return {}
        return {
            row: str(_OF_REASON[reason])
            for row, phone in zip(recipients.rows, recipients.phones, strict=True)
            if (reason := found.get(phone) or (gone.reason(phone) if gone else None)) is not None
        }

    return judge


@dataclass(frozen=True, slots=True)
class _Erased:
    """Leave out who was erased: they are on the list without a number."""

    numbers: ErasedNumbers

    def judge(self, wanted: Whole, values_of: ValuesOf) -> Iterator[tuple[int, Verdict]]:
        del values_of
        for at, number in enumerate((wanted + LOWEST).tolist()):
            reason = self.numbers.reason(str(number))
            if reason is not None:
                yield at, (_OF_REASON[reason], "")


def _erased(books: Iterable[SuppressionBook]) -> Iterator[Check]:
    for book in books:
        numbers = book.erased()
        if numbers:
            yield _Erased(numbers)


def _listed(campaign: Campaign | None, books: Iterable[SuppressionBook]) -> Check:
    numbers = NumberSet()
    verdicts = [(_OF_REASON[reason], "") for reason in SuppressionReason]
    for book in books:
        found = book.suppressed()
        for tag, reason in enumerate(SuppressionReason):
            numbers.add(found.get(reason, ()), tag)
    if campaign is not None:
        _add_files(campaign, numbers, verdicts)
    return Listed(numbers, verdicts)


def in_files(campaign: Campaign) -> list[Check]:
    """Return the check of the campaign's own files of numbers to leave out."""
    numbers = NumberSet()
    verdicts: list[Verdict] = []
    _add_files(campaign, numbers, verdicts)
    return [Listed(numbers, verdicts)] if verdicts else []


def _add_files(campaign: Campaign, numbers: NumberSet, verdicts: list[Verdict]) -> None:
    for file in map(Path, campaign.screening.suppress_files):
        numbers.add(_numbers_in(file, "screening.suppress_files"), len(verdicts))
        verdicts.append((Rejection.IN_SUPPRESS_FILE, file.name))


def allowed(campaign: Campaign) -> list[Check]:
    """Return the check of the campaign's allow-list, where it has one."""
    screening = campaign.screening
    if not screening.is_trial:
        return []
    numbers = NumberSet()
    numbers.add(map(int, screening.allow))
    if screening.allow_file:
        numbers.add(_numbers_in(Path(screening.allow_file), "screening.allow_file"))
    return [Allowed(numbers)]


def _numbers_in(file: Path, key: str) -> Sequence[int]:
    try:
        return read_numbers(file)
    except SourceMissing:
        raise CampaignInvalid(
            filled(
                "the key {key} names {file}, which is not there; nothing is planned without it",
                key=key,
                file=file,
            ),
            "KS7813",
        ) from None
    except SourceDamaged as error:
        raise SourceDamaged(
            filled(
                "the list {file}, named by {key}, cannot be used: {error}",
                file=file,
                key=key,
                error=error.text,
            ),
            "KS6512",
        ) from None


def _capped(campaign: Campaign, reached: _ReachedSince, now: float) -> list[Check]:
    caps = campaign.caps
    look_back_s = caps.look_back_s()
    if not look_back_s:
        return []
    checks, often = _often(caps, reached(now - look_back_s), now)
    if often:
        # A second look at what those got who got anything so often: there are few of them.
        checks.append(_same_content(campaign, reached(now - HOUR_S), often))
    return checks


def _often(caps: Caps, sent: Iterable[Reached], now: float) -> tuple[list[Check], set[int]]:
    """Return the cap of a day, and the numbers that got anything too often in an hour."""
    of_day, of_hour = NumberSet(), NumberSet()
    for reached in sent:
        phones = list(map(int, reached.recipients.phones))
        if caps.messages_per_day:
            of_day.add(phones)
        if reached.at >= now - HOUR_S:
            of_hour.add(phones)
    checks: list[Check] = []
    if caps.messages_per_day:
        label = f"{caps.messages_per_day} in 24 h"
        checks.append(Often(of_day, caps.messages_per_day, Rejection.NUMBER_TOO_OFTEN, [label]))
    return checks, of_hour.repeated(caps.same_content_per_hour)


def _same_content(campaign: Campaign, sent: Iterable[Reached], often: set[int]) -> SameContent:
    contents: dict[int, list[bytes]] = defaultdict(list)
    for reached in sent:
        digests = contents_of(reached.message, reached.recipients)
        for phone, digest in zip(reached.recipients.phones, digests, strict=True):
            if int(phone) in often:
                contents[int(phone)].append(digest)

    most = campaign.caps.same_content_per_hour
    return SameContent(contents, digest_of(campaign.message), most)


def digest_of(message: Message) -> Callable[[Sequence[str]], bytes]:
    """Return what digests the content that one row's values give a message."""

    def digest(values: Sequence[str]) -> bytes:
        row = Recipients([0], [""], tuple([text] for text in values))
        return contents_of(message, row)[0]

    return digest
