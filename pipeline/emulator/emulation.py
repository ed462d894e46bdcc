"""Everything one emulator knows and remembers; the products' operations act on it."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.emulator.clock import Clock, TimeForms
from pipeline.emulator.fates import Fates
from pipeline.emulator.fields import Call
from pipeline.emulator.journal import CallbackLine, Journal
from pipeline.emulator.options import EmulatorOptions
from pipeline.emulator.receipts import Outbox
from pipeline.emulator.stories import Stories
from pipeline.emulator.tasks import Product, SendTask, TaskBook
from pipeline.emulator.world import World, load_world

JsonObject = dict[str, object]

# Of AIM: single and batch sends; of AIM basic: send status. The others never carry receipts yet.
_SEND_TYPES = {Product.AIM: (0, 2), Product.AIM_BASIC: (0,)}


@dataclass(frozen=True, slots=True)
class Operation:
    """Name one of the provider's operations, where it lives, and what answers it.

    `long_errors` are those of the AIM pages, which repeat the message as `error_message`.
    """

    name: str
    method: str
    path: str
    handle: "Callable[[Emulation, Call], JsonObject]"
    long_errors: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold a checked send: `params` is the JSON of each message's values, for the journal."""

    operation: str
    product: Product
    name: str
    tpl_id: str
    lifetime_s: float
    phones: "array[int]"
    params: list[bytes]
    sms_sign: str = ""
    exdata: str = ""
    domain: str = ""
    codes: tuple[str, ...] = ()


class Emulation:
    """Join world, clock, tasks, callbacks and journal."""

    def __init__(self, options: EmulatorOptions, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.world: World = load_world(options.world)
        self.forms = TimeForms(self.world.times.zoneless_utc_offset_h)
        self.fates = Fates(self.world, options.seed)
        self.stories = Stories(self.world, self.fates)
        self.tasks = TaskBook(options.seed)
        self.callbacks: dict[tuple[Product, int], CallbackLine] = {}
        self.outboxes = {product: Outbox() for product in Product}
        self.taken_codes: set[str] = set()
        self._journal = Journal(options.journal, fsync=options.fsync)
        self._reload()

    @property
    def report_timeout_s(self) -> float:
        """Return after how long a message without a report has failed."""
        chosen = self.options.report_timeout_s
        return self.world.times.report_timeout_s if chosen is None else chosen

    def link_lifetime_s(self, days: int) -> float:
        """Return how long a link lives that was asked to live so many days."""
        chosen = self.options.link_lifetime_s
        return days * self.world.times.day_s if chosen is None else chosen

    def accept(self, draft: Draft) -> SendTask:
        """Take a send: journal it, then remember it; raises OSError when it cannot be journaled."""
        task = SendTask(
            task_id=self.tasks.next_id(),
            name=draft.name,
            product=draft.product,
            tpl_id=draft.tpl_id,
            created_s=self.clock.now_s(),
            lifetime_s=draft.lifetime_s,
            phones=draft.phones,
            sms_sign=draft.sms_sign,
            exdata=draft.exdata,
            domain=draft.domain,
            codes=draft.codes,
        )
        stories = self.stories.all_of(task)
        truths = [story.truth() for story in stories]
        self._journal.record(task, draft.operation, list(zip(draft.params, truths, strict=True)))
        self._remember(task)
        self.stories.remember(task, stories)
        outbox = self.outboxes[task.product]
        if outbox.is_open:
            outbox.add(task, stories)
        return task

    def register(self, operation: str, callback: CallbackLine) -> None:
        """Register a callback; a second one of the same type replaces the first."""
        self._journal.note(operation, callback.at_s, callback=callback)
        was_open = self.outboxes[callback.product].is_open
        self._remember_callback(callback)
        if not was_open:
            self._fill(callback.product)

    def pushed(self, product: Product, until_s: float) -> None:
        """Remember that every receipt due by then was pushed."""
        self.outboxes[product].pushed_s = until_s
        self._journal.note("PushReceipts", self.clock.now_s(), pushed={product.value: until_s})

    def jump(self, seconds: float) -> None:
        """Jump the clock and wake whoever waits for a time."""
        self._journal.note("AdvanceClock", self.clock.now_s(), advance_s=seconds)
        self.clock.advance(seconds)
        for outbox in self.outboxes.values():
            outbox.changed.set()

    def close(self) -> None:
        """Give the journal up."""
        self._journal.close()

    def _reload(self) -> None:
        for event in self._journal.open():
            match event:
                case SendTask():
                    self._remember(event)
                case CallbackLine():
                    self._remember_callback(event)
                case float():
                    self.clock.advance(event)
                case dict():
                    for product, until_s in event.items():
                        self.outboxes[product].pushed_s = until_s
        for product in Product:
            self._fill(product)

    def _remember(self, task: SendTask) -> None:
        self.tasks.add(task)
        self.taken_codes.update(f"{task.domain}/{code}" for code in task.codes)

    def _remember_callback(self, callback: CallbackLine) -> None:
        self.callbacks[callback.product, callback.url_type] = callback
        outbox = self.outboxes[callback.product]
        if callback.url_type in _SEND_TYPES[callback.product] and not outbox.is_open:
            outbox.open(callback.at_s)

    def _fill(self, product: Product) -> None:
        outbox = self.outboxes[product]
        if not outbox.is_open:
            return
        slowest_s = self.world.numbers.deliver_delay_s[1]
        for task in self.tasks.between(product, None):
            if task.created_s + max(slowest_s, task.lifetime_s) > outbox.pushed_s:
                outbox.add(task, self.stories.all_of(task))
