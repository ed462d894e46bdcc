"""What is no text, or no text for people, is told from what only looks odd."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.legible.characters import is_damaged, may_be_damaged
from pipeline.core.legible.judgement import objection, objections
from pipeline.core.legible.notation import is_machine_notation, may_be_machine_notation
from pipeline.core.model import Rejection
from pipeline.reader.rows.joined import JoinedColumn

DAMAGED = {
    "lost characters": ["王\ufffd", "\ufffd", "??", "????", "张\ufffc", "a\ufff9b"],
    "private use": ["\ue000", "李\ue863", "\U000f0000", "x\U0010fffd"],
    "noncharacters": ["\ufdd0", "a\ufffe", "a\uffff", "\U0001ffff", "\U000efffe"],
    "halves of pairs": ["\ud800", "王\udc00"],
    "marks without a base": ["\u0301", "\u0301a", "a \u0301", "a\n\u0e34", "\u20e3", "\u3099"],
    "memory and ruins": ["锟斤拷", "张锟斤拷", "斤拷锟斤拷", "烫烫烫烫", "屯屯屯", "葺葺葺葺"],
    "UTF-8 read as Latin-1": [
        "å¼\xa0ä¸‰",
        "å¼ ä¸‰",
        "å¼",
        "JÃ¼rgen",
        "20Â°C",
        "itâ€™s",
        "VIPä¼šå‘˜",
    ],
    "more of it": ["Ã©", "ðŸ˜€", "Ð˜Ð²Ð°Ð½", "æ\x9d\x8eå››", "ì•ˆë…•"],
    "GBK read as Latin-1": ["ÕÅÈý", "Íõ·¼", "Ð¡Ã÷"],
    "UTF-8 read as GBK": ["寮犱笁", "鐜嬪皬鏄?", "鐜嬪皬鏄", "浣犲ソ", "浼氬憳", "VIP浼氬憳"],
}
SOUND = [
    *(
        "张三",
        "曹锟",
        "烫",
        "小心烫烫",
        "屯屯",
        "?",
        "好吗？？",
        "？？",
        "学员",
        "联通",
        "璐璐",
        "瑜伽",
    ),
    *(
        "濮洪芳",
        "龘",
        "䶮",
        "𠮷野家",
        "café”…",
        "Nestlé®",
        "NESTLÉ®",
        "“MANHÃ”",
        "é – bom",
        "Jürgen",
    ),
    *("naïve", "Ångström", "ÅÄÖ", "Ñandú", "São Paulo", "L’Hôpital", "¿Qué?", "Fête • été", "½"),
    *("İstanbul", "Привет", "한국", "สวัสดี", "क्षि", "か\u3099", "e\u0301", "1️⃣", "👩‍❤️‍👨", "😀"),
    *("“你好”——再见……", "①㎡", "±5%", "¥1,234.50", "€5", "à “x”", "第一行\n第二行", "a\tb", ""),
]
MACHINE = [
    *("6.22e+15", "6.22202123456789e+15", "1e-05", "1.2E+15", "-1e+16", "1.0E10", "6.22E-5"),
    *("nan", "NaN", "-nan", "nan%", "None", "NaT", "<NA>", "null", "NULL", r"\N", "undefined"),
    *("inf", "-inf", "[object Object]", "%", "％", "-%", ".%", "+ %", "12.299999999999999"),
    *("0.30000000000000004", "2026-11-30T00:00:00.000Z", "2026-11-30T00:00:00Z"),
    *("2026-11-30T08:30", "2026-11-30T08:30:00+08:00", "2026-11-30 08:30:00+08:00"),
    *("2026-11-30 08:30:00.000000", "Mon Nov 30 00:00:00 CST 2026"),
    "Mon Nov 30 2026 00:00:00 GMT+0800 (China Standard Time)",
]
SAID = [
    *("1E5", "2E10", "1e5", "A1E5", "E+05", "1.5", "12.50%", "100 %", "0%", "Nan", "Null", "NAN"),
    *("none", "NONE", "Inf", "Infinity", "Nana", "nano", "None的店", "nan 2", "information"),
    *("2026-11-30", "2026-11-30 08:30", "2026-11-30 08:30:00", "2026/11/30", "20261130", "T恤"),
    *("46356", "6222021234567890", "0.000001", "1000000.50", "31.230416", "99.99999999", "¥", "元"),
    *("Mon", "Mon Cherie", "True", "N/A", "无", ""),
]


@pytest.mark.parametrize("text", [one for some in DAMAGED.values() for one in some], ids=ascii)
def test_a_text_that_is_surely_damaged_is_told(text: str) -> None:
    assert is_damaged(text)
    assert objection(text) is Rejection.VALUE_GARBLED


@pytest.mark.parametrize("text", SOUND, ids=ascii)
def test_a_text_that_only_looks_odd_is_not(text: str) -> None:
    assert not is_damaged(text)
    assert objection(text) is None


@pytest.mark.parametrize("text", MACHINE)
def test_what_a_program_writes_for_another_is_told(text: str) -> None:
    assert is_machine_notation(text)
    assert objection(text) is Rejection.VALUE_MACHINE_NOTATION


@pytest.mark.parametrize("text", SAID)
def test_what_people_write_is_not(text: str) -> None:
    assert not is_machine_notation(text)
    assert objection(text) is None


def characters_of(leads: range) -> list[str]:
    pairs = (bytes((lead, trail)) for lead in leads for trail in range(0xA1, 0xFF))
    return [found for pair in pairs if (found := pair.decode("gb2312", "ignore"))]


names = st.text(st.sampled_from(characters_of(range(0xB0, 0xF8))), min_size=1, max_size=12)
common = st.text(st.sampled_from(characters_of(range(0xB0, 0xD8))), min_size=6, max_size=12)


@given(names)
def test_no_chinese_text_is_taken_for_damaged(text: str) -> None:
    assert objection(text) is None


@given(common)
def test_a_chinese_text_that_was_read_in_a_wrong_encoding_is_told(text: str) -> None:
    assert is_damaged(text.encode().decode("latin-1").strip())
    assert is_damaged(text.encode().decode("cp1252", "replace"))


@given(common.filter(lambda text: len(text) % 2 == 0))
def test_a_chinese_text_that_was_read_as_gbk_is_told_wherever_it_can_be(text: str) -> None:
    # Bytes that are no GBK leave a mark of their own.
    shown = text.encode().decode("gbk", "replace")
    assert is_damaged(shown)


@given(st.floats().filter(lambda number: not 1e-4 <= abs(number) < 1e16 and number != 0))
def test_whatever_float_python_writes_in_its_own_notation_is_told(number: float) -> None:
    assert is_machine_notation(repr(number))
    assert is_machine_notation(f"{number:.3E}".replace("INF", "inf").replace("NAN", "nan"))


@given(st.lists(st.one_of(st.text(max_size=8), st.sampled_from([*MACHINE, *SOUND, "王\ufffd"]))))
def test_a_column_is_judged_as_its_values_are_one_by_one(values: list[str]) -> None:
    alone = [(at, why) for at, text in enumerate(values) if (why := objection(text))]
    column = JoinedColumn(values)
    assert list(objections(values, column.text, column.characters)) == alone


@pytest.mark.parametrize("text", [*MACHINE, *(one for some in DAMAGED.values() for one in some)])
def test_the_fast_look_at_a_column_passes_none_over(text: str) -> None:
    column = JoinedColumn(["张三", text, "12.50"])
    seen = column.text, column.characters
    assert may_be_damaged(*seen) or may_be_machine_notation(*seen)
