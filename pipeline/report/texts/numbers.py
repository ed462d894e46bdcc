"""Say what can be said of a number that was not sent to: what was meant, and where it belongs."""

import functools
from collections.abc import Callable

from pipeline.core.model import RejectedRow, Rejection
from pipeline.core.phones import dialled, likely_number, mask, mobiles_in
from pipeline.language import Bilingual, Text, Words, filled, listed

_SHOWN_MAX = 5
_OF_CHINA = {
    "HK": Words("Hong Kong, China"),
    "MO": Words("Macao, China"),
    "TW": Words("Taiwan, China"),
}


def number_words(row: RejectedRow, *, masked: bool) -> Text | None:
    """Return what helps to mend the phone cell of a rejected row, or None where nothing does.

    A number is only ever suggested: nobody knows better than the owner of the list.
    """
    shown: Callable[[str], str] = mask if masked else str
    match row.reason:
        case Rejection.PHONE_LETTERS | Rejection.PHONE_NOT_A_NUMBER:
            meant = likely_number(row.phone)
            return filled("It is probably {number}.", number=shown(meant)) if meant else None
        case Rejection.PHONE_SEVERAL:
            return _held([shown(number) for number in mobiles_in(row.phone)])
        case Rejection.PHONE_FOREIGN:
            return _belongs(dialled(row.phone))
        case _:
            return None


def _held(numbers: list[str]) -> Text | None:
    if not numbers:
        return None
    named = listed(numbers[:_SHOWN_MAX])
    if len(numbers) > _SHOWN_MAX:
        return filled("It holds {numbers} and more.", numbers=named)
    return filled("It holds {numbers}.", numbers=named)


def _belongs(number: str) -> Text | None:
    country = _country(number.removeprefix("+").removeprefix("00"))
    return None if country is None else filled("It belongs to {country}.", country=country)


@functools.lru_cache(maxsize=4096)
def _country(digits: str) -> Text | None:
    # The places of the world's numbers take 0.3 s and 100 MB: loaded only where one is asked for.
    from phonenumbers import (  # noqa: PLC0415 -- see above
        NumberParseException,
        geocoder,
        parse,
        region_code_for_number,
    )

    try:
        number = parse(f"+{digits}")
    except NumberParseException:
        return None
    of_china = _OF_CHINA.get(region_code_for_number(number) or "")
    if of_china is not None:
        return of_china
    names = [geocoder.country_name_for_number(number, language) for language in ("en", "zh")]
    return Bilingual(*(names if all(names) else [f"+{number.country_code}"] * 2))
