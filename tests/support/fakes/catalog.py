"""A catalog that holds what a test puts in it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class ScriptedCatalog:
    """Fake Catalog.

    Templates are kept by their number. silence is what every question gets instead of an answer,
    silent_on what one question gets, by its method's name.
    """

    cards: Mapping[str, CardTemplate] = field(default_factory=dict)
    videos: Mapping[str, VideoTemplate] = field(default_factory=dict)
    sms: Mapping[str, SmsListing] = field(default_factory=dict)
    known_signatures: tuple[Signature, ...] = ()
    known_apps: tuple[App, ...] = ()
    known_bindings: tuple[Binding, ...] = ()
    known_service_numbers: tuple[ServiceNumber, ...] = ()
    known_home_pages: tuple[ServiceNumber, ...] = ()
    silence: Unanswered | None = None
    silent_on: Mapping[str, Unanswered] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def card_template(self, template: str) -> CardTemplate | Unanswered | None:
        """Look it up."""
        return await self._silent("card_template") or self.cards.get(template)

    async def video_template(self, template: str) -> VideoTemplate | Unanswered | None:
        """Look it up."""
        return await self._silent("video_template") or self.videos.get(template)

    async def sms_template(self, template: str) -> SmsListing | Unanswered | None:
        """Look it up."""
        return await self._silent("sms_template") or self.sms.get(template)

    async def signatures(self, name: str) -> tuple[Signature, ...] | Unanswered:
        """List those of exactly that name."""
        found = tuple(signature for signature in self.known_signatures if signature.name == name)
        return await self._silent("signatures") or found

    async def apps(self, name: str) -> tuple[App, ...] | Unanswered:
        """List those of exactly that name."""
        found = tuple(app for app in self.known_apps if app.name == name)
        return await self._silent("apps") or found

    async def bindings(
        self, channel_number: str, signature: str
    ) -> tuple[Binding, ...] | Unanswered:
        """List those that cover the number."""
        del signature
        found = tuple(binding for binding in self.known_bindings if binding.covers(channel_number))
        return await self._silent("bindings") or found

    async def service_numbers(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List those of exactly that name."""
        found = tuple(number for number in self.known_service_numbers if number.name == name)
        return await self._silent("service_numbers") or found

    async def home_pages(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List those of exactly that name."""
        found = tuple(page for page in self.known_home_pages if page.name == name)
        return await self._silent("home_pages") or found

    async def _silent(self, question: str) -> Unanswered | None:
        await asyncio.sleep(0)
        self.asked.append(question)
        return self.silence or self.silent_on.get(question)
