"""Everything one emulator knows and remembers; the products' operations act on it."""

from msgspec.structs import replace

from pipeline.emulator.clock import Clock, TimeForms
from pipeline.emulator.http.listing import Mark
from pipeline.emulator.http.throttle import CallGate, ThrottledError
from pipeline.emulator.options import EmulatorOptions
from pipeline.emulator.state.fates import Fates
from pipeline.emulator.state.journal import CallbackLine, Event, Journal, TemplateChange
from pipeline.emulator.state.links import LinkBook, LinkTask
from pipeline.emulator.state.outbox import News, Outbox, ReceiptFaults
from pipeline.emulator.state.replies import Replies, has_uplinks, is_answerable
from pipeline.emulator.state.stories import Stories, Story
from pipeline.emulator.state.tasks import FailedTask, Product, SendTask, TaskBook
from pipeline.emulator.state.tokens import Tokens
from pipeline.emulator.state.world import World, load_world

# Of AIM: single and batch sends; of AIM basic: send status and replies.
_SEND_TYPES = {Product.AIM: (0, 2), Product.AIM_BASIC: (0, 1)}

# Whose callbacks carry whose receipts: text messages have none of their own.
_CARRIED = {Product.AIM: (Product.AIM, Product.SMS), Product.AIM_BASIC: (Product.AIM_BASIC,)}
_CARRIER = {carried: owner for owner, all_carried in _CARRIED.items() for carried in all_carried}


