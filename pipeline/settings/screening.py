"""[screening] and [prices]: who is left out, and what may be spent."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from pipeline.core.phones import is_mobile, mask
from pipeline.core.pricing import Prices, micro
from pipeline.core.screening import MESSAGES_PER_DAY, SAME_CONTENT_PER_HOUR, Duplicates
from pipeline.settings.bounds import FilePath, Yuan, within

_Cap = Annotated[int, Meta(ge=0, description="be 0 or more; 0 is no limit")]


class Screening(Struct, frozen=True, forbid_unknown_fields=True):
    """[screening]: who is left out although the number is good.

    allow and allow_file: where either is given, nobody else is reached. repeat_days: how far a
    new ledger looks back for what others sent by its account.
    """

    suppress_files: tuple[FilePath, ...] = ()
    allow: tuple[str, ...] = ()
    allow_file: FilePath = FilePath()
    duplicates: Duplicates = Duplicates.NUMBER
    same_content_per_hour: _Cap = SAME_CONTENT_PER_HOUR
    messages_per_day: _Cap = MESSAGES_PER_DAY
    repeat_days: Annotated[int, within(0, 30, "; 0 looks nowhere")] = 3

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


def mistakes(screening: Screening) -> Iterator[str]:
    """Yield what is wrong with [screening] beside the bounds of its keys."""
    for number, phone in enumerate(screening.allow, start=1):
        if not is_mobile(phone):
            yield (
                f"the key screening.allow holds {mask(phone)} in place {number}, which is no "
                "mainland mobile number of 11 digits; mend it"
            )
