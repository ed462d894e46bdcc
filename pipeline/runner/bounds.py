"""How large a campaign's requests may be: as it says, and as its account was found to bear."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from pipeline.core.bounds import Bounds
from pipeline.core.model import CHUNK_RECIPIENTS_MAX, Channel
from pipeline.runner.store import open_store
from pipeline.settings import Campaign


def bounds_of(campaign: Campaign, learned: Mapping[Channel, int] | None = None) -> Bounds:
    """Return the bounds of a campaign's requests."""
    wanted = campaign.limits.recipients_per_request
    return Bounds(wanted or CHUNK_RECIPIENTS_MAX, learned or {})


def learned_sizes(campaign: Campaign, state: Path) -> Mapping[Channel, int]:
    """Recall what the campaign's account was found to bear."""
    with closing(open_store(campaign, state)) as store:
        return store.sizes()
