"""The same number with other values: allowed where the campaign says so, and only so often."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.model import Rejection
from pipeline.core.screening import Duplicates
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from pipeline.reader.rows.duplicates import REPEATS_MAX, TOO_OFTEN, TakenContents
from pipeline.reader.rows.screening import ValuesOf, Verdict, Whole

rows = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b"]), st.sampled_from("xy")))


def take(taken: TakenContents, first: int, found: Sequence[tuple[int, str, str]]) -> dict[int, int]:
    numbers = np.array([13_000_000_000 + row[0] for row in found], dtype=np.int64)
    ordinals = np.arange(first, first + len(found))
    return taken.take(numbers, ordinals, lambda: [[r[1] for r in found], [r[2] for r in found]])


@given(st.lists(rows, max_size=4))
def test_a_row_is_a_duplicate_of_the_first_with_its_number_and_values(
    blocks: list[list[tuple[int, str, str]]],
) -> None:
    taken, first_of = TakenContents(), dict[tuple[int, str, str], int]()
    ordinal = 0
    for block in blocks:
        again = take(taken, ordinal, block)
        expected = {}
        for at, row in enumerate(block):
            if row in first_of:
                expected[at] = first_of[row]
            first_of.setdefault(row, ordinal + at)
        assert again == expected
        ordinal += len(block)


def test_a_number_may_stand_there_only_as_often_as_carriers_deliver() -> None:
    block = [(0, str(at), "x") for at in range(REPEATS_MAX + 2)]
    assert take(TakenContents(), 0, block) == {REPEATS_MAX: TOO_OFTEN, REPEATS_MAX + 1: TOO_OFTEN}


def a_source(folder: Path, lines: Sequence[str]) -> Path:
    file = folder / "members.csv"
    file.write_text("phone,name\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_the_reader_keeps_other_values_and_names_the_row_that_is_repeated(tmp_path: Path) -> None:
    one = "13800138000"
    path = a_source(tmp_path, [f"{one},Li", f"{one},Wang", f"{one},Wang"])
    options = ReaderOptions(
        path, "phone", ("name",), duplicates=Duplicates.NUMBER_AND_VALUES, block_rows=2
    )
    blocks = list(read(options))
    assert [p for b in blocks for p in b.recipients.phones] == [one, one]
    (rejected,) = [row for block in blocks for row in block.rejected]
    assert (rejected.reason, rejected.of_line) == (Rejection.DUPLICATE_NUMBER, 3)


def test_a_number_that_is_screened_out_makes_no_later_row_a_duplicate(tmp_path: Path) -> None:
    path = a_source(tmp_path, ["13800138000,Li", "13800138000,Wang", "13800138001,Zhao"])
    verdict = (Rejection.OPTED_OUT, "by mail")

    def screen(numbers: Whole, values_of: ValuesOf) -> dict[int, Verdict]:
        del values_of
        return {at: verdict for at, n in enumerate(numbers.tolist()) if n == 13_800_138_000}

    (block,) = read(ReaderOptions(path, "phone", ("name",), screen=screen))
    assert block.recipients.phones == ["13800138001"]
    assert [(r.line, r.reason, r.detail, r.phone, r.column) for r in block.rejected] == [
        (2, *verdict, "13800138000", "phone"),
        (3, *verdict, "13800138000", "phone"),
    ]
    assert [row.cells for row in block.rejected] == [("13800138000", "Li"), ("13800138000", "Wang")]
