"""Measure what can be measured of an account by asking: nothing is sent, made or recorded."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.core.answer import Hindrance, Unanswered
from pipeline.core.errors import CredentialsRefused, KoosendError, ProviderUnavailable
from pipeline.core.model import Channel
from pipeline.koomessage.lists import Page
from pipeline.koomessage.probe import judge
from pipeline.koomessage.probe.findings import Found, Measurement, Topic, Verdict
from pipeline.koomessage.probe.look import (
    AIM_TASKS,
    BASIC_TASKS,
    LISTS,
    Denied,
    KnownName,
    ListSeen,
    Pages,
    Prober,
    Question,
    Reach,
    TaskList,
    Told,
    look_at,
    reports,
)
from pipeline.koomessage.probe.names import judge_filter, judge_names
from pipeline.koomessage.probe.rights import Right, rights
from pipeline.language import Words, filled
from pipeline.ports import Clock, Gateway, Limiter, Marks
from pipeline.runner.preflight.ask import RETRY_S, TRIES, Questions, not_koomessage
from pipeline.runner.preflight.client import Line, asking
from pipeline.runner.session.account import account_key
from pipeline.runner.session.marks import marks_heard
from pipeline.runner.session.store_folder import store_folder, store_if_there
from pipeline.settings import Campaign

_KINDS: Mapping[TaskList, Channel] = {AIM_TASKS: Channel.AIM, BASIC_TASKS: Channel.AIM_BASIC}
_SILENT_MAX = 3
"""Questions in a row that nobody answers, after which no more are put."""

_LEFT = Words("doubts are left (75)")
_HELD = Words("doubts are held (79)")
_TERMS: Mapping[Topic, tuple[str, str]] = {
    Topic.CLOCK: (Words("right to 60 s"), Words("nothing is sent (75)")),
    Topic.OFFSET: (Words("counts rows"), filled("where rows come: {left}", left=_LEFT)),
    Topic.TOTAL: (Words("given, steady, of the list"), Words("details may break off")),
    Topic.WINDOW: (Words("past 10 000 an empty page"), Words("not relied on")),
    Topic.LIMIT: (Words("up to 100 rows a page"), Words("not relied on")),
    Topic.NAMES: (Words("each row has its name"), filled("without: {left}", left=_LEFT)),
    Topic.FILTER: (
        Words("finds the exact name only"),
        filled("where it misses: {held}", held=_HELD),
    ),
    Topic.SPAN: (
        Words("begin and end are followed"),
        filled("where it misses: {held}", held=_HELD),
    ),
    Topic.KNOWN: (Words("what was taken is listed"), _HELD),
    Topic.REPORTS: (Words("the list shows all of them"), _HELD),
}
"""What is assumed, and what follows where it is not so. Of doubts none is released then."""


@dataclass(slots=True)
class ProbeReport:
    """What was measured, in the order of the questions.

    answers tells of all answers whether they bore the emulator's mark.
    """

    campaign: Campaign
    measurements: list[Measurement] = field(default_factory=list)
    answers: set[bool] = field(default_factory=set)

    @property
    def marks(self) -> Marks:
        """Return what must be said first: on this machine it is what the answers say it is."""
        return marks_heard(self.campaign, self.answers)

    @property
    def verdicts(self) -> Counter[Verdict]:
        """Count the measurements by how they stand."""
        return Counter(measurement.found.verdict for measurement in self.measurements)

    @property
    def differing(self) -> int:
        """Count what is not as it is assumed."""
        return self.verdicts[Verdict.DIFFERS]


def probe_account(campaign: Campaign, clock: Clock, state: Path | None) -> ProbeReport:
    """Put every question about the campaign's account and judge the answers.

    state overrides the campaign's state folder, beside which a provider on this machine has what
    is known of it. Raises ProviderUnavailable and CredentialsRefused where nothing could be asked.
    """
    known = _known(campaign, state or campaign.state, clock.now())
    report = ProbeReport(campaign)
    with asking(campaign, clock, report.answers.add) as line:
        asyncio.run(_probe(report, line, known))
    return report


async def _probe(
    report: ProbeReport, line: Line, known: Mapping[TaskList, Sequence[KnownName]]
) -> None:
    campaign = report.campaign
    async with line.opened() as (gateway, questions):
        clock = judge.judge_clock(await _ahead(questions, gateway))
        report.measurements.append(_measured(Topic.CLOCK, Words("the answers' Date"), clock))
        asker = _Asker(gateway.prober(), questions.limiter, line.clock)
        answers = await _rights(campaign, asker, report)
        if clock.verdict is not Verdict.DIFFERS:
            _give_up(answers.values())
        now = line.clock.now()
        for of in LISTS:
            right = answers[of.operation]
            if isinstance(right, Page):
                seen = await look_at(asker.put, of, now, known.get(of, ()))
            else:
                nothing = Reach((), is_whole=False, trouble=right)
                seen = ListSeen(of, Pages(right), nothing, nothing, right)
            report.measurements += _list(seen, campaign, now)
            if of is AIM_TASKS:
                counted = judge.judge_reports(await asker.put(reports(now)), seen.timed)
                report.measurements.append(_measured(Topic.REPORTS, of.operation, counted))


async def _ahead(questions: Questions, gateway: Gateway) -> float | Unanswered:
    """Compare clocks. Whether nothing at all can be asked is seen by the other questions."""
    try:
        return await questions.put(gateway.clock_ahead_s)
    except KoosendError as error:
        return Unanswered(str(error))


async def _rights(campaign: Campaign, asker: "_Asker", report: ProbeReport) -> dict[str, Told]:
    answers: dict[str, Told] = {}
    for right in rights(campaign.message, asker.clock.now()):
        operation = right.question.operation
        answers[operation] = await asker.put(right.question)
        report.measurements.append(_right(right, answers[operation]))
    return answers


def _right(right: Right, answer: Told) -> Measurement:
    found = judge.judge_right(answer, is_needed=right.is_needed)
    of = right.question.operation
    return Measurement(Topic.RIGHT, of, Words("may be asked"), found, right.otherwise)


def _list(seen: ListSeen, campaign: Campaign, now: float) -> Iterator[Measurement]:
    of, pages = seen.of.operation, seen.pages
    utc = datetime.fromtimestamp(now, UTC).replace(tzinfo=None)
    for topic, found in (
        (Topic.OFFSET, judge.judge_offset(pages)),
        (Topic.TOTAL, judge.judge_total(pages)),
        (Topic.WINDOW, judge.judge_window(seen.of, pages)),
        (Topic.LIMIT, judge.judge_limit(pages)),
        (Topic.NAMES, judge_names(seen)),
        (Topic.SPAN, judge.judge_span(seen, utc)),
    ):
        yield _measured(topic, of, found)
    if seen.of.name_max:
        known = judge.judge_known(seen.known, now, campaign.doubt.settle_s)
        yield _measured(Topic.FILTER, of, judge_filter(seen))
        yield _measured(Topic.KNOWN, of, known)


def _measured(topic: Topic, of: str, found: Found) -> Measurement:
    assumed, otherwise = _TERMS[topic]
    return Measurement(topic, of, assumed, found, otherwise)


@dataclass(slots=True)
class _Asker:
    """Put questions at the campaign's pace, again where that may help."""

    prober: Prober
    limiter: Limiter
    clock: Clock
    silent: int = 0

    async def put(self, question: Question) -> Told:
        """Ask; raises ProviderUnavailable once nobody answers any more."""
        for _ in range(TRIES - 1):
            answer = await self._once(question)
            if not isinstance(answer, Unanswered) or not (_is_silent(answer) or answer.wait_s):
                break
            await self.clock.sleep(answer.wait_s or RETRY_S)
        else:
            answer = await self._once(question)
        self.silent = self.silent + 1 if _is_silent(answer) else 0
        if self.silent == _SILENT_MAX:
            raise ProviderUnavailable(
                filled(
                    "KooMessage cannot be reached: {answer}; check account.endpoint and network",
                    answer=judge.why_not(answer),
                )
            )
        return answer

    async def _once(self, question: Question) -> Told:
        await self.limiter.admit(0)
        answer = await self.prober.put(question)
        if not isinstance(answer, Unanswered):
            self.limiter.recover()
        return answer


