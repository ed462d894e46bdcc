"""KooMessage behind the Catalog port: what the account has, asked for page by page."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from pipeline.core.answer import Unanswered
from pipeline.core.catalog import (
    App,
    Binding,
    CardTemplate,
    ServiceNumber,
    Signature,
    SmsListing,
    VideoTemplate,
)
from pipeline.core.template import Variable
from pipeline.koomessage import catalog_reading as read
from pipeline.koomessage.http import Call, Wire
from pipeline.koomessage.paging import LIMIT, Item, Page, collect
from pipeline.koomessage.reading import Unreadable, text
from pipeline.koomessage.signing import Query
from pipeline.koomessage.verdict import body_of

CARDS_PATH: Final = "/v1/aim/templates"
VIDEOS_PATH: Final = "/v1/aim-basic/templates"
SMS_PATH: Final = "/v1/sms/templates"
SIGNATURES_PATH: Final = "/v1/sms/signatures"
APPS_PATH: Final = "/v1/sms/apps"
PORTS_PATH: Final = "/v1/aim-sa/ports"
PUBS_PATH: Final = "/v1/aim-sa/pubs"
PORTALS_PATH: Final = "/v1/aim-sa/portals"

_BINDINGS: Final = "1"
"""The type of a question for bindings rather than ports (ListPortInfos)."""
_PUB_NAME_CHARS_MAX: Final = 15
"""The longest name that may be searched for (ListPubInfos, ListPortalInfos)."""


class KooMessageCatalog:
    """The Catalog port over HTTP. Lists search by name, so that names are compared here again."""

    def __init__(self, wire: Wire) -> None:
        """Use a gateway's connections."""
        self._wire = wire

    async def card_template(self, template: str) -> CardTemplate | Unanswered | None:
        """Look the template up."""
        row = await self._one(CARDS_PATH, ("tpl_id", template), read.read_cards)
        return read.card_template(row) if isinstance(row, dict) else _none(row)

    async def video_template(self, template: str) -> VideoTemplate | Unanswered | None:
        """Look the template up."""
        row = await self._one(VIDEOS_PATH, ("tpl_id", template), read.read_videos)
        return read.video_template(row) if isinstance(row, dict) else _none(row)

    async def sms_template(self, template: str) -> SmsListing | Unanswered | None:
        """Look the template up, and then its variables."""
        row = await self._one(SMS_PATH, ("template_id", template), read.read_sms)
        if not isinstance(row, dict):
            return _none(row)
        variables = await self._variables(template)
        if isinstance(variables, Unanswered):
            return variables
        return read.sms_listing(row, variables)

    async def signatures(self, name: str) -> tuple[Signature, ...] | Unanswered:
        """List the signatures of exactly that name."""
        query = (("signature_name", name),)
        wanted = _bears("signature_name", name)
        rows = await self._all(SIGNATURES_PATH, query, read.read_sms, wanted)
        if isinstance(rows, Unanswered):
            return rows
        return tuple(one for one in map(read.signature, rows) if one.name == name)

    async def apps(self, name: str) -> tuple[App, ...] | Unanswered:
        """List the applications of exactly that name."""
        query = (("app_name", name),)
        rows = await self._all(APPS_PATH, query, read.read_sms, _bears("app_name", name))
        if isinstance(rows, Unanswered):
            return rows
        return tuple(one for one in map(read.app, rows) if one.name == name)

    async def bindings(
        self, channel_number: str, signature: str
    ) -> tuple[Binding, ...] | Unanswered:
        """Ask by signature, which finds ports that stand for many numbers, then by number."""
        found: list[Binding] = []
        for filtered in (("sign_search", signature), ("port", channel_number)):
            query = (("type", _BINDINGS), filtered)
            rows = await self._all(
                PORTS_PATH,
                query,
                read.read_ports,
                lambda row: read.binding(row).covers(channel_number),
            )
            if isinstance(rows, Unanswered):
                return rows
            found += map(read.binding, rows)
            if any(one.covers(channel_number) for one in found):
                break
        return tuple(one for one in found if one.covers(channel_number))

    async def service_numbers(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List the service numbers of exactly that name."""
        return await self._named(PUBS_PATH, name, read.read_pubs)

    async def home_pages(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List the home pages of the service numbers of exactly that name."""
        return await self._named(PORTALS_PATH, name, read.read_portals)

    async def _named(
        self, path: str, name: str, reader: Callable[[bytes], Page]
    ) -> tuple[ServiceNumber, ...] | Unanswered:
        # A longer name would be refused: the whole list is asked for instead.
        query = (("pub_name", name),) if len(name) <= _PUB_NAME_CHARS_MAX else ()
        rows = await self._all(
            path, query, reader, lambda row: read.service_number(row).name == name
        )
        if isinstance(rows, Unanswered):
            return rows
        return tuple(one for one in map(read.service_number, rows) if one.name == name)

    async def _variables(self, template: str) -> tuple[Variable, ...] | Unanswered | None:
        body = await self._ask(Call("GET", f"{SMS_PATH}/{template}/variable"))
        if isinstance(body, Unanswered):
            # Whatever else is known of the template is worth more than its variables.
            return None if body.hindrance is None else body
        try:
            return read.sms_variables(body)
        except Unreadable:
            return None

    async def _one(
        self, path: str, wanted: tuple[str, str], reader: Callable[[bytes], Page]
    ) -> Item | Unanswered | None:
        key, value = wanted
        rows = await self._all(path, (wanted,), reader, _bears(key, value))
        if isinstance(rows, Unanswered):
            return rows
        return next((dict(row) for row in rows if text(row.get(key)) == value), None)

    async def _all(
        self,
        path: str,
        query: Query,
        reader: Callable[[bytes], Page],
        wanted: Callable[[Item], bool],
    ) -> tuple[Item, ...] | Unanswered:
        listing = await collect(partial(self._page, path, query), reader, wanted)
        return listing.rows if listing.missing is None else listing.missing

    def _page(self, path: str, query: Query, offset: int) -> Awaitable[bytes | Unanswered]:
        paged = (*query, ("limit", LIMIT), ("offset", offset))
        return self._ask(Call("GET", path, paged))

    async def _ask(self, call: Call) -> bytes | Unanswered:
        return body_of(await self._wire.exchange(call))


def _bears(key: str, value: str) -> Callable[[Item], bool]:
    return lambda row: text(row.get(key)) == value


def _none(row: Item | Unanswered | None) -> Unanswered | None:
    return row if isinstance(row, Unanswered) else None