class Emulation:
    """Join world, clock, tasks, callbacks and journal."""

    def __init__(self, options: EmulatorOptions, clock: Clock) -> None:
        self.options = options
        self.clock = clock
        self.world: World = load_world(options.world)
        self.forms = TimeForms(self.world.times.zoneless_utc_offset_h)
        self.fates = Fates(self.world, options.seed)
        self.link_book = LinkBook(options.seed)
        self.stories = Stories(self.world, self.fates, self.link_book)
        self.replies = Replies(self.world.numbers, options.seed)
        self.tokens = Tokens(self.world.account, clock, self._token_lifetime_s)
        self.tasks = TaskBook(options.seed)
        self.callbacks: dict[tuple[Product, int], CallbackLine] = {}
        self.outboxes = {owner: Outbox() for owner in _CARRIED}
        self.receipt_faults = ReceiptFaults(self.world.receipts.modes, options.seed)
        self.taken_codes: set[str] = set()
        self.failed: list[FailedTask] = []
        self._message_gate = CallGate(self.world.gateway.aim_messages_per_s)
        self._journal = Journal(options.journal, fsync=options.fsync)
        if has_uplinks(self.world):
            self.outboxes[Product.AIM].open(0.0)
        self._reload()

    @property
    def report_timeout_s(self) -> float:
        """Return after how long a message without a report has failed."""
        chosen = self.options.report_timeout_s
        return self.world.times.report_timeout_s if chosen is None else chosen

    @property
    def _token_lifetime_s(self) -> float:
        chosen = self.options.token_lifetime_s
        return self.world.times.token_lifetime_s if chosen is None else chosen

    def link_lifetime_s(self, days: int) -> float:
        """Return how long a link lives that was asked to live so many days."""
        chosen = self.options.link_lifetime_s
        return days * self.world.times.day_s if chosen is None else chosen

    def accept(self, task: SendTask, params: list[bytes]) -> None:
        """Take a send: journal it, with the JSON of each message's values, then remember it.

        Raises OSError when it cannot be journaled, ThrottledError when it is too many messages.
        """
        if task.product is Product.AIM and not self._message_gate.admits(len(task.phones)):
            raise ThrottledError(self._message_gate.rate)
        stories = self.stories.all_of(task)
        truths = self.stories.truths(stories)
        self._journal.record(task, zip(params, truths, strict=True))
        self._remember(task)
        self.stories.remember(task, stories)
        self._announce(task, stories)

    def make_links(self, task: LinkTask) -> None:
        """Journal links that no message carries yet, then remember them; raises OSError."""
        self._journal.note("CreateResolveTask", task.created_s, links=task)
        self._remember_links(task)

    def register(self, operation: str, callback: CallbackLine) -> None:
        """Register a callback; a second one of the same type replaces the first."""
        self._journal.note(operation, callback.at_s, callback=callback)
        was_open = self.outboxes[callback.product].is_open
        self._remember_callback(callback)
        if not was_open:
            self._fill(callback.product)

    def change_template(self, change: TemplateChange) -> None:
        """Give a template another state, by which sends are judged from now on."""
        self._journal.note("ChangeTemplate", self.clock.now_s(), template=change)
        self._remember_change(change)

    def pushed(self, product: Product, until_s: float) -> None:
        """Remember that every receipt due by then was pushed."""
        self.outboxes[product].pushed_s = until_s
        self._journal.note("PushReceipts", self.clock.now_s(), pushed={product.value: until_s})

    def mark(self, mark: Mark) -> None:
        """Tell something of a task from now on that is not so."""
        self._journal.note("MarkTask", self.clock.now_s(), mark=mark)
        self._remember_mark(mark)

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
            self._replay(event)
        for owner in self.outboxes:
            self._fill(owner)

    def _replay(self, event: Event) -> None:
        match event:
            case SendTask():
                self._remember(event)
                self._remember_opened(event, None)
            case LinkTask():
                self._remember_links(event)
            case CallbackLine():
                self._remember_callback(event)
            case TemplateChange():
                self._remember_change(event)
            case Mark():
                self._remember_mark(event)
            case _:
                self._replay_time(event)

    def _replay_time(self, event: float | dict[Product, float]) -> None:
        if isinstance(event, float):
            self.clock.advance(event)
        else:
            for product, until_s in event.items():
                self.outboxes[product].pushed_s = until_s

    def _remember(self, task: SendTask) -> None:
        self.tasks.add(task)
        self.taken_codes.update(f"{task.domain}/{code}" for code in task.codes)

    def _remember_opened(self, task: SendTask, stories: list[Story] | None) -> None:
        if not task.sms.links:
            return
        for position, story in enumerate(stories or self.stories.all_of(task)):
            link = self.link_book.find(task.link(position))
            tried_s = story.parsed_s if story.parse_failed_s is None else story.parse_failed_s
            if link is not None and tried_s is not None:
                is_shown = story.parsed_s is not None
                self.link_book.opened(link, task.created_s + tried_s, is_shown=is_shown)

    def _announce(self, task: SendTask, stories: list[Story]) -> None:
        self._remember_opened(task, stories)
        outbox = self.outboxes[_CARRIER[task.product]]
        if not outbox.is_open:
            return
        early = self.receipt_faults.modes.early
        if early:
            self.receipt_faults.fired["early"] += len(stories)
        outbox.add(task, News(stories, self._answers(task, stories), early))

    def _remember_links(self, task: LinkTask) -> None:
        self.link_book.add(task)
        made = zip(task.codes, task.errors, strict=False)
        self.taken_codes.update(f"{task.domain}/{code}" for code, error in made if not error)

    def _remember_change(self, change: TemplateChange) -> None:
        cards, videos = self.world.aim_templates, self.world.aim_basic_templates
        if change.product is Product.AIM and change.tpl_id in cards:
            cards[change.tpl_id] = replace(
                cards[change.tpl_id], audit_state=change.audit_state, tpl_state=change.tpl_state
            )
        elif change.product is Product.AIM_BASIC and change.tpl_id in videos:
            videos[change.tpl_id] = replace(videos[change.tpl_id], audit_state=change.audit_state)

    def _remember_mark(self, mark: Mark) -> None:
        self.tasks.mark(mark)
        self.link_book.mark(mark)

    def _remember_callback(self, callback: CallbackLine) -> None:
        self.callbacks[callback.product, callback.url_type] = callback
        outbox = self.outboxes[callback.product]
        if callback.url_type in _SEND_TYPES[callback.product] and not outbox.is_open:
            outbox.open(callback.at_s)

    def _fill(self, owner: Product) -> None:
        outbox = self.outboxes[owner]
        if not outbox.is_open:
            return
        slowest_s = self.world.numbers.slowest_s
        for product in _CARRIED[owner]:
            for task in self.tasks.all_of(product):
                if task.created_s + max(slowest_s, task.lifetime_s) > outbox.pushed_s:
                    stories = self.stories.all_of(task)
                    outbox.add(task, News(stories, self._answers(task, stories)))

    def _answers(self, task: SendTask, stories: list[Story]) -> list[tuple[int, float]]:
        return self.replies.to(task, stories) if is_answerable(self.world, task) else []
