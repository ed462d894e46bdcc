"""Encodings, as read() sees them."""

import codecs
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.reader.files.judgement import reads_as
from pipeline.reader.inspection import inspect
from pipeline.reader.options import ReaderOptions
from tests.support.spreadsheets import HEADER, PLAIN, options_for, seen, text_file

TEXT = HEADER + f"{PLAIN},张三丰\n13800138001,欧阳娜娜\n"
NAMES = ["张三丰", "欧阳娜娜"]

WRITTEN = (
    ("utf-8", b"", "utf-8"),
    ("utf-8", codecs.BOM_UTF8, "utf-8"),
    ("gbk", b"", "gb18030"),
    ("gb18030", b"", "gb18030"),
    ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
    ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
    ("utf-16-le", b"", "utf-16-le"),
    ("utf-16-be", b"", "utf-16-be"),
    ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32-le"),
    ("utf-32-be", codecs.BOM_UTF32_BE, "utf-32-be"),
)


@pytest.mark.parametrize(("encoding", "mark", "decided"), WRITTEN)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, mark: bytes, decided: str) -> None:
    path = text_file(tmp_path, mark + TEXT.encode(encoding))
    assert [row[3] for row in seen(options_for(path)).sent] == NAMES
    look = inspect(path)
    assert (look.encoding, bool(look.evidence)) == (decided, True)


@pytest.mark.parametrize(("encoding", "mark", "decided"), WRITTEN)
def test_an_encoding_that_is_named_is_proved_too(
    tmp_path: Path, encoding: str, mark: bytes, decided: str
) -> None:
    path = text_file(tmp_path, mark + TEXT.encode(encoding))
    asked = replace(options_for(path), encoding=encoding)
    assert [row[3] for row in seen(asked).sent] == NAMES
    with pytest.raises(SourceDamaged, match="ASCII"):
        seen(replace(asked, encoding="ascii"))
    assert decided


def test_characters_of_four_bytes_are_read_in_gb18030(tmp_path: Path) -> None:
    path = text_file(tmp_path, (HEADER + f"{PLAIN},𠮷㛃\n").encode("gb18030"))
    assert seen(options_for(path)).sent == [(0, 2, PLAIN, "𠮷㛃")]


def test_characters_cut_in_two_by_the_pieces_of_a_long_file_are_whole(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030", "utf-16"):
        rows = "".join(f"{13_800_000_000 + at},{'王' * (at % 7 + 1)}\n" for at in range(60_000))
        path = text_file(tmp_path, (HEADER + rows).encode(encoding))
        assert len({row[3] for row in seen(options_for(path)).sent}) == 7


def test_a_file_with_one_bad_byte_is_refused_with_its_place(tmp_path: Path) -> None:
    good = (HEADER + f"{PLAIN},张三\n" * 90_000).encode()
    bad = good + b"13800138001,\xff\n"
    with pytest.raises(SourceDamaged, match=rf"byte {len(good) + 12} \(line 90002\)"):
        seen(options_for(text_file(tmp_path, bad)))


def test_utf_8_that_ends_in_the_middle_of_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceDamaged, match="UTF-8"):
        seen(options_for(text_file(tmp_path, (HEADER + f"{PLAIN},张三").encode()[:-1])))


def test_gb18030_rows_at_the_end_of_a_utf_8_file_are_refused(tmp_path: Path) -> None:
    mixed = TEXT.encode() + "13800138002,李四\n".encode("gbk")
    with pytest.raises(SourceDamaged, match=r"UTF-8: byte \d+ \(line 4\)"):
        seen(options_for(text_file(tmp_path, mixed)))


def test_utf_8_rows_at_the_end_of_a_gb18030_file_are_refused_even_where_they_decode(
    tmp_path: Path,
) -> None:
    rows = "".join(f"1380013800{at},李四\n" for at in range(4)).encode()
    assert rows.decode("gb18030")
    with pytest.raises(SourceDamaged, match="partly"):
        seen(options_for(text_file(tmp_path, (TEXT * 50).encode("gbk") + rows)))


def test_big5_is_told_by_its_common_characters(tmp_path: Path) -> None:
    text = f"手機,姓名\n{PLAIN},張三豐\n13800138001,陳大文\n"
    asked = replace(options_for(text_file(tmp_path, text.encode("big5"))), phone="手機")
    for encoding in ("auto", "big5"):
        found = seen(replace(asked, encoding=encoding))
        assert [row[3] for row in found.sent] == ["張三豐", "陳大文"]
    look = inspect(asked.path)
    assert look.encoding == "cp950"
    assert "valid Big5 throughout; not UTF-8 (byte 0); reads better so than as" in look.evidence


