"""Find and erase one person's rows of a run, so that the books still balance."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain

from pipeline.core.model import Recipients
from pipeline.core.outcome import Fact
from pipeline.core.phones import holds_any, is_of_one, without
from pipeline.ledger.codec import (
    pack_links,
    pack_personal,
    pack_texts,
    submission_of,
    unpack_links,
    unpack_personal,
    unpack_texts,
)
from pipeline.ledger.read import RecipientReader, read_facts, rows_of_chunk
from pipeline.ledger.routes import rows_of_submission
from pipeline.ledger.sqlite.database import Database, Row
from pipeline.ledger.steps import add_facts, key_of
from pipeline.ports import Answered
from pipeline.ports.erasing import ErasedKind, Traces

SOURCE = "erased"
"""The source of evidence that was a receipt's before its person was erased."""

_PAGE = 5000

_Found = tuple[dict[int, Sequence[int]], dict[int, Sequence[int]], dict[int, bool]]
"""What Traces are made of."""


def find_rows(database: Database, run_no: int, phones: Collection[str]) -> dict[str, Traces]:
    """Find numbers in a run: among its recipients, their values, and its rejected rows.

    Those that stand nowhere are left out. Raises ValueError for damaged recipients.
    """
    found: dict[str, _Found] = {phone: ({}, {}, {}) for phone in phones}
    for chunk, recipients in _chunks(database, run_no):
        for phone in _held("\x1f".join(chain(recipients.phones, *recipients.values)), phones):
            for rows, places in zip(found[phone][:2], _places(recipients, phone), strict=True):
                if places:
                    rows[chunk] = [recipients.rows[at] for at in places]
    for row, cell, *rest in _rejected(database, run_no):
        whole = "\x1f".join((cell, *rest))
        for phone in phones:
            is_own = is_of_one(cell, (phone,))
            if is_own or holds_any(whole, (phone,)):
                found[phone][2][row] = is_own
    traces = ((phone, Traces(*places)) for phone, places in found.items())
    return {phone: one for phone, one in traces if one}


def _held(text: str, phones: Collection[str]) -> list[str]:
    return [phone for phone in phones if holds_any(text, (phone,))]


def erase_rows(
    database: Database, run_no: int, phone: str, at: float, erasure: Callable[[], int]
) -> Traces:
    """Erase what find_rows finds, within a transaction that is open, and return that.

    erasure makes the record of it, once there is anything to record.
    """
    found = find_rows(database, run_no, (phone,)).get(phone, Traces())
    _erase_headers(database, run_no, phone)
    if not found:
        return found
    record = erasure()
    for chunk, rows in found.own.items():
        _keep_news(database, {"run_no": run_no, "chunk": chunk}, frozenset(rows), at)
    for chunk in sorted({*found.own, *found.mentions}):
        own = frozenset(found.own.get(chunk, ()))
        _erase_in_chunk(database, {"run_no": run_no, "chunk": chunk}, phone, own)
    _erase_rejected(database, run_no, phone, found.rejected)
    database.do_many("erase_row", [(run_no, *of, record) for of in _marks(found)])
    return found


def _keep_news(database: Database, of: dict[str, int], rows: frozenset[int], at: float) -> None:
    """Keep by its row, as evidence without a number, what receipts tell of whoever is erased.

    Outcomes rest on it, and so does what counts prove of others.
    """
    reader, run_no = RecipientReader(database), of["run_no"]
    span = {"first": of["chunk"], "last": of["chunk"]}
    for submission in map(submission_of, database.all("submissions_of_chunks", of | span)):
        key = key_of(run_no, submission)
        own = rows & rows_of_submission(database, key)
        known = read_facts(database, run_no, submission, reader) if own else {}
        told = {row: _of_receipts(known.get(row, ())) for row in sorted(own)}
        if any(told.values()):
            add_facts(database, key, Answered(SOURCE, at, told))


