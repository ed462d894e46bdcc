"""The borders between the parts: what each needs, said once.

Every port has one behaviour suite in tests/contract/, which the real part and its fake both pass.
"""

from pipeline.ports.account import (
    AccountStore,
    BreakerRecord,
    KnownLedger,
    ListRecord,
    SameAccount,
    TakenTask,
)
from pipeline.ports.canary import CanaryRecord
from pipeline.ports.catalog import Catalog
from pipeline.ports.protocols import Clock, Gateway, Ledger, Limiter, RunWriter
from pipeline.ports.receipts import (
    KeptReply,
    OddReceipt,
    PushedReceipt,
    ReceiptAddress,
    ReceiptBook,
    ReceiptTally,
    ReceiptTopic,
    Reply,
    Strangers,
)
from pipeline.ports.reporting import ReportingBook
from pipeline.ports.retention import Forgotten, RetentionBook
from pipeline.ports.routing import Continuation, RouteBook
from pipeline.ports.screening import Reached, ScreeningBook, Suppression, SuppressionRecord
from pipeline.ports.values import (
    Answered,
    Attempt,
    AttemptRecord,
    Conclusion,
    DaysCompared,
    Drift,
    Learned,
    OutcomeBlock,
    Prepared,
    Question,
    Rejects,
    RunPlan,
    RunRecord,
    Submission,
    UnknownIntents,
    Withholding,
    refusal_of,
)

__all__ = [
    "AccountStore",
    "Answered",
    "Attempt",
    "AttemptRecord",
    "BreakerRecord",
    "CanaryRecord",
    "Catalog",
    "Clock",
    "Conclusion",
    "Continuation",
    "DaysCompared",
    "Drift",
    "Forgotten",
    "Gateway",
    "KeptReply",
    "KnownLedger",
    "Learned",
    "Ledger",
    "Limiter",
    "ListRecord",
    "OddReceipt",
    "OutcomeBlock",
    "Prepared",
    "PushedReceipt",
    "Question",
    "Reached",
    "ReceiptAddress",
    "ReceiptBook",
    "ReceiptTally",
    "ReceiptTopic",
    "Rejects",
    "Reply",
    "ReportingBook",
    "RetentionBook",
    "RouteBook",
    "RunPlan",
    "RunRecord",
    "RunWriter",
    "SameAccount",
    "ScreeningBook",
    "Strangers",
    "Submission",
    "Suppression",
    "SuppressionRecord",
    "TakenTask",
    "UnknownIntents",
    "Withholding",
    "refusal_of",
]
