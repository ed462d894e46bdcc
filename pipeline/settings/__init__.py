"""Turn a campaign's TOML into the frozen options of each part.

The only package that knows the validation library's view of the file.
"""

from pipeline.settings.account import EMULATOR, Account, IamLogin
from pipeline.settings.campaign import (
    Campaign,
    Doubt,
    EmulatorWorld,
    Limits,
    Source,
)
from pipeline.settings.load import load_campaign
from pipeline.settings.receipts import Receipts

__all__ = [
    "EMULATOR",
    "Account",
    "Campaign",
    "Doubt",
    "EmulatorWorld",
    "IamLogin",
    "Limits",
    "Receipts",
    "Source",
    "load_campaign",
]
