"""Text messages are cut at 70 characters, then at every 67."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.state.links import LinkPlan
from pipeline.emulator.state.sms_channel import check_channel, long_texts, measure, parts_of
from pipeline.emulator.state.tasks import NO_DETAIL
from pipeline.emulator.state.world import load_world

SIGN = "云商城"


@pytest.mark.parametrize(
    ("characters", "parts"),
    [(0, 1), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4), (500, 8)],
)
def test_a_text_has_the_documented_number_of_segments(characters: int, parts: int) -> None:
    assert parts_of(characters) == parts


@given(
    st.lists(st.text("积分abc。1", max_size=30), min_size=1, max_size=6),
    st.text("积分abc。 ", max_size=120),
    st.data(),
)
def test_a_text_is_measured_as_it_would_be_written(
    values: list[str], fixed: str, data: st.DataObject
) -> None:
    order = data.draw(st.lists(st.integers(1, len(values)), max_size=8))
    content = fixed + "".join(f"${{{number}}}" for number in order)
    written = f"【{SIGN}】{fixed}" + "".join(values[number - 1] for number in order)
    if content:
        measured = measure(content, SIGN, len(values))
        assert measured.parts(map(len, values)) == parts_of(len(written))


def test_a_world_without_the_text_counts_its_values_and_signature() -> None:
    assert measure("", SIGN, 2).parts([20, 45]) == 1
    assert measure("", SIGN, 2).parts([20, 46]) == 2


def test_the_link_of_a_smart_message_counts_where_the_template_has_it() -> None:
    channel = {
        "channel_number": "10690000001",
        "sms_tpl_id": "15010661",
        "sms_sign": SIGN,
        "sms_app_name": "member-app",
    }
    world = load_world(None)
    leg = check_channel(world, channel)
    content = world.sms_templates["15010661"].content
    around = len(SIGN) + 2 + len(content) - len("${1}${2}${3}")
    room = 70 - around - 2
    assert leg.parts(["a", "1"], room) == 1
    assert leg.parts(["a", "1"], room + 1) == 2


def test_links_are_as_long_as_their_codes() -> None:
    plan = LinkPlan("km2g.cn", is_custom=False, jump_domains=())
    assert plan.lengths((), 2) == [len("km2g.cn/abcdef")] * 2
    assert plan.lengths(("abc", "abcdefghij"), 2) == [len("km2g.cn/abc"), 18]


def test_nothing_is_kept_of_short_texts() -> None:
    assert long_texts([1, 1, 1]) == NO_DETAIL
    assert long_texts([]) == NO_DETAIL
    kept = long_texts([1, 2])
    assert kept.parts == [1, 2]
