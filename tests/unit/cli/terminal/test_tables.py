from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.terminal.tables import Column, display_width, fitted, table_lines, wrapped

TEXT = st.text(st.sampled_from("ab 你好e\u0301\u200b，1"), max_size=40)


def test_a_chinese_character_takes_two_cells_and_a_mark_on_a_letter_none() -> None:
    assert display_width("abc") == 3
    assert display_width("姓名，") == 6
    assert display_width("e\u0301\u200b\ufeff") == 1


def test_columns_line_up_by_what_is_seen() -> None:
    columns = (Column("name"), Column("rows", right=True))
    assert table_lines(columns, [("姓名", "1,234"), ("abcdef", "7")], 80) == [
        "name     rows",
        "------  -----",
        "姓名    1,234",
        "abcdef      7",
    ]


def test_only_columns_that_wrap_give_way() -> None:
    columns = (Column("run"), Column("why", wraps=True), Column("where", wraps=True))
    row = ("run-with-a-long-name", "one two three four five six", "7, 8")
    assert table_lines(columns, [row], 41) == [
        "run                   why           where",
        "--------------------  ------------  -----",
        "run-with-a-long-name  one two       7, 8",
        "                      three four",
        "                      five six",
    ]


def test_a_table_without_rows_has_its_headings() -> None:
    assert table_lines((Column("run"), Column("rows", right=True)), [], 80, "─") == [
        "run  rows",
        "───  ────",
    ]


def test_a_word_that_is_broader_than_its_column_is_broken() -> None:
    assert wrapped("手机号列为空白", 5) == ["手机", "号列", "为空", "白"]
    assert wrapped("a bbbbbb", 4) == ["a", "bbbb", "bb"]
    assert wrapped("", 4) == [""]


@given(text=TEXT, width=st.integers(2, 30))
def test_wrapping_loses_nothing_and_keeps_to_its_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(display_width(line) <= width for line in lines)


@given(text=TEXT, width=st.integers(0, 30))
def test_what_is_fitted_keeps_to_its_width_and_is_the_beginning(text: str, width: int) -> None:
    assert text.startswith(fitted(text, width))
    assert display_width(fitted(text, width)) <= width


@given(
    rows=st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=5),
    width=st.integers(60, 120),
)
def test_a_table_of_wrapping_columns_keeps_to_its_width(
    rows: list[tuple[str, str, str]], width: int
) -> None:
    columns = tuple(Column(name, wraps=True) for name in ("a", "b", "c"))
    lines = table_lines(columns, rows, width)
    assert all(display_width(line) <= width and line == line.rstrip() for line in lines)


def test_chinese_breaks_between_characters_and_no_line_begins_with_a_closing_mark() -> None:
    text = "请用 koosend report 重新写出报告，再看“需要处理”一页。"
    lines = wrapped(text, 16)
    assert all(display_width(line) <= 16 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，。”" or line[-1] == "“" for line in lines)
    assert "koosend report" in " ".join(lines)
