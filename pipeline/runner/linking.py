"""Go on with the chunks whose links are made: the SMS that carry them, and who gets none."""

from collections.abc import Mapping, Sequence

from pipeline.chunker import LinkFates, continue_chunk
from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import State
from pipeline.core.model import Message, Recipients, Route
from pipeline.logs import Event
from pipeline.ports import Continuation, Submission
from pipeline.runner.bounds import bounds_of
from pipeline.runner.session import Hold

_NO_LINK = frozenset({NewsKind.REFUSED, NewsKind.WITHHELD})
_ENDED = frozenset({State.ACCEPTED, State.REFUSED, State.ABANDONED, State.SPLIT})


def go_on_with_links(hold: Hold) -> int:
    """Plan the sends of every chunk whose links are all made or failed; count those chunks."""
    run = hold.record.plan.run
    waiting = set(hold.ledger.unlinked(run))
    if not waiting:
        return 0
    of_chunk: dict[int, list[Submission]] = {chunk: [] for chunk in waiting}
    for submission in hold.ledger.submissions(run):
        if submission.chunk in waiting:
            of_chunk[submission.chunk].append(submission)
    gone_on = 0
    for chunk, submissions in sorted(of_chunk.items()):
        makers = [one for one in submissions if one.route is Route.PARSE]
        if all(one.state in _ENDED for one in makers):
            hold.writer.continue_chunk(_continuation(hold, chunk, submissions))
            gone_on += 1
    if gone_on:
        hold.events.emit(Event.LINKS_MADE, chunks=gone_on)
    return gone_on


def _continuation(hold: Hold, chunk: int, submissions: Sequence[Submission]) -> Continuation:
    plan, ledger = hold.record.plan, hold.ledger
    links = ledger.links(plan.run, chunk)
    recipients = _with_links(plan.message, ledger.recipients(plan.run, chunk), links)
    failures = _failures(hold, submissions, recipients)
    bounds = bounds_of(hold.campaign, hold.store.sizes())
    fates = LinkFates(links, failures)
    going = continue_chunk(plan.message, recipients, submissions, fates, bounds)
    return Continuation(chunk, hold.clock.now(), recipients, going.submissions, going.facts)


def _with_links(message: Message, recipients: Recipients, links: Mapping[int, str]) -> Recipients:
    """Put each recipient's link behind its fields; empty where there is none."""
    column = [links.get(row, "") for row in recipients.rows]
    values = (*recipients.values[: len(message.fields)], column)
    return Recipients(recipients.rows, recipients.phones, values)


def _failures(
    hold: Hold, submissions: Sequence[Submission], recipients: Recipients
) -> Mapping[int, str]:
    """Return by row the codes of links that were not made, and why rows were withheld."""
    codes: dict[int, str] = {}
    for one in submissions:
        if one.route is not Route.PARSE:
            continue
        if one.state not in {State.ACCEPTED, State.SPLIT}:
            codes.update(dict.fromkeys(one.part(recipients).rows, one.code))
        if one.state is not State.ACCEPTED and not one.withheld:
            continue
        for row, facts in hold.ledger.facts(hold.record.plan.run, one).items():
            told = [fact.code for fact in facts if fact.kind in _NO_LINK]
            codes.update(dict.fromkeys([row] if told else [], min(told, default="")))
    return codes