def _is_silent(answer: Told) -> bool:
    return isinstance(answer, Unanswered) and answer.hindrance is Hindrance.UNREACHABLE


def _give_up(given: Iterable[Told]) -> None:
    """Raise where no question at all was answered: nothing could be measured."""
    answers = list(given)
    refused = [answer for answer in answers if judge.is_refused_login(answer)]
    heard = [answer for answer in answers if isinstance(answer, Page | Denied)]
    if any(answer not in refused for answer in heard):
        return
    why = judge.why_not((refused or answers)[0])
    if refused:
        raise CredentialsRefused(filled("KooMessage refuses the credentials: {why}", why=why))
    for answer in answers:
        if isinstance(answer, Unanswered) and answer.foreign:
            raise not_koomessage(answer)
    raise ProviderUnavailable(filled("KooMessage answers no question: {why}", why=why))


def _known(campaign: Campaign, state: Path, now: float) -> Mapping[TaskList, Sequence[KnownName]]:
    """Look up names that this account certainly took: the two oldest and the latest of a kind.

    A store that is not there is not made; one that cannot be read tells nothing. An embedded
    emulator that is started for the questions knows of no earlier one.
    """
    if campaign.account.is_emulator:
        return {}
    account = account_key(campaign, os.environ).text
    folder = store_folder(campaign.account.store, account, state, os.environ)
    with suppress(KoosendError), store_if_there(folder, account) as store:
        if store is None:
            return {}
        return {
            of: tuple(
                dict.fromkeys(
                    KnownName(task.name, task.at)
                    for tasks in (store.tasks_after(kind, 0.0, 2), store.tasks_before(kind, now, 1))
                    for task in tasks
                )
            )
            for of, kind in _KINDS.items()
        }
    return {}
