"""Make the files that are measured: one row in fifty is not as it should be."""

import random
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

HEADER = ("phone", "name", "points", "city")
ODD = ("+86 {}", "{}.0", "0086{}", "12345", "")


def rows(count: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield rows, the same ones every time."""
    chance = random.Random(1)  # noqa: S311 -- made-up rows, no secret
    for row in range(count):
        phone = f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"
        if row % 50 == 0:
            phone = ODD[row // 50 % len(ODD)].format(phone)
        yield phone, f"会员{row}", str(chance.randrange(100_000)), "杭州"


def write_csv(path: Path, count: int) -> Path:
    """Write a CSV in UTF-8."""
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        file.writelines(",".join(row) + "\n" for row in rows(count))
    return path


def write_xlsx(path: Path, count: int) -> Path:
    """Write a workbook of texts."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("rows")
    sheet.append(HEADER)
    for row in rows(count):
        sheet.append(row)
    book.save(path)
    return path
