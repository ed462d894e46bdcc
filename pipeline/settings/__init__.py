"""Turn a campaign's TOML into the frozen options of each part.

The only package that knows the validation library's view of the file.
"""

from pipeline.settings.account import Account
from pipeline.settings.campaign import Campaign
from pipeline.settings.load import Reachable, load_campaign, who_is_told
from pipeline.settings.receipts import Receipts

__all__ = ["Account", "Campaign", "Reachable", "Receipts", "load_campaign", "who_is_told"]
