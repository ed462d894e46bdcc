"""Judge an SMS's template, signature, application and port against each other. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.catalog import App, AppState, Binding, Review, Signature, SmsListing
from pipeline.core.errors import Exit
from pipeline.core.model import SmsLeg
from pipeline.core.templates import VariableKind
from pipeline.runner.preflight.findings import (
    AWAIT,
    Finding,
    blocking,
    fine,
    no_such_template,
    reviewed,
    warning,
)

_TOGETHER = "take the four fields from one row of the console's SMS settings"


@dataclass(frozen=True, slots=True)
class SmsWish:
    """An SMS that a campaign names, under which key, and whether it must carry a link."""

    leg: SmsLeg
    key: str
    with_link: bool


def judge_template(found: SmsListing | None, wish: SmsWish) -> Iterator[Finding]:
    """Say whether the template can be sent (ListAimMsgTemplate) and gets exactly its values."""
    where, called = f"{wish.key}.template", f"SMS template {wish.leg.template}"
    if found is None:
        yield no_such_template(where, called)
        return
    yield from reviewed(where, called, found.review, found.note, AWAIT)
    if found.review is Review.PASSED and found.usable is False:
        yield warning(where, f"{called} is approved but not in normal use", "ask the support why")
    elif found.review is Review.PASSED:
        yield fine(where, f"{called} is approved")
    if found.app and found.app != wish.leg.app:
        yield blocking(
            f"{wish.key}.app",
            f"{called} belongs to the application {_shown(found.app)}, not {wish.leg.app}",
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
            f"this account has no signature {leg.signature}",
            "write it as the console does, without brackets",
        )
        return
    best = _best(found, leg, listing)
    if best.app and best.app != leg.app:
        yield blocking(
            f"{wish.key}.app",
            f"signature {leg.signature} belongs to the application {_shown(best.app)}, "
            f"not {leg.app}",
            _TOGETHER,
        )
    if listing is not None and listing.signature_id not in ("", best.signature_id):
        yield blocking(
            where, f"SMS template {leg.template} is not of signature {leg.signature}", _TOGETHER
        )
    yield from _signature_state(best, wish)


def judge_app(found: Sequence[App], wish: SmsWish) -> Iterator[Finding]:
    """Say whether the SMS application is live (ListAimMsgApp)."""
    where, name = f"{wish.key}.app", wish.leg.app
    if not found:
        yield blocking(
            where, f"this account has no SMS application {name}", "name one that the console lists"
        )
        return
    state = next((app.state for app in found if app.state is AppState.LAUNCHED), found[0].state)
    called = f"SMS application {name}"
    match state:
        case AppState.LAUNCHED:
            yield fine(where, f"{called} is live")
        case AppState.UNKNOWN:
            yield warning(where, f"{called} is {state}", "look at it in the console")
        case AppState.CREATED:
            yield blocking(where, f"{called} is {state}", "wait until it is, or name another")
        case AppState.SUSPENDED:
            yield blocking(where, f"{called} is {state}", "ask the provider's support why")


def judge_bindings(found: Sequence[Binding], wish: SmsWish) -> Iterator[Finding]:
    """Say whether the brand's page shows beside the messages; they are delivered without it."""
    leg = wish.leg
    shown = [binding for binding in found if binding.shows(leg.signature)]
    where = f"{wish.key}.channel_number"
    if shown:
        named = f" of {shown[0].service_number}" if shown[0].service_number else ""
        yield fine(
            where, f"{leg.channel_number} with signature {leg.signature} shows the page{named}"
        )
    elif found:
        others = ", ".join(_shown(sign) for binding in found for sign in binding.signatures)
        yield warning(
            f"{wish.key}.signature",
            f"the service number's port {leg.channel_number} is bound for the signature {others}, "
            f"so that the brand's page does not show for {leg.signature}",
            "add the signature to the port in the console",
        )
    else:
        yield warning(
            where,
            f"{leg.channel_number} is bound to no service number, so that the brand's page does "
            "not show",
            "bind it in the console if it should",
        )


def _judge_values(found: SmsListing, wish: SmsWish) -> Iterator[Finding]:
    where, called = f"{wish.key}.params", f"SMS template {wish.leg.template}"
    if found.known is None:
        yield warning(
            where, f"the variables of {called} could not be read", "compare them with the console"
        )
        return
    kinds = [variable.kind for variable in found.known.variables]
    links = kinds.count(VariableKind.NEWTEXT)
    if wish.with_link and not links:
        yield blocking(
            f"{wish.key}.template",
            f"{called} has no variable for the link of the card",
            "name a template with one",
        )
    place = wish.leg.link_position
    places = [at for at, kind in enumerate(kinds, start=1) if kind is VariableKind.NEWTEXT]
    if place and places and place not in places:
        either = " or ".join(map(str, places))
        yield blocking(
            f"{wish.key}.link_position",
            f"{called} takes the link as variable {either}, but the campaign gives it as "
            f"variable {place}",
            f"set it to {places[0]}",
            Exit.CAMPAIGN_INVALID,
        )
    needed = len(kinds) - (1 if wish.with_link and links else 0)
    given = len(wish.leg.params)
    if needed != given:
        but = " besides the link" if wish.with_link else ""
        yield blocking(
            where,
            f"{called} has {needed} variables{but} but the campaign gives {given} values",
            "give one for each variable, in the template's order",
            Exit.CAMPAIGN_INVALID,
        )
    elif links or not wish.with_link:
        yield fine(where, f"{called} gets a value for each of its {needed} variables")


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
    called = f"signature {leg.signature}"
    yield from reviewed(
        where, called, best.review, best.note, "wait for its approval, or use another"
    )
    if best.review not in {Review.UNKNOWN, Review.PASSED}:
        return
    if not best.channel_number:
        yield blocking(
            where, f"{called} has no channel number yet", "wait until it is set up, then try again"
        )
    elif best.channel_number != leg.channel_number:
        yield blocking(
            f"{wish.key}.channel_number",
            f"{called} goes with the channel number {_shown(best.channel_number)}, "
            f"not {leg.channel_number}",
            _TOGETHER,
        )
    else:
        yield fine(where, f"{called} is approved and goes with {leg.channel_number}")


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:60])
