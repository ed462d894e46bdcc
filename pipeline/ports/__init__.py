"""The borders between the parts: what each needs, said once.

Every port has one behaviour suite in tests/contract/, which the real part and its fake both pass.
"""

from pipeline.ports.account import AccountStore as AccountStore
from pipeline.ports.account import BreakerRecord as BreakerRecord
from pipeline.ports.account import KnownLedger as KnownLedger
from pipeline.ports.account import ListRecord as ListRecord
from pipeline.ports.account import SameAccount as SameAccount
from pipeline.ports.account import TakenTask as TakenTask
from pipeline.ports.gateway import Catalog as Catalog
from pipeline.ports.gateway import Clock as Clock
from pipeline.ports.gateway import Gateway as Gateway
from pipeline.ports.gateway import Limiter as Limiter
from pipeline.ports.gateway import OnEvent as OnEvent
from pipeline.ports.gateway import ignore_event as ignore_event
from pipeline.ports.ledger import Continuation as Continuation
from pipeline.ports.ledger import Ledger as Ledger
from pipeline.ports.ledger import ReportingBook as ReportingBook
from pipeline.ports.ledger import RouteBook as RouteBook
from pipeline.ports.ledger import RunWriter as RunWriter
from pipeline.ports.receipts import Forgotten as Forgotten
from pipeline.ports.receipts import KeptReply as KeptReply
from pipeline.ports.receipts import OddReceipt as OddReceipt
from pipeline.ports.receipts import PushedReceipt as PushedReceipt
from pipeline.ports.receipts import ReceiptAddress as ReceiptAddress
from pipeline.ports.receipts import ReceiptBook as ReceiptBook
from pipeline.ports.receipts import ReceiptTally as ReceiptTally
from pipeline.ports.receipts import ReceiptTopic as ReceiptTopic
from pipeline.ports.receipts import Reply as Reply
from pipeline.ports.receipts import RetentionBook as RetentionBook
from pipeline.ports.receipts import Strangers as Strangers
from pipeline.ports.records import Answered as Answered
from pipeline.ports.records import Attempt as Attempt
from pipeline.ports.records import AttemptRecord as AttemptRecord
from pipeline.ports.records import CanaryRecord as CanaryRecord
from pipeline.ports.records import Conclusion as Conclusion
from pipeline.ports.records import DaysCompared as DaysCompared
from pipeline.ports.records import Drift as Drift
from pipeline.ports.records import Learned as Learned
from pipeline.ports.records import OutcomeBlock as OutcomeBlock
from pipeline.ports.records import Prepared as Prepared
from pipeline.ports.records import Question as Question
from pipeline.ports.records import Reached as Reached
from pipeline.ports.records import Rejects as Rejects
from pipeline.ports.records import RunPlan as RunPlan
from pipeline.ports.records import RunRecord as RunRecord
from pipeline.ports.records import ScreeningBook as ScreeningBook
from pipeline.ports.records import Submission as Submission
from pipeline.ports.records import Suppression as Suppression
from pipeline.ports.records import SuppressionRecord as SuppressionRecord
from pipeline.ports.records import UnknownIntents as UnknownIntents
from pipeline.ports.records import Withholding as Withholding
from pipeline.ports.records import refusal_of as refusal_of
