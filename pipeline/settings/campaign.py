"""A campaign, read and checked: what the parts are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.core.model import Message
from pipeline.core.window import Window

EMULATOR = "emulator"


@dataclass(frozen=True, slots=True)
class Account:
    """Where requests go and which environment variables hold the keys."""

    endpoint: str
    access_key_env: str
    secret_key_env: str

    @property
    def is_emulator(self) -> bool:
        """Tell whether the embedded emulator is asked for."""
        return self.endpoint == EMULATOR


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
    """How fast, when and how much may be sent. 0 means no limit."""

    messages_per_s: float
    calls_per_s: float
    concurrency: int
    window: Window
    outside_window: Literal["stop", "wait"]
    max_messages: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """How a lost answer is settled."""

    settle_s: float
    then: Literal["auto", "hold", "resend", "assume_sent"]


@dataclass(frozen=True, slots=True)
class Receipts:
    """Where pushed receipts are listened for."""

    host: str
    port: int
    path_token_env: str


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


@dataclass(frozen=True, slots=True)
class Campaign:
    """A whole campaign."""

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
    receipts: Receipts | None = None
    text: str = field(default="", repr=False)

    def meaning(self) -> Mapping[str, object]:
        """Return what makes the campaign what it is, as plain JSON values.

        Limits, paths and settling are left out: they may change between two starts of one run.
        """
        return {
            "name": self.name,
            "message": msgspec.to_builtins(self.message),
            "fallback": self.fallback,
            "phone": self.source.phone,
            "sheet": self.source.sheet,
            "account": [self.account.endpoint, self.account.access_key_env],
        }