@pytest.mark.parametrize("name", ["龔", "琳", "淼"])
def test_big5_of_too_few_or_too_rare_characters_is_refused_and_read_when_it_is_named(
    tmp_path: Path, name: str
) -> None:
    path = text_file(tmp_path, f"tel,name\n{PLAIN},{name}\n".encode("cp950"))
    asked = replace(options_for(path, ("name",)), phone="tel")
    with pytest.raises(SourceDamaged, match="big5"):
        seen(asked)
    assert seen(replace(asked, encoding="big5")).sent == [(0, 2, PLAIN, name)]


FAMILIES = ("王李張劉陳楊趙黃周吳", "小大文明國華建志美玉", "豐強芳偉敏靜麗勇艷傑")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*map(st.sampled_from, FAMILIES)).map("".join), min_size=3, max_size=30),
    st.sampled_from(["big5", "gbk"]),
)
def test_a_list_of_names_is_read_as_it_was_written_or_refused_but_never_garbled(
    names: list[str], encoding: str
) -> None:
    rows = "".join(f"{13_800_000_000 + at},{name}\n" for at, name in enumerate(names))
    with tempfile.TemporaryDirectory() as folder:
        path = text_file(Path(folder), f"tel,name\n{rows}".encode(encoding))
        try:
            found = seen(replace(options_for(path, ("name",)), phone="tel"))
        except SourceDamaged:
            return
    assert [row[3] for row in found.sent] == names


def test_nul_characters_are_padding_and_never_text(tmp_path: Path) -> None:
    text = f"{HEADER}{PLAIN}\0\0,张三\0\0\n13800138001,李四\n" + "\0" * 40
    assert [row[2:] for row in seen(options_for(text_file(tmp_path, text))).sent] == [
        (PLAIN, "张三"),
        ("13800138001", "李四"),
    ]


def test_traditional_chinese_in_gb18030_is_read(tmp_path: Path) -> None:
    path = text_file(tmp_path, (HEADER + f"{PLAIN},張豐臺灣\n").encode("gb18030"))
    assert seen(options_for(path)).sent == [(0, 2, PLAIN, "張豐臺灣")]


def test_a_few_letters_of_other_alphabets_are_no_reason_to_refuse_gb18030(tmp_path: Path) -> None:
    path = text_file(tmp_path, (HEADER + f"{PLAIN},优の品\n13800138001,阿α\n").encode("gb18030"))
    assert [row[3] for row in seen(options_for(path)).sent] == ["优の品", "阿α"]


def test_latin_text_is_refused_unless_it_is_named(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"tel,name\n{PLAIN},José\n".encode("latin-1"))
    asked = replace(options_for(path, ("name",)), phone="tel")
    with pytest.raises(SourceDamaged, match="byte 24"):
        seen(asked)
    assert seen(replace(asked, encoding="latin-1")).sent == [(0, 2, PLAIN, "José")]


@pytest.mark.parametrize("name", ["klingon", "hex", "undefined", "", "a\x00b"])
def test_an_encoding_that_is_none_is_a_fault_of_the_campaign(tmp_path: Path, name: str) -> None:
    with pytest.raises(CampaignInvalid, match="encoding"):
        seen(replace(options_for(text_file(tmp_path, TEXT)), encoding=name))


def english(folder: Path, rows: list[str], encoding: str) -> ReaderOptions:
    text = "".join(f"{13_800_000_000 + at},{row}\n" for at, row in enumerate(rows))
    path = text_file(folder, f"tel,name\n{text}".encode(encoding))
    return replace(options_for(path, ("name",)), phone="tel")


@pytest.mark.parametrize("count", [1, 60])
def test_gb18030_that_is_valid_utf_8_by_chance_is_read_as_chinese(
    tmp_path: Path, count: int
) -> None:
    asked = english(tmp_path, ["学员"] * count, "gb18030")
    assert (tmp_path / "source.csv").read_bytes().decode("utf-8").count("ѧԱ") == count
    assert {row[3] for row in seen(asked).sent} == {"学员"}


FOREIGN = (
    ("cp932", ["佐藤太郎", "鈴木花子"], "Shift-JIS", "cp932"),
    ("euc_jp", ["佐藤太郎", "鈴木花子", "高橋健一"], "EUC-JP", "euc_jp"),
    ("euc_kr", ["김민준", "이서연", "박지호"], "EUC-KR", "cp949"),
    ("cp1252", ["Jürgen", "Anna"], "Windows-1252", "cp1252"),
    ("koi8_r", ["Иванов", "Петров", "Смирнова"], "KOI8-R", "koi8_r"),
    ("cp1251", ["Иванов", "Петров", "Смирнова"], "Windows-1251", "cp1251"),
)


