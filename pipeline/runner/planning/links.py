"""Make links again that got no answer, a few rounds a start, and go on with what is made."""

from collections.abc import Mapping, Sequence

from pipeline.chunker import LinkFates, continue_chunk
from pipeline.core.answer import NewsKind
from pipeline.core.errors import WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Message, Recipients, Route
from pipeline.core.times import Backoff
from pipeline.language import filled
from pipeline.logs import Event
from pipeline.ports import Continuation, Submission
from pipeline.reconciler.context import Parts
from pipeline.reconciler.doubts.making import release_links
from pipeline.runner.planning.plan import bounds_of
from pipeline.runner.session.session import RunLease

ROUNDS_MAX = 5
"""Rounds in a row in which no link was made, after which a later start goes on."""

_BACKOFF = Backoff(first_s=1.0, max_s=60.0)


class LinkRounds:
    """Count the rounds of one start. Every round takes a new name, so that there are few."""

    def __init__(self, parts: Parts) -> None:
        """Start counting; links that were made before are no progress."""
        self._parts = parts
        self._rounds = 0
        self._made = len(self._those(State.ACCEPTED))
        self._pause_s = 0.0

    def release(self) -> bool:
        """Release what made links and got no answer; tell whether to try once more now."""
        made, self._made = self._made, len(self._those(State.ACCEPTED))
        if not release_links(self._parts):
            return False
        self._rounds = 1 if self._made > made else self._rounds + 1
        self._pause_s = _BACKOFF.wait_s(self._rounds)
        return self._rounds < ROUNDS_MAX

    async def pause(self) -> None:
        """Wait before the next round: a provider in trouble is left alone for longer each time."""
        pause_s, self._pause_s = self._pause_s, 0.0
        if pause_s:
            await self._parts.clock.sleep(pause_s)

    def check(self) -> None:
        """Raise WorkLeft where this start has had its rounds and links are still to be made."""
        if self._rounds < ROUNDS_MAX:
            return
        waiting = self._those(State.DEFERRED)
        if waiting:
            raise WorkLeft(
                filled(
                    "links could not be made: {requests} {requests:request|requests} got "
                    "no answer in {most} rounds; nobody was sent anything by them: run the "
                    "same command again later",
                    requests=len(waiting),
                    most=str(ROUNDS_MAX),
                ),
                "KS7508",
            )

    def _those(self, state: State) -> list[Submission]:
        found = self._parts.ledger.submissions(self._parts.run, frozenset({state}))
        carrier = self._parts.carrier
        return [made for made in found if carrier(made).channel is Channel.LINKS_ONLY]


_NO_LINK = frozenset({NewsKind.REFUSED, NewsKind.WITHHELD})
_ENDED = frozenset({State.ACCEPTED, State.REFUSED, State.ABANDONED, State.SPLIT})


def go_on_with_links(hold: RunLease) -> int:
    """Plan the sends of every chunk whose links are all made or failed; count those chunks."""
    run = hold.record.plan.run
    waiting = set(hold.ledger.routes.unlinked(run))
    if not waiting:
        return 0
    of_chunk: dict[int, list[Submission]] = {chunk: [] for chunk in waiting}
    for submission in hold.ledger.submissions(run):
        if submission.chunk in waiting:
            of_chunk[submission.chunk].append(submission)
    gone_on = 0
    for chunk, submissions in sorted(of_chunk.items()):
        makers = [submission for submission in submissions if submission.route is Route.PARSE]
        if all(maker.state in _ENDED for maker in makers):
            hold.writer.continue_chunk(_continuation(hold, chunk, submissions))
            gone_on += 1
    if gone_on:
        hold.events.emit(Event.LINKS_MADE, chunks=gone_on)
    return gone_on


def _continuation(hold: RunLease, chunk: int, submissions: Sequence[Submission]) -> Continuation:
    plan, ledger = hold.record.plan, hold.ledger
    links = ledger.routes.links(plan.run, chunk)
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
    hold: RunLease, submissions: Sequence[Submission], recipients: Recipients
) -> Mapping[int, str]:
    """Return by row the codes of links that were not made, and why rows were withheld."""
    codes: dict[int, str] = {}
    for submission in submissions:
        if submission.route is not Route.PARSE:
            continue
        if submission.state not in {State.ACCEPTED, State.SPLIT}:
            codes.update(dict.fromkeys(submission.part(recipients).rows, submission.code))
        if submission.state is not State.ACCEPTED and not submission.withheld:
            continue
        for row, facts in hold.ledger.facts(hold.record.plan.run, submission).items():
            found = [fact.code for fact in facts if fact.kind in _NO_LINK]
            codes.update(dict.fromkeys([row] if found else [], min(found, default="")))
    return codes
