"""Ask which handsets can show the card, before a run is planned, and route by what is known."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from pipeline.core.answer import News, NewsKind, Unanswered
from pipeline.core.errors import ProviderUnavailable
from pipeline.core.model import Message, RowBlock
from pipeline.core.routing import CARD_CHANNELS, Router
from pipeline.core.times import DAY_S
from pipeline.language import filled
from pipeline.ports import Clock, Ledger
from pipeline.settings import Campaign

Handsets = Callable[[Sequence[str]], tuple[News, ...] | Unanswered]
"""Ask what numbers' handsets can show; raises ProviderUnavailable."""

_ASKED_AT_ONCE = 20_000
_KNOWN = frozenset({NewsKind.SUPPORTED, NewsKind.UNSUPPORTED, NewsKind.TEMPLATE_INACTIVE})


def router_of(campaign: Campaign, ledger: Ledger, clock: Clock) -> Router:
    """Route by what the ledger knows of handsets, if it is not too old."""
    message = campaign.message
    since = clock.now() - campaign.capability_days * DAY_S

    def known(phones: Sequence[str]) -> Mapping[str, NewsKind]:
        return ledger.routes.capabilities(message.template, phones, since)

    return Router(message, known)


def asks_handsets(message: Message) -> bool:
    """Tell whether a campaign's recipients are routed by their handsets."""
    return message.channel in CARD_CHANNELS and message.fallback.asks


def learn_handsets(
    router: Router, blocks: Iterable[RowBlock], ledger: Ledger, clock: Clock, handsets: Handsets
) -> None:
    """Ask about every recipient's handset that is not known, and keep the answers as they come.

    A run that is stopped meanwhile goes on where it was. Raises ProviderUnavailable: without
    answers nobody can be routed, and nothing was sent.
    """
    unknown = (phone for block in blocks for phone in _unknown(router, block.recipients.phones))
    while phones := list(islice(unknown, _ASKED_AT_ONCE)):
        answer = handsets(phones)
        if isinstance(answer, Unanswered):
            raise ProviderUnavailable(
                filled(
                    "KooMessage did not say which handsets can show the card ({why}); "
                    "nothing was sent: run the same command again later",
                    why=answer.why,
                ),
                "KS6908",
            )
        known = {news.phone: news.kind for news in answer if news.kind in _KNOWN}
        ledger.routes.remember_capabilities(router.message.template, clock.now(), known)


def _unknown(router: Router, phones: Sequence[str]) -> list[str]:
    known = router.capabilities(phones)
    return [phone for phone in phones if phone not in known]
