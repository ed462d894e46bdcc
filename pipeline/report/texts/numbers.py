"""Say what can be said of a number that was not sent to: what was meant, and where it belongs."""

import functools
from collections.abc import Callable

from pipeline.core.model import RejectedRow, Rejection
from pipeline.core.phones import dialled, likely_number, mask, mobiles_in
from pipeline.report.texts.language import Words

_SHOWN_MAX = 5
_OF_CHINA = {
    "HK": Words("Hong Kong, China", "中国香港"),
    "MO": Words("Macao, China", "中国澳门"),
    "TW": Words("Taiwan, China", "中国台湾"),
}


def number_words(row: RejectedRow, *, masked: bool) -> Words | None:
    """Return what helps to mend the phone cell of a rejected row, or None where nothing does.

    A number is only ever suggested: nobody knows better than the owner of the list.
    """
    shown: Callable[[str], str] = mask if masked else str
    match row.reason:
        case Rejection.PHONE_LETTERS | Rejection.PHONE_NOT_A_NUMBER:
            meant = likely_number(row.phone)
            return _meant(shown(meant)) if meant else None
        case Rejection.PHONE_SEVERAL:
            return _held([shown(number) for number in mobiles_in(row.phone)])
        case Rejection.PHONE_FOREIGN:
            return _belongs(dialled(row.phone))
        case _:
            return None


def _meant(number: str) -> Words:
    return Words(f"It is probably {number}.", f"可能是 {number}。")


def _held(numbers: list[str]) -> Words | None:
    if not numbers:
        return None
    more = len(numbers) > _SHOWN_MAX
    named = numbers[:_SHOWN_MAX]
    return Words(
        f"It holds {', '.join(named)}{' and more' if more else ''}.",
        f"其中有 {'、'.join(named)}{' 等' if more else ''}。",
    )


def _belongs(number: str) -> Words | None:
    home = number.removeprefix("+").removeprefix("00")
    country = _country(home)
    if country is None:
        return None
    return Words(f"It belongs to {country.en}.", f"号码属于{country.zh}。")


@functools.lru_cache(maxsize=4096)
def _country(digits: str) -> Words | None:
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
    return Words(*names) if all(names) else Words(*[f"+{number.country_code}"] * 2)
