"""Say beforehand which of a campaign's ceilings would stop its run. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core.model import Chunk, Route
from pipeline.core.prices import micro, yuan_text
from pipeline.settings import Campaign


@dataclass(slots=True)
class Reckoning:
    """What a run would set aside: its messages, and in millionths of a yuan what they may cost."""

    messages: int = 0
    cost: int = 0

    def add(self, campaign: Campaign, chunk: Chunk) -> None:
        """Take in a chunk, each request at its worst, as the run itself will."""
        for one in chunk.submissions:
            count = len(one.positions)
            routes = [Route.PARSE, Route.LINKED] if one.route is Route.PARSE else [one.route]
            self.messages += 0 if one.route is Route.SKIP else count
            self.cost += sum(
                campaign.prices.of_request(campaign.message, route, count) for route in routes
            )


def stopping(campaign: Campaign, reckoned: Reckoning) -> Iterator[str]:
    """Yield a sentence for each ceiling that lies below what the run would set aside."""
    limits = campaign.limits
    if limits.max_messages and reckoned.messages > limits.max_messages:
        yield (
            f"limits.max_messages = {limits.max_messages:,} would stop the run: it has "
            f"{reckoned.messages:,} messages"
        )
    if limits.max_cost and reckoned.cost > micro(limits.max_cost):
        yield (
            f"limits.max_cost = {yuan_text(micro(limits.max_cost))} yuan would stop the run: at "
            f"worst it costs {yuan_text(reckoned.cost)} yuan, and that much is set aside"
        )
