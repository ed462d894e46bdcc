"""Spreadsheets with known mess."""

import random
from dataclasses import dataclass
from pathlib import Path

HEADER = "会员号,姓名,手机号,积分"


@dataclass(frozen=True, slots=True)
class Members:
    """A written file and what is true of it. sendable holds 11 digits each, in source order."""

    path: Path
    rows: int
    sendable: tuple[str, ...]
    invalid: int
    duplicates: int


def write_members(path: Path, rows: int, seed: int = 1) -> Members:
    """Write a CSV in which about one row in twelve is not as it should be."""
    chance = random.Random(seed)  # noqa: S311 -- made-up rows, no secret
    sendable: dict[str, None] = {}
    invalid = duplicates = 0
    lines = [HEADER]
    for row in range(rows):
        phone = f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"
        written, kind = _mess(chance, phone, list(sendable)[:50])
        if kind == "invalid":
            invalid += 1
        elif kind == "duplicate" or phone in sendable:
            duplicates += 1
        else:
            sendable[phone] = None
        lines.append(f"M{row},会员{row},{written},{chance.randrange(9999)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Members(path, rows, tuple(sendable), invalid, duplicates)


def _mess(chance: random.Random, phone: str, earlier: list[str]) -> tuple[str, str]:
    draw = chance.randrange(100)
    if draw < 4:
        odd = ("+86 {}", "0086{}", "{}.0", " {} ", "86-{}")
        return chance.choice(odd).format(phone), "odd"
    if draw < 7:
        return chance.choice(("", "12345", "010-88886666", "n/a", "1380013800O")), "invalid"
    if draw < 9 and earlier:
        return chance.choice(earlier), "duplicate"
    return phone, "plain"
