"""What passes our rules the provider takes; and a column is judged as its values are."""

import json
import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.model import Channel, Message, SmsLeg, Value
from pipeline.core.sms_segments import measure
from pipeline.core.templates import (
    ANY_SMS,
    KINDS,
    SHORT_CODE,
    SmsTemplate,
    Templates,
    Variable,
    VariableKind,
    url_kind,
)
from pipeline.core.values import FieldRules, ValueRule, field_rules
from pipeline.emulator.clock import Clock
from pipeline.emulator.http.fields import Call
from pipeline.emulator.options import EmulatorOptions
from pipeline.emulator.products import aim, aim_basic, sms
from pipeline.emulator.state import sms_channel
from pipeline.emulator.state.emulation import Emulation
from pipeline.reader.rows.joined import JoinedColumn
from pipeline.reader.rows.values import objections

K = VariableKind
SMS_KINDS = (K.TEXT, K.CHARDIGIT, K.DATETIME, K.MONEY, K.PHONE)
KIND_LISTED = ", ".join(f'"{kind}"' for kind in (*SMS_KINDS, K.NEWTEXT))
WORLD = f"""
[sms_templates.15010671]
name = "every kind"
content = "${{1}}${{2}}${{3}}${{4}}${{5}} ${{6}}"
app = "member-app"
signature = "云商城"
variables = [{KIND_LISTED}]

[aim_templates.700000001.parameters]
name = {{ type = "string", min_length = 2, max_length = 8 }}
points = {{ type = "integer", max_length = 20 }}
"""

NEAR = st.text(
    "0123456789年月日-/:点分.,元万一二三aZ 张·（）'<>{}。QqWw微信号+￥\n😀０@", max_size=24
)
MOMENTS = st.datetimes().flatmap(
    lambda at: st.sampled_from(
        [
            f"{at:%Y%m%d}",
            f"{at:%Y-%m-%d}",
            f"{at:%Y/%m/%d}",
            f"{at.year:04}年{at.month:02}月{at.day:02}日",
            f"{at.year:04}年{at.month}月{at.day}日",
            f"{at:%H:%M}",
            f"{at:%H:%M:%S}",
            f"{at:%H}点{at:%M}分",
            f"{at.hour}点{at.minute}",
        ]
    )
)
AMOUNTS = st.decimals(0, 10**9, places=2).map(str) | st.text(
    "零一二三百千万亿元角分整壹", max_size=9
)
NUMBERS = st.from_regex(r"[+]?[0-9 -]{1,16}", fullmatch=True)
PHONES = st.from_regex(r"[^0-9]?1[3-9][0-9]{9}[0-9a-z]?", fullmatch=True)
LINKS = st.from_regex(r"([0-9a-z.-]{1,9}/)?[0-9A-Za-z]{2,21}", fullmatch=True)
ANY = st.text(max_size=24)
VALUES = NEAR | MOMENTS | AMOUNTS | NUMBERS | PHONES | LINKS | ANY


@cache
def world() -> Emulation:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.toml"
        file.write_text(WORLD, encoding="utf-8")
        return Emulation(EmulatorOptions(world=file), Clock(lambda: 1_795_000_000.0))


def template(*kinds: VariableKind) -> SmsTemplate:
    variables = tuple(Variable(str(at), kind) for at, kind in enumerate(kinds, start=1))
    return SmsTemplate("15010671", "${1}${2}${3}${4}${5} ${6}", variables)


FIELDS = tuple("abcde")
VALUES_OF_FIELDS = tuple(Value(at) for at in range(len(FIELDS)))
LEG = SmsLeg("10690000001", "15010671", "云商城", "member-app", VALUES_OF_FIELDS)
CARD_PARAMS = (("name", Value(5)), ("points", Value(6)), ("shop", Value(literal="云商城")))
MESSAGE = Message(
    Channel.AIM, "700000001", CARD_PARAMS, sms=LEG, fields=(*FIELDS, "name", "points")
)
KNOWN = Templates(
    card=(
        Variable("name", K.CARD, 2, 8),
        Variable("points", K.CARD_INTEGER, 0, 20),
        Variable("shop", K.CARD, 0, 20),
    ),
    sms=template(*SMS_KINDS, K.NEWTEXT),
)
RULES = field_rules(MESSAGE, KNOWN, {})
BASIC = Message(
    Channel.AIM_BASIC, "600000001", (("a", Value(0)), ("b", Value(1))), fields=("a", "b")
)
BASIC_RULES = field_rules(BASIC, Templates(), {})
GOOD = ("张三", "A1", "2026-11-30", "12.50", "95533", "会员", "128")
NAMES = count()


