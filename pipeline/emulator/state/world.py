"""What is true in the emulator: the account, its templates, and the shares numbers are drawn by."""

import tomllib
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from pipeline.emulator.options import SetupError

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, msgspec.Meta(ge=0.0)]


class ReceiptModes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the shares of receipts, each 0 to 1, that each misfortune meets.

    `late_s` is the world's seconds that a late receipt waits. `early` pushes every send report
    before the send is answered, whatever the delivery delay of the world. `task_ids` are written in
    a form that is drawn unless it is given; `codes` are replaced by one of `codes_told`; of
    `segments` of long texts all but the first are told to have failed.
    """

    lost: Share = 0.0
    duplicated: Share = 0.0
    reordered: Share = 0.0
    late: Share = 0.0
    late_s: Seconds = 3_600.0
    early: bool = False
    task_ids: Share = 0.0
    task_ids_form: Literal["", "no_dashes", "capitals", "bare_capitals", "unknown"] = ""
    codes: Share = 0.0
    codes_told: tuple[str, ...] = ("UNKNOWN",)
    segments: Share = 0.0
    segments_code: str = "MK:1008"

    @property
    def sifts(self) -> bool:
        """Tell whether any receipt can meet anything on its way."""
        return bool(self.lost or self.duplicated or self.reordered or self.late)

    @property
    def retells(self) -> bool:
        """Tell whether any receipt can say what is not so."""
        return bool(self.task_ids or self.codes or self.segments)


Variable = Literal["PHONE", "NEWTEXT", "CHARDIGIT", "DATETIME", "MONEY", "TEXT"]
Carrier = Literal["cmcc", "cucc", "ctcc"]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Phone = Annotated[str, msgspec.Meta(pattern="^1[3-9][0-9]{9}$")]
MessageType = Literal["PROMOTION_TYPE", "NOTIFY_TYPE"]

OWNERS = ("private", "public")
"""What the lists of templates call those that are not, and those that are public (tpl_type)."""

# More than the reports of any message's segments take after each other.
_SEGMENTS_S = 5.0

_FOUNDED = datetime(2026, 1, 5, 2, 0, 0, tzinfo=UTC)


class WorldError(SetupError):
    """Say what is wrong with a world file."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the one account there is; tokens are for its user, scoped to its project."""

    access_key: str
    secret_key: str
    user_name: str
    domain_id: str
    iam_user: str
    iam_password: str
    iam_domain: str
    project_id: str
    project_name: str


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the shares by which numbers differ."""

    capable: float
    delivered: float
    silent: float
    parsed: float
    parse_failed: float
    deliver_delay_s: tuple[float, float]
    parse_spread: float
    operators: dict[Carrier, float]
    vendors: dict[str, float]
    failures: dict[str, float]
    codes: dict[Phone, str] = {}
    replies: dict[str, float] = {}
    reply_delay_s: tuple[float, float] = (5.0, 600.0)

    @property
    def slowest_s(self) -> float:
        """Return how long after a send a report or a reply may still come."""
        return self.deliver_delay_s[1] + self.reply_delay_s[1] + _SEGMENTS_S


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the world's spans of time."""

    report_timeout_s: float
    token_lifetime_s: float
    day_s: float
    zoneless_utc_offset_h: float


class Gateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the gateway's own limits: smart messages in any one second, 0 for no limit."""

    aim_messages_per_s: int = 0


class Receipts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold how receipts are pushed, and what they meet on their way."""

    reports_per_push: int
    push_timeout_s: float
    hold_after_restart_s: float
    modes: ReceiptModes = ReceiptModes()
    deliverd: float = 0.0


class Sms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold what the documents leave open about text messages."""

    in_send_details: bool = True


