"""Refuse to send by a ledger that is known to be older than what was sent."""

from pipeline.core.errors import DecisionNeeded
from pipeline.language import Words, filled
from pipeline.logs import Event, EventLog
from pipeline.ports import RunRecord, RunWriter
from pipeline.runner.session.place import named


def refuse_old(record: RunRecord, writer: RunWriter, events: EventLog, at: float) -> None:
    """Raise DecisionNeeded where the run's folder knows of more than the ledger."""
    if record.restored_at is not None:
        raise _old(record, Words("it was put back, or was seen to be older before"))
    earlier = writer.unknown_intents().earlier
    if earlier:
        raise note_old(
            record,
            writer,
            events,
            at,
            filled(
                "the run's folder knows {requests} {requests:request|requests} more, which "
                "it does not",
                requests=len(earlier),
            ),
        )


def note_old(
    record: RunRecord, writer: RunWriter, events: EventLog, at: float, why: str
) -> DecisionNeeded:
    """Keep the run from being sent until all was asked for; return what to raise."""
    writer.mark_restored(at)
    events.emit(Event.LEDGER_OLD, run=record.plan.run, why=why)
    return _old(record, why)


def _old(record: RunRecord, why: str) -> DecisionNeeded:
    return DecisionNeeded(
        filled(
            "this ledger is older than what was sent of run {run}, or may be: {why}; "
            "nothing was sent now; was it put back from a copy, or moved? Then koosend "
            "reconcile --restored {run_2} asks KooMessage for everything that was sent "
            "since, and the run goes on after it",
            run=record.plan.run,
            why=why,
            run_2=named(record),
        ),
        "KS7907",
    )
