import subprocess
import sys

import pytest
from phonenumbers import PhoneNumber, carrier, geocoder

from pipeline.report.figures import segments
from pipeline.report.texts.language import Language, Words
from tests.support.source import ROOT

BEIJING, JINAN = "13800138000", "13000001234"
BROADNET = "19212345678"
NEVER_ASSIGNED = "14100000000"


def test_a_number_has_the_carrier_and_place_its_segment_was_assigned_to() -> None:
    phones = [BEIJING, JINAN, NEVER_ASSIGNED, BEIJING, ""]
    assert segments.of(phones, Language.EN) == (
        ["China Mobile", "China Unicom", "", "China Mobile", ""],
        ["Beijing", "Jinan, Shandong", "", "Beijing", ""],
    )
    assert segments.of(phones, Language.ZH) == (
        ["中国移动", "中国联通", "", "中国移动", ""],
        ["北京市", "山东省济南市", "", "北京市", ""],
    )


@pytest.mark.parametrize("second", range(3, 10))
def test_it_says_what_the_library_says_of_each_number(second: int) -> None:
    phones = [f"1{second}{third}{area:04}5678" for third in range(10) for area in (0, 137, 8888)]
    carriers, places = segments.of(phones, Language.ZH)
    numbers = [PhoneNumber(country_code=86, national_number=int(phone)) for phone in phones]
    assert carriers == [carrier.name_for_valid_number(number, "zh") for number in numbers]
    assert [place or "中国" for place in places] == [
        geocoder.description_for_valid_number(number, "zh") or "中国" for number in numbers
    ]


def test_segments_are_counted_by_carrier_province_and_place() -> None:
    counted = segments.counts([BEIJING, JINAN])
    counted.add([BEIJING, BROADNET])
    assert counted.by_carrier() == {
        Words("China Mobile", "中国移动"): 2,
        Words("China Unicom", "中国联通"): 1,
        Words("China Broadnet", "中国广电"): 1,
    }
    shandong, unknown = Words("Shandong", "山东省"), Words("", "")
    assert counted.by_province() == {Words("Beijing", "北京市"): 2, shandong: 1, unknown: 1}
    assert counted.by_place()[Words("Jinan, Shandong", "山东省济南市")] == 1


def test_every_place_is_in_one_of_the_provinces() -> None:
    counted = segments.counts(f"1{n:06}0000" for n in range(300_000, 1_000_000, 7))
    provinces = counted.by_province()
    known = [words for words in provinces if words.zh]
    assert len(known) == 31
    assert len({words.en for words in known}) == 31
    assert sum(provinces.values()) == 100_000


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
        assert "号段原归属" in words.zh
