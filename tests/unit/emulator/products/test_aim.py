"""A hundred messages looked at together are judged as each of them alone would be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.http.codes import RefusedError
from pipeline.emulator.products.aim import Checked, Rules, checked
from pipeline.emulator.state.links import LinkPlan
from pipeline.emulator.state.sms_channel import check_channel
from pipeline.emulator.state.world import AimTemplate, CardParameter, load_world

Item = dict[str, Any]

WORLD = load_world(None)
LEG = check_channel(
    WORLD,
    {
        "channel_number": "10690000001",
        "sms_tpl_id": "15010661",
        "sms_sign": "云商城",
        "sms_app_name": "member-app",
    },
)
TEMPLATE = AimTemplate(
    name="t",
    parameters={
        "name": CardParameter(min_length=1, max_length=6),
        "points": CardParameter(type="integer", min_length=1, max_length=3),
    },
    vendors=["HUAWEI"],
)
RULES = Rules(LEG, TEMPLATE, LinkPlan("km2g.cn", is_custom=False, jump_domains=()))

FLAGS = st.sampled_from(
    [
        "13800000001",
        "+8613800000002",
        "008613800000003",
        "12345",
        "",
        None,
        13800000004,
        "13800000005\n13800000006",
        "13800000007\n",
        "１３８００００００００",
    ]
)
NAMES = st.sampled_from(["张三", "", "七个字的名字啊", "a\nb", None, 7, ["x"]])
POINTS = st.sampled_from(["1", "-12", "12a", "1234", "", "１２", "1\n2", 5])
TEXTS = st.sampled_from(
    [
        "张三",
        "十个字以内的值",
        "一二三四五六七八九十一",
        "a.b",
        "a:b",
        "://",
        "a\nb",
        "",
        "x" * 21,
        None,
        3,
        "13800000001",
        "x" * 10 + "\n" + "y" * 10,
        "x" * 10 + "\n" + "y" * 5 + "\n" + "z" * 5,
    ]
)
DIGITS = st.sampled_from(
    ["128", "abcDEF", "1" * 10, "1" * 11, "1-2", "1\n2", "", None, "13800000001"]
)


def often(plain: str, odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(plain), st.just(plain), st.just(plain), odd)


CARDS = st.one_of(
    st.fixed_dictionaries({"name": often("张三", NAMES), "points": often("1", POINTS)}),
    st.fixed_dictionaries({"points": often("1", POINTS), "name": often("张三", NAMES)}),
    st.sampled_from(
        [None, {}, {"name": "a"}, {"name": "a", "other": "1"}, ["name", "points"], "ab"]
    ),
)
VALUES = st.one_of(
    st.tuples(often("张三", TEXTS), often("128", DIGITS)).map(list),
    st.tuples(often("张三", TEXTS), often("128", DIGITS)).map(list),
    st.sampled_from([None, [], ["张三"], ["张三", "1", "2"], "ab", {"a": "b", "c": "d"}]),
)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"cust_flag": often("13800000001", FLAGS), "dync_params": CARDS, "sms_params": VALUES}
    ),
    min_size=1,
    max_size=4,
)


def judged(items: list[Item]) -> Checked | str:
    try:
        return checked(RULES, items)
    except RefusedError as refused:
        return refused.code.value


def alone(item: Item) -> Item:
    """Return the same message, in a form that is never judged at a glance."""
    return {**item, "custom_url": ""}


@given(ITEMS)
def test_messages_are_judged_alike_at_a_glance_and_one_by_one(items: list[Item]) -> None:
    together, each = judged(items), judged([alone(item) for item in items])
    if isinstance(together, str) or isinstance(each, str):
        assert together == each
    else:
        assert (together.phones, together.params) == (each.phones, each.params)
        assert together.text_length >= each.text_length


@pytest.mark.parametrize("count", [1, 2, 100])
def test_plain_messages_keep_their_values_and_their_order(count: int) -> None:
    items = [
        {
            "cust_flag": str(13_800_000_000 + at),
            "dync_params": {"name": f"会员{at}", "points": str(at)},
            "sms_params": [f"会员{at}", str(at)],
        }
        for at in range(count)
    ]
    found = checked(RULES, items)
    assert list(found.phones) == [13_800_000_000 + at for at in range(count)]
    last = count - 1
    assert found.params[last].decode() == (
        f'{{"dync_params":{{"name":"会员{last}","points":"{last}"}},"sms_params":["会员{last}","{last}"]}}'
    )


def test_the_first_wrong_message_is_the_one_that_is_named() -> None:
    fine = {
        "cust_flag": "13800000001",
        "dync_params": {"name": "张三", "points": "1"},
        "sms_params": ["张三", "1"],
    }
    wrong_card, wrong_phone = {**fine, "dync_params": {}}, {**fine, "cust_flag": "1"}
    assert judged([fine, wrong_card, wrong_phone]) == judged([wrong_card])
    assert judged([fine, wrong_phone, wrong_card]) == judged([wrong_phone])
    assert judged([wrong_card]) != judged([wrong_phone])
