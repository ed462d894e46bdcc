import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest
from phonenumbers import PhoneNumber, carrier, geocoder

from pipeline.language import Language
from pipeline.report.figures import segments
from tests.support.source import ROOT

BEIJING, JINAN = "13800138000", "13000001234"
BROADNET = "19212345678"
NEVER_ASSIGNED = "14100000000"


def assigned(phones: Sequence[str], language: Language) -> tuple[list[str], list[str]]:
    """Return the carriers and the places of the numbers' segments."""
    found = [segments.segment(phone[:7]) for phone in phones]
    return (
        [segment.carrier.of(language) for segment in found],
        [segment.place.of(language) for segment in found],
    )


def unseen(phones: Iterable[str]) -> segments.Handsets:
    """Count people who are known not to have seen the card."""
    return segments.Handsets(plain=Counter(phone[:7] for phone in phones))


def shares(lines: Sequence[segments.Share], language: Language) -> dict[str, int]:
    return {line.name.of(language): line.plain for line in lines}


def test_a_number_has_the_carrier_and_place_its_segment_was_assigned_to() -> None:
    phones = [BEIJING, JINAN, NEVER_ASSIGNED, BEIJING, ""]
    assert assigned(phones, Language.EN) == (
        ["China Mobile", "China Unicom", "", "China Mobile", ""],
        ["Beijing", "Jinan, Shandong", "", "Beijing", ""],
    )
    assert assigned(phones, Language.ZH) == (
        ["中国移动", "中国联通", "", "中国移动", ""],
        ["北京市", "山东省济南市", "", "北京市", ""],
    )


@pytest.mark.parametrize("second", range(3, 10))
def test_it_says_what_the_library_says_of_each_number(second: int) -> None:
    phones = [f"1{second}{third}{area:04}5678" for third in range(10) for area in (0, 137, 8888)]
    carriers, places = assigned(phones, Language.ZH)
    numbers = [PhoneNumber(country_code=86, national_number=int(phone)) for phone in phones]
    assert carriers == [carrier.name_for_valid_number(number, "zh") for number in numbers]
    assert [place or "中国" for place in places] == [
        geocoder.description_for_valid_number(number, "zh") or "中国" for number in numbers
    ]


def test_segments_are_counted_by_carrier_and_province() -> None:
    counted = unseen([BEIJING, JINAN, BEIJING, BROADNET])
    carriers = {"China Mobile": 2, "China Unicom": 1, "China Broadnet": 1}
    assert shares(counted.by_carrier(), Language.EN) == carriers
    assert shares(counted.by_carrier(), Language.ZH) == {
        "中国移动": 2,
        "中国联通": 1,
        "中国广电": 1,
    }
    provinces = {"Beijing": 2, "Shandong": 1, "not known": 1}
    assert shares(counted.by_province(), Language.EN) == provinces
    assert shares(counted.by_province(), Language.ZH) == {"北京市": 2, "山东省": 1, "未知": 1}


def test_every_place_is_in_one_of_the_provinces() -> None:
    provinces = unseen(f"1{n:06}0000" for n in range(300_000, 1_000_000, 7)).by_province()
    known = [line.name for line in provinces if line.name.of(Language.EN) != "not known"]
    for language in Language:
        assert len({name.of(language) for name in known}) == 31
    assert sum(line.plain for line in provinces) == 100_000


def test_the_places_are_loaded_only_when_a_segment_is_asked_for() -> None:
    script = (
        "import sys; import pipeline.report; from pipeline.report.figures import segments\n"
        "print('phonenumbers' in sys.modules)\n"
        "segments.segment('1380013')\n"
        "print('phonenumbers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


def test_no_text_calls_a_segments_carrier_the_number_s_own() -> None:
    for words in (segments.SEGMENT_CARRIER, segments.SEGMENT_PLACE):
        assert "first assigned" in words.en
        assert "号段原归属" in words.of(Language.ZH)
