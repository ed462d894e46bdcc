"""Erase one person: what stands where, what keeps it from being erased, and then do it."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipeline.core.errors import RunHeld, SourceMissing, UsageError
from pipeline.core.lifecycle import SENDABLE, State
from pipeline.core.model import Rejection, RunId
from pipeline.core.screening import person_digest
from pipeline.language import filled, system_words
from pipeline.ledger import SqliteLedger
from pipeline.ports import RunRecord, Withholding
from pipeline.ports.erasing import Erased, ErasedPerson, Erasing, ErasureRecord, Traces
from pipeline.reader.phones import normalise
from pipeline.report.texts.outcomes import reason_words
from pipeline.runner.forgetting.files import delete_files, files_of_person, link_on_the_way
from pipeline.runner.forgetting.folders import Everywhere, Site
from pipeline.runner.planning.family import family_with_mends
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import named

NUMBERS_MAX = 100
"""Whoever wants more forgotten than these has a run to forget: koosend purge."""

_FILE_BYTES_MAX = 1 << 20
_IN_DOUBT = frozenset({State.IN_FLIGHT, State.IN_DOUBT})


@dataclass(frozen=True, slots=True)
class Found:
    """A run that people stand in, or stood in while files of it are left.

    traces are by number; why_not says by number what keeps it from being erased there.
    """

    site: Site
    record: RunRecord
    traces: Mapping[str, Traces]
    why_not: Mapping[str, str]
    files: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Count the people's own rows."""
        return sum(one.rows for one in self.traces.values())

    @property
    def others(self) -> int:
        """Count the rows of others that name them."""
        return sum(one.others for one in self.traces.values())

    @property
    def kept(self) -> str:
        """Say what keeps some of it; empty where nothing does."""
        return next(iter(self.why_not.values()), "")


@dataclass(slots=True)
class Done:
    """What was erased. left are runs, and folders, of which something had to be left, and why.

    compact says that nothing of it is left in the files of ledgers and stores.
    """

    rows: int = 0
    others: int = 0
    runs: set[RunId] = field(default_factory=set)
    erased: Erased = field(default_factory=Erased)
    files: int = 0
    left: dict[RunId, str] = field(default_factory=dict)
    compact: bool = True


def numbers_in(file: Path) -> tuple[str, ...]:
    """Read the numbers of a file, or of standard input (-): one a line, in any notation.

    Raises UsageError, without showing a number, and SourceMissing.
    """
    try:
        if file == Path("-"):
            content = sys.stdin.buffer.read(_FILE_BYTES_MAX + 1)
        else:
            with file.open("rb") as stream:
                content = stream.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise SourceMissing(
            filled(
                "{file} cannot be read ({why}); name another", file=file, why=system_words(error)
            ),
            "KS6606",
        ) from None
    texts = _text(content[:_FILE_BYTES_MAX]).splitlines()
    found = [(line, text.strip()) for line, text in enumerate(texts, start=1) if text.strip()]
    if len(content) > _FILE_BYTES_MAX or len(found) > NUMBERS_MAX:
        raise UsageError(
            filled(
                "{file} holds more than {most} numbers, and nothing was erased: give fewer "
                "at once; whole runs are forgotten with koosend purge",
                file=file,
                most=str(NUMBERS_MAX),
            ),
            "KS0215",
        )
    numbers = tuple(
        dict.fromkeys(
            number_of(text, filled("line {line} of {file}", line=str(line), file=file))
            for line, text in found
        )
    )
    if not numbers:
        raise UsageError(filled("{file} holds no number; write one a line", file=file), "KS0215")
    return numbers


