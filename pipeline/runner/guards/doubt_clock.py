"""Hold this machine's clock against KooMessage's before a person releases doubts.

Which doubts are past their settling time is told by this clock alone.
"""

import asyncio

from pipeline.core.answer import Unanswered
from pipeline.core.errors import KoosendError, ProviderUnavailable, WorkLeft
from pipeline.koomessage.transport.clock_skew import is_apart, say_apart
from pipeline.language import filled
from pipeline.ports import Clock
from pipeline.runner.preflight.client import Line
from pipeline.runner.session.place import Place
from pipeline.settings import Campaign


def refuse_wrong_clock(place: Place, clock: Clock, *, by_age: bool) -> None:
    """Raise WorkLeft where the clock is wrong: nothing may be decided by it.

    by_age says that doubts are chosen by their age and not by name: then an answer is needed, and
    ProviderUnavailable is raised without one. The embedded emulator goes by this clock.
    """
    campaign = place.campaign_if_sound(place.run, clock.now())
    if campaign is None or campaign.account.is_emulator:
        return
    ahead_s = _ahead_s(campaign, clock)
    if isinstance(ahead_s, float):
        if is_apart(ahead_s):
            raise WorkLeft(
                filled("{ahead_s}; nothing was decided", ahead_s=say_apart(ahead_s)), "KS7511"
            )
    elif by_age:
        raise ProviderUnavailable(
            filled(
                "KooMessage did not say what time it is ({ahead_s}), so that it is not "
                "known which doubts are past their settling time; nothing was decided: "
                "name the doubts in place of --all",
                ahead_s=ahead_s,
            ),
            "KS6910",
        )


def _ahead_s(campaign: Campaign, clock: Clock) -> float | str:
    """Return how far this clock is ahead, or why that is not known."""

    async def ask() -> float | Unanswered:
        async with Line(campaign, clock).opened() as (gateway, _):
            return await gateway.clock_ahead_s()

    try:
        answer = asyncio.run(ask())
    except KoosendError as error:
        return str(error)
    return answer.why if isinstance(answer, Unanswered) else float(answer)
