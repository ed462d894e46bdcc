"""What a campaign must fulfil beyond the types of its keys; each check returns a mistake or None.

Limits of the provider are those of the operation that the channel uses.
"""

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from pipeline.core.model import Channel
from pipeline.settings.campaign import EMULATOR, Campaign

PORT_MAX = 65_535
_NAME_CHARS_MAX = 64
_CONCURRENCY_MAX = 256
_PROVIDER_HOSTS = (".myhuaweicloud.cn", ".myhuaweicloud.com")
_EXPIRES_DAYS_MAX = 7  # CreateAimSendTask
_EXPIRES_HOURS_MAX = 72  # CreateVmsSendTask
_SMS_PARAMS_MAX = 19  # CreateAimSendTask, without the link variable
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Check = Callable[[Campaign], str | None]


def _name(campaign: Campaign) -> str | None:
    if not campaign.name.strip() or len(campaign.name) > _NAME_CHARS_MAX:
        return f"the key campaign.name must have 1 to {_NAME_CHARS_MAX} characters"
    return None


def _channel(campaign: Campaign) -> str | None:
    channel = campaign.message.channel
    if channel not in {Channel.AIM, Channel.AIM_BASIC}:
        return (
            f'the key campaign.channel is "{channel}", which is not available in this version; '
            'use "aim" or "aim_basic"'
        )
    return None


def _endpoint(campaign: Campaign) -> str | None:
    endpoint = campaign.account.endpoint
    if endpoint == EMULATOR:
        return None
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.username or parts.query or parts.fragment or parts.path.strip("/"):
        return "the key account.endpoint must be a bare address such as https://host, nothing more"
    if parts.scheme == "https" and host.endswith(_PROVIDER_HOSTS):
        return None
    if parts.scheme in {"http", "https"} and _is_loopback(host):
        return None
    return (
        'the key account.endpoint must be "emulator", an https:// address that ends in '
        f"{' or '.join(_PROVIDER_HOSTS)}, or http:// to this machine itself (127.0.0.1)"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _variables(campaign: Campaign) -> str | None:
    for key, name in (
        ("account.access_key_env", campaign.account.access_key_env),
        ("account.secret_key_env", campaign.account.secret_key_env),
        ("receipts.path_token_env", campaign.receipts.path_token_env if campaign.receipts else "X"),
    ):
        if not _ENVIRONMENT_NAME.fullmatch(name):
            return (
                f"the key {key} must be the name of an environment variable, not the secret itself"
            )
    return None


def _phone(campaign: Campaign) -> str | None:
    if not campaign.source.phone.strip():
        return 'the key source.phone must name the phone column, or "#3" for the third column'
    return None


def _template(campaign: Campaign) -> str | None:
    if not re.fullmatch(r"[0-9]{1,10}", campaign.message.template):
        return "the key message.template must be the template's number, 1 to 10 digits"
    return None


def _aim(campaign: Campaign) -> str | None:
    message = campaign.message
    if message.channel is not Channel.AIM:
        return None
    if message.sms is None:
        return "the section [message.sms] is missing; aim needs the SMS that carries the link"
    if not 1 <= message.expires_days <= _EXPIRES_DAYS_MAX:
        return f"the key message.expires_days must be 1 to {_EXPIRES_DAYS_MAX} days"
    if len(message.sms.params) > _SMS_PARAMS_MAX:
        return f"the key message.sms.params may list at most {_SMS_PARAMS_MAX} values"
    return None


def _aim_basic(campaign: Campaign) -> str | None:
    message = campaign.message
    if message.channel is Channel.AIM_BASIC and not (
        1 <= message.expires_hours <= _EXPIRES_HOURS_MAX
    ):
        return f"the key message.expires_hours must be 1 to {_EXPIRES_HOURS_MAX} hours"
    return None


def _limits(campaign: Campaign) -> str | None:
    limits = campaign.limits
    for key, value in (
        ("limits.messages_per_s", limits.messages_per_s),
        ("limits.calls_per_s", limits.calls_per_s),
        ("limits.max_messages", limits.max_messages),
        ("doubt.settle_s", campaign.doubt.settle_s),
        ("emulator.rate", campaign.emulator.rate),
        ("emulator.link_lifetime_s", campaign.emulator.link_lifetime_s),
        ("emulator.report_timeout_s", campaign.emulator.report_timeout_s),
    ):
        if value < 0 or value != value or value == float("inf"):  # noqa: PLR0124 -- tells a NaN
            return f"the key {key} must be 0 or more"
    if not 1 <= limits.concurrency <= _CONCURRENCY_MAX:
        return f"the key limits.concurrency must be 1 to {_CONCURRENCY_MAX} requests at once"
    return None


ALL: tuple[Check, ...] = (
    _name,
    _channel,
    _endpoint,
    _variables,
    _phone,
    _template,
    _aim,
    _aim_basic,
    _limits,
)
