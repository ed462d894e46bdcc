"""How many examples a test tries: a repeatable few, or with KOOSEND_MODEL=full many new ones."""

import os

from hypothesis import settings

FULL = os.environ.get("KOOSEND_MODEL") == "full"


def tried(usual: int, full: int) -> settings:
    """Try so many examples usually, the same ones each time, and so many others in full."""
    return settings(max_examples=full if FULL else usual, derandomize=not FULL, deadline=None)
