"""What passes our rules the provider takes: text messages and links, as we write their requests."""

import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.model import (
    Channel,
    Message,
    Recipients,
    ShortUrl,
    SmsLeg,
    TaskName,
    Value,
)
from pipeline.core.templates import SmsTemplate, Templates, Variable, VariableKind
from pipeline.core.values import FieldRules, field_rules
from pipeline.emulator.clock import Clock
from pipeline.emulator.http.codes import Code
from pipeline.emulator.http.fields import Call
from pipeline.emulator.options import EmulatorOptions
from pipeline.emulator.products import links, sms
from pipeline.emulator.state.emulation import Emulation
from pipeline.koomessage.products import links as our_links
from pipeline.koomessage.products import sms as our_sms
from pipeline.reader.rows.joined import JoinedColumn
from pipeline.reader.rows.values import objections

K = VariableKind
KINDS = (K.TEXT, K.CHARDIGIT, K.DATETIME, K.MONEY, K.PHONE)
LISTED = ", ".join(f'"{kind}"' for kind in KINDS)
CONTENT = "${1}${2}${3}${4}${5}"
WORLD = f"""
[sms_templates.15010672]
name = "every kind but the link"
content = "{CONTENT}"
app = "member-app"
signature = "云商城"
variables = [{LISTED}]

[aim_templates.700000001.parameters]
name = {{ type = "string", min_length = 2, max_length = 8 }}
points = {{ type = "integer", max_length = 20 }}
"""
GOOD = ("张三", "A1", "2026-11-30", "12.50", "95533")
GOOD_LINK = ("会员", "128", "Code123", "https://www.example.com/a")
NAMES = count()
NO_MATTER_OF_FORM = (Code.SHORT_CODE_TAKEN.message, Code.LINK_FAILED.message)
"""What may befall a link whatever its values are: another has its code, or chance has it fail."""

ALPHABET = "0123456789年月日-/:点分.,元万一二三aZ 张·（）'<>{}。QqWw微信号+￥\n😀０@_?&=%#"
NEAR = st.text(ALPHABET, max_size=24)
WHEN = st.sampled_from(["20261130", "2026-02-30", "2026年11月30日", "08:30", "8点30分", "25:00"])
AMOUNTS = st.sampled_from(["12.50", "1,234.50", "￥3", "三百元整", "127.0.0.1", "-1", "1e5"])
PHONES = st.from_regex(r"[+]?[0-9 -]{1,16}", fullmatch=True)
URLS = st.from_regex(r"(https?|HTTPS?|ftp)://[0-9a-z.@:/?#-]{1,40}", fullmatch=True)
CODES = st.from_regex(r"[0-9A-Za-z_-]{1,12}", fullmatch=True)
VALUES = NEAR | WHEN | AMOUNTS | PHONES | URLS | CODES | st.text(max_size=24)

SMS = Message(
    Channel.SMS,
    "",
    (),
    sms=SmsLeg("10690000001", "15010672", "云商城", "member-app", tuple(map(Value, range(5)))),
    fields=tuple("abcde"),
)
LINKS = Message(
    Channel.LINKS_ONLY,
    "700000001",
    (("name", Value(0)), ("points", Value(1)), ("shop", Value(literal="云商城"))),
    short_url=ShortUrl("km2n.cn", Value(2), Value(3)),
    signatures=("云商城",),
    fields=("name", "points", "code", "url"),
)
VARIABLES = tuple(Variable(str(at), kind) for at, kind in enumerate(KINDS, start=1))
SMS_RULES = field_rules(SMS, Templates(sms=SmsTemplate("15010672", CONTENT, VARIABLES)), {})
CARD = (
    Variable("name", K.CARD, 2, 8),
    Variable("points", K.CARD_INTEGER, 0, 20),
    Variable("shop", K.CARD, 0, 20),
)
LINK_RULES = field_rules(LINKS, Templates(card=CARD), {})


@cache
def world() -> Emulation:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.toml"
        file.write_text(WORLD, encoding="utf-8")
        return Emulation(EmulatorOptions(world=file), Clock(lambda: 1_795_000_000.0))


def passing(rules: Sequence[FieldRules], good: Sequence[str], at: int, text: str) -> list[str]:
    """Return good values but for the one, where our rules let it pass."""
    is_good = bool(text) and not list(objections(JoinedColumn([text]), rules[at]))
    return [*good[:at], text if is_good else good[at], *good[at + 1 :]]


def to_all(rows: Sequence[Sequence[str]]) -> Recipients:
    columns = tuple(map(list, zip(*rows, strict=True)))
    return Recipients(range(len(rows)), [f"138{at:08}" for at in range(len(rows))], columns)


def name() -> TaskName:
    return TaskName(f"t{next(NAMES)}")


@pytest.mark.parametrize("at", range(len(GOOD)))
@settings(max_examples=150, deadline=None)
@given(values=st.lists(VALUES, min_size=1, max_size=3))
def test_the_emulator_never_refuses_an_sms_value_that_passed(at: int, values: list[str]) -> None:
    rows = [passing(SMS_RULES, GOOD, at, value) for value in values]
    for chosen in (rows, rows[:1]):
        path, body = our_sms.request(SMS, name(), to_all(chosen))
        takes = sms.send_different_messages if "diff" in path else sms.send_messages
        answer = takes(world(), Call({}, body))
        assert answer["status"] == "Success"
        result = answer["result"]
        assert isinstance(result, list)
        assert {one["send_status"] for one in result} == {"000000"}


@pytest.mark.parametrize("at", range(len(GOOD_LINK)))
@settings(max_examples=150, deadline=None)
@given(value=VALUES)
def test_the_emulator_makes_a_link_of_every_value_that_passed(at: int, value: str) -> None:
    good = (*GOOD_LINK[:2], f"c{next(NAMES)}x", GOOD_LINK[3])
    row = passing(LINK_RULES, good, at, value)
    _, body = our_links.request(LINKS, name(), to_all([row]))
    answer = links.create_resolve_task(world(), Call({}, body))
    params = answer["params"]
    assert isinstance(params, list)
    assert {one.get("error_message") for one in params} <= {None, *NO_MATTER_OF_FORM}
