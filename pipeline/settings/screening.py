"""[screening] and [prices]: who is left out, and what may be spent."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Struct

from pipeline.core.phones import is_mobile, mask
from pipeline.core.pricing import Prices, micro
from pipeline.core.screening import (
    MESSAGES_PER_DAY,
    SAME_CONTENT_PER_HOUR,
    Duplicates,
    folded,
)
from pipeline.language import Text, Words, filled, marked
from pipeline.settings.bounds import FilePath, Yuan, at_least, within

_Cap = Annotated[int, at_least(0, marked("0 or more; 0 is no limit"))]


REPEATS_MAX = 1000
"""From so many repeats on a person is asked, however long the list."""

_REPEAT_SHARE = Words("; 0.2 asks from a fifth of the list on")


class Screening(Struct, frozen=True, forbid_unknown_fields=True):
    """[screening]: who is left out although the number is good.

    skip_where: by column, the values that leave a row out.
    allow and allow_file: where either is given, nobody else is reached. repeat_days: how many days
    back the list is held against what the account sent, 0 for not at all. repeat_by: whether the
    number decides what a repeat is, or number and message do; empty: the number within the
    day, the message later. already_sent: what becomes of repeats, and repeat_share, from which
    share of the list on a person is asked.
    """

    suppress_files: tuple[FilePath, ...] = ()
    skip_where: dict[str, tuple[str, ...]] = {}
    allow: tuple[str, ...] = ()
    allow_file: FilePath = FilePath()
    duplicates: Duplicates = Duplicates.NUMBER
    same_content_per_hour: _Cap = SAME_CONTENT_PER_HOUR
    messages_per_day: _Cap = MESSAGES_PER_DAY
    repeat_days: Annotated[int, within(0, 30, marked("; 0 looks nowhere"))] = 3
    repeat_by: Literal["", "number", "message"] = ""
    repeat_share: Annotated[float, within(0, 1, _REPEAT_SHARE)] = 0.2
    already_sent: Literal["ask", "leave_out", "send"] = "ask"

    @property
    def is_trial(self) -> bool:
        """Tell whether only an allow-list may be reached."""
        return bool(self.allow or self.allow_file)


class PriceList(Struct, frozen=True, forbid_unknown_fields=True):
    """[prices]: what KooMessage bills, in yuan; None is not known."""

    sms_yuan: Yuan | None = None
    parse_yuan: Yuan | None = None
    aim_basic_yuan: Yuan | None = None
    sms_parts: Annotated[int, within(1, 20)] = 1

    def in_micro(self) -> Prices:
        """Return the prices in millionths of a yuan."""
        given = (self.sms_yuan, self.parse_yuan, self.aim_basic_yuan)
        sms, parse, aim_basic = (None if yuan is None else micro(yuan) for yuan in given)
        return Prices(sms, parse, aim_basic, self.sms_parts)


def mistakes(screening: Screening) -> Iterator[Text]:
    """Yield what is wrong with [screening] beside the bounds of its keys."""
    for column, values in screening.skip_where.items():
        if not column.strip() or not values or not all(map(folded, values)):
            yield (
                Words(
                    "the key screening.skip_where needs a column, and for it the values that "
                    'leave a row out, none of them empty: { "是否退订" = ["是", "Y"] }'
                )
            )
    for number, phone in enumerate(screening.allow, start=1):
        if not is_mobile(phone):
            yield (
                filled(
                    "the key screening.allow holds {phone} in place {number}, which is no "
                    "mainland mobile number of 11 digits; mend it",
                    phone=mask(phone),
                    number=str(number),
                )
            )
