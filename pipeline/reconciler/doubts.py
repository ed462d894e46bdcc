"""Settle submissions in doubt: ask by name until each is found, or its absence is proved."""

from collections import Counter
from dataclasses import dataclass, field

from pipeline.core.answer import NewsKind, Unanswered
from pipeline.core.lifecycle import ASSUMED_SENT, Event, State
from pipeline.core.model import Channel, TaskName
from pipeline.core.outcome import Fact
from pipeline.ports import Answered, Conclusion, Learned, Submission
from pipeline.reconciler.inquiry import (
    Agenda,
    Ages,
    Inquiry,
    Reply,
    last_asked_s,
    put_all,
    silence_wait_s,
)
from pipeline.reconciler.making import asked_of, make_again
from pipeline.reconciler.parts import Parts, attempt_of
from pipeline.reconciler.pushed import settle_pushed
from pipeline.reconciler.verdict import (
    DoubtOptions,
    DoubtPolicy,
    Trust,
    Verdict,
    judge,
    next_question_s,
    recall,
)

PROVED_ABSENT = f"policy {DoubtPolicy.AUTO}:"
"""How the note of a release begins that rests on proof, not on a word."""


@dataclass(frozen=True, slots=True)
class DoubtResult:
    """What became of the submissions in doubt, counted.

    waiting counts those whose time has not come yet, next_due_s is when the first question about
    them is due; only a call that does not wait leaves any.
    """

    found: int = 0
    released: int = 0
    held: int = 0
    assumed_sent: int = 0
    waiting: int = 0
    next_due_s: float | None = None

    def plus(self, other: "DoubtResult") -> "DoubtResult":
        """Add up what became of two lots."""
        due = [one for one in (self.next_due_s, other.next_due_s) if one is not None]
        return DoubtResult(
            self.found + other.found,
            self.released + other.released,
            self.held + other.held,
            self.assumed_sent + other.assumed_sent,
            self.waiting + other.waiting,
            min(due, default=None),
        )


async def settle_doubts(parts: Parts, options: DoubtOptions, *, wait: bool) -> DoubtResult:
    """Ask about every submission in doubt, and conclude what its policy allows.

    With wait it returns when each is settled or held; without, after one round of the questions
    that are due now. Cancelling it loses nothing: what was learned is in the ledger. Raises what
    the ledger raises.
    """
    doubts = parts.ledger.submissions(parts.run, frozenset({State.IN_DOUBT}))
    pushed = settle_pushed(parts, doubts)
    doubts = tuple(one for one in doubts if one.task_name not in pushed)
    result = DoubtResult(found=len(pushed))
    ages = Ages(parts.clock, parts.plan.planned_at)
    for channel in dict.fromkeys(asked_of(parts, one) for one in doubts):
        some = tuple(one for one in doubts if asked_of(parts, one) is channel)
        if channel is Channel.LINKS_ONLY:
            result = result.plus(DoubtResult(released=make_again(parts, some)))
            continue
        settling = _Settling(parts, options, ages, channel)
        settling.plan(some)
        result = result.plus(await settling.settle(wait=wait))
    return result