@pytest.mark.parametrize(("encoding", "names", "title", "key"), FOREIGN)
def test_another_language_that_is_valid_gb18030_is_refused_with_both_readings_and_the_key(
    tmp_path: Path, encoding: str, names: list[str], title: str, key: str
) -> None:
    asked = english(tmp_path, names, encoding)
    with pytest.raises(SourceDamaged, match=f"{title}: line 2 reads as {names[0]}, and as") as told:
        seen(asked)
    assert f'encoding = "{key}"' in str(told.value)
    assert 'encoding = "gb18030"' not in str(told.value)
    assert [row[3] for row in seen(replace(asked, encoding=key)).sent] == names


@pytest.mark.parametrize(
    "names", [names for _, names, _, _ in FOREIGN] + [["Ελένη", "Γιώργος"], ["สมชาย"], ["Đặng"]]
)
def test_every_language_is_read_in_utf_8(tmp_path: Path, names: list[str]) -> None:
    assert [row[3] for row in seen(english(tmp_path, names, "utf-8")).sent] == names


def test_a_word_that_is_an_unused_character_in_utf_8_is_no_stray_line(tmp_path: Path) -> None:
    assert len("颍川".encode("gb18030").decode("utf-8")) == 1
    names = [*NAMES_GB, "颍川"]
    assert [row[3] for row in seen(english(tmp_path, names, "gb18030")).sent] == names


def test_what_an_encoding_does_not_tell_is_refused_with_each_reading(tmp_path: Path) -> None:
    with pytest.raises(SourceDamaged, match=r"may be written in .*line 2 reads as .*琳") as told:
        seen(english(tmp_path, ["琳"], "big5"))
    assert 'encoding = "big5"' in str(told.value)


def test_a_number_in_a_value_that_is_shown_is_masked(tmp_path: Path) -> None:
    with pytest.raises(SourceDamaged, match=r"佐藤太郎138\*\*\*\*8000") as told:
        seen(english(tmp_path, ["佐藤太郎13800138000" + "鈴" * 300] * 2, "cp932"))
    assert len(str(told.value)) < 300


NAMES_GB = ["王芳", "张伟", "李娜", "刘洋", "陈静"] * 8
STRAYS = (
    ("utf-8", "gb18030", "欧阳娜娜,乌鲁木齐"),
    ("utf-8", "gb18030", "学员"),
    ("gb18030", "utf-8", "欧阳娜娜,乌鲁木齐"),
    ("gb18030", "big5", "歐陽娜娜,臺北市信義區"),
    ("gb18030", "cp932", "佐々木太郎,名古屋市"),
    ("gb18030", "cp1252", "Jürgen Köhler,Düsseldorf"),
)


@pytest.mark.parametrize(("encoding", "other", "row"), STRAYS)
@pytest.mark.parametrize("times", [1, 900])
def test_one_line_in_another_encoding_refuses_a_list_of_any_length(
    tmp_path: Path, encoding: str, other: str, row: str, times: int
) -> None:
    rows = "".join(f"13800138000,{name},{at}\n" for at, name in enumerate(NAMES_GB * times))
    lines = f"tel,name\n{rows}".encode(encoding) + f"13900139000,{row}\n".encode(other)
    path = text_file(tmp_path, lines)
    sentence = rf"(partly|UTF-8: byte).* \(?line {len(NAMES_GB) * times + 2}\b"
    with pytest.raises(SourceDamaged, match=sentence):
        seen(replace(options_for(path, ("name",)), phone="tel"))


@pytest.mark.parametrize(
    ("texts", "encoding", "stated", "believed"),
    [
        (["手机号", "王芳", "积分"], "gbk", "cp936", True),
        (["手機", "陳大文", "備註"], "big5", "cp950", True),
        (["佐藤太郎", "電話番号"], "cp932", "cp932", True),
        (["Jürgen", "Größe"], "cp1252", "cp1252", True),
        (["phone", "Anna"], "ascii", "cp1252", True),
        (["手机号", "王芳", "积分"], "gbk", "cp1252", False),
        (["手机号", "王芳", "积分"], "gbk", "cp932", False),
        (["김민준", "이서연", "박지호"], "cp949", "cp936", False),
    ],
)
def test_an_encoding_that_a_file_states_is_believed_where_it_reads_so(
    texts: list[str], encoding: str, stated: str, *, believed: bool
) -> None:
    assert reads_as([text.encode(encoding) for text in texts], stated).believable is believed