def _text(content: bytes) -> str:
    """Read a short list as whatever wrote it meant it: what is no number is refused later."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def number_of(text: str, where: str) -> str:
    """Read a number as a person wrote it. Raises UsageError, without showing it."""
    number = normalise(text)
    if isinstance(number, Rejection):
        why = reason_words(number)
        raise UsageError(
            filled("{where} cannot be used, and nothing was erased. {why}", where=where, why=why),
            "KS0215",
        )
    return number


def look(place: Everywhere, phones: Collection[str]) -> tuple[Found, ...]:
    """Find people in every run of every ledger; folder by folder, the latest run first."""
    return tuple(found for site in place.sites for found in _look_in(site, phones))


def erase(place: Everywhere, phones: Collection[str], asked: Erasing) -> Done:
    """Erase people everywhere, as far as nothing keeps them.

    From the first step on nothing is sent to them. Whatever ends it in between, the same again goes
    on with it. Raises RunHeld, LedgerUnwritable, and ReportUnwritable where a file stays.
    """
    done = Done()
    with ExitStack() as planning:
        for store in place.stores:
            planning.enter_context(store.planning())  # a list that is read just now may hold them
        for store in place.stores:
            for phone in phones:
                person = _person(phone, store.people_key())
                done.erased = done.erased.plus(store.erase(person, asked))
        for site in place.sites:
            _erase_in(site, phones, asked, done)
    for store in place.stores:
        done.compact = store.compact() and done.compact
    return done


def erasures(place: Everywhere) -> Iterator[tuple[str, ErasureRecord]]:
    """Yield what was erased before, with the place that it was erased from."""
    for site in place.sites:
        yield from ((str(site.folder), record) for record in site.ledger.erasures.records())
    for store in place.stores:
        yield from ((f"{store.folder} (account)", record) for record in store.erasures())


def as_json(
    place: Everywhere, found: Sequence[Found], phones: Collection[str], done: Done | None
) -> dict[str, object]:
    """Return the one object that --json prints."""
    left = done.left if done else {}
    return {
        "erased": done is not None,
        "numbers": len(phones),
        "folders": [str(site.folder) for site in place.sites],
        "missing": [str(folder) for folder in place.missing],
        "given_up": [str(folder) for folder in place.given_up],
        "stores": len(place.stores),
        "runs": [
            {
                "run": one.record.plan.run,
                **marks_of(one.record).as_json(),
                "folder": str(one.site.folder),
                "campaign": one.record.plan.campaign,
                "rows": one.rows,
                "rows_of_others": one.others,
                "files": len(one.files),
                "left_alone": left.get(one.record.plan.run, one.kept),
            }
            for one in found
        ],
        "rows": done.rows if done else 0,
        "rows_of_others": done.others if done else 0,
        "beside": asdict(done.erased if done else Erased()),
        "files_deleted": done.files if done else 0,
        "compact": done.compact if done else None,
    }


def _person(phone: str, key: str) -> ErasedPerson:
    return ErasedPerson(phone, key, person_digest(phone, key))


def _key(site: Site) -> str:
    return site.stores[0].people_key() if site.stores else site.ledger.erasures.key()


def _look_in(site: Site, phones: Collection[str]) -> Iterator[Found]:
    ledger = site.ledger
    before = frozenset(run for phone in phones for run in ledger.erasures.runs_of(phone))
    for record in ledger.runs():
        traces = ledger.erasures.find(record.plan.run, phones)
        if not traces and record.plan.run not in before:
            continue
        why_not = {
            phone: why for phone, one in traces.items() if (why := _why_not(ledger, record, one))
        }
        files = _files(site, record, phones)
        if traces or files:
            yield Found(site, record, traces, why_not, files)


def _files(site: Site, record: RunRecord, phones: Collection[str]) -> tuple[str, ...]:
    run = record.plan.run
    named_files = (files_of_person(site.folder, run, phone) for phone in phones)
    return tuple(dict.fromkeys(name for names in named_files for name in names))


def _why_not(ledger: SqliteLedger, record: RunRecord, traces: Traces) -> str:
    """Say what keeps a person in a run: nothing that is under way may lose its number."""
    run, command = record.plan.run, named(record)
    chunks = {*traces.own, *traces.mentions}
    if chunks.intersection(ledger.routes.unlinked(run)):
        return filled(
            "a link is made and not sent yet: koosend run or reconcile {command} ends it",
            command=command,
        )
    for is_own, rows in ((True, traces.own), (False, traces.mentions)):
        for row in (row for of_chunk in rows.values() for row in of_chunk):
            why = _why_not_row(ledger, record, row, is_own=is_own)
            if why:
                return why
    return ""


def _why_not_row(ledger: SqliteLedger, record: RunRecord, row: int, *, is_own: bool) -> str:
    block = next(ledger.outcomes(record.plan.run, row - 1))
    submission, standing = block.table[block.submissions[0]], block.standings[0]
    if submission.state in _IN_DOUBT:
        return filled(
            "a row is in doubt: koosend reconcile {run} settles it, or koosend doubts {run}",
            run=named(record),
        )
    if not is_own and submission.state in SENDABLE and not standing.is_final:
        return filled(
            "a row of somebody else that is not sent yet names the number: koosend run "
            "{run} sends it, koosend drop {run} closes it",
            run=named(record),
        )
    if is_own and not standing.is_final and submission.state not in SENDABLE:
        return filled(
            "a row waits for news: koosend reconcile {run} asks for it", run=named(record)
        )
    return ""


def _erase_in(site: Site, phones: Collection[str], asked: Erasing, done: Done) -> None:
    key, kept, touched = _key(site), set[str](), set[RunId]()
    for phone in phones:
        person = _person(phone, key)
        moved = site.ledger.erasures.erase_entries(person, asked, adds=not site.stores)
        done.erased = done.erased.plus(Erased(entries=moved))
    for record in site.ledger.runs():
        found = site.ledger.erasures.find(record.plan.run, phones)
        if found:
            kept |= _erase_run(site, record, [_person(phone, key) for phone in found], asked, done)
    for phone in phones:
        if phone not in kept:  # what was pushed of a run that is not over is still to be folded in
            person = _person(phone, key)
            done.erased = done.erased.plus(site.ledger.erasures.erase_pushed(person))
        touched |= site.ledger.erasures.runs_of(phone)
    _delete_files(site, phones, touched, done)
    done.compact = site.ledger.retention.compact() and done.compact


def _erase_run(
    site: Site,
    record: RunRecord,
    people: Sequence[ErasedPerson],
    asked: Erasing,
    done: Done,
) -> set[str]:
    """Erase people from one run; return the numbers of those who had to be kept."""
    run, kept = record.plan.run, set[str]()
    try:
        writer = site.ledger.take(run)
    except RunHeld as error:
        done.left[run] = str(error)
        return {person.phone for person in people}
    with closing(writer):
        for person in people:
            # As the run stands now that nobody else can change it.
            traces = site.ledger.erasures.find(run, [person.phone])[person.phone]
            why_not = _why_not(site.ledger, record, traces)
            if why_not:
                done.left[run] = why_not
                kept.add(person.phone)
                continue
            for withholding in _withholdings(site.ledger, run, traces, asked.at):
                writer.withhold(withholding)
            gone = writer.erase(person, asked)
            done.rows, done.others = done.rows + gone.rows, done.others + gone.others
            done.runs.add(run)
    return kept


def _withholdings(
    ledger: SqliteLedger, run: RunId, traces: Traces, at: float
) -> Iterator[Withholding]:
    """Take the rows that are not sent yet out of their requests."""
    own = frozenset(row for rows in traces.own.values() for row in rows)
    for submission in ledger.submissions(run, SENDABLE):
        if submission.chunk in traces.own:
            part = submission.part(ledger.recipients(run, submission.chunk))
            reasons = dict.fromkeys(own.intersection(part.rows), str(Rejection.ERASED))
            if reasons:
                yield Withholding(submission.chunk, submission.submission, at, reasons)


def _delete_files(
    site: Site, phones: Collection[str], touched: Collection[RunId], done: Done
) -> None:
    """Delete the reports of the runs that people stood in, and of their families."""
    runs = {run: record for run in touched if (record := site.ledger.run(run)) is not None}
    for record in list(runs.values()):
        runs |= {one.plan.run: one for one in family_with_mends(site.ledger, record)}
    for run, record in runs.items():
        link = link_on_the_way(site.folder, run)
        if link is not None:
            done.left[run] = filled(
                "{link} is a symbolic link: the files behind it were not touched", link=link
            )
            continue
        done.files += delete_files(site.folder, run, _files(site, record, phones))
