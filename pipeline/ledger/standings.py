"""Say what became of a row of which no evidence was folded: from its rejection or its state."""

from pipeline.core.lifecycle import State
from pipeline.core.outcome import Standing, of_state
from pipeline.ports import Submission


def standing_of(submission: Submission) -> Standing:
    """Return what a submission's state says of its rows."""
    outcome = of_state(submission.state, submission.route)
    match submission.state:
        case State.REFUSED:
            proof = f"attempt:{submission.task_name}"
            return Standing(outcome, code=submission.code, evidence=proof)
        case State.ABANDONED:
            return Standing(outcome, reason=submission.code)
        case _:
            return Standing(outcome)
