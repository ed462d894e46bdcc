"""Close what a run left unsent: its rows are explained, and nobody on them is sent to by it."""

from pipeline.core.errors import KoosendError, UsageError
from pipeline.language import filled
from pipeline.logs import Event
from pipeline.ports import Clock
from pipeline.runner.commands.report import leave_files
from pipeline.runner.earlier.unsent import drop_run, unsent
from pipeline.runner.session.place import Place, run_log


def to_drop(place: Place) -> int:
    """Count the people whom a run has still to send to. Raises UsageError where there are none."""
    run = place.run.plan.run
    people = unsent(place.ledger, run)
    if not people:
        raise UsageError(
            filled("run {run} has nobody left to send to; there is nothing to drop", run=run),
            "KS0217",
        )
    return people


def drop(place: Place, clock: Clock) -> tuple[int, KoosendError | None]:
    """Close the rows; return how many, and what kept the run's files from being written.

    Requests in doubt stay so. Raises RunHeld while another process works on the run.
    """
    run = place.run.plan.run
    closed = drop_run(place.ledger, place.run, clock.now())
    events = run_log(place.state, place.run)
    try:
        events.emit(Event.RUN_DROPPED, people=closed)
    finally:
        events.close()
    return closed, leave_files(place, run)
