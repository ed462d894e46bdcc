"""Look whether what is assumed of KooMessage's refusals is true, and stop where it is not."""

from pipeline.core.errors import DecisionNeeded
from pipeline.koomessage.codes import is_own
from pipeline.language import Text, Words, filled
from pipeline.reconciler.doubts.axioms import Broken, watch_axioms
from pipeline.runner.session.session import Session

_WAIT_S_MAX = 60.0
_MARGIN_S = 0.01
_NAMES_MAX = 5


async def look_at_axioms(session: Session, *, wait: bool = False, early: bool = False) -> None:
    """Ask for samples of what was refused. Raises DecisionNeeded where one had been taken.

    With wait, samples whose settling time passes within a minute are waited for. With early,
    samples of what is about to be sent again are asked for, however lately they were refused.
    """
    settle_s = session.hold.campaign.doubt.settle_s
    while True:
        watched = await session.unless_stopped(
            watch_axioms(session.parts, is_own, settle_s, early=early)
        )
        if watched.broken:
            raise DecisionNeeded(_sentence(watched.broken), "KS7914")
        if not wait or watched.due_s is None or watched.due_s > _WAIT_S_MAX:
            return
        session.hold.ui.note(
            Words(
                "asking in a moment for requests that KooMessage turned away, to be sure that it "
                "did"
            )
        )
        await session.unless_stopped(session.hold.clock.sleep(watched.due_s + _MARGIN_S))


def _sentence(broken: tuple[Broken, ...]) -> Text:
    codes = ", ".join(sorted({sample.code for sample in broken}))
    names = ", ".join(sample.name for sample in broken[:_NAMES_MAX])
    names += ", ..." if len(broken) > _NAMES_MAX else ""
    twice = sum(sample.messages for sample in broken if sample.again)
    harm = (
        filled("up to {people} {people:person|people} may have got the message twice", people=twice)
        if twice
        else Words("none of these is sent again")
    )
    return filled(
        "KooMessage lists {requests} {requests:request|requests} that it had answered "
        "with a refusal ({codes}), which was believed to mean that nothing was taken: "
        "{names}; {harm}. That answer counts as a lost one for this account from now "
        "on; koosend verify --online shows each, and the same command again goes on",
        requests=len(broken),
        codes=codes,
        names=names,
        harm=harm,
    )
