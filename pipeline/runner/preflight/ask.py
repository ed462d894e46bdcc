"""Ask KooMessage, before anything is sent, whether it would take a campaign's messages."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import TypeVar

from pipeline.core.answer import Hindrance, Unanswered
from pipeline.core.errors import (
    CampaignInvalid,
    CredentialsRefused,
    Exit,
    KoosendError,
    NotKooMessage,
    ProviderUnavailable,
    WorkLeft,
)
from pipeline.core.model import Channel, Message
from pipeline.core.templates import SmsTemplate, Templates
from pipeline.language import Words, filled, text_of
from pipeline.ports import Catalog, Clock, Limiter
from pipeline.runner.preflight.findings import Finding, Severity, blockers, fine, warning
from pipeline.runner.preflight.service_number import judge_home_page, judge_service_number, shown_by
from pipeline.runner.preflight.sms import (
    SmsWish,
    judge_app,
    judge_bindings,
    judge_signature,
    judge_template,
)
from pipeline.runner.preflight.templates import judge_card, judge_video

T = TypeVar("T")

TRIES = 4
"""How often a question is put that is turned away for its rate, or that nobody answers."""

RETRY_S = 1.0
"""How long after an answer of no use, which names no wait, the question is put again."""

_CARD_CHANNELS = frozenset({Channel.AIM, Channel.AIM_LINKS, Channel.LINKS_ONLY})
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Preflight:
    """What KooMessage told: the templates as far as they are known and suit, and the findings."""

    templates: Templates = field(default_factory=Templates)
    findings: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> KoosendError | None:
        """Return what keeps the campaign from being sent, as what a command ends with."""
        found = blockers(self.findings)
        if not found:
            return None
        first = found[0]
        more = (
            filled(" (and {found} more: koosend check lists them)", found=str(len(found) - 1))
            if found[1:]
            else ""
        )
        if first.exit_code is Exit.CAMPAIGN_INVALID:
            return CampaignInvalid(
                filled(
                    "the campaign does not suit its template: {sentence}{more}",
                    sentence=first.sentence,
                    more=more,
                ),
                "KS7806",
            )
        return ProviderUnavailable(
            filled(
                "KooMessage would not take this campaign: {sentence}{more}",
                sentence=first.sentence,
                more=more,
            ),
            "KS6904",
        )

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return what should be known before it is sent."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Questions:
    """How questions are put: to whom, at what pace, by whose clock."""

    catalog: Catalog
    limiter: Limiter
    clock: Clock

    async def put(self, question: Callable[[], Awaitable[T | Unanswered]]) -> T | Unanswered:
        """Ask until it is answered, or until asking is of no use.

        Raises CredentialsRefused, WorkLeft for a wrong clock, ProviderUnavailable when KooMessage
        cannot be reached, and NotKooMessage where something else answers for it. Any other answer
        that stays out is returned.
        """
        for attempt in range(1, TRIES + 1):
            await self.limiter.admit(0)
            answer = await question()
            if not isinstance(answer, Unanswered):
                self.limiter.recover()
                return answer
            _give_up(answer, last=attempt == TRIES)
            if attempt == TRIES or not _may_change(answer):
                return answer
            await self.clock.sleep(answer.wait_s or RETRY_S)
        raise AssertionError("the last try returns")


async def ask(message: Message, questions: Questions) -> Preflight:
    """Ask about everything that a campaign's message names. Raises as Questions.put does."""
    found = Preflight()
    if message.channel in _CARD_CHANNELS:
        found = _and(found, await _card(message, questions))
    if message.channel is Channel.AIM_BASIC:
        found = _and(found, await _video(message.template, len(message.params), message, questions))
    for wish in _wishes(message):
        found = _and(found, await _sms(wish, questions))
    leg = message.fallback.video
    if leg is not None and message.channel in _CARD_CHANNELS:
        of_video = await _video(leg.template, len(leg.params), message, questions)
        found = _and(found, of_video)
    return replace(found, findings=_credentials(found.findings) + found.findings)


def _wishes(message: Message) -> Iterator[SmsWish]:
    with_link = message.channel in {Channel.AIM, Channel.AIM_LINKS}
    if message.sms is not None and message.channel is not Channel.LINKS_ONLY:
        yield SmsWish(message.sms, "message.sms", with_link)
    if message.fallback.sms is not None and with_link:
        yield SmsWish(message.fallback.sms, "fallback.sms", with_link=False)


async def _card(message: Message, questions: Questions) -> Preflight:
    card = await questions.put(lambda: questions.catalog.card_template(message.template))
    if isinstance(card, Unanswered):
        return Preflight(findings=(_untold("message.template", card),))
    params = [name for name, _ in message.params]
    findings = tuple(judge_card(card, message.template, params))
    if card is None:
        return Preflight(findings=findings)
    known = None if blockers(findings) else card.variables
    told = Templates(card=known, card_vendors=card.vendors, card_text=card.text)
    return Preflight(told, findings)


