"""The campaigns of the matrix: each channel, each fallback policy, and their spreadsheet."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.command import Desk

POLICIES = ("send_anyway", "sms", "aim_basic", "skip", "column")
"""What is done for who cannot see the card; "column" means that each row says it."""

CARD_CHANNELS = ("aim", "aim_links", "links_only")
PLAIN_CHANNELS = ("sms", "aim_basic")

CARRIER_TEMPLATE = "15010661"
"""The SMS that carries a link; the others go out by PLAIN_TEMPLATE."""

PLAIN_TEMPLATE = "15010662"
_CELLS = ("", "sms", "aim_basic", "skip", "send_anyway")
_LEG = """channel_number = "10690000001"
template = "{template}"
signature = "云商城"
app = "member-app"
params = [{params}]
"""
_CARD = """template = "700000001"
params = { name = "姓名", points = "积分", shop = "=云商城" }
"""
_VIDEO = """template = "600000001"
params = { p_1 = "姓名", p_2 = "积分" }
"""
_HEAD = """[campaign]
name = "{name}"
channel = "{channel}"
state = "state"

[account]
endpoint = "{endpoint}"

[source]
path = "{source}"
phone = "{phone}"

[limits]
calls_per_s = 0
messages_per_s = 0
concurrency = 8

[doubt]
settle_s = {settle_s}
"""
_RECEIPTS = """
[receipts]
listen = "127.0.0.1:0"
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A recipient, and what its own cell says of a fallback."""

    phone: str
    policy: str


def write_rows(path: Path, count: int, seed: int = 5) -> tuple[Row, ...]:
    """Write a spreadsheet of different numbers; each row names a policy, or none."""
    chance = random.Random(seed)  # noqa: S311 -- made-up rows, no secret
    phones = dict.fromkeys(f"13{chance.randrange(10**9):09d}" for _ in range(count))
    rows = [Row(phone, chance.choice(_CELLS)) for phone in phones]
    lines = [f"{row.phone},会员{at},{at},{row.policy}" for at, row in enumerate(rows)]
    path.write_text("\n".join(["手机号,姓名,积分,兜底", *lines]) + "\n", encoding="utf-8")
    return tuple(rows)


def write_campaign(
    desk: Desk,
    endpoint: str,
    way: tuple[str, str],
    *,
    listens: bool = False,
    settle_s: float = 3,
) -> None:
    """Write the campaign of a channel and a policy; a plain channel has no policy."""
    channel, policy = way
    text = _HEAD.format(
        name=channel,
        channel=channel,
        endpoint=endpoint,
        source="members.csv",
        phone="手机号",
        settle_s=settle_s,
    )
    text += _MESSAGES[channel]
    if channel in CARD_CHANNELS:
        text += _fallback(policy)
    desk.campaign.write_text(text + (_RECEIPTS if listens else ""), encoding="utf-8")


def write_own_sms(desk: Desk, endpoint: str, links: Path) -> None:
    """Write the user's own sending of links that were made for it, as koosend can do it too."""
    leg = _leg(CARRIER_TEMPLATE, '"姓名", "link", "积分"')
    head = _HEAD.format(
        name="own", channel="sms", endpoint=endpoint, source=links, phone="phone", settle_s=3
    )
    desk.campaign.write_text(f"{head}[message.sms]\n{leg}", encoding="utf-8")


def _leg(template: str, params: str = '"姓名", "积分"') -> str:
    return _LEG.format(template=template, params=params)


def _fallback(policy: str) -> str:
    said = 'column = "兜底"' if policy == "column" else f'unsupported = "{policy}"'
    sms = f"[fallback.sms]\n{_leg(PLAIN_TEMPLATE)}"
    return f"\n[fallback]\n{said}\n\n{sms}\n[fallback.aim_basic]\n{_VIDEO}"


_CARRIED = f"\n[message]\n{_CARD}\n[message.sms]\n{_leg(CARRIER_TEMPLATE)}"
_MESSAGES: Mapping[str, str] = {
    "aim": _CARRIED,
    "aim_links": f"{_CARRIED}link_position = 2\n",
    "links_only": f'\n[message]\n{_CARD}signatures = ["云商城"]\n',
    "sms": f"\n[message.sms]\n{_leg(PLAIN_TEMPLATE)}",
    "aim_basic": f"\n[message]\n{_VIDEO}",
}
