"""The questions about what the account has; harmless, and apart from what sends."""

from typing import Protocol

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


class Catalog(Protocol):
    """What the account has at KooMessage. None means that it has no such thing."""

    async def card_template(self, template: str) -> CardTemplate | Unanswered | None:
        """Look a card template up by its number (ListAimTemplates)."""

    async def video_template(self, template: str) -> VideoTemplate | Unanswered | None:
        """Look an aim_basic template up by its number (ListVmsTemplateStatus)."""

    async def sms_template(self, template: str) -> SmsListing | Unanswered | None:
        """Look an SMS template up by its number (ListAimMsgTemplate), with its variables."""

    async def signatures(self, name: str) -> tuple[Signature, ...] | Unanswered:
        """List the signatures of exactly that name (ListAimMsgSignature)."""

    async def apps(self, name: str) -> tuple[App, ...] | Unanswered:
        """List the SMS applications of exactly that name (ListAimMsgApp)."""

    async def bindings(
        self, channel_number: str, signature: str
    ) -> tuple[Binding, ...] | Unanswered:
        """List the bindings of ports that the channel number may belong to (ListPortInfos)."""

    async def service_numbers(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List the service numbers of exactly that name (ListPubInfos)."""

    async def home_pages(self, name: str) -> tuple[ServiceNumber, ...] | Unanswered:
        """List the home pages of the service numbers of exactly that name (ListPortalInfos)."""