@dataclass(slots=True)
class _Settling:
    """One call's work. absent holds doubts past their settling time, by name."""

    parts: Parts
    options: DoubtOptions
    ages: Ages
    channel: Channel
    trust: Trust = field(default_factory=Trust)
    agenda: Agenda = field(init=False)
    open: dict[TaskName, Submission] = field(default_factory=dict)
    absent: dict[TaskName, Reply] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    ended: Counter[Event | Verdict] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.agenda = Agenda(self.parts.clock)

    def plan(self, doubts: tuple[Submission, ...]) -> None:
        """Put the first questions on the agenda, those that calibrate before the others."""
        asked = self.parts.ledger.questions(self.parts.run)
        accepted = self.parts.ledger.submissions(self.parts.run, frozenset({State.ACCEPTED}))
        taken = [one for one in accepted if asked_of(self.parts, one) is self.channel]
        recall(self.trust, asked, dict(attempt_of(one) for one in taken))
        # The latest are the ones whose listing can still be late.
        latest = sorted(taken, key=lambda one: attempt_of(one)[1])[-self.options.calibrations :]
        for submission in latest if self.options.calibrations else ():
            self.trust.pending += 1
            self.agenda.put(_inquiry(submission, calibrates=True), 0.0)
        inquiries = [_inquiry(submission, calibrates=False) for submission in doubts]
        last_asked_s(asked, inquiries)
        for inquiry in inquiries:
            self.open[inquiry.name] = inquiry.submission
            self._ask_at(inquiry, next_question_s(self.options, self.trust, inquiry.asked_s))

    async def settle(self, *, wait: bool) -> DoubtResult:
        """Ask what is due, conclude, wait for the next."""
        clock = self.parts.clock
        begun = clock.monotonic()
        while self.open:
            batch = self.agenda.due(clock.monotonic() if wait else begun, self.options.concurrency)
            if batch:
                await self._round(batch)
                continue
            wait_s = self.agenda.wait_s()
            if not wait or wait_s is None:
                break
            await clock.sleep(wait_s)
        return DoubtResult(
            found=self.ended[Event.WAS_FOUND],
            released=self.ended[Verdict.RELEASE],
            held=self.ended[Verdict.HOLD],
            assumed_sent=self.ended[Verdict.ASSUME_SENT],
            waiting=len(self.open),
            next_due_s=self.agenda.wait_s() if self.open else None,
        )

    async def _round(self, batch: list[Inquiry]) -> None:
        conclusions: list[Conclusion] = []
        self._heed_receipts()
        wanted = [one for one in batch if self._is_wanted(one)]
        replies = await put_all(self.parts, self.ages, wanted) if wanted else []
        self._heed_receipts()
        for reply in replies:
            inquiry = reply.inquiry
            if not self._is_wanted(inquiry):
                continue
            inquiry.asked += 1
            if isinstance(reply.answer, Unanswered):
                self._on_silence(reply, reply.answer)
                continue
            inquiry.silences = 0
            inquiry.asked_s = reply.age_s
            if inquiry.calibrates:
                self._on_calibration(reply)
            elif reply.matches:
                conclusions.append(self._on_found(reply))
            else:
                self.absent[inquiry.name] = reply
        # A name that was found in the same round already tells that asking works.
        conclusions += self._decide()
        if conclusions:
            self.parts.writer.conclude(conclusions)

    def _heed_receipts(self) -> None:
        """Ask nothing more about what a receipt has proved meanwhile, and never release it."""
        for name in settle_pushed(self.parts, list(self.open.values())):
            self.open.pop(name)
            self.absent.pop(name, None)
            self.ended[Event.WAS_FOUND] += 1

    def _is_wanted(self, inquiry: Inquiry) -> bool:
        return inquiry.calibrates or inquiry.name in self.open

    def _on_silence(self, reply: Reply, answer: Unanswered) -> None:
        inquiry = reply.inquiry
        inquiry.silences += 1
        unsettled = reply.age_s < self.options.settle_s
        if unsettled or inquiry.silences < self.options.silences_max:
            self.agenda.put(inquiry, silence_wait_s(inquiry, answer))
        elif inquiry.calibrates:
            self.trust.pending -= 1
        else:
            self._hold(inquiry, "no_answer")

    def _on_calibration(self, reply: Reply) -> None:
        inquiry = reply.inquiry
        if reply.matches:
            self.trust.pending -= 1
            self.trust.was_found(reply.age_s, missed_before=inquiry.name in self.missed)
        elif reply.age_s < self.options.settle_s:
            self.missed.add(inquiry.name)
            self._ask_at(inquiry, next_question_s(self.options, self.trust, reply.age_s))
        else:
            self.trust.pending -= 1
            self.trust.missing += 1
            self.parts.on_event(
                "doubt.taken_not_listed", task_name=inquiry.name, age_s=round(reply.age_s)
            )

    def _on_found(self, reply: Reply) -> Conclusion:
        inquiry = reply.inquiry
        self.open.pop(inquiry.name, None)
        self.ended[Event.WAS_FOUND] += 1
        self.trust.was_found(reply.age_s, missed_before=False)
        ids = [task.task_id for task in reply.matches]
        self.parts.on_event("doubt.found", task_name=inquiry.name, task_id=ids[0])
        note = f"found by name {reply.age_s:.0f} s after the attempt"
        if all(task.failed_state for task in reply.matches):
            note += f"; listed as {reply.matches[0].failed_state}"
            self._keep_failure(reply)
        if len(set(ids)) > 1:
            self.parts.on_event("doubt.found_twice", task_name=inquiry.name, task_ids=ids)
            note += f"; listed {len(ids)} times: {', '.join(ids)}"
        where = inquiry.submission
        return Conclusion(
            where.chunk, where.submission, Event.WAS_FOUND, reply.at, task_id=ids[0], note=note
        )

    def _keep_failure(self, reply: Reply) -> None:
        """Record that the task is listed as failed: should nothing be heard of it, that is why.

        It comes before the conclusion, so that no kill can come in between and lose it.
        """
        where = reply.inquiry.submission
        rows = where.part(self.parts.ledger.recipients(self.parts.run, where.chunk)).rows
        code = f"task_state {reply.matches[0].failed_state}"
        facts = dict.fromkeys(rows, (Fact(NewsKind.TASK_FAILED, code, "", ""),))
        said = Answered("list", reply.at, facts)
        self.parts.writer.add_evidence([Learned(where, [said])])

    def _decide(self) -> list[Conclusion]:
        conclusions: list[Conclusion] = []
        for name, reply in list(self.absent.items()):
            verdict = judge(self.options, self.trust, reply.age_s)
            if verdict is Verdict.AWAIT_CALIBRATION:
                continue
            del self.absent[name]
            if verdict is Verdict.RELEASE and not reply.whole:
                # A few numbers may have been left out of a request that took the others.
                reply.inquiry.ask_everybody()
                self.agenda.put(reply.inquiry, 0.0)
            elif verdict is Verdict.ASK_AGAIN:
                reply.inquiry.cleared = 0
                due_s = next_question_s(self.options, self.trust, reply.age_s)
                self._ask_at(reply.inquiry, due_s)
            elif verdict is Verdict.HOLD:
                self._hold(reply.inquiry, self._why_held())
            else:
                conclusions.append(self._conclude(reply, verdict))
        return conclusions

    def _conclude(self, reply: Reply, verdict: Verdict) -> Conclusion:
        inquiry = reply.inquiry
        self.open.pop(inquiry.name, None)
        self.ended[verdict] += 1
        assumed = verdict is Verdict.ASSUME_SENT
        self.parts.on_event(
            "doubt.assumed_sent" if assumed else "doubt.released", task_name=inquiry.name
        )
        note = (
            f"policy {self.options.then}: not listed {reply.age_s:.0f} s after the attempt,"
            f" asked {inquiry.asked} times; {self.trust.found} taken names were listed"
        )
        return Conclusion(
            inquiry.submission.chunk,
            inquiry.submission.submission,
            Event.WAS_ABANDONED if assumed else Event.WAS_RELEASED,
            self.parts.clock.now(),
            code=ASSUMED_SENT if assumed else "",
            note=note,
        )

    def _hold(self, inquiry: Inquiry, reason: str) -> None:
        self.open.pop(inquiry.name, None)
        self.ended[Verdict.HOLD] += 1
        self.parts.on_event("doubt.held", task_name=inquiry.name, reason=reason)

    def _why_held(self) -> str:
        if self.trust.missing:
            return "taken_names_not_listed"
        if not self.options.fenced:
            return "not_fenced"
        return "policy" if self.trust.works else "asking_not_seen_to_work"

    def _ask_at(self, inquiry: Inquiry, age_s: float) -> None:
        self.agenda.put(inquiry, age_s - self.ages.age_s(inquiry.attempted_at))


def _inquiry(submission: Submission, *, calibrates: bool) -> Inquiry:
    name, attempted_at = attempt_of(submission)
    return Inquiry(submission, name, attempted_at, calibrates)
