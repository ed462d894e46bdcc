"""Reach KooMessage for questions only: nothing can be sent over this line."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from msgspec import structs

from pipeline.core.answer import News, Unanswered
from pipeline.core.errors import NotKooMessage, ProviderUnavailable
from pipeline.core.templates import Templates
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import OnAnswer
from pipeline.language import filled, system_words
from pipeline.logs import EventLog
from pipeline.ports import Clock
from pipeline.runner.preflight.ask import Preflight, Questions, ask
from pipeline.runner.session.account import open_gateway
from pipeline.runner.session.marks import marks_heard
from pipeline.runner.session.outside import Ui
from pipeline.sender import LimiterOptions, SpacedLimiter
from pipeline.settings import Campaign

PHONES_MAX = 100
"""Numbers per question for their handsets (CheckMobileCapability)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A way to ask on behalf of one campaign.

    on_answer hears of each answer whether it bears the emulator's mark.
    """

    campaign: Campaign
    clock: Clock
    on_answer: OnAnswer | None = None

    def preflight(self) -> Preflight:
        """Ask about everything that the campaign names. Raises as Questions.put does."""

        async def work() -> Preflight:
            async with self.opened() as (_, questions):
                return await ask(self.campaign.message, questions)

        return asyncio.run(work())

    def handsets(
        self, phones: Sequence[str], progress: Callable[[int, int], None]
    ) -> tuple[News, ...] | Unanswered:
        """Ask what the numbers' handsets show; progress hears how many of how many were asked.

        Raises as Questions.put does.
        """
        template = self.campaign.message.template

        async def work() -> tuple[News, ...] | Unanswered:
            found: list[News] = []
            async with self.opened() as (gateway, questions):
                for start in range(0, len(phones), PHONES_MAX):
                    some = phones[start : start + PHONES_MAX]
                    answer = await questions.put(partial(gateway.capabilities, some, template))
                    if isinstance(answer, Unanswered):
                        return answer
                    found += answer
                    progress(start + len(some), len(phones))
            return tuple(found)

        return asyncio.run(work())

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[tuple[KooMessageGateway, Questions]]:
        """Open the connections for as long as the context lasts, at the campaign's pace."""
        limits = LimiterOptions(
            messages_per_s=self.campaign.limits.messages_per_s,
            calls_per_s=self.campaign.limits.calls_per_s,
        )
        limiter = SpacedLimiter(limits, self.clock)
        # A question changes nothing, and there is no run to keep its events for.
        with closing(EventLog(Path(os.devnull))) as events:
            async with open_gateway(self.campaign, self.clock, events, self.on_answer) as gateway:
                yield gateway, Questions(gateway.catalog(), limiter, self.clock)


@contextmanager
def asking(campaign: Campaign, clock: Clock, on_answer: OnAnswer | None = None) -> Iterator[Line]:
    """Reach KooMessage, or an emulator of the campaign's world that leaves nothing behind.

    Raises ProviderUnavailable where the emulator finds no room.
    """
    if not campaign.account.is_emulator:
        yield Line(campaign, clock, on_answer)
        return
    try:
        folder = tempfile.TemporaryDirectory(prefix="koosend-")
    except OSError as error:
        raise ProviderUnavailable(
            filled(
                "the embedded emulator finds no room for its journal ({why}); make room in "
                "the folder for temporary files",
                why=system_words(error),
            ),
            "KS6907",
        ) from None
    with folder as name:
        world = structs.replace(campaign.emulator, journal=f"{name}/journal.jsonl")
        yield Line(replace(campaign, emulator=world), clock, on_answer)


def ask_before(campaign: Campaign, clock: Clock, ui: Ui) -> Templates:
    """Ask KooMessage before a new run, and return what it told of the templates.

    Raises what would keep it from taking any message. That it cannot be reached is only noted:
    the sending waits for it, and ends as it does whenever it cannot be reached. Raises
    NotKooMessage where something else answers: it would answer the sends as well.
    """
    if not campaign.preflight.ask:
        return Templates()
    try:
        answers: set[bool] = set()
        with asking(campaign, clock, answers.add) as line:
            found = line.preflight()
    except NotKooMessage:
        raise
    except ProviderUnavailable as error:
        ui.note(filled("not asked before the run: {error}", error=error.text))
        return Templates()
    if answers:
        ui.mark(marks_heard(campaign, answers))
    for finding in found.warnings:
        ui.note(finding.sentence)
    if found.blocked is not None:
        raise found.blocked
    return found.templates


def ask_handsets(
    campaign: Campaign, clock: Clock, ui: Ui, phones: Sequence[str]
) -> tuple[News, ...] | Unanswered:
    """Ask what numbers' handsets can show, before a run is planned by it."""
    with asking(campaign, clock) as line:
        return line.handsets(phones, ui.asking)
