"""A ledger that is new to an account does not know whom others sent to by it: it looks first."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pipeline.core.answer import RecentTasks
from pipeline.core.errors import NewLedger
from pipeline.core.model import Message, RunId
from pipeline.core.names import place_of
from pipeline.core.routing import channels_of
from pipeline.core.times import DAY_S
from pipeline.language import Text, Words, filled
from pipeline.logs import Event
from pipeline.runner.session.session import RunLease, Session

SAID = Words("said with --new-ledger")
NOBODY = Words("nobody else sent by the account lately")


async def know_ledger(session: Session) -> None:
    """Make the ledger known to its account before it sends by it for the first time.

    One that was put back knows no more of the runs that were planned since than a new one. Raises
    NewLedger where a ledger that nobody knows sent by a real account lately, unless a person says
    that this one may begin anyway.
    """
    hold = session.hold
    identity = hold.ledger.identity()
    known = any(ledger.identity == identity for ledger in hold.store.ledgers())
    is_older = hold.ledger.put_back_at() is not None
    if (is_older or not known) and not hold.campaign.account.is_loopback:
        why = SAID if hold.said.new_ledger else await _look(session, "older" if is_older else "new")
        hold.events.emit(Event.LEDGER_NEW, ledger=identity, why=why)
    if is_older:
        hold.ledger.end_put_back()
    hold.store.know_ledger(identity, str(hold.state), hold.clock.now())


async def _look(session: Session, what_it_is: str) -> Text:
    days = session.hold.campaign.screening.repeat_days
    strange, missing = await strangers(session, days)
    if strange:
        what = filled(
            "{tasks} {tasks:task|tasks} of the last {days} {days:day|days}, such as "
            "{strange}, went out by this account, and by no ledger that is known here",
            tasks=len(strange),
            days=days,
            strange=strange[0],
        )
    elif missing:
        what = filled(
            "what went out by this account in the last {days} {days:day|days} cannot "
            "be seen whole ({missing})",
            days=days,
            missing=missing,
        )
    else:
        return NOBODY
    raise NewLedger(
        filled(
            "{what}, and the ledger in {state} is {what_it_is}: it cannot know whom they "
            "reached; nothing was sent: name the state folder that sent them with --state, "
            "or put it back; if this list is to be sent anyway, add --new-ledger",
            what=what,
            state=session.hold.state,
            what_it_is=what_it_is,
        )
    )


async def strangers(session: Session, days: int) -> tuple[list[str], str]:
    """Name what was sent lately by the campaign's templates, or by our names, by nobody known.

    And say why not all of it could be seen.
    """
    hold, gateway = session.hold, session.provider.gateway
    message, now = hold.record.plan.message, hold.clock.now()
    strange: dict[str, None] = {}
    missing = ""
    for channel in channels_of(message):
        for day in range(days):
            until = now - day * DAY_S
            span = until - DAY_S, until + DAY_S
            tasks = await session.parts.ask(partial(gateway.recent_tasks, channel, *span))
            if tasks.missing is not None:
                missing = missing or tasks.missing.why
            strange.update(dict.fromkeys(_strange(hold, tasks)))
    return list(strange), missing


def _strange(hold: RunLease, recent: RecentTasks) -> Iterator[str]:
    templates = set(_templates(hold.record.plan.message)) - {""}
    for name, template in recent.tasks:
        place = place_of(name)
        if place is None:
            if template in templates:
                yield name or filled("one by template {template}", template=template)
        elif not _is_known(hold, place[0]):
            yield name


def _is_known(hold: RunLease, run: RunId) -> bool:
    """Tell whether this ledger, or one that the account knows, has a run of that label."""
    if hold.ledger.run(run) is not None:
        return True
    own = hold.ledger.identity()
    return any(
        (Path(ledger.folder) / "runs" / run).is_dir()
        for ledger in hold.store.ledgers()
        if ledger.identity != own  # what it does not know itself, an older one has forgotten
    )


def _templates(message: Message) -> Iterator[str]:
    yield message.template
    for leg in (message.sms, message.fallback.sms, message.fallback.video):
        if leg is not None:
            yield leg.template
