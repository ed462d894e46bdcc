"""Hand the campaign's policy for doubt to the reconciler."""

from pipeline.reconciler.verdict import DoubtOptions, DoubtPolicy
from pipeline.settings import Campaign


def doubt_options(campaign: Campaign) -> DoubtOptions:
    """Return how this campaign's doubts are settled.

    Requests are signed with a key pair, so that an old one is refused: a paused process is fenced.
    """
    return DoubtOptions(
        settle_s=campaign.doubt.settle_s, then=DoubtPolicy(campaign.doubt.then), fenced=True
    )
