"""Judge an SMS's template, signature, application and port against each other. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.catalog import App, AppState, Binding, Review, Signature, SmsListing
from pipeline.core.errors import Exit
from pipeline.core.model import SmsLeg
from pipeline.core.templates import VariableKind
from pipeline.language import Words, filled, listed
from pipeline.runner.preflight.findings import (
    AWAIT,
    Finding,
    blocking,
    fine,
    no_such_template,
    reviewed,
    warning,
)

_TOGETHER = Words("take the four fields from one row of the console's SMS settings")


@dataclass(frozen=True, slots=True)
class SmsWish:
    """An SMS that a campaign names, under which key, and whether it must carry a link."""

    leg: SmsLeg
    key: str
    with_link: bool


def judge_template(found: SmsListing | None, wish: SmsWish) -> Iterator[Finding]:
    """Say whether the template can be sent (ListAimMsgTemplate) and gets exactly its values."""
    where, called = (
        f"{wish.key}.template",
        filled("SMS template {template}", template=wish.leg.template),
    )
    if found is None:
        yield no_such_template(where, called)
        return
    yield from reviewed(where, called, found.review, found.note, AWAIT)
    if found.review is Review.PASSED and found.usable is False:
        yield warning(
            where,
            filled("{called} is approved but not in normal use", called=called),
            Words("ask the support why"),
        )
    elif found.review is Review.PASSED:
        yield fine(where, filled("{called} is approved", called=called))
    if found.app and found.app != wish.leg.app:
        yield blocking(
            f"{wish.key}.app",
            filled(
                "{called} belongs to the application {app}, not {app_2}",
                called=called,
                app=_shown(found.app),
                app_2=wish.leg.app,
            ),
            _TOGETHER,
        )
    yield from _judge_values(found, wish)


def judge_signature(
    found: Sequence[Signature], wish: SmsWish, listing: SmsListing | None
) -> Iterator[Finding]:
    """Say whether the signature is live and goes with the template, app and channel number."""
    where, leg = f"{wish.key}.signature", wish.leg
    if not found:
        yield blocking(
            where,
            filled("this account has no signature {signature}", signature=leg.signature),
            Words("write it as the console does, without brackets"),
        )
        return
    best = _best(found, leg, listing)
    if best.app and best.app != leg.app:
        yield blocking(
            f"{wish.key}.app",
            filled(
                "signature {signature} belongs to the application {app}, not {app_2}",
                signature=leg.signature,
                app=_shown(best.app),
                app_2=leg.app,
            ),
            _TOGETHER,
        )
    if listing is not None and listing.signature_id not in ("", best.signature_id):
        yield blocking(
            where,
            filled(
                "SMS template {template} is not of signature {signature}",
                template=leg.template,
                signature=leg.signature,
            ),
            _TOGETHER,
        )
    yield from _signature_state(best, wish)


def judge_app(found: Sequence[App], wish: SmsWish) -> Iterator[Finding]:
    """Say whether the SMS application is live (ListAimMsgApp)."""
    where, name = f"{wish.key}.app", wish.leg.app
    if not found:
        yield blocking(
            where,
            filled("this account has no SMS application {name}", name=name),
            Words("name one that the console lists"),
        )
        return
    state = next((app.state for app in found if app.state is AppState.LAUNCHED), found[0].state)
    called = filled("SMS application {name}", name=name)
    match state:
        case AppState.LAUNCHED:
            yield fine(where, filled("{called} is live", called=called))
        case AppState.UNKNOWN:
            yield warning(
                where,
                filled("{called} is {state}", called=called, state=Words(state)),
                Words("look at it in the console"),
            )
        case AppState.CREATED:
            yield blocking(
                where,
                filled("{called} is {state}", called=called, state=Words(state)),
                Words("wait until it is, or name another"),
            )
        case AppState.SUSPENDED:
            yield blocking(
                where,
                filled("{called} is {state}", called=called, state=Words(state)),
                Words("ask the provider's support why"),
            )


def judge_bindings(found: Sequence[Binding], wish: SmsWish) -> Iterator[Finding]:
    """Say whether the brand's page shows beside the messages; they are delivered without it."""
    leg = wish.leg
    shown = [binding for binding in found if binding.shows(leg.signature)]
    where = f"{wish.key}.channel_number"
    if shown:
        owner = shown[0].service_number
        named = filled(" of {owner}", owner=owner) if owner else ""
        yield fine(
            where,
            filled(
                "{channel_number} with signature {signature} shows the page{named}",
                channel_number=leg.channel_number,
                signature=leg.signature,
                named=named,
            ),
        )
    elif found:
        others = listed(_shown(sign) for binding in found for sign in binding.signatures)
        yield warning(
            f"{wish.key}.signature",
            filled(
                "the service number's port {channel_number} is bound for the signature "
                "{others}, so that the brand's page does not show for {signature}",
                channel_number=leg.channel_number,
                others=others,
                signature=leg.signature,
            ),
            Words("add the signature to the port in the console"),
        )
    else:
        yield warning(
            where,
            filled(
                "{channel_number} is bound to no service number, so that the brand's page "
                "does not show",
                channel_number=leg.channel_number,
            ),
            Words("bind it in the console if it should"),
        )


