"""Turn a campaign's TOML into the frozen options of each part.

The only package that knows the validation library's view of the file.
"""

from pipeline.settings.campaign import (
    EMULATOR,
    Account,
    Campaign,
    Doubt,
    EmulatorWorld,
    Limits,
    Receipts,
    Source,
)
from pipeline.settings.load import load_campaign

__all__ = [
    "EMULATOR",
    "Account",
    "Campaign",
    "Doubt",
    "EmulatorWorld",
    "Limits",
    "Receipts",
    "Source",
    "load_campaign",
]
