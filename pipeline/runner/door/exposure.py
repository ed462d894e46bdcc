"""Say who can reach the receipts' listener, where that is more than this machine."""

import ipaddress

from pipeline.language import Words, filled, joined
from pipeline.settings import Receipts
from pipeline.settings.account import is_loopback

_PAGE = "docs/howto/receipts.md"


def exposed(receipts: Receipts | None, key: str = "receipts.listen") -> str:
    """Return one sentence for a listener beyond loopback; empty where nobody else can reach it.

    key names what says where it listens. A name that is not localhost counts as reached from
    elsewhere.
    """
    if receipts is None:
        return ""
    host, _ = receipts.place
    if is_loopback(host.partition("%")[0]):
        return ""
    where = Words("any of its addresses") if _is_any(host) else host
    who = filled("whoever reaches this machine at {where} can push receipts", where=where)
    if receipts.allow:
        who = joined(who, Words(" (from the networks of receipts.allow)"))
    return filled(
        "{key} = {listen}: {who}, in plain HTTP, and the secret in the path is all "
        "that protects it; listen on 127.0.0.1 and put a TLS proxy in front, as in "
        "{page}",
        key=key,
        listen=receipts.listen.strip(),
        who=who,
        page=_PAGE,
    )


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return not host
