"""Count whom a run has still to send to, and close rows that it is never to send."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from enum import StrEnum

from pipeline.core.canary import Verdict
from pipeline.core.lifecycle import SENDABLE, UNSETTLED, State
from pipeline.core.model import Recipients, Rejection, Route, RunId
from pipeline.ports import Control, Ledger, RunRecord, RunWriter, Submission, Withholding

_MAYBE_TAKEN = frozenset({State.IN_FLIGHT, State.IN_DOUBT})


class KeptBack(StrEnum):
    """Why a run that has people left waits for a person's word."""

    CANARY = "canary"
    ONLY_FIRST = "only_first"
    PERSON = "person"
    RESTORED = "restored"
    PAUSED = "paused"


def kept_back(ledger: Ledger, record: RunRecord) -> KeptBack | None:
    """Say why a run does not go on by itself, as it was left; None where nothing keeps it."""
    control = Control.of(ledger.controls(record.plan.run))
    if control.pause is not None:
        return KeptBack.PAUSED
    decided = ledger.canary(record.plan.run)
    if decided and decided[-1].verdict is Verdict.STOPPED:
        return KeptBack.CANARY
    if control.stop is not None:
        return KeptBack.PERSON
    stop = ledger.stop(record.plan.run)
    if stop is not None:
        return KeptBack(stop)
    return None if record.restored_at is None else KeptBack.RESTORED


def unsent(ledger: Ledger, run: RunId) -> int:
    """Count the people whom a run may still send to."""
    found = ledger.submissions(run, SENDABLE)
    return sum(known.carried for known in found if known.route is not Route.SKIP)


def in_doubt(ledger: Ledger, run: RunId) -> int:
    """Count the requests of which a run does not know whether they were taken."""
    return len(ledger.submissions(run, _MAYBE_TAKEN))


def drop_run(ledger: Ledger, record: RunRecord, now: float) -> int:
    """Close every row of a run that was not sent, and the run where nothing else is left."""
    with closing(ledger.take(record.plan.run)) as writer:
        writer.sweep(now)
        closed = close_rows(ledger, writer, record, dropped, now)
        if record.finished_at is None and not ledger.submissions(record.plan.run, UNSETTLED):
            writer.finish(now)
        return closed


def close_rows(
    ledger: Ledger,
    writer: RunWriter,
    record: RunRecord,
    reasons_of: Callable[[Recipients], Mapping[int, str]],
    now: float,
) -> int:
    """Take rows that were not sent out of a run for good, and count them."""
    closed = 0
    for known, recipients in _open(ledger, record):
        reasons = reasons_of(recipients)
        if reasons:
            writer.withhold(Withholding(known.chunk, known.submission, now, reasons))
            closed += len(reasons)
    return closed


def dropped(recipients: Recipients) -> Mapping[int, str]:
    """Close every row."""
    return dict.fromkeys(recipients.rows, str(Rejection.DROPPED))


def _open(ledger: Ledger, record: RunRecord) -> Iterator[tuple[Submission, Recipients]]:
    run = record.plan.run
    for known in ledger.submissions(run, SENDABLE):
        if known.route is not Route.SKIP and known.carried:
            yield known, known.part(ledger.recipients(run, known.chunk))