def _of_receipts(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    pushed = (fact for fact in facts if fact.evidence.startswith("receipt:"))
    return tuple(dict.fromkeys(Fact(fact.kind, fact.code, fact.at, "") for fact in pushed))


def _marks(found: Traces) -> Iterator[tuple[int, str]]:
    for rows in found.own.values():
        yield from ((row, str(ErasedKind.PERSON)) for row in rows)
    for rows in found.mentions.values():
        yield from ((row, str(ErasedKind.VALUE)) for row in rows)
    for row, is_own in found.rejected.items():
        yield row, str(ErasedKind.PERSON if is_own else ErasedKind.VALUE)


def _chunks(database: Database, run_no: int) -> Iterator[tuple[int, Recipients]]:
    """Read the chunks of a run that are not forgotten; a damaged one raises ValueError."""
    for chunk, _ in database.all("all_personal", {"run_no": run_no}):
        yield chunk, _recipients(database, {"run_no": run_no, "chunk": chunk})


def _recipients(database: Database, of: Mapping[str, int]) -> Recipients:
    span = database.first("chunk_span", of) or ()
    rows = rows_of_chunk(database, of, (span[0], span[1], span[5]))
    return unpack_personal(database.value("personal", of), rows)


def _places(recipients: Recipients, phone: str) -> tuple[list[int], list[int]]:
    """Return the positions that are the person's, and others whose values name the number."""
    theirs = [at for at, known in enumerate(recipients.phones) if known == phone]
    out = frozenset(theirs)
    others: set[int] = set()
    for column in recipients.values:
        if holds_any("\x1f".join(column), (phone,)):
            others |= {at for at, text in enumerate(column) if holds_any(text, (phone,))}
    return theirs, sorted(others - out)


def _erase_in_chunk(
    database: Database, of: dict[str, int], phone: str, own: frozenset[int]
) -> None:
    known = _recipients(database, of)
    mine = [row in own for row in known.rows]
    phones = ["" if gone else text for gone, text in zip(mine, known.phones, strict=True)]
    columns = tuple(
        ["" if gone else without(text, (phone,)) for gone, text in zip(mine, column, strict=True)]
        for column in known.values
    )
    blob = pack_personal(Recipients(known.rows, phones, columns))
    database.do("replace_personal", of | {"blob": blob})
    for submission, links in database.all("all_links", of):
        _erase_links(database, of | {"submission": submission}, unpack_links(links), own)


def _erase_links(
    database: Database, of: dict[str, int], links: Mapping[int, str], own: frozenset[int]
) -> None:
    left = {row: link for row, link in links.items() if row not in own}
    if not left:
        database.do("delete_links", of)
    elif len(left) < len(links):
        database.do("replace_links", {**of, "blob": pack_links(left)})


def _rejected(database: Database, run_no: int) -> Iterator[Row]:
    """Yield of each rejected row its number, and as texts all that it holds of the file."""
    after = -1
    while rows := database.all("all_rejected", {"run_no": run_no, "after": after, "most": _PAGE}):
        after = rows[-1][0]
        for row, phone, cells, column, detail in rows:
            yield row, phone, *unpack_texts(cells), column, detail


def _erase_rejected(database: Database, run_no: int, phone: str, found: Mapping[int, bool]) -> None:
    changed = []
    for row, cell, *cells, column, detail in _rejected(database, run_no):
        if row not in found:
            continue
        if found[row]:
            changed.append(("", "[]", without(column, (phone,)), "", run_no, row))
            continue
        named, told, why, *left = (
            without(text, (phone,)) for text in (cell, column, detail, *cells)
        )
        changed.append((named, pack_texts(left), told, why, run_no, row))
    database.do_many("erase_rejected", changed)


def _erase_headers(database: Database, run_no: int, phone: str) -> None:
    """Take the number out of a heading: the first row of a list without headings may be one."""
    for sheet, header in database.all("all_headers", {"run_no": run_no}):
        if holds_any(header, (phone,)):
            texts = [without(text, (phone,)) for text in json.loads(header)]
            named = {"run_no": run_no, "sheet_no": sheet, "header": pack_texts(texts)}
            database.do("set_header", named)
