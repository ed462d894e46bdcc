"""Ask KooMessage what became of one accepted submission. Nothing is recorded here."""

from collections.abc import Iterable
from functools import partial

from pipeline.core.answer import FoundTask, News, NewsKind
from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, TaskId
from pipeline.core.outcome import TIMED_OUT_CODE, Fact, Outcome
from pipeline.core.times import DAY_S
from pipeline.language import filled
from pipeline.ports import Answered, Submission
from pipeline.reconciler.context import attempt_of
from pipeline.reconciler.polling.cases import Case, PollAnswer, Questions
from pipeline.reconciler.polling.counts import (
    FAILED_BY_COUNT,
    LEFT_OUT,
    Share,
    failure_of,
    known_by_name,
    left_out_of,
    only_possibility,
)

CAPABILITIES_MAX = 100
"""Numbers in one question (CheckMobileCapability)."""

_REASONS = frozenset(
    {
        NewsKind.RENDERED,
        NewsKind.LINK_FAILED,
        NewsKind.UNSUPPORTED,
        NewsKind.TEMPLATE_INACTIVE,
        NewsKind.SUPPORTED,
    }
)

_OF_SHARE = {
    Share.SUCCEEDED: Fact(NewsKind.DELIVERED, "", "", ""),
    Share.FAILED: Fact(NewsKind.FAILED, FAILED_BY_COUNT, "", ""),
    Share.TIMED_OUT: Fact(NewsKind.FAILED, TIMED_OUT_CODE, "", ""),
    Share.LEFT_OUT: Fact(NewsKind.REFUSED, LEFT_OUT, "", ""),
}
"""What is known of each number whose share is the only possibility."""


async def poll_card(questions: Questions, case: Case) -> PollAnswer:
    """Ask who got the message, who saw the card, and once the link is dead why others did not."""
    polled = PollAnswer(unanswered=True)
    begun_at = questions.now()
    if not _all_open_delivered(questions, case) and not await _poll_deliveries(
        questions, case, polled
    ):
        return polled
    polled = await _hear_renderings(questions, case, polled, begun_at)
    if polled.silent and not await _poll_task(questions, case, polled):
        polled.silent, polled.unanswered = False, True
    return polled


def refused_lately(questions: Questions, case: Case) -> bool:
    """Tell whether news may still come of somebody whom the answer of a taken request refused."""
    if case.submission.state is not State.ACCEPTED or not case.rows:
        return False
    if not case.unsettled.was_refused:
        return False
    return questions.now() < case.taken_at + questions.options.silence_s


async def poll_links(questions: Questions, case: Case) -> PollAnswer:
    """Ask which links were parsed, of those that somebody else's SMS carries."""
    return await _hear_renderings(questions, case, PollAnswer(unanswered=True), questions.now())


async def poll_sms(questions: Questions, case: Case) -> PollAnswer:
    """Ask who got a plain SMS."""
    begun_at = questions.now()
    polled = PollAnswer()
    polled.unanswered = not await _poll_deliveries(questions, case, polled)
    silent = begun_at >= case.taken_at + questions.options.silence_s
    polled.silent = silent and not polled.unanswered
    return polled


async def _poll_deliveries(questions: Questions, case: Case, polled: PollAnswer) -> bool:
    task = _task_of(case.submission)
    delivered = await questions.put(partial(questions.parts.gateway.deliveries, task))
    if delivered is None:
        return False
    polled.pages.append(_page("deliveries", delivered[0], case, delivered[1]))
    rows = (case.rows.get(news.phone) for news in delivered[1])
    polled.named = frozenset(row for row in rows if row is not None)
    return True


async def _poll_task(questions: Questions, case: Case, polled: PollAnswer) -> bool:
    """Ask, once it is silent, what the list says of a task some of whose numbers no detail names.

    It may have failed, or have been taken in part. Tell whether that was answered, where asked.
    """
    parts, rows = questions.parts, case.unsettled.standings
    channel = parts.carrier(case.submission).channel
    if polled.named is None or polled.named.issuperset(rows) or channel is not Channel.AIM:
        return True
    name, attempted_at = attempt_of(case.submission)
    found = await questions.put(partial(parts.gateway.find, channel, name, attempted_at))
    if found is None:
        return False
    task = _own(case, found[1])
    if task is not None:
        _note(questions, case, polled, (found[0], task))
    return True


def _note(
    questions: Questions, case: Case, polled: PollAnswer, listed: tuple[float, FoundTask]
) -> None:
    """Draw from a listed task what it proves of the rows that no detail names."""
    at, task = listed
    named = polled.named or frozenset()
    unnamed = [row for row in case.unsettled.standings if row not in named]
    fact = failure_of(task)
    if fact is None:
        if len(case.rows) < len(case.unsettled.standings):
            return  # the details name whoever was erased, and nobody can tell that it is them
        unnamed = list(left_out_of(task, named, case.facts, unnamed))
        fact = _OF_SHARE[Share.LEFT_OUT]
    _learn(questions, case, polled, Answered("list", at, dict.fromkeys(unnamed, (fact,))))


def _learn(questions: Questions, case: Case, polled: PollAnswer, page: Answered) -> None:
    """Take what a list says of rows, and tell once what is bad news of a whole task."""
    if not page.facts:
        return
    polled.pages.append(page)
    row, (fact,) = next(iter(page.facts.items()))
    known = {(before.kind, before.code) for before in case.facts.get(row, ())}
    if (fact.kind, fact.code) in known:
        return
    where: dict[str, object] = {"task_name": case.submission.task_name, "rows": len(page.facts)}
    if fact.kind in {NewsKind.NOT_SENT, NewsKind.TASK_FAILED}:
        questions.parts.on_event("task.failed", **where, code=fact.code)
    elif fact.code == LEFT_OUT:
        questions.parts.on_event("task.taken_in_part", **where)


