"""What reaches outside: the provider, time, and whoever takes notice of what happens."""

from collections.abc import Sequence
from typing import Protocol

from pipeline.core.answer import (
    Answer,
    DayCount,
    FoundTask,
    News,
    RecentTasks,
    Renderings,
    Unanswered,
)
from pipeline.core.catalog import (
    App,
    Binding,
    CardTemplate,
    ServiceNumber,
    Signature,
    SmsListing,
    VideoTemplate,
)
from pipeline.core.model import Channel, Message, Recipients, TaskId, TaskName
from pipeline.ports.receipts import ReceiptAddress, ReceiptTopic
from pipeline.ports.records import Prepared


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


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> float:
        """Return seconds since 1970-01-01 UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back, from an unnamed start."""

    async def sleep(self, seconds: float) -> None:
        """Wait. Must not block other tasks."""


class Limiter(Protocol):
    """The pace of requests. Only one task may wait in admit at a time."""

    async def admit(self, messages: int) -> None:
        """Wait until one more call with that many messages may leave; 0 for a question."""

    def slow_down(self, ceiling_per_s: float | None) -> None:
        """Take notice of a rate refusal; ceiling_per_s is the rate the provider named."""

    def recover(self) -> None:
        """Take notice of a call that was not refused for its rate."""


class Gateway(Protocol):
    """KooMessage, in our words. Questions are harmless and may be repeated; submit may not."""

    def prepare(self, message: Message, name: TaskName, recipients: Recipients) -> Prepared:
        """Encode one request. Pure: nothing leaves."""

    async def submit(self, prepared: Prepared) -> Answer:
        """Sign and POST exactly once. Never raises for what the network or provider does.

        When it is cancelled after the first byte may have left, it raises CancelledError and the
        attempt's answer is lost.
        """

    async def find(
        self, channel: Channel, name: TaskName, since: float, phones: Sequence[str] = ()
    ) -> tuple[FoundTask, ...] | Unanswered:
        """List the tasks of exactly that name, taken since that time (epoch seconds).

        phones are of its numbers: some products show a task's name only beside a number.
        """

    async def recent_tasks(self, channel: Channel, since: float, until: float) -> RecentTasks:
        """List what the account sent by a channel between two times, by whomever."""

    async def deliveries(self, task: TaskId) -> tuple[News, ...] | Unanswered:
        """Tell which numbers of an aim task were delivered or failed (ListAimSendDetails)."""

    async def renderings(self, task: TaskId, since: float) -> Renderings | Unanswered:
        """Tell which numbers of an aim task parsed the card (ListAimResolveDetails)."""

    async def capabilities(
        self, phones: Sequence[str], template: str
    ) -> tuple[News, ...] | Unanswered:
        """Tell of at most 100 numbers whether their handsets show cards, and this card."""

    async def register_receipts(
        self, channel: Channel, address: str, topic: ReceiptTopic = ReceiptTopic.SENT
    ) -> Unanswered | None:
        """Ask for receipts to be pushed to that address; None when that was granted."""

    async def receipt_addresses(self, channel: Channel) -> tuple[ReceiptAddress, ...] | Unanswered:
        """List the addresses that the account has registered for a channel's receipts."""

    async def clock_ahead_s(self) -> float | Unanswered:
        """Ask how many seconds this machine's clock is ahead of KooMessage's; negative is behind.

        Once the two are further apart than a minute, submit answers Throttled for the clock.
        """

    async def day_counts(
        self, template: str, since: float, until: float
    ) -> tuple[DayCount, ...] | Unanswered:
        """Tell what was sent by a card template, by whomever, day by day (ListAimSendReports)."""

    async def close(self) -> None:
        """Release the connections."""


class OnEvent(Protocol):
    """Take notice of something that an operator may want to know."""

    def __call__(self, name: str, /, **fields: object) -> None:
        """Receive the event's name and its fields; none holds a number or a secret.

        It must not block.
        """


def ignore_event(name: str, /, **fields: object) -> None:
    """Take no notice."""
    del name, fields
