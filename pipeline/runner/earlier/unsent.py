"""Count whom a run has still to send to, and close rows that it is never to send."""

from collections.abc import Callable, Iterator, Mapping

from pipeline.core.lifecycle import SENDABLE, UNSETTLED
from pipeline.core.model import Recipients, Rejection, Route, RunId
from pipeline.ports import Ledger, RunRecord, RunWriter, Submission, Withholding


def unsent(ledger: Ledger, run: RunId) -> int:
    """Count the people whom a run may still send to."""
    found = ledger.submissions(run, SENDABLE)
    return sum(known.carried for known in found if known.route is not Route.SKIP)


def drop_run(ledger: Ledger, record: RunRecord, now: float) -> int:
    """Close every row of a run that was not sent, and the run where nothing else is left."""
    writer = ledger.take(record.plan.run)
    try:
        writer.sweep(now)
        closed = close_rows(ledger, writer, record, dropped, now)
        if record.finished_at is None and not ledger.submissions(record.plan.run, UNSETTLED):
            writer.finish(now)
        return closed
    finally:
        writer.close()


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
