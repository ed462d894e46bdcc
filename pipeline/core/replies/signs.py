"""What is found in a reply that tells of an opt-out, or may."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Sign(StrEnum):
    """What is found in a reply. Others than OPTS_OUT make it unclear; the first is told."""

    OPTS_OUT = "opts_out"
    ASKS = "asks"
    CONDITION = "condition"
    TAKES_BACK = "takes_back"
    OTHER_THING = "other_thing"
    LIKE = "like"
    COMPLAINT = "complaint"


SIGNS: Mapping[Sign, str] = MappingProxyType(
    {
        Sign.OPTS_OUT: "opts out",
        Sign.ASKS: "asks about opting out",
        Sign.CONDITION: "opts out under a condition",
        Sign.TAKES_BACK: "may take an opt-out back",
        Sign.OTHER_THING: "may mean an order or a booking",
        Sign.LIKE: "is like a word that opts out",
        Sign.COMPLAINT: "complains of messages",
    }
)
"""What each says of a reply, to stand behind its text."""

Found = Sign | None
