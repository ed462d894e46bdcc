"""Hand the campaign's policy for doubt to the reconciler."""

from pipeline.language import filled
from pipeline.reconciler.doubts.policy import DoubtOptions, DoubtPolicy
from pipeline.settings import Campaign
from pipeline.settings.checks import SETTLE_S_MIN, is_settled_early


def doubt_options(campaign: Campaign) -> DoubtOptions:
    """Return how this campaign's doubts are settled.

    What is signed with a key pair grows old and is refused, so that a paused process is fenced. A
    token covers no request: what was sent with one may be taken at any time.
    """
    return DoubtOptions(
        settle_s=campaign.doubt.settle_s,
        then=DoubtPolicy(campaign.doubt.then),
        fenced=campaign.account.is_signed,
        attempts_max=campaign.doubt.attempts_max,
    )


def early_note(campaign: Campaign) -> str:
    """Say that doubts are settled too early for a real account; empty where they are not."""
    if not is_settled_early(campaign):
        return ""
    return filled(
        "doubt.settle_s is {settle_s}: allowed on this machine alone; a real account "
        "needs {settle_s_min} or more",
        settle_s=f"{campaign.doubt.settle_s:g}",
        settle_s_min=f"{SETTLE_S_MIN:g}",
    )