def _own(case: Case, tasks: Iterable[FoundTask]) -> FoundTask | None:
    """Find a submission's own task among those that are listed."""
    own = case.submission.task_name, case.submission.task_id
    return next((task for task in tasks if (task.task_name, task.task_id) == own), None)


async def _hear_renderings(
    questions: Questions, case: Case, polled: PollAnswer, begun_at: float
) -> PollAnswer:
    """Ask about the links, under the tasks that made them."""
    gateway, options = questions.parts.gateway, questions.options
    lives: list[float] = []
    at = begun_at
    for number, maker in enumerate(case.makers or (case.submission,)):
        _, attempted_at = attempt_of(maker)
        rendered = await questions.put(partial(gateway.renderings, _task_of(maker), attempted_at))
        if rendered is None:
            return polled
        at = rendered[0] if number == 0 else min(at, rendered[0])
        polled.pages.append(_page("renderings", rendered[0], case, rendered[1].news))
        if rendered[1].link_life_s is not None:
            lives.append(rendered[1].link_life_s)
    polled.link_life_s = max(lives, default=None)
    polled.silent = begun_at >= case.taken_at + options.silence_s
    stated_s = polled.link_life_s or case.link_life_s
    life_s = stated_s or questions.parts.plan.message.expires_days * DAY_S
    polled.expires_at = case.taken_at + life_s + options.grace_s
    polled.unanswered = False
    if at >= polled.expires_at:
        polled.unanswered = not await _poll_reasons(questions, case, polled)
        polled.link_expired = not polled.unanswered or at >= polled.expires_at + options.reason_s
    return polled


async def poll_counts(questions: Questions, case: Case) -> PollAnswer:
    """Ask for a task's counts, and draw from them what they prove of single numbers."""
    parts = questions.parts
    name, attempted_at = attempt_of(case.submission)
    found = await questions.put(
        partial(parts.gateway.find, parts.carrier(case.submission).channel, name, attempted_at)
    )
    if found is None:
        return PollAnswer(unanswered=True)
    at, tasks = found
    polled = PollAnswer(silent=at >= case.taken_at + questions.options.silence_s)
    task = _own(case, tasks)
    if task is not None:
        _learn(questions, case, polled, _drawn(polled, case, at, task))
    return polled


def _drawn(polled: PollAnswer, case: Case, at: float, task: FoundTask) -> Answered:
    """Draw from a task's counts what they prove of the rows that nothing names."""
    known = known_by_name(case.unsettled.standings.keys(), case.facts)
    share = only_possibility(task, known)
    fact = _OF_SHARE.get(share) if share else None
    if share is Share.LEFT_OUT and not polled.silent:
        fact = None  # right after acceptance a total may still be growing
    fact = fact or failure_of(task)
    return Answered("list", at, dict.fromkeys(known.unknown, (fact,)) if fact else {})


async def _poll_reasons(questions: Questions, case: Case, polled: PollAnswer) -> bool:
    """Ask why numbers saw no card; tell whether all of it was answered."""
    gateway, template = questions.parts.gateway, questions.parts.plan.message.template
    phones = _without_reason(case, polled)
    for start in range(0, len(phones), CAPABILITIES_MAX):
        some = phones[start : start + CAPABILITIES_MAX]
        able = await questions.put(partial(gateway.capabilities, some, template))
        if able is None:
            return False
        polled.pages.append(_page("capabilities", able[0], case, able[1]))
    return True


def _without_reason(case: Case, polled: PollAnswer) -> list[str]:
    phones: list[str] = []
    for phone, row in case.rows.items():
        if case.unsettled.standings[row].is_final:
            continue
        known = case.facts.get(row, ())
        kinds = {fact.kind for fact in known}
        kinds.update(fact.kind for page in polled.pages for fact in page.facts.get(row, ()))
        if NewsKind.DELIVERED in kinds and not kinds & _REASONS:
            phones.append(phone)
    return phones


def _all_open_delivered(questions: Questions, case: Case) -> bool:
    return not refused_lately(questions, case) and all(
        standing.is_final
        or standing.outcome is Outcome.DELIVERED
        or any(fact.kind is NewsKind.DELIVERED for fact in case.facts.get(row, ()))
        for row, standing in case.unsettled.standings.items()
    )


def _page(source: str, at: float, case: Case, news: Iterable[News]) -> Answered:
    """Turn news of phones into facts of rows; news of other numbers is not ours.

    That a message is under way is not kept: it says that it was taken, and the next pass asks anew.
    """
    facts: dict[int, tuple[Fact, ...]] = {}
    for piece in news:
        row = case.rows.get(piece.phone)
        if row is not None and piece.kind is not NewsKind.UNDER_WAY:
            facts[row] = (*facts.get(row, ()), Fact(piece.kind, piece.code, piece.at, ""))
    return Answered(source, at, facts)


def _task_of(submission: Submission) -> TaskId:
    if submission.task_id is None:
        raise KoosendError(
            filled(
                "The ledger has submission {chunk}/{submission} as accepted without a task "
                "id; run `koosend verify`.",
                chunk=str(submission.chunk),
                submission=str(submission.submission),
            ),
            "KS7002",
        )
    return submission.task_id
