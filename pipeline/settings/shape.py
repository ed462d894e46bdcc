"""The campaign file's keys, with their types and defaults, as the validation library reads them.

Every key is documented in docs/campaign-file.md; a house test holds that.
"""

from typing import Literal

from msgspec import Struct, field

from pipeline.core.model import Channel


class CampaignKeys(Struct, forbid_unknown_fields=True):
    """[campaign]."""

    name: str
    channel: Channel
    state: str = "var/koosend"


class AccountKeys(Struct, forbid_unknown_fields=True):
    """[account]."""

    endpoint: str
    access_key_env: str = "HUAWEICLOUD_SDK_AK"
    secret_key_env: str = "HUAWEICLOUD_SDK_SK"  # noqa: S105 -- the name of a variable, no secret


class SourceKeys(Struct, forbid_unknown_fields=True):
    """[source]."""

    path: str
    phone: str
    sheet: str | None = None
    encoding: str = "auto"


class SmsKeys(Struct, forbid_unknown_fields=True):
    """[message.sms]."""

    channel_number: str
    template: str
    signature: str
    app: str
    params: list[str] = field(default_factory=list)


class MessageKeys(Struct, forbid_unknown_fields=True):
    """[message]."""

    template: str
    params: dict[str, str] = field(default_factory=dict)
    expires_days: int = 7
    expires_hours: int = 24
    sms: SmsKeys | None = None


class FallbackKeys(Struct, forbid_unknown_fields=True):
    """[fallback]."""

    unsupported: Literal["send_anyway"] = "send_anyway"


class LimitKeys(Struct, forbid_unknown_fields=True):
    """[limits]."""

    messages_per_s: float = 1000.0
    calls_per_s: float = 20.0
    concurrency: int = 32
    window: str = ""
    outside_window: Literal["stop", "wait"] = "stop"
    max_messages: int = 0


class DoubtKeys(Struct, forbid_unknown_fields=True):
    """[doubt]."""

    settle_s: float = 1200.0
    then: Literal["auto", "hold", "resend", "assume_sent"] = "auto"


class ReceiptKeys(Struct, forbid_unknown_fields=True):
    """[receipts]."""

    listen: str
    path_token_env: str = "KOOSEND_RECEIPTS_TOKEN"  # noqa: S105 -- the name of a variable, no secret


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


LATER_KEYS = frozenset(
    {
        "account.token_env",
        "account.iam_endpoint",
        "account.user_env",
        "account.password_env",
        "account.domain",
        "account.project",
        "message.short_url",
        "fallback.column",
        "fallback.sms",
        "fallback.aim_basic",
        "limits.max_cost",
        "limits.same_number_days",
        "prices",
        "canary",
    }
)
"""Keys that are known but that this version cannot honour: refused, never ignored."""
