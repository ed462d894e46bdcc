"""Read whom an account reached, from the submissions that were or may have been taken."""

import json
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from pipeline.core.lifecycle import ASSUMED_SENT, State
from pipeline.core.model import Recipients, RunId
from pipeline.ledger.codec import unpack_message
from pipeline.ledger.database import Database
from pipeline.ledger.reading import RecipientReader
from pipeline.ledger.records import submission_of
from pipeline.ports import Reached, Submission

_TAKEN = frozenset({State.ACCEPTED, State.IN_FLIGHT, State.IN_DOUBT})


def read_reached(
    database: Database, accounts: Collection[str], since: float, recipients: RecipientReader
) -> Iterator[Reached]:
    """Read run by run, chunk by chunk, in bounded memory.

    A row that was settled as not reached is left out. A chunk whose numbers were purged is too.
    """
    told = {"accounts": json.dumps(list(accounts)), "since": since}
    runs: Any = database.all("runs_sent_since", told)
    for run_no, run, packed, trial in runs:
        message = unpack_message(packed)
        found = map(submission_of, database.all("submissions", {"run_no": run_no}))
        taken = (one for one in found if _counts(one, since))
        for chunk, submissions in groupby(taken, key=lambda one: one.chunk):
            whole = recipients.read(run_no, chunk)
            if whole is None:
                continue
            missed = _missed(database, run_no, whole)
            for one in submissions:
                part = _without(one.part(whole), missed)
                at = one.attempted_at or 0.0
                yield Reached(RunId(run), message.by(one.route), at, part, bool(trial))


def _counts(one: Submission, since: float) -> bool:
    assumed = one.state is State.ABANDONED and one.code == ASSUMED_SENT
    sent = (assumed or one.state in _TAKEN) and one.messages > 0
    return sent and one.attempted_at is not None and one.attempted_at >= since


def _missed(database: Database, run_no: int, whole: Recipients) -> frozenset[int]:
    span = {"run_no": run_no, "first": whole.rows[0], "last": whole.rows[-1]}
    rows: Any = database.all("rows_not_reached", span)
    return frozenset(row for (row,) in rows)


def _without(part: Recipients, missed: frozenset[int]) -> Recipients:
    if missed.isdisjoint(part.rows):
        return part
    return part.pick([at for at, row in enumerate(part.rows) if row not in missed])
