"""A campaign, read and checked: what the parts are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from msgspec import Struct

from pipeline.core.model import Message
from pipeline.core.pricing import Prices
from pipeline.core.times import Window
from pipeline.core.values import Shape
from pipeline.settings.account import Account
from pipeline.settings.canary import Canary, Wish
from pipeline.settings.meaning import message_meaning, shapes_meaning
from pipeline.settings.receipts import Receipts
from pipeline.settings.screening import Screening


class PreflightKeys(Struct, forbid_unknown_fields=True):
    """[preflight]."""

    ask: bool = True


@dataclass(frozen=True, slots=True)
class Preflight:
    """Whether KooMessage is asked about templates, signature and application before a new run."""

    ask: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows are. path is absolute; fields are the columns whose values are sent."""

    path: Path
    phone: str
    sheet: str | None
    encoding: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast, when and how much may be sent. 0 means no limit.

    answer_s is how long a request waits for its whole answer. recipients_per_request is 0 for
    what the product allows.
    """

    messages_per_s: float
    calls_per_s: float
    concurrency: int
    window: Window
    outside_window: Literal["stop", "wait"]
    max_messages: int
    answer_s: float = 30.0
    max_cost: float = 0.0
    recipients_per_request: int = 0


@dataclass(frozen=True, slots=True)
class Doubt:
    """How a lost answer is settled.

    attempts_max: messages that one person may at most get without a person's word.
    """

    settle_s: float
    then: Literal["auto", "hold", "resend", "assume_sent"]
    attempts_max: int = 2


@dataclass(frozen=True, slots=True)
class EmulatorWorld:
    """How the embedded emulator is started. 0 and None leave its own default."""

    seed: int
    rate: int
    world: Path | None
    faults: Path | None
    journal: Path | None
    link_lifetime_s: float
    report_timeout_s: float


Leftovers = Literal["finish", "ask", "drop"]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A whole campaign.

    leftovers: what becomes of the rows that earlier runs left unsent.
    """

    file: Path
    name: str
    state: Path
    account: Account
    source: Source
    message: Message
    limits: Limits
    doubt: Doubt
    emulator: EmulatorWorld
    fallback: str = "send_anyway"
    capability_days: int = 7
    receipts: Receipts | None = None
    values: Mapping[str, Shape] = field(default_factory=dict)
    preflight: Preflight = field(default_factory=Preflight)
    screening: Screening = field(default_factory=Screening)
    prices: Prices = field(default_factory=Prices)
    canary: Canary | None = None
    leftovers: Leftovers = "finish"
    wish: Wish = field(default_factory=Wish)
    text: str = field(default="", repr=False)

    def meaning(self) -> Mapping[str, object]:
        """Return what makes the campaign what it is, as plain JSON values.

        Limits, paths, settling and the life of links are left out: they may change between two
        starts of one run. So is the account, which stands beside it: it may have several names.
        """
        meaning = {
            "name": self.name,
            "message": message_meaning(self.message),
            "phone": self.source.phone,
            "sheet": self.source.sheet,
            "values": shapes_meaning(self.values),
        }
        return {key: value for key, value in meaning.items() if value}
