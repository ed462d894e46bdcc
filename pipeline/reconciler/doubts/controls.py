"""Control questions: ask for names that are known to be taken, to see whether asking works."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.answer import Unanswered
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, TaskName
from pipeline.ports import ListRecord, Question, Submission, TakenTask
from pipeline.ports.account import KEEP_TASKS_S
from pipeline.reconciler.context import Parts, attempt_of
from pipeline.reconciler.doubts.making import asked_of
from pipeline.reconciler.doubts.policy import DoubtOptions
from pipeline.reconciler.doubts.questions import Ages, Inquiry, Reply

_LATEST = 8
_WHILE_UNTRUSTED = 10
_BESIDE_NUMBERS = frozenset({Channel.SMS})


def publish_taken(parts: Parts) -> None:
    """Tell the account's store which names this run's ledger knows to be taken.

    The ledger is the truth: what a kill keeps from the store is told by the next start.
    """
    accepted = parts.ledger.submissions(parts.run, frozenset({State.ACCEPTED}))
    taken = (_taken(parts, asked_of(parts, submission), submission) for submission in accepted)
    parts.store.add_tasks(filter(None, taken))
    parts.store.forget_tasks(parts.clock.now() - KEEP_TASKS_S)


def _taken(parts: Parts, kind: Channel, submission: Submission) -> TakenTask | None:
    """Return what can be asked for of a submission that was taken; None where nothing can be."""
    name, at = attempt_of(submission)
    if kind not in _BESIDE_NUMBERS:
        return None if kind is Channel.LINKS_ONLY else TakenTask(kind, name, at)
    shown = parts.some_phones(submission)
    return TakenTask(kind, name, at, phone=shown[0]) if shown else None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a round's controls showed. found holds when those that were found had been meant.

    proves says that the round can count against a doubt: enough were found, and none was missed.
    """

    found: tuple[float, ...]
    proves: bool

    def is_deep(self, attempted_at: float) -> bool:
        """Tell whether one that was found is at least as old as a doubt."""
        return any(at <= attempted_at for at in self.found)


