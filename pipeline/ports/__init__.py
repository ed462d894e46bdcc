"""The borders between the parts: what each needs, said once.

Every port has one behaviour suite in tests/contract/, which the real part and its fake both pass.
"""

from pipeline.ports.protocols import Clock, Gateway, Ledger, Limiter, RunWriter
from pipeline.ports.values import (
    Attempt,
    AttemptRecord,
    Conclusion,
    OutcomeBlock,
    Prepared,
    Question,
    Rejects,
    RunPlan,
    RunRecord,
    Submission,
)

__all__ = [
    "Attempt",
    "AttemptRecord",
    "Clock",
    "Conclusion",
    "Gateway",
    "Ledger",
    "Limiter",
    "OutcomeBlock",
    "Prepared",
    "Question",
    "Rejects",
    "RunPlan",
    "RunRecord",
    "RunWriter",
    "Submission",
]
