"""Every send task ever taken, kept compactly: numbers in arrays, the rest told by hashes."""

import hashlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from uuid import UUID

import msgspec

from pipeline.emulator.clock import utc_hundredths
from pipeline.emulator.http.fields import JsonObject, Span
from pipeline.emulator.http.listing import Book

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LINK_LENGTH = 6
FAILED = "Failed"


class Product(StrEnum):
    """Name the provider's products, as the journal's `channel` does."""

    AIM = "aim"
    AIM_BASIC = "aim_basic"
    SMS = "sms"


_OPERATIONS: Mapping[Product, str] = {
    Product.AIM: "CreateAimSendTask",
    Product.AIM_BASIC: "CreateVmsSendTask",
    Product.SMS: "SendAimBatchMessages",
}
_DIFFERENT = "SendAimBatchDifferentMessages"


class SmsDetail(msgspec.Struct, frozen=True, omit_defaults=True):
    """Hold what only text messages have; the lists have one entry per message, or none at all.

    `parts` are segments, `links` those short links that the handset may show as cards, `tpl_ids`
    and `signs` stand where messages differ in them.
    """

    channel_number: str = ""
    extend: str = ""
    different: bool = False
    parts: list[int] = []
    links: list[str] = []
    tpl_ids: list[str] = []
    signs: list[str] = []


NO_DETAIL = SmsDetail()


@dataclass(frozen=True, slots=True)
class SendTask:
    """Hold one task; `phones` has one entry per message, in the order sent.

    `codes` are custom short codes, empty unless the task asked for them.
    """

    task_id: str
    name: str
    product: Product
    tpl_id: str
    created_s: float
    lifetime_s: float
    phones: "array[int]"
    sms_sign: str = ""
    exdata: str = ""
    domain: str = ""
    codes: tuple[str, ...] = ()
    sms: SmsDetail = NO_DETAIL

    @property
    def operation(self) -> str:
        """Return the operation that took it."""
        return _DIFFERENT if self.sms.different else _OPERATIONS[self.product]

    def parts(self, position: int) -> int:
        """Return in how many segments a message's text goes out."""
        return self.sms.parts[position] if self.sms.parts else 1

    def link(self, position: int) -> str:
        """Return the known short link that a text message carries, or nothing."""
        return self.sms.links[position] if self.sms.links else ""

    def template_at(self, position: int) -> str:
        """Return the template of one message."""
        return self.sms.tpl_ids[position] if self.sms.tpl_ids else self.tpl_id

    def sign_at(self, position: int) -> str:
        """Return the signature of one message."""
        return self.sms.signs[position] if self.sms.signs else self.sms_sign

    def msg_id(self, position: int) -> str:
        """Return `<uuid>_<9 digits>` (ListAimSendDetails)."""
        return f"{derived_uuid('message', self.task_id)}_{100_000_001 + position}"

    def aim_code(self, position: int) -> str:
        """Return a link's short code."""
        return self.codes[position] if self.codes else derived_code(self.task_id, position)

    def aim_url(self, position: int) -> str:
        """Return a short link."""
        return f"{self.domain}/{self.aim_code(position)}"


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task that was given an id, and of which nothing was sent; `state` is what is told of it."""

    task_id: str
    name: str
    tpl_id: str
    created_s: float
    sms_sign: str = ""
    messages: int = 0
    product: Product = Product.AIM
    state: str = FAILED
    exdata: str = ""


def sent_row(
    task: SendTask | FailedTask, state: str, *, messages: int, sent: int = 0, **seen: int
) -> JsonObject:
    """Return a smart message task's entry (ListAimSendTasks); `seen` counts cards and arrivals."""
    return {
        "task_name": task.name,
        "sms_channel": {"sms_sign": task.sms_sign},
        "task_id": task.task_id,
        "task_state": state,
        "creation_time": utc_hundredths(task.created_s),
        "submission_count": messages,
        "send_count": sent,
        "resolve_count": seen.get("parsed", 0),
        "success_number": seen.get("success", 0),
        "support_resolve_count": -1,
        "failed_short_chains": None,
    }


class TaskBook(Book[SendTask]):
    """Keep the tasks of all products, in order, by id and by name.

    Tasks that no question finds are still counted and iterated.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed
        self._by_id: dict[str, SendTask] = {}
        self._of: dict[Product, list[SendTask]] = {product: [] for product in Product}
        self._named: dict[tuple[Product, str], list[SendTask]] = {}
        self.messages = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[SendTask]:
        return iter(self._by_id.values())

    def next_id(self) -> str:
        """Return the id of the next task: a function of the seed and of how many there were."""
        return derived_uuid("task", f"{self._seed}:{len(self._by_id)}")

    def add(self, task: SendTask) -> None:
        """Take a task."""
        self._by_id[task.task_id] = task
        self._of[task.product].append(task)
        self._named.setdefault((task.product, task.name), []).append(task)
        self.messages += len(task.phones)

    def all_of(self, product: Product) -> Sequence[SendTask]:
        """Return every task of a product, oldest first, whatever questions find."""
        return self._of[product]

    def by_id(self, product: Product, task_id: str) -> list[SendTask]:
        """Return the one task, or none."""
        task = self._by_id.get(task_id)
        return self.listed([task] if task is not None and task.product is product else [])

    def by_name(self, product: Product, name: str) -> list[SendTask]:
        """Return the tasks of a name, oldest first: names need not be unique."""
        listing = self.listing
        if listing.is_fuzzy:
            return self.listed([t for t in self._of[product] if listing.is_named(t.name, name)])
        return self.listed(self._named.get((product, name), []))

    def latest(self, count: int) -> list[SendTask]:
        """Return the newest tasks, newest first."""
        return list(islice(reversed(self._by_id.values()), count))

    def between(self, product: Product, span: Span | None) -> list[SendTask]:
        """Return the tasks created within the span, both ends included, oldest first."""
        return self.listed(self._of[product], span)


@lru_cache(maxsize=4_096)
def derived_uuid(kind: str, name: str) -> str:
    """Derive an id that is the same in every run."""
    digest = hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=16).digest()
    return str(UUID(bytes=digest, version=4))


def derived_code(task_id: str, position: int) -> str:
    """Derive a link's short code, the same in every run."""
    digest = hashlib.blake2b(f"{task_id}:{position}".encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(LINK_LENGTH):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return "".join(letters)