@dataclass(slots=True)
class Controls:
    """The control questions of one kind of list, over one call.

    slowest_s is the greatest age at which a name that is known to be taken was not listed yet, or
    was listed after it had not been; quickest_s, the least at which one was found at all. Between
    the two lies all that is known of how late names are listed.
    """

    parts: Parts
    kind: Channel
    options: DoubtOptions
    ages: Ages
    slowest_s: float = 0.0
    quickest_s: float = math.inf
    record: ListRecord = field(init=False)
    found_before: set[TaskName] = field(default_factory=set)
    _missed: dict[TaskName, float] = field(default_factory=dict)
    _rounds: dict[int, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Recall how far this list can be trusted."""
        self.record = self.parts.store.listing(self.kind)

    @property
    def trusted(self) -> bool:
        """Tell whether no known name is missing from the list, as far as is known."""
        return self.record.missed_at is None

    @property
    def lag_s(self) -> float:
        """Return how late names may be listed, as far as is known."""
        return max(self.slowest_s, 0.0 if math.isinf(self.quickest_s) else self.quickest_s)

    def recall(self, asked: Collection[Question]) -> None:
        """Learn from what earlier processes asked: which names were found, how late."""
        missed: set[TaskName] = set()
        for question in asked:
            if question.meant_at is None:
                continue
            name, age_s = question.task_name, question.at - question.meant_at
            if question.found > 0:
                # Also a doubt's: one that was found is a name beside the others of its round.
                self.found_before.add(name)
                self._rounds.setdefault(question.round, []).append(question.meant_at)
                self._listed(age_s, missed_before=name in missed)
            elif question.found == 0 and question.calibrates:
                missed.add(name)
                self.slowest_s = max(self.slowest_s, min(age_s, self.options.settle_s))

    def seen_in(self, number: int) -> Seen:
        """Return what the controls of an earlier process's round showed; 0 is no round."""
        found = tuple(self._rounds.get(number, ()))
        enough = bool(number) and len(found) >= self.options.controls_min
        return Seen(found, enough and self.trusted)

    def know(self, inquiry: Inquiry, submission: Submission, age_s: float) -> None:
        """Take notice of a doubt that was found: from now on it is a name known to be taken."""
        self.found_before.add(inquiry.name)
        self._listed(age_s, missed_before=False)
        taken = _taken(self.parts, self.kind, submission)
        if taken is not None:
            self.parts.store.add_tasks([taken])

    def latest(self) -> Inquiry | None:
        """Return the question for the latest name that is known to be taken, if there is one."""
        found = self._repeated(self.parts.store.tasks_before(self.kind, math.inf, 1), 1)
        return found[0] if found else None

    def exist(self) -> bool:
        """Tell whether there is any name to ask for."""
        return self.latest() is not None

    def has_as_old(self, at: float) -> bool:
        """Tell whether a name that was meant at a time or before is known to be taken."""
        return bool(self.parts.store.tasks_before(self.kind, at, 1))

    def choose(self, doubts: Sequence[Inquiry]) -> list[Inquiry]:
        """Choose a round's controls: as deep as its doubts where there are such, and the latest."""
        store = self.parts.store
        chosen: dict[TaskName, TakenTask] = {}
        for at in sorted({doubt.attempted_at for doubt in doubts}):
            if not any(task.at <= at for task in chosen.values()):
                chosen.update((task.name, task) for task in store.tasks_before(self.kind, at, 2))
        wanted = self.options.controls_min if self.trusted else _WHILE_UNTRUSTED
        # The latest tell how late names are listed.
        for number, task in enumerate(store.tasks_before(self.kind, math.inf, _LATEST)):
            if number and len(chosen) >= wanted:
                break
            chosen.setdefault(task.name, task)
        return self._repeated(list(chosen.values()), max(wanted, len(chosen)))

    def as_deep_as(self, attempted_at: float, last_at: float) -> list[Inquiry]:
        """Choose younger names that are by now as deep in the list as a doubt last was.

        That is: as old as it was at its last question, and with as many of the account's tasks
        after them.
        """
        store, now = self.parts.store, self.ages.moment()
        after = store.count_tasks_after(self.kind, attempted_at)
        after -= store.count_tasks_after(self.kind, last_at)
        deep = [
            task
            for task in store.tasks_after(self.kind, attempted_at, _LATEST)
            if now - task.at >= last_at - attempted_at
            and store.count_tasks_after(self.kind, task.at) >= after
        ]
        return self._repeated(deep[: self.options.controls_min], self.options.controls_min)

    def heed(self, replies: Sequence[Reply], also_found: Sequence[float] = ()) -> Seen:
        """Learn from a round's answers. also_found: doubts of it that were found, when meant."""
        found: list[float] = list(also_found)
        missed = False
        for reply in replies:
            if isinstance(reply.answer, Unanswered):
                continue
            if reply.matches:
                found.append(reply.inquiry.attempted_at)
                self._on_found(reply)
            else:
                missed = self._on_missed(reply) or missed
        self._keep(found=len(found), missed=missed)
        enough = len(found) >= self.options.controls_min
        return Seen(tuple(found), enough and not missed and self.trusted)

    def _repeated(self, tasks: Sequence[TakenTask], wanted: int) -> list[Inquiry]:
        """Ask for the same few names again where there are fewer than are wanted."""
        if not tasks:
            return []
        return [
            Inquiry(task.name, task.at, self.kind, phone=task.phone)
            for task in (tasks[number % len(tasks)] for number in range(wanted))
        ]

    def _on_found(self, reply: Reply) -> None:
        name = reply.inquiry.name
        self.found_before.add(name)
        self._listed(reply.age_s, missed_before=name in self._missed)
        self._missed.pop(name, None)

    def _listed(self, age_s: float, *, missed_before: bool) -> None:
        if missed_before:
            self.slowest_s = max(self.slowest_s, age_s)
        self.quickest_s = min(self.quickest_s, max(0.0, age_s))

    def _on_missed(self, reply: Reply) -> bool:
        """Tell whether a name should have been listed: it was before, or it is old enough."""
        name = reply.inquiry.name
        if name not in self.found_before and reply.age_s < self.options.settle_s:
            self._missed[name] = reply.age_s
            self.slowest_s = max(self.slowest_s, reply.age_s)
            return False
        self.record = replace(
            self.record, missed_at=reply.at, missed=name, streak=0, streak_since=None
        )
        self.parts.on_event("doubt.taken_not_listed", task_name=name, age_s=round(reply.age_s))
        return True

    def _keep(self, *, found: int, missed: bool) -> None:
        """Write down how far the list can be trusted, before anything rests on it."""
        before = self.record
        if not missed and not self.trusted and found:
            now = self.ages.moment()
            since = now if before.streak_since is None else before.streak_since
            streak = before.streak + found
            self.record = replace(before, streak=streak, streak_since=since)
            long_enough = self.ages.is_right and now - since >= self.options.settle_s
            if streak >= self.options.regain and long_enough:
                self.record = ListRecord(trusted_since=now)
                self.parts.on_event("list.trusted_again", kind=str(self.kind), found=streak)
        if missed or self.record != before:
            self.parts.store.keep_listing(self.kind, self.record)
