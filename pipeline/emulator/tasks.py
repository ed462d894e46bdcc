"""Every send task ever taken, kept compactly: numbers in arrays, the rest told by hashes."""

import hashlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LINK_LENGTH = 6


class Product(StrEnum):
    """Name the provider's products, as the journal's `channel` does."""

    AIM = "aim"
    AIM_BASIC = "aim_basic"


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

    def msg_id(self, position: int) -> str:
        """Return `<uuid>_<9 digits>` (ListAimSendDetails)."""
        return f"{derived_uuid('message', self.task_id)}_{100_000_001 + position}"

    def aim_code(self, position: int) -> str:
        """Return a link's short code."""
        if self.codes:
            return self.codes[position]
        digest = hashlib.blake2b(f"{self.task_id}:{position}".encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "big")
        letters = []
        for _ in range(_LINK_LENGTH):
            number, letter = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[letter])
        return "".join(letters)

    def aim_url(self, position: int) -> str:
        """Return a short link."""
        return f"{self.domain}/{self.aim_code(position)}"


class TaskBook:
    """Keep the tasks of all products, in order, by id and by name."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._by_id: dict[str, SendTask] = {}
        self._of: dict[Product, list[SendTask]] = {product: [] for product in Product}
        self._named: dict[tuple[Product, str], list[SendTask]] = {}

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

    def by_id(self, product: Product, task_id: str) -> list[SendTask]:
        """Return the one task, or none."""
        task = self._by_id.get(task_id)
        return [task] if task is not None and task.product is product else []

    def by_name(self, product: Product, name: str) -> list[SendTask]:
        """Return the tasks of exactly this name, oldest first: names need not be unique."""
        return self._named.get((product, name), [])

    def between(self, product: Product, span: tuple[float, float] | None) -> Sequence[SendTask]:
        """Return the tasks created within the span, both ends included, oldest first."""
        tasks = self._of[product]
        if span is None:
            return tasks
        begin_s, end_s = span
        # The provider's times have no fraction, so the end's own second still belongs to it.
        first = bisect_left(tasks, begin_s, key=_created)
        return tasks[first : bisect_right(tasks, end_s + 0.999_999, key=_created)]


@lru_cache(maxsize=4_096)
def derived_uuid(kind: str, name: str) -> str:
    """Derive an id that is the same in every run."""
    digest = hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=16).digest()
    return str(UUID(bytes=digest, version=4))


def _created(task: SendTask) -> float:
    return task.created_s
