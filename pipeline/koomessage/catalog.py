"""KooMessage behind the Catalog port: what the account has, asked for page by page."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

from pipeline.core.answer import Unanswered
from pipeline.core.catalog import (
    App,
    AppState,
    Binding,
    CardTemplate,
    Effect,
    PortKind,
    Review,
    ServiceNumber,
    Signature,
    SmsListing,
    VideoTemplate,
)
from pipeline.core.templates import SmsTemplate, Variable, VariableKind
from pipeline.core.times import CHINA
from pipeline.koomessage.answers import body_of
from pipeline.koomessage.decoding import Unreadable, clean, items, number, rows_of, text, told
from pipeline.koomessage.lists import LIMIT, Item, Page, collect, read_data, read_page
from pipeline.koomessage.transport.http import Call, Wire
from pipeline.koomessage.transport.signing import Query

T = TypeVar("T")

_CARD_REVIEWS = (Review.NOT_SUBMITTED, Review.IN_REVIEW, Review.PASSED, Review.REJECTED)
_VIDEO_REVIEWS = (
    Review.PASSED,
    Review.IN_REVIEW,
    Review.REJECTED,
    Review.DISABLED,
    Review.MISSING,
    Review.EXPIRED,
)
_SMS_REVIEWS: Mapping[str, Review] = MappingProxyType(
    {"adopted": Review.PASSED, "reviewing": Review.IN_REVIEW, "reject": Review.REJECTED}
)
_SIGNATURE_REVIEWS: Mapping[str, Review] = MappingProxyType(
    {
        "review_passed": Review.PASSED,
        "pending_review": Review.IN_REVIEW,
        "processing": Review.IN_REVIEW,
        "review_not_pass": Review.REJECTED,
        "to_be_activated": Review.INACTIVE,
        "pending_activate": Review.INACTIVE,
    }
)
_APP_STATES: Mapping[str, AppState] = MappingProxyType(
    {
        "created": AppState.CREATED,
        "suspended": AppState.SUSPENDED,
        "launched": AppState.LAUNCHED,
    }
)
_PORT_KINDS: Mapping[int, PortKind] = MappingProxyType(
    {1: PortKind.WHOLE, 3: PortKind.PREFIX, 5: PortKind.SUFFIX}
)
_EFFECTS: Mapping[int, Effect] = MappingProxyType(
    {1: Effect.NOT_YET, 2: Effect.IN_EFFECT, 3: Effect.NO_LONGER, 4: Effect.FROZEN}
)
_SERVICE_REVIEWS: Mapping[int, Review] = MappingProxyType(
    {1: Review.IN_REVIEW, 2: Review.PASSED, 3: Review.REJECTED}
)
_VALUE_CHARS_MIN = 1  # KM.00001375: a value of an SMS variable is never empty
_ACTIVE = 1  # FactoryInfo.state


def read_cards(body: bytes) -> Page:
    """Read a page of card templates. Raises Unreadable, as all of these do."""
    return read_page(body, "templates")


def read_videos(body: bytes) -> Page:
    """Read a page of aim_basic templates, which stand in an envelope."""
    return read_data(body, "templates")


def read_sms(body: bytes) -> Page:
    """Read a page of SMS templates, signatures or applications."""
    return read_page(body, "result")


def read_ports(body: bytes) -> Page:
    """Read a page of ports, which stand in an envelope of the same name."""
    return read_data(body, "data", enveloped=False)


read_pubs = read_ports
"""Read a page of service numbers, written as ports are."""


def read_portals(body: bytes) -> Page:
    """Read a page of home pages, which stand in an envelope."""
    return read_data(body, "portals", enveloped=False)


def card_template(item: Item) -> CardTemplate:
    """Read a card template (AIMTemplate)."""
    state = number(item.get("tpl_state"))
    vendors, params = item.get("factory_info"), item.get("params")
    return CardTemplate(
        template=text(item.get("tpl_id")),
        name=clean(item.get("tpl_name")),
        review=_numbered(_CARD_REVIEWS, item.get("audit_state")),
        enabled=None if state is None else state == 1,
        vendors=tuple(map(_vendor, items(vendors))) if isinstance(vendors, list) else None,
        variables=tuple(map(_card_variable, items(params))) if isinstance(params, list) else None,
        note=clean(item.get("disable_desc")) or clean(item.get("audit_desc")),
    )


def video_template(item: Item) -> VideoTemplate:
    """Read an aim_basic template (VmsTemplateStatus)."""
    places = item.get("var_info")
    named = [(text(one.get("name")).strip("#"), text(one.get("type"))) for one in items(places)]
    is_told = isinstance(places, list) or places == ""
    return VideoTemplate(
        template=text(item.get("tpl_id")),
        name=clean(item.get("tpl_name")),
        review=_numbered(_VIDEO_REVIEWS, item.get("audit_state")),
        carriers=tuple(
            (text(one.get("carrier")).lower(), _numbered(_VIDEO_REVIEWS, one.get("status")))
            for one in items(item.get("status_detail"))
        ),
        expires_at=_expires_at(item.get("valid_time")),
        signature=clean(item.get("tpl_sign")),
        variables=tuple(Variable(name, VariableKind.VIDEO) for name, _ in named)
        if is_told
        else None,
        foreign=tuple(name for name, kind in named if kind.lower() not in ("", "txt")),
        note=clean(item.get("audit_desc")),
    )


def sms_listing(item: Item, variables: tuple[Variable, ...] | None) -> SmsListing:
    """Read an SMS template (SmsTemplateInfo) with its variables, where these are known."""
    template, status = text(item.get("template_id")), text(item.get("status"))
    content = item.get("template_content")
    is_known = variables is not None and isinstance(content, str)
    return SmsListing(
        template=template,
        review=_SMS_REVIEWS.get(text(item.get("flow_status")).lower(), Review.UNKNOWN),
        usable=status.lower() == "normal" if status else None,
        app=text(item.get("app_name")),
        signature_id=text(item.get("signature_id")),
        known=SmsTemplate(template, str(content), variables or ()) if is_known else None,
        note=clean(item.get("review_desc")),
    )


def sms_variables(body: bytes) -> tuple[Variable, ...] | None:
    """Read an SMS template's variables in the order of their places (VariableAttributes).

    None where one is of a kind that is not documented, so that nothing can be said of its values.
    """
    found = rows_of(told(body), "results")
    placed = sorted((number(one.get("variable_index")) or 0, at) for at, one in enumerate(found))
    variables = [_sms_variable(place, found[at]) for place, at in placed]
    known = tuple(one for one in variables if one is not None)
    return known if len(known) == len(variables) else None


def signature(item: Item) -> Signature:
    """Read a signature (SmsSignatureInfo)."""
    return Signature(
        signature_id=text(item.get("signature_id")),
        name=text(item.get("signature_name")),
        app=text(item.get("app_name")),
        channel_number=text(item.get("channel_num")),
        review=_SIGNATURE_REVIEWS.get(text(item.get("status")).lower(), Review.UNKNOWN),
        note=clean(item.get("review_desc")),
    )


def app(item: Item) -> App:
    """Read an SMS application (SmsApp)."""
    state = _APP_STATES.get(text(item.get("status")).lower(), AppState.UNKNOWN)
    return App(text(item.get("app_name")), state)


def binding(item: Item) -> Binding:
    """Read the binding of a port to a service number (ListPortInfos)."""
    signs = item.get("sign")
    return Binding(
        port=text(item.get("port")),
        kind=_PORT_KINDS.get(number(item.get("port_type")) or 1, PortKind.WHOLE),
        signatures=tuple(map(text, signs)) if isinstance(signs, list) else (),
        checks_signature=number(item.get("sign_check")) != 0,
        service_number=clean(item.get("pub_name")),
        service_id=text(item.get("pub_id")),
    )


def service_number(item: Item) -> ServiceNumber:
    """Read a service number (PubDetail) or the home page of one (PortalModel)."""
    state, review = number(item.get("state")), number(item.get("approve_state"))
    return ServiceNumber(
        service_id=text(item.get("pub_id")),
        name=clean(item.get("pub_name")),
        effect=_EFFECTS.get(state or 0, Effect.UNKNOWN),
        review=_SERVICE_REVIEWS.get(review or 0, Review.UNKNOWN),
    )


def _numbered(reviews: tuple[Review, ...], value: object) -> Review:
    at = number(value)
    return reviews[at] if at is not None and 0 <= at < len(reviews) else Review.UNKNOWN


def _vendor(item: Item) -> tuple[str, bool]:
    return text(item.get("factory_type")), number(item.get("state")) == _ACTIVE


def _card_variable(item: Item) -> Variable:
    name = text(item.get("name"))
    is_integer = text(item.get("type")).lower() == "integer"
    kind = VariableKind.CARD_INTEGER if is_integer else VariableKind.CARD
    if item.get("has_length") is False or item.get("length_restrict") is False:
        return Variable(name, kind)
    fixed = number(item.get("fix_length"))
    if fixed:
        return Variable(name, kind, fixed, fixed)
    least, most = number(item.get("min_length")), number(item.get("max_length"))
    return Variable(name, kind, least or 0, most or None)


def _sms_variable(place: int, item: Item) -> Variable | None:
    kind = text(item.get("variable_type")).upper()
    if kind not in VariableKind.__members__:
        return None
    longest = number(item.get("variable_length")) or None
    return Variable(f"${{{place}}}", VariableKind[kind], _VALUE_CHARS_MIN, longest)


def _expires_at(value: object) -> float | None:
    """Read a time whose zone is not sure as China's, the earliest that it can mean."""
    try:
        moment = datetime.fromisoformat(text(value)).replace(tzinfo=CHINA)
    except ValueError:
        return None
    try:
        return moment.timestamp()
    except OverflowError:
        return None


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
        row = await self._one(CARDS_PATH, ("tpl_id", template), read_cards)
        return card_template(row) if isinstance(row, dict) else _none(row)

    async def video_template(self, template: str) -> VideoTemplate | Unanswered | None:
        """Look the template up."""
        row = await self._one(VIDEOS_PATH, ("tpl_id", template), read_videos)
        return video_template(row) if isinstance(row, dict) else _none(row)

    async def sms_template(self, template: str) -> SmsListing | Unanswered | None:
        """Look the template up, and then its variables."""
        row = await self._one(SMS_PATH, ("template_id", template), read_sms)
        if not isinstance(row, dict):
            return _none(row)
        variables = await self._variables(template)
        if isinstance(variables, Unanswered):
            return variables
        return sms_listing(row, variables)

    async def signatures(self, name: str) -> tuple[Signature, ...] | Unanswered:
        """List the signatures of exactly that name."""
        query = (("signature_name", name),)
        wanted = _bears("signature_name", name)
        rows = await self._all(SIGNATURES_PATH, query, read_sms, wanted)
        if isinstance(rows, Unanswered):
            return rows
        return tuple(one for one in map(signature, rows) if one.name == name)

    async def apps(self, name: str) -> tuple[App, ...] | Unanswered:
        """List the applications of exactly that name."""
        query = (("app_name", name),)
        rows = await self._all(APPS_PATH, query, read_sms, _bears("app_name", name))
        if isinstance(rows, Unanswered):
            return rows
        return tuple(one for one in map(app, rows) if one.name == name)

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
                read_ports,
                lambda row: binding(row).covers(channel_number),
            )
            if isinstance(rows, Unanswered):
                return rows
            found += map(binding, rows)
            if any(one.covers(channel_number) for one in found):
                break
        return tuple(one for one in found if one.covers(channel_number))

    async def service_numbers(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List the service numbers of exactly that name."""
        return await self._named(PUBS_PATH, name, read_pubs)

    async def home_pages(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List the home pages of the service numbers of exactly that name."""
        return await self._named(PORTALS_PATH, name, read_portals)

    async def _named(
        self, path: str, name: str, reader: Callable[[bytes], Page]
    ) -> tuple[ServiceNumber, ...] | Unanswered:
        # A longer name would be refused: the whole list is asked for instead.
        query = (("pub_name", name),) if len(name) <= _PUB_NAME_CHARS_MAX else ()
        rows = await self._all(path, query, reader, lambda row: service_number(row).name == name)
        if isinstance(rows, Unanswered):
            return rows
        return tuple(one for one in map(service_number, rows) if one.name == name)

    async def _variables(self, template: str) -> tuple[Variable, ...] | Unanswered | None:
        body = await self._ask(Call("GET", f"{SMS_PATH}/{template}/variable"))
        if isinstance(body, Unanswered):
            # Whatever else is known of the template is worth more than its variables.
            return None if body.hindrance is None else body
        try:
            return sms_variables(body)
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
