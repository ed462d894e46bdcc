"""Name what stands in more than one place of the report; the rest stands where it is drawn."""

from collections.abc import Mapping

from pipeline.core.lifecycle import State
from pipeline.core.model import Channel
from pipeline.language import Bilingual, Language, Text, Words

TITLE = Words("Campaign report")
ATTENTION = Words("Needs attention")
FALLBACK = Words("Fallback")
REJECTED = Words("Rejected")
ALL_ROWS = Words("All rows")
FUNNEL = Words("From rows to people reached")

RUN = Words("Run")
PLANNED = Words("Planned")
SUBMITTED = Words("Taken by KooMessage")
REACHED = Words("Delivered")
SAW_CARD = Words("Saw the card")
LINKS_MADE = Words("Links made")
NO_NEWS = Words("No news")
UNSEEN_LINK = Words("Expired unseen")
CARD_SHOWN = Words("Card shown")
TO_BE_SENT = Words("Still to be sent")
REFUSED = Words("Refused")
IN_DOUBT = Words("In doubt")

OUTCOME = Words("Outcome")
CODE = Words("Code")
WHY = Words("Why")
TO_DO = Words("What to do")
REQUEST_STATE = Words("State")
RECIPIENTS = Words("Recipients")

EMPTY_ATTENTION = Words("Nothing needs attention.")
EMPTY_FALLBACK = Words("Nobody is known to have seen plain SMS instead of the card.")
EMPTY = Words("Nothing here.")
EMPTY_REJECTED = Words("Every row could be sent to.")

CHANNELS: Mapping[Channel, Words] = {
    Channel.AIM: Words("Smart message (card)"),
    Channel.AIM_LINKS: Words("Smart message links by SMS"),
    Channel.AIM_BASIC: Words("Smart message basic (video)"),
    Channel.SMS: Words("SMS"),
    Channel.LINKS_ONLY: Words("Links only"),
}

STATES: Mapping[State, Words] = {
    State.PLANNED: Words("Not sent yet"),
    State.IN_FLIGHT: Words("Under way"),
    State.ACCEPTED: Words("Accepted"),
    State.REFUSED: REFUSED,
    State.DEFERRED: Words("To be sent again"),
    State.IN_DOUBT: IN_DOUBT,
    State.ABANDONED: Words("Given up"),
    State.SPLIT: Words("Sent in parts"),
}


def state_key(state: State) -> Text:
    """Say a submission's state by the key that JSON has for it; in Chinese in words."""
    return Bilingual(str(state), STATES[state].of(Language.ZH))
