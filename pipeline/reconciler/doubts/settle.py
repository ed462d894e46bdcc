"""Settle submissions in doubt: ask by name until each is found, or its absence is proved."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.answer import Unanswered
from pipeline.core.lifecycle import ASSUMED_SENT, BY_POLICY, Event, State
from pipeline.core.model import Channel, TaskId, TaskName
from pipeline.language import Bilingual, Text, Words, filled, joined, listed
from pipeline.ports import Answered, Conclusion, Learned, Ledger, Question, Submission
from pipeline.reconciler.context import Parts, attempt_of
from pipeline.reconciler.doubts.controls import Controls, Seen, publish_taken
from pipeline.reconciler.doubts.making import asked_of, make_again
from pipeline.reconciler.doubts.policy import (
    Absence,
    DoubtOptions,
    DoubtPolicy,
    Grounds,
    Verdict,
    judge,
    next_question_s,
)
from pipeline.reconciler.doubts.questions import (
    Agenda,
    Ages,
    Inquiry,
    Reply,
    ages_of,
    put_all,
    silence_wait_s,
)
from pipeline.reconciler.polling.counts import counted_less, failure_of


def pushed_tasks(
    ledger: Ledger, doubts: Collection[Submission]
) -> Mapping[TaskName, tuple[TaskId, ...]]:
    """Return the doubts that receipts prove to be taken, by name, with the tasks they became."""
    names = [doubt.task_name for doubt in doubts if doubt.task_name is not None]
    return ledger.receipts.pushed_tasks(names)


def settle_pushed(parts: Parts, doubts: Collection[Submission]) -> frozenset[TaskName]:
    """Conclude every doubt that a receipt proves to be taken; return their names."""
    proved = pushed_tasks(parts.ledger, doubts)
    conclusions: list[Conclusion] = []
    for doubt in doubts:
        if doubt.task_name is None or doubt.task_name not in proved:
            continue
        name, tasks = doubt.task_name, proved[doubt.task_name]
        _tell_found(parts, name, tasks)
        conclusions.append(_found(doubt, tasks, parts.clock.now()))
    if conclusions:
        parts.writer.conclude(conclusions)
    return frozenset(proved)


def claimed(parts: Parts, doubts: Collection[Submission]) -> Mapping[TaskName, str]:
    """Return the doubts that must not be released on anybody's word of absence, and why.

    A receipt bears the doubt's name, or one that came after the attempt tells of a task that no run
    knows and of a number of the doubt: it may be the news of just that request, the answer of which
    would have told the task. It proves nothing taken either, since somebody else may have sent to
    the same number; a person can tell.
    """
    named = pushed_tasks(parts.ledger, doubts)
    held = {
        name: filled("a receipt bears its name, of task {tasks}", tasks=tasks[0])
        for name, tasks in named.items()
    }
    if not parts.ledger.receipts.strangers().tasks:
        return held
    for doubt in doubts:
        if doubt.task_name is None or doubt.attempted_at is None or doubt.task_name in held:
            continue
        part = doubt.part(parts.ledger.recipients(parts.run, doubt.chunk))
        known = parts.ledger.receipts.unknown_news_of(part.phones, doubt.attempted_at)
        if known:
            task = min(known.values())
            held[doubt.task_name] = filled(
                "receipts of task {task}, unknown here, name {known} of its {phones} numbers",
                task=task,
                known=str(len(known)),
                phones=str(len(part.phones)),
            )
    return held


def tell_strangers(parts: Parts) -> None:
    """Tell, once and with counts, that receipts name tasks which no run knows."""
    strange = parts.ledger.receipts.strangers()
    if strange.tasks:
        parts.on_event("receipts.of_strangers", tasks=strange.tasks, news=strange.news)


def _found(doubt: Submission, tasks: tuple[TaskId, ...], at: float) -> Conclusion:
    """Conclude that a doubt was taken, as the first of the tasks that receipts name."""
    note: Text = Words("a receipt bears its name")
    if len(tasks) > 1:
        note = filled(
            "a receipt bears its name; of {count} tasks: {tasks}",
            count=str(len(tasks)),
            tasks=listed(tasks),
        )
    return Conclusion(*doubt.place, Event.WAS_FOUND, at, task_id=tasks[0], note=note)


def _tell_found(parts: Parts, name: TaskName, tasks: Sequence[TaskId]) -> None:
    parts.on_event("doubt.found", task_name=name, task_id=tasks[0])
    if len(set(tasks)) > 1:
        parts.on_event("doubt.found_twice", task_name=name, task_ids=list(tasks))


@dataclass(frozen=True, slots=True)
class DoubtResult:
    """What became of the submissions in doubt, counted.

    held counts those that only a person can decide now; later, those that got no answer that could
    be used, so that a later call is enough. waiting counts those whose time has not come yet,
    next_due_s is when the first question about them is due; only a call that does not wait leaves
    any.
    """

    found: int = 0
    released: int = 0
    held: int = 0
    assumed_sent: int = 0
    later: int = 0
    waiting: int = 0
    next_due_s: float | None = None
    ahead_s: float | None = None


async def settle_doubts(parts: Parts, options: DoubtOptions, *, wait: bool) -> DoubtResult:
    """Ask about every submission in doubt, and conclude what its policy allows.

    With wait it returns when each is settled or held; without, after one round of the questions
    that are due now. Cancelling it loses nothing: what was learned is in the ledger. Raises what
    the ledger raises.
    """
    doubts = parts.ledger.submissions(parts.run, frozenset({State.IN_DOUBT}))
    pushed = settle_pushed(parts, doubts)
    doubts = tuple(doubt for doubt in doubts if doubt.task_name not in pushed)
    if not doubts:
        return DoubtResult(found=len(pushed))
    publish_taken(parts)
    ages = await ages_of(parts)
    ended = Counter[Event | Verdict]({Event.WAS_FOUND: len(pushed)})
    waiting = 0
    due_s: list[float] = []
    for channel in dict.fromkeys(asked_of(parts, doubt) for doubt in doubts):
        some = tuple(doubt for doubt in doubts if asked_of(parts, doubt) is channel)
        if channel is Channel.LINKS_ONLY:
            ended[Verdict.RELEASE] += make_again(parts, some)
            continue
        settling = _Settling(parts, options, ages, channel, ended)
        settling.plan(some)
        next_due_s = await settling.settle(wait=wait)
        waiting += len(settling.open)
        due_s += [] if next_due_s is None else [next_due_s]
    return DoubtResult(
        found=ended[Event.WAS_FOUND],
        released=ended[Verdict.RELEASE],
        held=ended[Verdict.HOLD],
        assumed_sent=ended[Verdict.ASSUME_SENT],
        later=ended[Verdict.LATER],
        waiting=waiting,
        next_due_s=min(due_s, default=None),
        ahead_s=None if ages.is_right else ages.ahead_s,
    )


@dataclass(slots=True)
class _Settling:
    """One call's work on the doubts of one kind of list."""

    parts: Parts
    options: DoubtOptions
    ages: Ages
    channel: Channel
    ended: Counter[Event | Verdict]
    controls: Controls = field(init=False)
    agenda: Agenda = field(init=False)
    open: dict[TaskName, Submission] = field(default_factory=dict)
    absences: dict[TaskName, Absence] = field(default_factory=dict)
    releases: Mapping[tuple[int, int], int] = field(default_factory=dict)
    claims: Mapping[TaskName, str] = field(default_factory=dict)
    round: int = 0

    def __post_init__(self) -> None:
        self.agenda = Agenda(self.parts.clock)
        self.controls = Controls(self.parts, self.channel, self.options, self.ages)

    def plan(self, doubts: tuple[Submission, ...]) -> None:
        """Recall what was asked before, and put the first questions on the agenda."""
        recorded = self.parts.ledger.questions(self.parts.run)
        self.round = max((question.round for question in recorded), default=0)
        # One of the future was asked by a clock that was ahead: how long ago is not known.
        now = self.ages.moment()
        asked = [question for question in recorded if question.at <= now]
        self.controls.recall(asked)
        self.releases = self.parts.ledger.releases(self.parts.run)
        missed: dict[TaskName, list[Question]] = {}
        for question in asked:
            if question.found == 0 and not question.calibrates:
                missed.setdefault(question.task_name, []).append(question)
        for doubt in doubts:
            inquiry = Inquiry(*attempt_of(doubt), self.channel, doubt)
            self.open[inquiry.name] = doubt
            self.absences[inquiry.name] = _recalled(self, inquiry, missed.get(inquiry.name, ()))
            self._ask_again(inquiry)

    async def settle(self, *, wait: bool) -> float | None:
        """Ask what is due, conclude, wait for the next; return when the next is due that waits."""
        clock = self.parts.clock
        await self._look_first()
        while self.open:
            batch = self.agenda.due(clock.monotonic(), self.options.together)
            if batch:
                await self._round(batch)
                continue
            wait_s = self.agenda.wait_s()
            if wait_s is None or not (wait or self._is_nearly_done(wait_s)):
                break
            await clock.sleep(wait_s)
        return self.agenda.wait_s() if self.open else None

    async def _look_first(self) -> None:
        """Ask for the latest known name at once: it tells most of how late names are listed."""
        latest = self.controls.latest()
        if latest is not None and math.isinf(self.controls.quickest_s):
            self.round += 1
            self.controls.heed(await put_all(self.parts, self.ages, [latest], self.round))

    def _is_nearly_done(self, wait_s: float) -> bool:
        """Tell whether only spaced rounds are missing, which take minutes and no settling time."""
        settled = (self.absences[name].last_s or 0.0 for name in self.open)
        return wait_s <= 2 * self.options.gap_s and max(settled) >= self.options.settle_s

    async def _round(self, batch: list[Inquiry]) -> None:
        self._heed_receipts()
        wanted = [inquiry for inquiry in batch if inquiry.name in self.open]
        shallow = [inquiry for inquiry in wanted if self._lacks_depth_alone(inquiry)]
        asking = [inquiry for inquiry in wanted if inquiry not in shallow]
        conclusions = await self._ask(asking) if asking else []
        for inquiry in shallow:
            conclusions += await self._deepen(inquiry)
        if conclusions:
            self.parts.writer.conclude(conclusions)

    async def _ask(self, inquiries: list[Inquiry]) -> list[Conclusion]:
        """Put one round of questions: the doubts', and controls beside them."""
        self.round += 1
        controls = self.controls.choose(inquiries)
        replies = await put_all(self.parts, self.ages, [*controls, *inquiries], self.round)
        self._heed_receipts()
        of_controls = [reply for reply in replies if reply.inquiry.calibrates]
        of_doubts = [
            reply
            for reply in replies
            if not reply.inquiry.calibrates and reply.inquiry.name in self.open
        ]
        found = [reply.inquiry.attempted_at for reply in of_doubts if reply.matches]
        seen = self.controls.heed(of_controls, found)
        if not self.controls.trusted:
            for absence in self.absences.values():
                absence.start_again()
        return [end for reply in of_doubts for end in self._take(reply, seen)]

    def _take(self, reply: Reply, seen: Seen) -> list[Conclusion]:
        inquiry = reply.inquiry
        inquiry.asked += 1
        if isinstance(reply.answer, Unanswered):
            self._on_silence(reply, reply.answer)
            return []
        inquiry.silences = 0
        if reply.matches:
            return [self._on_found(reply)]
        absence = self.absences[inquiry.name]
        absence.missed(reply.age_s, reply.at)
        if seen.proves:
            deep = seen.is_deep(inquiry.attempted_at)
            absence.count(reply.age_s, self.options.gap_s, deep=deep)
        return self._decide(reply, seen)

    def _heed_receipts(self) -> None:
        """Ask nothing more about what a receipt has proved meanwhile, and never release it.

        Nor is what a receipt of an unknown task may speak of.
        """
        for name in settle_pushed(self.parts, list(self.open.values())):
            self.open.pop(name)
            self.ended[Event.WAS_FOUND] += 1
        self.claims = claimed(self.parts, list(self.open.values()))

    def _on_silence(self, reply: Reply, answer: Unanswered) -> None:
        inquiry = reply.inquiry
        inquiry.silences += 1
        unsettled = reply.age_s < self.options.settle_s
        if unsettled or inquiry.silences < self.options.silences_max:
            # A list that cannot be read is there: waiting ever longer would spare nobody.
            wait_s = self.options.gap_s if answer.unreadable else silence_wait_s(inquiry, answer)
            self.agenda.put(inquiry, wait_s)
        elif answer.unreadable:
            self._leave(inquiry, Verdict.HOLD, "list_cannot_be_read")
        else:
            self._leave(inquiry, Verdict.LATER, "no_answer")

    def _on_found(self, reply: Reply) -> Conclusion:
        inquiry = reply.inquiry
        where = self.open.pop(inquiry.name)
        self.ended[Event.WAS_FOUND] += 1
        self.controls.know(inquiry, where, reply.age_s)
        ids = [task.task_id for task in reply.matches]
        _tell_found(self.parts, inquiry.name, ids)
        said = [filled("found by name {age_s} s after the attempt", age_s=f"{reply.age_s:.0f}")]
        if all(task.failed_state for task in reply.matches):
            said.append(filled("listed as {state}", state=reply.matches[0].failed_state))
            self._keep_failure(reply, where)
        elif len(set(ids)) == 1 and (less := counted_less(reply.matches[0], where.carried)):
            said.append(Text(less))
        if len(set(ids)) > 1:
            said.append(filled("listed {times} times: {ids}", times=str(len(ids)), ids=listed(ids)))
        note = joined(*said, by=Bilingual("; ", "；"))
        return Conclusion(*where.place, Event.WAS_FOUND, reply.at, task_id=ids[0], note=note)

    def _keep_failure(self, reply: Reply, where: Submission) -> None:
        """Record that the task is listed as failed: should nothing be heard of it, that is why.

        It comes before the conclusion, so that no kill can come in between and lose it.
        """
        rows = where.part(self.parts.ledger.recipients(self.parts.run, where.chunk)).rows
        fact = failure_of(reply.matches[0])
        facts = dict.fromkeys(rows, () if fact is None else (fact,))
        said = Answered("list", reply.at, facts)
        self.parts.writer.add_evidence([Learned(where, [said])])

    def _decide(self, reply: Reply, seen: Seen) -> list[Conclusion]:
        inquiry = reply.inquiry
        verdict, reason = self._judged(inquiry)
        by_proof = self.options.then is DoubtPolicy.AUTO
        match verdict:
            case Verdict.RELEASE | Verdict.DEEPEN if by_proof and not seen.proves:
                inquiry.cleared = 0
                self.agenda.put(inquiry, self.options.gap_s)
            case Verdict.RELEASE | Verdict.DEEPEN if not reply.whole:
                # A few numbers may have been left out of a request that took the others.
                inquiry.ask_everybody()
                self.agenda.put(inquiry, 0.0)
            case Verdict.ASK_AGAIN:
                if reply.whole:
                    inquiry.cleared = 0
                self._ask_again(inquiry)
            case Verdict.DEEPEN:
                self.agenda.put(inquiry, 0.0)
            case Verdict.HOLD | Verdict.LATER:
                self._leave(inquiry, verdict, reason)
            case _:
                return [self._conclude(inquiry, verdict)]
        return []

    def _judged(self, inquiry: Inquiry) -> tuple[Verdict, str]:
        doubt = self.open[inquiry.name]
        grounds = Grounds(
            lag_s=self.controls.lag_s,
            trusted=self.controls.trusted,
            controls=self.controls.exist(),
            deep=self.controls.has_as_old(inquiry.attempted_at),
            clock_right=self.ages.is_right,
            releases=self.releases.get(doubt.place, 0),
            claimed=inquiry.name in self.claims,
        )
        return judge(self.options, self.absences[inquiry.name], grounds)

    def _lacks_depth_alone(self, inquiry: Inquiry) -> bool:
        return self._judged(inquiry)[0] is Verdict.DEEPEN

    async def _deepen(self, inquiry: Inquiry) -> list[Conclusion]:
        """Prove an absence by names that are younger, but as deep in the list as it was by now.

        The doubt itself is asked for once more only after that, and not to prove its absence: a
        question put now would be deeper than what was seen.
        """
        absence = self.absences[inquiry.name]
        controls = self.controls.as_deep_as(inquiry.attempted_at, absence.last_at)
        if not controls:
            self._leave(inquiry, Verdict.HOLD, "no_known_name_as_deep")
            return []
        self.round += 1
        replies = await put_all(self.parts, self.ages, controls, self.round)
        if not self.controls.heed(replies).proves:
            silent = self.controls.trusted
            why = "no_answer" if silent else "taken_names_not_listed"
            self._leave(inquiry, Verdict.LATER if silent else Verdict.HOLD, why)
            return []
        (reply,) = await put_all(self.parts, self.ages, [inquiry], self.round)
        self._heed_receipts()
        if inquiry.name not in self.open:
            return []
        if reply.matches:
            return [self._on_found(reply)]
        return [self._conclude(inquiry, Verdict.RELEASE)]

    def _conclude(self, inquiry: Inquiry, verdict: Verdict) -> Conclusion:
        where = self.open.pop(inquiry.name)
        self.ended[verdict] += 1
        assumed = verdict is Verdict.ASSUME_SENT
        self.parts.on_event(
            "doubt.assumed_sent" if assumed else "doubt.released", task_name=inquiry.name
        )
        absence = self.absences[inquiry.name]
        note = filled(
            "{by_policy}{then}: not listed {last_s} s after the attempt, in {rounds} "
            "rounds that found known names",
            by_policy=BY_POLICY,
            then=self.options.then,
            last_s=f"{absence.last_s or 0.0:.0f}",
            rounds=str(absence.rounds),
        )
        return Conclusion(
            *where.place,
            Event.WAS_ABANDONED if assumed else Event.WAS_RELEASED,
            self.parts.clock.now(),
            code=ASSUMED_SENT if assumed else "",
            note=note,
        )

    def _leave(self, inquiry: Inquiry, verdict: Verdict, reason: str) -> None:
        """Leave a doubt as it is: to a person, or to a later call."""
        self.open.pop(inquiry.name, None)
        self.ended[verdict] += 1
        event = "doubt.held" if verdict is Verdict.HOLD else "doubt.left"
        self.parts.on_event(event, task_name=inquiry.name, reason=reason)

    def _ask_again(self, inquiry: Inquiry) -> None:
        absence = self.absences[inquiry.name]
        due_s = next_question_s(self.options, absence, self.controls.lag_s)
        if self._lacks_depth_alone(inquiry):
            due_s = 0.0
        self.agenda.put(inquiry, due_s - self.ages.age_s(inquiry.attempted_at))


def _recalled(settling: _Settling, inquiry: Inquiry, missed: Collection[Question]) -> Absence:
    """Return the rounds that missed a name before, as earlier processes recorded them."""
    absence, controls = Absence(), settling.controls
    for question in missed:
        inquiry.asked += 1
        age_s = max(0.0, question.at - inquiry.attempted_at)
        absence.missed(age_s, question.at)
        seen = controls.seen_in(question.round)
        if seen.proves and question.at > controls.record.trusted_since:
            deep = seen.is_deep(inquiry.attempted_at)
            absence.count(age_s, settling.options.gap_s, deep=deep)
    absence.idle = 0
    return absence
