"""Prove the rows that were left out since an earlier run reached their people."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from pipeline.audit.books import Finding, FindingCode
from pipeline.core.model import Rejection, RunId
from pipeline.core.phones import mask
from pipeline.core.screening import run_said
from pipeline.language import Words, filled
from pipeline.ports import Ledger, Rejects

Numbers = npt.NDArray[np.int64]


def check_earlier_runs(
    rejects: Iterable[Rejects], attempted_by: Callable[[RunId], Numbers | None]
) -> Iterator[Finding]:
    """Yield the rows that were left out as sent, and whom the run that they name never carried.

    attempted_by returns the numbers that a run's requests carried, ascending; None where they were
    forgotten or its ledger is not there: then nothing speaks for the row or against it.
    """
    known: dict[RunId, Numbers | None] = {}
    for sheet in rejects:
        for row in sheet.rows:
            if row.reason is not Rejection.ALREADY_SENT or not row.phone.isdecimal():
                continue
            run, where = run_said(row.detail), f"row {row.row}"
            if run is None:
                yield Finding(FindingCode.REPEAT_UNPROVED, Words("it names no earlier run"), where)
                continue
            if run not in known:
                known[run] = attempted_by(run)
            numbers = known[run]
            if numbers is not None and not _holds(numbers, int(row.phone)):
                sentence = filled(
                    "it was left out since run {run} reached {phone}, and no request "
                    "of that run carried the number",
                    run=run,
                    phone=mask(row.phone),
                )
                yield Finding(FindingCode.REPEAT_UNPROVED, sentence, where)


def attempted_in(ledger: Ledger, run: RunId) -> Numbers | None:
    """Return the numbers that a run's requests carried, or still may; None where it forgot them.

    Whoever was erased has none.
    """
    record = ledger.run(run)
    if record is None or record.purged_at is not None:
        return None
    found: list[str] = []
    for known in ledger.submissions(run):
        if known.attempts or record.finished_at is None:
            found += known.part(ledger.recipients(run, known.chunk)).phones
    return np.unique(np.array(list(map(int, filter(None, found))), dtype=np.int64))


def _holds(numbers: Numbers, number: int) -> bool:
    at = int(np.searchsorted(numbers, number))
    return at < len(numbers) and int(numbers[at]) == number
