"""The campaign file's keys, with their types and defaults, as the validation library reads them.

Every key is documented in docs/reference/campaign-file.md; a house test holds that.
"""

from typing import Literal

from msgspec import Struct, field

from pipeline.core.model import Channel
from pipeline.settings.account import AccountKeys
from pipeline.settings.campaign import Leftovers, PreflightKeys
from pipeline.settings.canary import CanaryKeys
from pipeline.settings.message import FallbackKeys, MessageKeys
from pipeline.settings.receipts import ReceiptKeys
from pipeline.settings.screening import PriceKeys, ScreeningKeys


class CampaignKeys(Struct, forbid_unknown_fields=True):
    """[campaign]."""

    name: str
    channel: Channel
    state: str = "var/koosend"
    leftovers: Leftovers = "finish"


class SourceKeys(Struct, forbid_unknown_fields=True):
    """[source]."""

    path: str
    phone: str
    sheet: str | None = None
    encoding: str = "auto"


class LimitKeys(Struct, forbid_unknown_fields=True):
    """[limits]."""

    messages_per_s: float = 1000.0
    calls_per_s: float = 20.0
    concurrency: int = 32
    answer_s: float = 30.0
    window: str = ""
    outside_window: Literal["stop", "wait"] = "stop"
    max_messages: int = 0
    max_cost: float = 0.0
    same_number_days: int = 0
    recipients_per_request: int = 0


class DoubtKeys(Struct, forbid_unknown_fields=True):
    """[doubt]."""

    settle_s: float = 1200.0
    then: Literal["auto", "hold", "resend", "assume_sent"] = "auto"
    attempts_max: int = 2


class EmulatorKeys(Struct, forbid_unknown_fields=True):
    """[emulator]."""

    seed: int = 1
    rate: int = 0
    world: str = ""
    faults: str = ""
    journal: str = ""
    link_lifetime_s: float = 0.0
    report_timeout_s: float = 0.0


class CampaignFile(Struct, forbid_unknown_fields=True):
    """The whole file."""

    campaign: CampaignKeys
    account: AccountKeys
    source: SourceKeys
    message: MessageKeys
    fallback: FallbackKeys = field(default_factory=FallbackKeys)
    limits: LimitKeys = field(default_factory=LimitKeys)
    doubt: DoubtKeys = field(default_factory=DoubtKeys)
    receipts: ReceiptKeys | None = None
    emulator: EmulatorKeys = field(default_factory=EmulatorKeys)
    preflight: PreflightKeys = field(default_factory=PreflightKeys)
    screening: ScreeningKeys = field(default_factory=ScreeningKeys)
    prices: PriceKeys = field(default_factory=PriceKeys)
    canary: CanaryKeys | None = None
