"""Propose what is sent: the sections of a channel's message, with what is left to fill in."""

from collections.abc import Iterable, Mapping, Sequence

from pipeline.core.model import Channel
from pipeline.runner.proposal.quoting import quoted
from pipeline.settings.slips.blanks import (
    APP,
    CARD_TEMPLATE,
    CHANNEL_NUMBER,
    SIGNATURE,
    SMS_TEMPLATE,
    VIDEO_TEMPLATE,
    parameter,
)

ABOUT: Mapping[Channel, str] = {
    Channel.AIM: "a smart message: an SMS whose link a handset shows as a card",
    Channel.AIM_LINKS: "a smart message in two steps: links first, then our own SMS with them",
    Channel.LINKS_ONLY: "the links alone, for an SMS channel of your own",
    Channel.SMS: "a plain SMS",
    Channel.AIM_BASIC: "a video SMS",
}
"""What each channel sends, in a few words."""

_DAYS = "expires_days = 7                    # days that the links live, 1 to 7"


def message_sections(channel: Channel, columns: Sequence[str]) -> str:
    """Return [message] and [message.sms] as the channel needs them, with values from columns."""
    match channel:
        case Channel.AIM:
            return "\n".join((*_card(columns), "", *_sms(columns, "without the link variable")))
        case Channel.AIM_LINKS:
            link = (
                f"link_position = {len(columns) + 1}                   "
                "# which of the SMS template's variables takes the link, from 1"
            )
            sms = _sms(columns, "without the link variable")
            return "\n".join((*_card(columns), "", *sms, link))
        case Channel.LINKS_ONLY:
            signatures = f"signatures = [{quoted(SIGNATURE)}]   # of the SMS that will carry them"
            return "\n".join((*_card(columns), signatures))
        case Channel.SMS:
            return "\n".join(_sms(columns, "one for each variable"))
        case Channel.AIM_BASIC:
            return "\n".join(_video(columns))


def _card(columns: Sequence[str]) -> list[str]:
    pairs = (
        f"{quoted(parameter(at))} = {quoted(name)}" for at, name in enumerate(columns, start=1)
    )
    return [
        "[message]",
        f"template = {quoted(CARD_TEMPLATE)}",
        "# Name each parameter as the template does, and take out what it does not have.",
        _table(pairs),
        _DAYS,
    ]


def _video(columns: Sequence[str]) -> list[str]:
    pairs = (f"p_{at} = {quoted(name)}" for at, name in enumerate(columns, start=1))
    return [
        "[message]",
        f"template = {quoted(VIDEO_TEMPLATE)}",
        "# In the order of #p_1#, #p_2#; take out what the template does not have.",
        _table(pairs),
        "expires_hours = 24                  # how long KooMessage tries, 1 to 72 hours",
    ]


def _sms(columns: Sequence[str], order: str) -> list[str]:
    return [
        "# These four must match each other in KooMessage's console.",
        "[message.sms]",
        f"channel_number = {quoted(CHANNEL_NUMBER)}",
        f"template = {quoted(SMS_TEMPLATE)}",
        f"signature = {quoted(SIGNATURE)}",
        f"app = {quoted(APP)}",
        f"# In the SMS template's order, {order}.",
        f"params = [{', '.join(map(quoted, columns))}]",
    ]


def _table(pairs: Iterable[str]) -> str:
    return f"params = {{ {', '.join(pairs)} }}"
