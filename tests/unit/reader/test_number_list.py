"""Lists of numbers: what they may hold, and what makes them unusable."""

from pathlib import Path

import pytest

from pipeline.core.errors import SourceDamaged, SourceMissing
from pipeline.reader.number_list import read_numbers


def a_list(folder: Path, text: str) -> Path:
    file = folder / "stop.txt"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "text",
    [
        "13800138001\n13800138002\n",
        "手机号\n13800138001\n13800138002\n",
        "13800138001\n\n+86 138-0013-8002\n13800138001\n",
        "name,phone\nLi,13800138001\nWang,138 0013 8002\n",
        "手机号\n13800138001\n010-12345678\n13800138002\n4008001234\n",
    ],
    ids=["one a line", "heading", "as people write them", "table", "with numbers of no mobile"],
)
def test_the_numbers_of_a_list_are_read_each_once(tmp_path: Path, text: str) -> None:
    assert list(read_numbers(a_list(tmp_path, text))) == [13_800_138_001, 13_800_138_002]


def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    assert list(read_numbers(a_list(tmp_path, ""))) == []


@pytest.mark.parametrize("line", ["1380013800", "138001380011", "call me", "1.38001E+10"])
def test_a_line_that_may_be_a_mistyped_number_makes_the_list_unusable(
    tmp_path: Path, line: str
) -> None:
    file = a_list(tmp_path, f"13800138001\n{line}\n")
    with pytest.raises(SourceDamaged, match=r"stop\.txt: line 2 .* mend or delete") as caught:
        read_numbers(file)
    assert line not in str(caught.value)


def test_a_list_that_is_not_there_is_missed(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        read_numbers(tmp_path / "stop.txt")
