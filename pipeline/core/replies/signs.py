"""What is found in a reply that tells of an opt-out, or may."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pipeline.language import Text, Words


class Sign(StrEnum):
    """What is found in a reply. Others than OPTS_OUT make it unclear; the first is told."""

    OPTS_OUT = "opts_out"
    ASKS = "asks"
    CONDITION = "condition"
    TAKES_BACK = "takes_back"
    OTHER_THING = "other_thing"
    LIKE = "like"
    COMPLAINT = "complaint"


SIGNS: Mapping[Sign, Text] = MappingProxyType(
    {
        Sign.OPTS_OUT: Words("opts out"),
        Sign.ASKS: Words("asks about opting out"),
        Sign.CONDITION: Words("opts out under a condition"),
        Sign.TAKES_BACK: Words("may take an opt-out back"),
        Sign.OTHER_THING: Words("may mean an order or a booking"),
        Sign.LIKE: Words("is like a word that opts out"),
        Sign.COMPLAINT: Words("complains of messages"),
    }
)
"""What each says of a reply, to stand behind its text."""

Found = Sign | None
