"""Hold this machine's clock against KooMessage's before anything is sent."""

from pipeline.core.answer import Unanswered
from pipeline.core.errors import WorkLeft
from pipeline.koomessage.transport.clock_skew import is_apart, say_apart
from pipeline.runner.preflight.ask import RETRY_S, TRIES, not_koomessage
from pipeline.runner.session.session import Session


async def compare_clocks(session: Session) -> None:
    """Ask one harmless question before anything is sent. Raises WorkLeft for a wrong clock.

    No answer proves nothing: the answers to what is sent are dated as well. One that is not
    KooMessage's, and stays so, would be given to what is sent, too: raises NotKooMessage.
    """
    for attempt in range(1, TRIES + 1):
        ahead_s = await session.parts.ask(session.provider.gateway.clock_ahead_s)
        if not isinstance(ahead_s, Unanswered):
            if is_apart(ahead_s):
                raise WorkLeft(say_apart(ahead_s), "KS7511")
            return
        if not ahead_s.foreign:
            return
        if attempt == TRIES:
            raise not_koomessage(ahead_s)
        await session.hold.clock.sleep(RETRY_S)
