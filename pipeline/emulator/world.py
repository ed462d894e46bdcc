"""What is true in the emulator: the account, its templates, and the shares numbers are drawn by."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

Variable = Literal["PHONE", "NEWTEXT", "CHARDIGIT", "DATETIME", "MONEY", "TEXT"]
Carrier = Literal["cmcc", "cucc", "ctcc"]


class WorldError(Exception):
    """Say what is wrong with a world file."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the one account there is."""

    access_key: str
    secret_key: str
    user_name: str
    domain_id: str


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


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the world's spans of time."""

    report_timeout_s: float
    day_s: float
    zoneless_utc_offset_h: float


class Receipts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold how receipts are pushed."""

    reports_per_push: int
    push_timeout_s: float
    hold_after_restart_s: float


class Links(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the domains that are registered."""

    domain: str
    custom_domains: list[str]
    jump_domains: list[str]


class CardParameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limit one parameter of a card (AIMTemplate.params)."""

    type: Literal["string", "integer"] = "string"
    min_length: int = 0
    max_length: int = 256


class AimTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe a card template; `vendors` are those it is active for."""

    name: str
    vendors: list[str]
    tpl_state: Literal[0, 1] = 1
    audit_state: Literal[0, 1, 2, 3] = 2
    parameters: dict[str, CardParameter] = {}

    @property
    def sendable(self) -> bool:
        """Tell whether messages may be sent with it."""
        return self.tpl_state == 1 and self.audit_state == 2 and bool(self.vendors)  # noqa: PLR2004 -- the documents' number for approved


class AimBasicTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe an AIM basic template; `parameters` in order, states as VmsTemplateStatus."""

    name: str
    parameters: list[str] = []
    audit_state: Literal[0, 1, 2, 3, 4, 5] = 0
    carriers: dict[Carrier, Literal[0, 1, 2, 3, 4, 5]] = {}


class SmsApp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe an SMS application."""

    status: Literal["CREATED", "SUSPENDED", "LAUNCHED"]


class SmsSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe a signature and the channel number it was given."""

    app: str
    channel_number: str
    status: str


class SmsTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describe an SMS template; `variables` in order, NEWTEXT is the short link."""

    app: str
    signature: str
    variables: list[Variable]
    flow_status: Literal["Adopted", "Reviewing", "Reject"] = "Adopted"


class World(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold everything that a world file may say."""

    account: Account
    numbers: Numbers
    times: Times
    receipts: Receipts
    links: Links
    aim_templates: dict[str, AimTemplate]
    aim_basic_templates: dict[str, AimBasicTemplate]
    sms_apps: dict[str, SmsApp]
    sms_signatures: dict[str, SmsSignature]
    sms_templates: dict[str, SmsTemplate]


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