class Links(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the domains that are registered, and the share of links that cannot be made."""

    domain: str
    custom_domains: list[str]
    jump_domains: list[str]
    failed: float = 0.0


class CardParameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limit one parameter of a card (AIMTemplate.params)."""

    type: Literal["string", "integer"] = "string"
    min_length: int = 0
    max_length: int = 256


class AimTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe a card template; `vendors` are those it is active for, `texts` its page's."""

    name: str
    vendors: list[str]
    tpl_state: Literal[0, 1] = 1
    audit_state: Literal[0, 1, 2, 3] = 2
    parameters: dict[str, CardParameter] = {}
    scene: str = "会员服务"
    description: str = ""
    texts: list[str] = []
    public: bool = False
    created_at: Moment = _FOUNDED

    @property
    def sendable(self) -> bool:
        """Tell whether messages may be sent with it."""
        return self.tpl_state == 1 and self.audit_state == 2 and bool(self.vendors)  # noqa: PLR2004 -- the documents' number for approved


class AimBasicTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe an AIM basic template; `parameters` in order, states as VmsTemplateStatus.

    Without `valid_until` it is valid for ever. `callback_url` is told when its state changes.
    """

    name: str
    parameters: list[str] = []
    audit_state: Literal[0, 1, 2, 3, 4, 5] = 0
    carriers: dict[Carrier, Literal[0, 1, 2, 3, 4, 5]] = {}
    callback_url: str = ""
    title: str = ""
    signature: str = "云商城"
    size: int = 512_000
    valid_until: Moment | None = None
    public: bool = False
    created_at: Moment = _FOUNDED

    def state_at(self, now_s: float) -> int:
        """Return the audit state: a usable template expires (5)."""
        is_over = self.valid_until is not None and self.valid_until.timestamp() < now_s
        return 5 if self.audit_state == 0 and is_over else self.audit_state


class SmsApp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe an SMS application."""

    status: Literal["CREATED", "SUSPENDED", "LAUNCHED"]
    up_link_addr: str = ""
    created_at: Moment = _FOUNDED


class SmsSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe a signature and the channel number it was given."""

    app: str
    channel_number: str
    status: str
    type: MessageType = "PROMOTION_TYPE"
    source: int = 0
    created_at: Moment = _FOUNDED


class SmsTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe an SMS template; `variables` in order, NEWTEXT is the short link."""

    app: str
    signature: str
    variables: list[Variable]
    flow_status: Literal["Adopted", "Reviewing", "Reject"] = "Adopted"
    name: str = ""
    content: str = ""
    type: MessageType = "PROMOTION_TYPE"
    status: str = "Normal"
    created_at: Moment = _FOUNDED


class ServiceNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe a service number; states as ListPubInfos: 2 is in effect, 2 is approved.

    `menus` are the names of its first level, at most three.
    """

    name: str
    state: Literal[1, 2, 3, 4] = 2
    approve_state: Literal[1, 2, 3] = 2
    abstract: str = ""
    industry: int = 5
    company: str = ""
    portal_state: Literal[1, 2, 3, 4] = 2
    menu_state: Literal[1, 2, 3, 4] = 2
    menus: list[str] = []
    online_at: Moment = _FOUNDED


class ServicePort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe a channel number of service numbers; without `pub_id` it is bound to none."""

    signs: list[str]
    pub_id: str = ""
    port_type: Literal[1, 3, 5] = 1
    sign_check: Literal[0, 1] = 1
    province: str = "全国"
    created_at: Moment = _FOUNDED


class World(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold everything that a world file may say."""

    account: Account
    numbers: Numbers
    times: Times
    gateway: Gateway
    receipts: Receipts
    links: Links
    sms: Sms
    aim_templates: dict[str, AimTemplate]
    aim_basic_templates: dict[str, AimBasicTemplate]
    sms_apps: dict[str, SmsApp]
    sms_signatures: dict[str, SmsSignature]
    sms_templates: dict[str, SmsTemplate]
    service_numbers: dict[str, ServiceNumber]
    service_ports: dict[str, ServicePort]


def load_world(path: Path | None) -> World:
    """Read the default world and replace the keys that the file names; raise WorldError."""
    packaged = resources.files("pipeline.emulator").joinpath("default_world.toml")
    tables = tomllib.loads(packaged.read_text("utf-8"))
    if path is not None:
        try:
            tables = _merged(tables, tomllib.loads(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise WorldError(f"cannot read the world file {path}: {error}") from error
    try:
        return msgspec.convert(tables, World, strict=False)
    except msgspec.ValidationError as error:
        raise WorldError(f"the world file {path} is wrong: {error}") from error


def _merged(base: dict[str, object], over: dict[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged
