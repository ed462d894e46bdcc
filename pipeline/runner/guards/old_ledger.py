"""Refuse to send by a ledger that is known to be older than what was sent."""

from pipeline.core.errors import DecisionNeeded
from pipeline.core.model import RunId
from pipeline.core.text import counted
from pipeline.logs import Event, EventLog
from pipeline.ports import RunRecord, RunWriter


def refuse_old(record: RunRecord, writer: RunWriter, events: EventLog, at: float) -> None:
    """Raise DecisionNeeded where the run's folder knows of more than the ledger."""
    run = record.plan.run
    if record.restored_at is not None:
        raise _old(run, "it was seen to be so before")
    earlier = writer.unknown_intents().earlier
    if earlier:
        raise note_old(
            run,
            writer,
            events,
            at,
            f"the run's folder knows {counted(len(earlier), 'request')} more",
        )


def note_old(
    run: RunId, writer: RunWriter, events: EventLog, at: float, why: str
) -> DecisionNeeded:
    """Keep the run from being sent until all was asked for; return what to raise."""
    writer.mark_restored(at)
    events.emit(Event.LEDGER_OLD, run=run, why=why)
    return _old(run, why)


def _old(run: RunId, why: str) -> DecisionNeeded:
    return DecisionNeeded(
        f"this ledger is older than what was sent of run {run}: {why}, which the ledger does not; "
        "nothing was sent now; was it put back from a copy? Then koosend reconcile --restored "
        f"{run} asks KooMessage for everything that was sent since, and the run goes on after it"
    )
