"""The kinds of runs that the matrices try: each channel, and one whose fallback is another."""

from pathlib import Path
from typing import Any

from tests.support.command import AIM

FALLBACK = "aim_or_sms"
"""Smart messages, and plain SMS for those who cannot see the card."""

SMS = """
[{section}.sms]
channel_number = "10690000001"
template = "15010662"
signature = "云商城"
app = "member-app"
params = ["姓名", "积分"]
"""


def campaign_of(kind: str) -> dict[str, Any]:
    """Return what Desk.write_campaign is told of a kind of run."""
    match kind:
        case "sms":
            return {"channel": kind, "message": SMS.format(section="message")}
        case "aim_links":
            return {"channel": kind, "message": f"{AIM}link_position = 2\n"}
        case "aim_or_sms":
            fallback = SMS.format(section="fallback")
            return {"channel": "aim", "extra": f'\n[fallback]\nunsupported = "sms"\n{fallback}'}
        case _:
            return {"channel": kind}


def write_world(folder: Path, kind: str, *, all_arrive: bool = False) -> Path:
    """Write the provider's world for a kind of run.

    all_arrive: every message arrives and nobody replies, so that a later list has no reason to
    send to anybody again, or to leave out who was not reached.

    For FALLBACK so many cannot see the card that few recipients make several SMS: were the only
    one in doubt, asking would not be seen to work, and a person would have to decide.
    """
    world = folder / "world.toml"
    numbers = "capable = 0.3\n" if kind == FALLBACK else ""
    if all_arrive:
        numbers += "delivered = 1.0\nreply_delay_s = [600.0, 600.0]\n"
    world.write_text(f"[numbers]\n{numbers}", encoding="utf-8")
    return world
