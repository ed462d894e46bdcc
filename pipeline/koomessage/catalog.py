"""KooMessage behind the Catalog port: what the account has, asked for page by page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

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
from pipeline.koomessage.answers import answered
from pipeline.koomessage.card_text import card_text
from pipeline.koomessage.decoding import clean, items, mapping, members, number, rows_of, text
from pipeline.koomessage.lists import Item, Page, collect, pages_of, read_data, read_page
from pipeline.koomessage.transport.calls import Call
from pipeline.koomessage.transport.signing import Query

if TYPE_CHECKING:
    from pipeline.koomessage.transport.http import Wire

Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)

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
        text=card_text(item),
    )


def video_template(item: Item) -> VideoTemplate:
    """Read an aim_basic template (VmsTemplateStatus)."""
    places = item.get("var_info")
    named = [
        (text(place.get("name")).strip("#"), text(place.get("type"))) for place in items(places)
    ]
    is_told = isinstance(places, list) or places == ""
    return VideoTemplate(
        template=text(item.get("tpl_id")),
        name=clean(item.get("tpl_name")),
        review=_numbered(_VIDEO_REVIEWS, item.get("audit_state")),
        carriers=tuple(
            (text(carrier.get("carrier")).lower(), _numbered(_VIDEO_REVIEWS, carrier.get("status")))
            for carrier in items(item.get("status_detail"))
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
    found = rows_of(members(body), "results")
    placed = sorted((number(row.get("variable_index")) or 0, at) for at, row in enumerate(found))
    variables = [_sms_variable(place, found[at]) for place, at in placed]
    known = tuple(variable for variable in variables if variable is not None)
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


@dataclass(frozen=True, slots=True)
class CatalogList(Generic[Found_co]):
    """A list of what the account has: its operation and path, how a page and a row are read.

    page raises Unreadable.
    """

    operation: str
    path: str
    page: Callable[[bytes], Page]
    row: Callable[[Item], Found_co]


_SMS_PAGE = partial(read_page, key="result")
_PUB_PAGE = partial(read_data, key="data", enveloped=False)
_PORTAL_PAGE = partial(read_data, key="portals", enveloped=False)

CARDS: Final = CatalogList(
    "ListAimTemplates", "/v1/aim/templates", partial(read_page, key="templates"), card_template
)
VIDEOS: Final = CatalogList(
    "ListVmsTemplateStatus",
    "/v1/aim-basic/templates",
    partial(read_data, key="templates"),
    video_template,
)
APPS: Final = CatalogList("ListAimMsgApp", "/v1/sms/apps", _SMS_PAGE, app)
SIGNATURES: Final = CatalogList("ListAimMsgSignature", "/v1/sms/signatures", _SMS_PAGE, signature)
SMS: Final = CatalogList("ListAimMsgTemplate", "/v1/sms/templates", _SMS_PAGE, mapping)
PORTS: Final = CatalogList("ListPortInfos", "/v1/aim-sa/ports", _PUB_PAGE, binding)
PUBS: Final = CatalogList("ListPubInfos", "/v1/aim-sa/pubs", _PUB_PAGE, service_number)
PORTALS: Final = CatalogList("ListPortalInfos", "/v1/aim-sa/portals", _PORTAL_PAGE, service_number)

LISTS: Final = (CARDS, VIDEOS, APPS, SIGNATURES, SMS, PORTS, PUBS, PORTALS)

BINDINGS: Final = (("type", "1"),)
"""What makes a question for ports one for their bindings (ListPortInfos)."""
_PUB_NAME_CHARS_MAX: Final = 15
"""The longest name that may be searched for (ListPubInfos, ListPortalInfos)."""


class KooMessageCatalog:
    """The Catalog port over HTTP. Lists search by name, so that names are compared here again."""

    def __init__(self, wire: "Wire") -> None:
        """Use a gateway's connections."""
        self._wire = wire

    async def card_template(self, template: str) -> CardTemplate | Unanswered | None:
        """Look the template up."""
        query = (("tpl_id", template),)
        return _first(await self._all(CARDS, query, lambda card: card.template == template))

    async def video_template(self, template: str) -> VideoTemplate | Unanswered | None:
        """Look the template up."""
        query = (("tpl_id", template),)
        return _first(await self._all(VIDEOS, query, lambda video: video.template == template))

    async def sms_template(self, template: str) -> SmsListing | Unanswered | None:
        """Look the template up, and then its variables."""
        query = (("template_id", template),)
        row = _first(
            await self._all(SMS, query, lambda row: text(row.get("template_id")) == template)
        )
        if row is None or isinstance(row, Unanswered):
            return row
        variables = await self._variables(template)
        return variables if isinstance(variables, Unanswered) else sms_listing(row, variables)

    async def signatures(self, name: str) -> tuple[Signature, ...] | Unanswered:
        """List the signatures of exactly that name."""
        query = (("signature_name", name),)
        return await self._all(SIGNATURES, query, lambda found: found.name == name)

    async def apps(self, name: str) -> tuple[App, ...] | Unanswered:
        """List the applications of exactly that name."""
        return await self._all(APPS, (("app_name", name),), lambda found: found.name == name)

    async def bindings(
        self, channel_number: str, signature: str
    ) -> tuple[Binding, ...] | Unanswered:
        """Ask by signature, which finds ports that stand for many numbers, then by number."""
        found: tuple[Binding, ...] | Unanswered = ()
        for filtered in (("sign_search", signature), ("port", channel_number)):
            query = (*BINDINGS, filtered)
            found = await self._all(PORTS, query, lambda port: port.covers(channel_number))
            if found:
                break
        return found

    async def service_numbers(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List the service numbers of exactly that name."""
        return await self._all(PUBS, _pub_query(name), lambda pub: pub.name == name)

    async def home_pages(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List the home pages of the service numbers of exactly that name."""
        return await self._all(PORTALS, _pub_query(name), lambda pub: pub.name == name)

    async def _variables(self, template: str) -> tuple[Variable, ...] | Unanswered | None:
        call = Call("GET", f"{SMS.path}/{template}/variable")
        variables = answered(await self._wire.exchange(call), sms_variables)
        # Whatever else is known of the template is worth more than its variables.
        is_lesser = isinstance(variables, Unanswered) and variables.hindrance is None
        return None if is_lesser else variables

    async def _all(
        self, of: CatalogList[Found], query: Query, is_wanted: Callable[[Found], bool]
    ) -> tuple[Found, ...] | Unanswered:
        pages = pages_of(self._wire, of.path, query)
        listing = await collect(pages, of.page, lambda item: is_wanted(of.row(item)))
        return listing.missing or tuple(filter(is_wanted, map(of.row, listing.rows)))


def _pub_query(name: str) -> Query:
    # A longer name would be refused: the whole list is asked for instead.
    return (("pub_name", name),) if len(name) <= _PUB_NAME_CHARS_MAX else ()


def _first(found: tuple[Found, ...] | Unanswered) -> Found | Unanswered | None:
    if isinstance(found, Unanswered):
        return found
    return found[0] if found else None
