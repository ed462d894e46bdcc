import random

import numpy as np

from pipeline.reader.rows.duplicates import LinesOfRows, TakenNumbers


def numbers_of(*numbers: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array(numbers, dtype=np.int64)


def test_the_first_of_equal_numbers_in_a_block_takes_it() -> None:
    taken = TakenNumbers()
    again = taken.take(
        numbers_of(13000000001, 13000000000, 13000000001, 13000000001), np.arange(4) + 10
    )
    assert again == {2: 10, 3: 10}


def test_a_number_of_an_earlier_block_is_found_with_its_row() -> None:
    taken = TakenNumbers()
    assert taken.take(numbers_of(19999999999, 13000000000), np.arange(2)) == {}
    assert taken.take(numbers_of(13000000000, 19999999999, 15), np.arange(3) + 2) == {0: 1, 1: 0}


def test_an_empty_block_takes_nothing() -> None:
    taken = TakenNumbers()
    assert taken.take(numbers_of(), np.arange(0)) == {}
    assert taken.take(numbers_of(13000000000), np.arange(1)) == {}


def test_many_blocks_agree_with_a_plain_dictionary() -> None:
    chance = random.Random(7)  # noqa: S311 - made-up numbers
    taken, first_row, row = TakenNumbers(), dict[int, int](), 0
    for _ in range(200):
        block = [13_000_000_000 + chance.randrange(4_000) for _ in range(chance.randrange(60))]
        expected = {}
        for at, number in enumerate(block):
            if first_row.setdefault(number, row + at) != row + at:
                expected[at] = first_row[number]
        assert taken.take(numbers_of(*block), np.arange(row, row + len(block))) == expected
        row += len(block)


def test_the_line_of_a_row_is_found_in_its_block() -> None:
    lines = LinesOfRows()
    lines.add(0, numbers_of(2, 3, 5))
    lines.add(3, numbers_of(2, 9))
    assert [lines.of(row) for row in range(5)] == [2, 3, 5, 2, 9]
