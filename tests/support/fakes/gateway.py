"""A gateway that answers from a script and remembers what it was asked."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.core.answer import (
    Accepted,
    Answer,
    DayCount,
    FoundTask,
    News,
    RecentTasks,
    Renderings,
    Unanswered,
)
from pipeline.core.model import Channel, Message, Recipients, TaskId, TaskName
from pipeline.ports import Prepared, ReceiptAddress, ReceiptTopic


def accept_all(prepared: Prepared) -> Answer:
    """Answer every submission with acceptance under a task id made of its name."""
    return Accepted(TaskId(f"id-{prepared.task_name}"))


@dataclass(slots=True)
class ScriptedGateway:
    """Fake Gateway.

    answer decides each submission's answer. taken maps each name that counts as taken to its
    task, and is filled for accepted submissions; put a lost one in it to make it findable.
    silent makes every question go unanswered. ahead_s is what it says of our clock, None for
    nothing.
    """

    answer: Callable[[Prepared], Answer] = accept_all
    taken: dict[TaskName, tuple[FoundTask, ...]] = field(default_factory=dict)
    delivered: dict[TaskId, tuple[News, ...]] = field(default_factory=dict)
    rendered: dict[TaskId, Renderings] = field(default_factory=dict)
    capable: dict[str, News] = field(default_factory=dict)
    silent: bool = False
    ahead_s: float | None = 0.0
    submitted: list[Prepared] = field(default_factory=list)
    asked: list[TaskName] = field(default_factory=list)
    recipients: dict[TaskName, Recipients] = field(default_factory=dict)
    registered: dict[tuple[Channel, ReceiptTopic], ReceiptAddress] = field(default_factory=dict)

    reported: dict[str, tuple[DayCount, ...]] = field(default_factory=dict)

    def prepare(self, message: Message, name: TaskName, recipients: Recipients) -> Prepared:
        """Encode the numbers, one a line."""
        self.recipients[name] = recipients
        body = "\n".join(recipients.phones).encode()
        return Prepared(message.channel, name, "/fake", body, len(recipients))

    async def submit(self, prepared: Prepared) -> Answer:
        """Answer as scripted."""
        self.submitted.append(prepared)
        await asyncio.sleep(0)
        answer = self.answer(prepared)
        if isinstance(answer, Accepted):
            found = FoundTask(prepared.task_name, answer.task_id, prepared.messages)
            self.taken[prepared.task_name] = (found,)
        return answer

    async def find(
        self, channel: Channel, name: TaskName, since: float, phones: Sequence[str] = ()
    ) -> tuple[FoundTask, ...] | Unanswered:
        """List what was taken under the name."""
        del channel, since, phones
        await asyncio.sleep(0)
        self.asked.append(name)
        return Unanswered("scripted silence") if self.silent else self.taken.get(name, ())

    async def recent_tasks(self, channel: Channel, since: float, until: float) -> RecentTasks:
        """List the names that count as taken, without a template."""
        del channel, since, until
        return RecentTasks(tuple((name, "") for name in self.taken))

    async def deliveries(self, task: TaskId) -> tuple[News, ...] | Unanswered:
        """Return the scripted news."""
        await asyncio.sleep(0)
        return Unanswered("scripted silence") if self.silent else self.delivered.get(task, ())

    async def renderings(self, task: TaskId, since: float) -> Renderings | Unanswered:
        """Return the scripted renderings."""
        del since
        await asyncio.sleep(0)
        if self.silent:
            return Unanswered("scripted silence")
        return self.rendered.get(task, Renderings(()))

    async def capabilities(
        self, phones: Sequence[str], template: str
    ) -> tuple[News, ...] | Unanswered:
        """Return the scripted capabilities of those numbers."""
        del template
        await asyncio.sleep(0)
        if self.silent:
            return Unanswered("scripted silence")
        return tuple(self.capable[phone] for phone in phones if phone in self.capable)

    async def register_receipts(
        self, channel: Channel, address: str, topic: ReceiptTopic = ReceiptTopic.SENT
    ) -> Unanswered | None:
        """Grant it, instead of what was registered for that topic."""
        await asyncio.sleep(0)
        if self.silent:
            return Unanswered("scripted silence")
        self.registered[channel, topic] = ReceiptAddress(topic, address)
        return None

    async def receipt_addresses(self, channel: Channel) -> tuple[ReceiptAddress, ...] | Unanswered:
        """List what was registered."""
        await asyncio.sleep(0)
        if self.silent:
            return Unanswered("scripted silence")
        return tuple(address for (owner, _), address in self.registered.items() if owner is channel)

    async def clock_ahead_s(self) -> float | Unanswered:
        """Tell what is scripted."""
        await asyncio.sleep(0)
        if self.silent or self.ahead_s is None:
            return Unanswered("scripted silence")
        return self.ahead_s

    async def day_counts(
        self, template: str, since: float, until: float
    ) -> tuple[DayCount, ...] | Unanswered:
        """Return what is scripted for the template."""
        del since, until
        await asyncio.sleep(0)
        return Unanswered("scripted silence") if self.silent else self.reported.get(template, ())

    async def close(self) -> None:
        """Do nothing."""
        await asyncio.sleep(0)
