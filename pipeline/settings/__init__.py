"""Turn a campaign's TOML into the frozen options of each part.

The only package that knows the validation library's view of the file.
"""

from pipeline.settings.account import Account
from pipeline.settings.campaign import Campaign
from pipeline.settings.load import load_campaign
from pipeline.settings.receipts import Receipts

__all__ = ["Account", "Campaign", "Receipts", "load_campaign"]
