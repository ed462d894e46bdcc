"""A catalog in which everything is as a campaign wants it, to be spoilt one thing at a time."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

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
from pipeline.core.model import Message
from pipeline.core.templates import SmsTemplate, Variable, VariableKind
from pipeline.runner.preflight.ask import Preflight, Questions, ask
from pipeline.runner.preflight.findings import Finding, Severity
from pipeline.sender import LimiterOptions, SpacedLimiter
from tests.support.fakes import ManualClock, ScriptedCatalog

CARD = CardTemplate(
    template="700000001",
    name="points",
    review=Review.PASSED,
    enabled=True,
    vendors=(("HuaWei", True), ("OPPO", True)),
    variables=tuple(Variable(name, VariableKind.CARD) for name in ("name", "points", "shop")),
    text="您的积分有变动,拒收请回复R",
)
VIDEO = VideoTemplate(
    template="600000001",
    name="video",
    review=Review.PASSED,
    carriers=(("cmcc", Review.PASSED), ("cucc", Review.PASSED), ("ctcc", Review.PASSED)),
    expires_at=None,
    signature="云商城",
    variables=(Variable("p_1", VariableKind.VIDEO), Variable("p_2", VariableKind.VIDEO)),
)
SMS = SmsListing(
    template="15010661",
    review=Review.PASSED,
    usable=True,
    app="member-app",
    signature_id="s1",
    known=SmsTemplate(
        "15010661",
        "${1}您好 ${2} ${3}",
        (
            Variable("${1}", VariableKind.TEXT),
            Variable("${2}", VariableKind.NEWTEXT),
            Variable("${3}", VariableKind.CHARDIGIT),
        ),
    ),
)
SIGNATURE = Signature("s1", "云商城", "member-app", "10690000001", Review.PASSED)
APP = App("member-app", AppState.LAUNCHED)
BINDING = Binding(
    "10690000001",
    PortKind.WHOLE,
    ("云商城",),
    checks_signature=True,
    service_number="云商城服务号",
    service_id="0e00000000000000000000000000b0b0",
)
SERVICE = ServiceNumber(BINDING.service_id, BINDING.service_number, Effect.IN_EFFECT, Review.PASSED)


def good_catalog() -> ScriptedCatalog:
    """Return a catalog that the messages of tests.support.koomessage find no fault with."""
    return ScriptedCatalog(
        cards={CARD.template: CARD},
        videos={VIDEO.template: VIDEO},
        sms={SMS.template: SMS},
        known_signatures=(SIGNATURE,),
        known_apps=(APP,),
        known_bindings=(BINDING,),
        known_service_numbers=(SERVICE,),
        known_home_pages=(SERVICE,),
    )


def asked(
    message: Message, catalog: ScriptedCatalog, clock: ManualClock | None = None
) -> Preflight:
    """Ask a catalog about a message, without waiting for anything."""
    chosen = clock or ManualClock()
    limiter = SpacedLimiter(LimiterOptions(messages_per_s=0, calls_per_s=0), chosen)
    return asyncio.run(ask(message, Questions(catalog, limiter, chosen)))


def faults(findings: Iterable[Finding]) -> list[tuple[Severity, str]]:
    """Return what is not fine, with the key it is about."""
    return [
        (finding.severity, finding.key)
        for finding in findings
        if finding.severity is not Severity.FINE
    ]


def renamed(listing: SmsListing, *kinds: VariableKind) -> SmsListing:
    """Return an SMS template with other variables."""
    places = tuple(Variable(f"${{{n}}}", kind) for n, kind in enumerate(kinds, start=1))
    assert listing.known is not None
    return replace(listing, known=replace(listing.known, variables=places))
