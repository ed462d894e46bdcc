"""Values that nobody would say to a person reject their rows, on whatever way they are sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import (
    Channel,
    Fallback,
    Message,
    Rejection,
    SmsLeg,
    Value,
    VideoLeg,
)
from pipeline.core.templates import Templates
from pipeline.core.values import Shape, field_rules
from pipeline.reader.options import ReaderOptions
from tests.support.spreadsheets import options_for, seen, text_file

NAME, LITERAL = Value(field=0), Value(literal="张\ufffd")
LEG = SmsLeg("csms1", "t", "【店】", "app", (NAME,))
CARD = (("name", NAME),)
WAYS = {
    "a card": Message(Channel.AIM, "1", CARD, fields=("姓名",)),
    "a card with links": Message(Channel.AIM_LINKS, "1", CARD, fields=("姓名",)),
    "links alone": Message(Channel.LINKS_ONLY, "1", CARD, fields=("姓名",)),
    "a video message": Message(Channel.AIM_BASIC, "1", CARD, fields=("姓名",)),
    "an SMS": Message(Channel.SMS, "", sms=LEG, fields=("姓名",)),
    "a fallback SMS": Message(Channel.AIM, "1", fields=("姓名",), fallback=Fallback(sms=LEG)),
    "a fallback video": Message(
        Channel.AIM, "1", fields=("姓名",), fallback=Fallback(video=VideoLeg("2", CARD))
    ),
}
each_way = pytest.mark.parametrize("message", WAYS.values(), ids=WAYS.keys())


def asking(
    folder: Path, message: Message, values: list[str], shape: Shape | None = None
) -> ReaderOptions:
    lines = (f'138{at:08},"{value}"' for at, value in enumerate(values))
    path = text_file(folder, "手机号,姓名\n" + "\n".join(lines) + "\n")
    rules = field_rules(message, Templates(), {"姓名": shape} if shape else {})
    return replace(options_for(path), rules=rules)


@each_way
def test_a_row_is_rejected_with_the_column_and_why(tmp_path: Path, message: Message) -> None:
    found = seen(
        asking(tmp_path, message, ["张三", "王\ufffd", "NaN", "李\u202e四", "王\x08芳", "1E5"])
    )
    assert [(row.line, row.reason, row.column) for row in found.rejected] == [
        (3, Rejection.VALUE_GARBLED, "姓名"),
        (4, Rejection.VALUE_MACHINE_NOTATION, "姓名"),
        (5, Rejection.VALUE_FORBIDDEN, "姓名"),
        (6, Rejection.VALUE_FORBIDDEN, "姓名"),
    ]
    assert [row[3] for row in found.sent] == ["张三", "1E5"]


@pytest.mark.parametrize(
    "shape", [Shape(truncate_chars=4), Shape(default="会员"), Shape(date_format="%Y年")]
)
def test_no_shape_makes_a_value_of_what_is_none(tmp_path: Path, shape: Shape) -> None:
    found = seen(asking(tmp_path, WAYS["a card"], ["6.22e+15", "nan", "寮犱笁锟斤拷"], shape))
    assert found.sent == []
    assert len(found.rejected) == 3


def test_a_day_number_is_no_value_of_a_column_of_dates(tmp_path: Path) -> None:
    values = ["2026-11-30", "46356", "2026/12/01", "待定", "", "2026年12月2日 08:30", "46356.5"]
    empty = replace(asking(tmp_path, WAYS["a card"], values), may_be_empty=frozenset({"姓名"}))
    assert [(row.line, row.reason) for row in seen(empty).rejected] == [
        (3, Rejection.VALUE_DAY_NUMBER),
        (8, Rejection.VALUE_DAY_NUMBER),
    ]


def test_five_digits_are_a_value_where_a_date_is_the_mistake(tmp_path: Path) -> None:
    values = ["12345", "46356", "2026-11-30", "99999"]
    assert seen(asking(tmp_path, WAYS["a card"], values)).rejected == []


def test_a_column_of_dates_is_known_from_the_blocks_before(tmp_path: Path) -> None:
    values = [*["2026-11-30"] * 8, "46356", "46357", "46358"]
    options = replace(asking(tmp_path, WAYS["a card"], values), block_rows=8)
    assert [row.line for row in seen(options).rejected] == [10, 11, 12]


@each_way
def test_a_literal_or_a_default_is_held_to_the_same(message: Message) -> None:
    wrong = replace(
        message,
        params=tuple((name, LITERAL) for name, _ in message.params),
        sms=message.sms and replace(LEG, params=(LITERAL,)),
        fallback=Fallback(
            sms=message.fallback.sms and replace(LEG, params=(LITERAL,)),
            video=message.fallback.video and VideoLeg("2", (("name", LITERAL),)),
        ),
        fields=(),
    )
    with pytest.raises(CampaignInvalid, match=r"cannot be sent \(value_garbled\)"):
        field_rules(wrong, Templates(), {})
    with pytest.raises(CampaignInvalid, match=r"default: the text 'None' .*value_machine_notation"):
        field_rules(message, Templates(), {"姓名": Shape(default="None")})
    with pytest.raises(CampaignInvalid, match="date_format holds no readable text"):
        field_rules(message, Templates(), {"姓名": Shape(date_format="%Y\ufffd")})