async def _video(template: str, values: int, message: Message, questions: Questions) -> Preflight:
    key = "message" if message.channel is Channel.AIM_BASIC else "fallback.aim_basic"
    video = await questions.put(lambda: questions.catalog.video_template(template))
    if isinstance(video, Unanswered):
        return Preflight(findings=(_untold(f"{key}.template", video),))
    until = questions.clock.now() + message.expires_hours * _HOUR_S
    findings = tuple(judge_video(video, template, (values, until), key))
    known = video.variables if video and not blockers(findings) else None
    is_main = message.channel is Channel.AIM_BASIC
    return Preflight(
        Templates(video=known) if is_main else Templates(fallback_video=known), findings
    )


async def _sms(wish: SmsWish, questions: Questions) -> Preflight:
    catalog, leg = questions.catalog, wish.leg
    findings: list[Finding] = []
    known: SmsTemplate | None = None
    listing = await questions.put(lambda: catalog.sms_template(leg.template))
    if isinstance(listing, Unanswered):
        findings.append(_untold(f"{wish.key}.template", listing))
        listing = None
    else:
        findings += judge_template(listing, wish)
        known = listing.known if listing and not blockers(findings) else None
    signatures = await questions.put(lambda: catalog.signatures(leg.signature))
    if isinstance(signatures, Unanswered):
        findings.append(_untold(f"{wish.key}.signature", signatures))
    else:
        findings += judge_signature(signatures, wish, listing)
    apps = await questions.put(lambda: catalog.apps(leg.app))
    if isinstance(apps, Unanswered):
        findings.append(_untold(f"{wish.key}.app", apps))
    else:
        findings += judge_app(apps, wish)
    findings += await _brand(wish, questions)
    is_main = wish.key.startswith("message")
    templates = Templates(sms=known) if is_main else Templates(fallback_sms=known)
    return Preflight(templates, tuple(dict.fromkeys(findings)))


async def _brand(wish: SmsWish, questions: Questions) -> tuple[Finding, ...]:
    """Ask whether the brand's page shows: the port, the service number it is bound to, its page."""
    catalog, leg = questions.catalog, wish.leg
    where = f"{wish.key}.channel_number"
    bindings = await questions.put(lambda: catalog.bindings(leg.channel_number, leg.signature))
    if isinstance(bindings, Unanswered):
        return (_untold(where, bindings),)
    found: list[Finding] = []
    for binding in shown_by(bindings, leg.signature):
        for question, judge in (
            (catalog.service_numbers, judge_service_number),
            (catalog.home_pages, judge_home_page),
        ):
            answer = await questions.put(partial(question, binding.service_number))
            if isinstance(answer, Unanswered):
                found.append(_untold(where, answer))
                continue
            faults = tuple(judge(answer, binding, where))
            found += faults
            if faults:
                break
    return tuple(found) or tuple(judge_bindings(bindings, wish))


def _untold(key: str, answer: Unanswered) -> Finding:
    what = filled("KooMessage could not be asked about it ({why})", why=answer.why)
    return warning(key, what, Words("run koosend check again, or look at the console"))


def _and(first: Preflight, other: Preflight) -> Preflight:
    answers = ((part.name, getattr(other.templates, part.name)) for part in fields(Templates))
    known = {name: answer for name, answer in answers if answer is not None}
    templates = replace(first.templates, **known)
    return Preflight(templates, tuple(dict.fromkeys((*first.findings, *other.findings))))


def _credentials(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Say that the credentials are good, once any question was answered."""
    is_told = any(finding.severity is not Severity.WARNING for finding in findings)
    return (fine("account", Words("the credentials are accepted")),) if is_told else ()


def _may_change(answer: Unanswered) -> bool:
    return answer.wait_s is not None or answer.hindrance is not None or answer.foreign


def not_koomessage(answer: Unanswered) -> NotKooMessage:
    """Say that something else answers in KooMessage's place, and what to look at."""
    return NotKooMessage(
        filled(
            "{why}; nothing is sent: check account.endpoint and what stands before the network",
            why=answer.why,
        )
    )


def _give_up(answer: Unanswered, *, last: bool) -> None:
    if answer.foreign and last:
        raise not_koomessage(answer)
    match answer.hindrance:
        case Hindrance.CREDENTIALS:
            raise CredentialsRefused(
                filled("KooMessage refuses the credentials: {why}", why=answer.why)
            )
        case Hindrance.CLOCK:
            raise WorkLeft(text_of(answer.why), "KS7511")
        case Hindrance.UNTRUSTED:
            raise ProviderUnavailable(
                filled("there is no safe connection to KooMessage: {why}", why=answer.why), "KS6903"
            )
        case Hindrance.UNREACHABLE if last:
            raise ProviderUnavailable(
                filled(
                    "KooMessage cannot be reached: {why}; check account.endpoint and network",
                    why=answer.why,
                )
            )
        case _:
            return
