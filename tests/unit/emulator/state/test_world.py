"""What numbers do follows from seed, number and the world's shares alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.clock import Clock, TimeForms, parse_time, utc_hundredths, utc_precise
from pipeline.emulator.state.fates import DELIVERED, SILENT, Fates
from pipeline.emulator.state.world import WorldError, load_world

WORLD = load_world(None)
NUMBERS = range(13_000_000_000, 13_000_010_000)


def test_a_fate_is_a_function_of_seed_and_number() -> None:
    assert [Fates(WORLD, 1).of(number) for number in NUMBERS[:50]] == [
        Fates(WORLD, 1).of(number) for number in NUMBERS[:50]
    ]
    assert [Fates(WORLD, 1).of(number) for number in NUMBERS[:50]] != [
        Fates(WORLD, 2).of(number) for number in NUMBERS[:50]
    ]


def test_the_shares_of_the_world_are_kept() -> None:
    fates = [Fates(WORLD, 7).of(number) for number in NUMBERS]
    count = len(fates)
    assert abs(sum(fate.capable for fate in fates) / count - 0.78) < 0.01
    assert abs(sum(fate.code == DELIVERED for fate in fates) / count - 0.955) < 0.01
    assert abs(sum(fate.code == SILENT for fate in fates) / count - 0.005) < 0.002
    assert abs(sum(fate.vendor == "HuaWei" for fate in fates) / count - 0.26) < 0.02
    assert abs(sum(fate.operator == "cmcc" for fate in fates) / count - 0.58) < 0.02
    assert {fate.code for fate in fates} == {DELIVERED, SILENT, *WORLD.numbers.failures}
    assert all(0.0 <= fate.deliver_delay_s <= 2.0 for fate in fates)


def test_the_default_world_has_the_templates_that_campaigns_rehearse_with() -> None:
    cards = WORLD.aim_templates
    assert list(cards["700000001"].parameters) == ["name", "points", "shop"]
    assert [cards[f"70000000{digit}"].sendable for digit in (1, 2, 3, 4)] == [
        True,
        True,
        False,
        True,
    ]
    assert len(cards["700000004"].vendors) == 1
    assert WORLD.aim_basic_templates["600000001"].parameters == ["p_1", "p_2"]
    assert WORLD.sms_templates["15010661"].variables == ["TEXT", "NEWTEXT", "CHARDIGIT"]


def test_a_world_file_reaches_a_single_parameter_of_a_single_template(tmp_path: Path) -> None:
    path = tmp_path / "world.toml"
    path.write_text("[aim_templates.700000001.parameters.name]\nmax_length = 3\n", "utf-8")
    template = load_world(path).aim_templates["700000001"]
    assert template.parameters["name"].max_length == 3
    assert template.parameters["shop"].max_length == 20
    assert template.name == WORLD.aim_templates["700000001"].name


def test_a_missing_world_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="cannot read"):
        load_world(tmp_path / "none.toml")


@given(st.lists(st.floats(0.0, 1e9), min_size=1), st.floats(0.0, 1e6))
def test_the_worlds_time_never_goes_back_and_jumps_add_up(times: list[float], jump: float) -> None:
    moments = iter([*times, times[-1]])
    clock = Clock(lambda: next(moments))
    seen = [clock.now_s() for _ in times]
    assert seen == sorted(seen)
    clock.advance(jump)
    assert clock.now_s() >= max(seen)


@given(st.floats(0.0, 4e9))
def test_written_times_are_read_back(at_s: float) -> None:
    hundredths, precise = parse_time(utc_hundredths(at_s)), parse_time(utc_precise(at_s))
    assert hundredths is not None
    assert precise is not None
    assert abs(hundredths - at_s) <= 0.011
    assert abs(precise - at_s) <= 0.0011


def test_times_take_the_forms_of_the_documents() -> None:
    forms = TimeForms(8.0)
    assert forms.local(1_658_212_654.0) == "2022-07-19T14:37:34"
    assert forms.local_spaced(1_658_212_654.0) == "2022-07-19 14:37:34"
    assert utc_hundredths(1_658_212_654.25) == "2022-07-19T06:37:34.25Z"
    assert parse_time("2019-10-12T07:20:50.522Z") == 1_570_864_850.522
    assert parse_time("2019-10-12T07:20:50") == parse_time("2019-10-12T07:20:50Z")
    assert parse_time("2019-13-12T07:20:50Z") is None
