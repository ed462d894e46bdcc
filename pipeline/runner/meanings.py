"""What the provider's codes mean, for reports."""

from collections.abc import Mapping

from pipeline.koomessage.codes import CODES


def code_meanings() -> Mapping[str, str]:
    """Return the meaning of every code that is known."""
    return {code: entry.meaning for code, entry in CODES.items()}