def passes(asked: FieldRules, text: str) -> bool:
    return bool(text) and not list(objections(JoinedColumn([text]), asked))


def call(body: object) -> Call:
    return Call({}, json.dumps(body).encode())


def smart_message(values: Sequence[str]) -> Call:
    """Write a request of one smart message; the last two values are the card's."""
    card = {"name": values[5], "points": values[6], "shop": "云商城"}
    one = {"cust_flag": "13800138000", "sms_params": values[:5], "dync_params": card}
    channel = {
        "channel_number": LEG.channel_number,
        "sms_tpl_id": LEG.template,
        "sms_sign": LEG.signature,
        "sms_app_name": LEG.app,
    }
    links = {
        "tpl_id": MESSAGE.template,
        "resolve_times": 1,
        "aim_code_type": "individual",
        "expiration_time": 7,
        "params": [one],
    }
    return call({"task_name": f"t{next(NAMES)}", "sms_channel": channel, "resolve_task": links})


def video_message(values: Sequence[str]) -> Call:
    params = [
        {
            "param_name": f"p_{at}",
            "content_type": "txt",
            "content_source": "txt",
            "content_detail": text,
        }
        for at, text in enumerate(values, start=1)
    ]
    body = {"task_name": f"t{next(NAMES)}", "tpl_id": BASIC.template, "mobiles": ["13800138000"]}
    return call({**body, "dync_params": params})


@pytest.mark.parametrize("at", range(len(GOOD)))
@settings(max_examples=250, deadline=None)
@given(value=VALUES)
def test_the_emulator_never_refuses_a_smart_messages_value_that_passed(at: int, value: str) -> None:
    values = (*GOOD[:at], value if passes(RULES[at], value) else GOOD[at], *GOOD[at + 1 :])
    assert aim.create_send_task(world(), smart_message(values))["task_state"] == "Success"


@settings(max_examples=300, deadline=None)
@given(values=st.tuples(VALUES, st.text(max_size=300)))
def test_the_emulator_never_refuses_a_video_messages_value_that_passed(
    values: tuple[str, str],
) -> None:
    checked = zip(BASIC_RULES, values, strict=True)
    sent = tuple(text if passes(asked, text) else "会员" for asked, text in checked)
    assert aim_basic.create_send_task(world(), video_message(sent))["status"] == "200"


@settings(max_examples=250, deadline=None)
@given(value=LINKS | VALUES)
def test_the_emulator_never_refuses_a_link_among_an_sms_values_that_passed(value: str) -> None:
    rule = ValueRule(KINDS[K.NEWTEXT], 1, 99)
    link = value if value and rule.objection(value) is None else "km2g.cn/PDiWqc"
    texts = sms.Text("1", world().world.sms_templates["15010671"], (*GOOD[:5], link))
    assert sms.values_objection(texts) is None


def every_rule() -> list[ValueRule]:
    kinds = [*KINDS.values(), ANY_SMS, SHORT_CODE, url_kind()]
    return [ValueRule(kind, low, high) for kind in kinds for low, high in ((0, None), (2, 12))]


@pytest.mark.parametrize("rule", every_rule(), ids=range(len(every_rule())))
@settings(max_examples=60, deadline=None)
@given(column=st.lists(VALUES, max_size=12))
def test_a_column_is_judged_as_its_values_are(rule: ValueRule, column: list[str]) -> None:
    one_by_one = [(at, why) for at, text in enumerate(column) if (why := rule.objection(text))]
    assert list(objections(JoinedColumn(column), FieldRules(rules=(rule,)))) == one_by_one


TEXTS = st.lists(
    st.text(st.characters(max_codepoint=0xFFFF, codec="utf-8")), min_size=3, max_size=3
)
CONTENT = st.text("字${123}", max_size=90)


@settings(max_examples=300, deadline=None)
@given(content=CONTENT, rows=st.lists(TEXTS, min_size=1, max_size=5))
def test_the_parts_are_those_that_the_emulator_bills(content: str, rows: list[list[str]]) -> None:
    variables = tuple(Variable(str(at), K.TEXT) for at in (1, 2, 3))
    ours = measure(SmsTemplate("1", content, variables), "云商城")
    theirs = sms_channel.measure(content, "云商城", 3)
    columns = [list(column) for column in zip(*rows, strict=True)]
    assert list(ours.parts(columns, len(rows))) == [theirs.parts(map(len, row)) for row in rows]
