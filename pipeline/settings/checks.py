"""What a campaign must fulfil beyond the types of its keys; each check returns a mistake or None.

Limits of the provider are those of the operation that the channel uses.
"""

from collections.abc import Callable

from pipeline.core.model import CHUNK_RECIPIENTS_MAX
from pipeline.settings import canary, message, receipts, screening, values
from pipeline.settings.account import mistake_in
from pipeline.settings.campaign import Campaign

_NAME_CHARS_MAX = 64
_CONCURRENCY_MAX = 256
_ANSWER_S_MAX = 300

SETTLE_S_MIN = 960.0
"""A signature's life of 15 minutes, and a minute by which clocks may differ."""


def is_settled_early(campaign: Campaign) -> bool:
    """Tell whether doubts are settled sooner than a real KooMessage would let them be."""
    return campaign.doubt.settle_s < SETTLE_S_MIN


Check = Callable[[Campaign], str | None]


def _name(campaign: Campaign) -> str | None:
    if not campaign.name.strip() or len(campaign.name) > _NAME_CHARS_MAX:
        return f"the key campaign.name must have 1 to {_NAME_CHARS_MAX} characters"
    return None


def _account(campaign: Campaign) -> str | None:
    return mistake_in(campaign.account)


def _receipts(campaign: Campaign) -> str | None:
    return receipts.mistake_in(campaign.receipts, rehearsal=campaign.account.is_emulator)


def _phone(campaign: Campaign) -> str | None:
    if not campaign.source.phone.strip():
        return 'the key source.phone must name the phone column, or "#3" for the third column'
    return None


def _message(campaign: Campaign) -> str | None:
    return message.mistake_in(campaign.message)


def _values(campaign: Campaign) -> str | None:
    return values.mistake_in(campaign.values, campaign.message.fields)


def _limits(campaign: Campaign) -> str | None:
    limits = campaign.limits
    for key, value in (
        ("limits.messages_per_s", limits.messages_per_s),
        ("limits.calls_per_s", limits.calls_per_s),
        ("limits.max_messages", limits.max_messages),
        ("fallback.capability_days", campaign.capability_days),
        ("doubt.settle_s", campaign.doubt.settle_s),
        ("emulator.rate", campaign.emulator.rate),
        ("emulator.link_lifetime_s", campaign.emulator.link_lifetime_s),
        ("emulator.report_timeout_s", campaign.emulator.report_timeout_s),
    ):
        if value < 0 or value != value or value == float("inf"):  # noqa: PLR0124 -- tells a NaN
            return f"the key {key} must be 0 or more"
    if not 1 <= limits.concurrency <= _CONCURRENCY_MAX:
        return f"the key limits.concurrency must be 1 to {_CONCURRENCY_MAX} requests at once"
    if not 0 <= limits.recipients_per_request <= CHUNK_RECIPIENTS_MAX:
        return (
            f"the key limits.recipients_per_request must be 1 to {CHUNK_RECIPIENTS_MAX}, or 0 for "
            "what the product allows"
        )
    if not 1 <= limits.answer_s <= _ANSWER_S_MAX:
        return f"the key limits.answer_s must be 1 to {_ANSWER_S_MAX} seconds"
    return None


def _doubt(campaign: Campaign) -> str | None:
    if campaign.doubt.attempts_max < 1:
        return "the key doubt.attempts_max must be 1 or more messages"
    return None


def _settling(campaign: Campaign) -> str | None:
    settle_s = campaign.doubt.settle_s
    if campaign.account.is_loopback or settle_s >= SETTLE_S_MIN:
        return None
    return (
        f"the key doubt.settle_s is {settle_s:g} and must be {SETTLE_S_MIN:g} or more: KooMessage "
        "takes a request for 15 minutes after it was signed, and clocks may differ by one more, so "
        "that before that nothing is proved"
    )


def _screening(campaign: Campaign) -> str | None:
    return screening.mistake_in(campaign.screening)


def _ceiling(campaign: Campaign) -> str | None:
    return screening.ceiling_mistake(campaign.limits.max_cost, campaign.prices, campaign.message)


def _canary(campaign: Campaign) -> str | None:
    return canary.mistake_in(campaign.canary, campaign.message)


ALL: tuple[Check, ...] = (
    _name,
    _account,
    _receipts,
    _phone,
    _message,
    _values,
    _limits,
    _doubt,
    _settling,
    _screening,
    _ceiling,
    _canary,
)
