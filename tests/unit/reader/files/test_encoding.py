"""Encodings, as read() sees them."""

import codecs
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.reader.inspection import inspect
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
    assert "Big5" in look.evidence
    assert "100%" in look.evidence


@pytest.mark.parametrize("name", ["王", "龔", "琳", "淼"])
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
