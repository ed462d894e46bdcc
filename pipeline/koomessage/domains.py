"""Which account somebody belongs to, by IAM's own word (KeystoneListAuthDomains)."""

from collections.abc import Callable
from typing import Final

from pipeline.core.answer import Unanswered
from pipeline.koomessage.credentials import Credentials
from pipeline.koomessage.http import Call, Wire
from pipeline.koomessage.options import GatewayOptions
from pipeline.koomessage.reading import Unreadable, items, mapping, parse, text
from pipeline.koomessage.verdict import body_of

PATH: Final = "/v3/auth/domains"


async def ask_domain(
    options: GatewayOptions, credentials: Credentials, now: Callable[[], float]
) -> str | Unanswered:
    """Ask IAM, which options name, for the id of the one account that these credentials are of."""
    wire = Wire(options, credentials, now)
    try:
        body = body_of(await wire.exchange(Call("GET", PATH)))
    finally:
        await wire.close()
    if isinstance(body, Unanswered):
        return body
    try:
        found = {text(one.get("id")) for one in items(mapping(parse(body)).get("domains"))} - {""}
    except Unreadable as error:
        return Unanswered(str(error))
    if len(found) != 1:
        return Unanswered(f"IAM names {len(found)} accounts")
    return found.pop()