def _judge_values(found: SmsListing, wish: SmsWish) -> Iterator[Finding]:
    where, called = (
        f"{wish.key}.params",
        filled("SMS template {template}", template=wish.leg.template),
    )
    if found.known is None:
        yield warning(
            where,
            filled("the variables of {called} could not be read", called=called),
            Words("compare them with the console"),
        )
        return
    kinds = [variable.kind for variable in found.known.variables]
    links = kinds.count(VariableKind.NEWTEXT)
    if wish.with_link and not links:
        yield blocking(
            f"{wish.key}.template",
            filled("{called} has no variable for the link of the card", called=called),
            Words("name a template with one"),
        )
    yield from _judge_link_position(called, kinds, wish)
    needed = len(kinds) - (1 if wish.with_link and links else 0)
    given = len(wish.leg.params)
    if needed != given:
        but = Words(" besides the link") if wish.with_link else ""
        yield blocking(
            where,
            filled(
                "{called} has {needed} variables{but} but the campaign gives {given} values",
                called=called,
                needed=str(needed),
                but=but,
                given=str(given),
            ),
            Words("give one for each variable, in the template's order"),
            Exit.CAMPAIGN_INVALID,
        )
    elif links or not wish.with_link:
        yield fine(
            where,
            filled(
                "{called} gets a value for each of its {needed} variables",
                called=called,
                needed=str(needed),
            ),
        )


def _judge_link_position(
    called: str, kinds: Sequence[VariableKind], wish: SmsWish
) -> Iterator[Finding]:
    place = wish.leg.link_position
    places = [at for at, kind in enumerate(kinds, start=1) if kind is VariableKind.NEWTEXT]
    if place and places and place not in places:
        *some, last = map(str, places)
        either = filled("{others} or {last}", others=listed(some), last=last) if some else last
        yield blocking(
            f"{wish.key}.link_position",
            filled(
                "{called} takes the link as variable {either}, but the campaign gives it "
                "as variable {place}",
                called=called,
                either=either,
                place=str(place),
            ),
            filled("set it to {places}", places=str(places[0])),
            Exit.CAMPAIGN_INVALID,
        )


def _best(found: Sequence[Signature], leg: SmsLeg, listing: SmsListing | None) -> Signature:
    """Choose among signatures of one name the one that the campaign most likely means."""

    def likeness(signature: Signature) -> tuple[bool, bool, bool]:
        is_templates = listing is not None and signature.signature_id == listing.signature_id
        return (
            is_templates,
            signature.app == leg.app,
            signature.channel_number == leg.channel_number,
        )

    return max(found, key=likeness)


def _signature_state(best: Signature, wish: SmsWish) -> Iterator[Finding]:
    leg, where = wish.leg, f"{wish.key}.signature"
    called = filled("signature {signature}", signature=leg.signature)
    yield from reviewed(
        where, called, best.review, best.note, Words("wait for its approval, or use another")
    )
    if best.review not in {Review.UNKNOWN, Review.PASSED}:
        return
    if not best.channel_number:
        yield blocking(
            where,
            filled("{called} has no channel number yet", called=called),
            Words("wait until it is set up, then try again"),
        )
    elif best.channel_number != leg.channel_number:
        yield blocking(
            f"{wish.key}.channel_number",
            filled(
                "{called} goes with the channel number {channel_number}, not {channel_number_2}",
                called=called,
                channel_number=_shown(best.channel_number),
                channel_number_2=leg.channel_number,
            ),
            _TOGETHER,
        )
    else:
        yield fine(
            where,
            filled(
                "{called} is approved and goes with {channel_number}",
                called=called,
                channel_number=leg.channel_number,
            ),
        )


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:60])
