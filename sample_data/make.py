# ruff: noqa: INP001 - a script that is run, not a module of a package
"""Make the sample spreadsheets: made-up members, with the mess that real files have.

Run it from anywhere: python sample_data/make.py [FOLDER]. The same bytes come out every time.
"""

import csv
import io
import random
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook

HEADER = ("会员号", "姓名", "手机号", "积分", "城市", "兜底")
ROWS = 12_345
SEED = 20261130
SENT = "sent"
BLANK = "blank"

_RANGES = (1300000, 1370000, 1380000, 1500000, 1590000, 1770000, 1860000, 1880000, 1990000)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "安宁晨曦若溪子墨雨桐浩然思远梓涵一诺清扬嘉树明月知秋青禾云舟星河"
_CITIES = ("上海", "北京", "深圳", "杭州", "成都", "西安", "武汉", "贵阳", "乌兰察布")
_FALLBACKS = ("", "", "", "", "", "", "", "sms", "aim_basic", "skip")
_NO_TIME = (1980, 1, 1, 0, 0, 0)

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Oddity:
    """One kind of mess: how often, what it does to a row, and what koosend makes of it.

    in_text and in_workbook are the reason a row is rejected for, or SENT, or BLANK.
    """

    what: str
    times: int
    spoil: Callable[[list[str], "Members"], Cells]
    in_text: str
    in_workbook: str = ""

    @property
    def ends_in_workbook(self) -> str:
        """Return what becomes of it in the workbook, by default the same as in the text file."""
        return self.in_workbook or self.in_text


class Members:
    """The rows, and for each oddity the lines that it is found on."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311 - made-up people need no secrecy
        numbers = range(len(_RANGES) * 10_000)
        self._numbers = iter(self.random.sample(numbers, ROWS))
        self.plain: list[Cells] = []
        self.lines: dict[str, list[int]] = {oddity.what: [] for oddity in ODDITIES}
        self.rows: list[Cells] = []
        wanted = [oddity for oddity in ODDITIES for _ in range(oddity.times)]
        self.random.shuffle(wanted)
        # The first hundred rows stay plain, so that a duplicate has something to repeat.
        places = sorted(self.random.sample(range(100, ROWS), len(wanted)))
        odd = dict(zip(places, wanted, strict=True))
        for at in range(ROWS):
            self._add(at, odd.get(at))

    def _add(self, at: int, oddity: Oddity | None) -> None:
        member = self._member(at)
        if oddity is None:
            self.plain.append(tuple(member))
            self.rows.append(tuple(member))
            return
        self.lines[oddity.what].append(at + 2)
        self.rows.append(oddity.spoil(member, self))

    def _member(self, at: int) -> list[str]:
        block, rest = divmod(next(self._numbers), 10_000)
        name = self.random.choice(_SURNAMES) + "".join(
            self.random.sample(_GIVEN, self.random.choice((1, 2, 2)))
        )
        points = str(self.random.randrange(50, 99_999))
        city, fallback = self.random.choice(_CITIES), self.random.choice(_FALLBACKS)
        return [f"V{at + 1:06}", name, f"{_RANGES[block]}{rest:04}", points, city, fallback]


def _phone(write: Callable[[str], str]) -> Callable[[list[str], Members], Cells]:
    def spoil(member: list[str], _: Members) -> Cells:
        return (*member[:2], write(member[2]), *member[3:])

    return spoil


def _cell(at: int, write: Callable[[str], str]) -> Callable[[list[str], Members], Cells]:
    def spoil(member: list[str], _: Members) -> Cells:
        return (*member[:at], write(member[at]), *member[at + 1 :])

    return spoil


def _again(write: Callable[[str], str]) -> Callable[[list[str], Members], Cells]:
    def spoil(member: list[str], members: Members) -> Cells:
        return (*member[:2], write(members.random.choice(members.plain)[2]), *member[3:])

    return spoil


def _wide(phone: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in phone)


ODDITIES = (
    Oddity("+86 before the number", 40, _phone(lambda p: f"+86{p}"), SENT),
    Oddity("86 before it", 30, _phone(lambda p: f"86{p}"), SENT),
    Oddity("0086 before it", 10, _phone(lambda p: f"0086{p}"), SENT),
    Oddity("(+86) before it", 10, _phone(lambda p: f"(+86){p}"), SENT),
    Oddity("0 before it", 6, _phone(lambda p: f"0{p}"), SENT),
    Oddity("spaces in it", 40, _phone(lambda p: f"{p[:3]} {p[3:7]} {p[7:]}"), SENT),
    Oddity("no-break spaces around it", 12, _phone(lambda p: f"\u00a0{p}\u00a0"), SENT),
    Oddity("a zero-width space before it", 8, _phone(lambda p: f"\u200b{p}"), SENT),
    Oddity("dashes in it", 30, _phone(lambda p: f"{p[:3]}-{p[3:7]}-{p[7:]}"), SENT),
    Oddity("full-width digits", 8, _phone(_wide), SENT),
    Oddity(".0 after it", 12, _phone(lambda p: f"{p}.0"), SENT),
    Oddity("an apostrophe before it", 8, _phone(lambda p: f"'{p}"), SENT),
    Oddity("1.3800001234E+10: all digits", 4, _phone(lambda p: f"{p[0]}.{p[1:]}E+10"), SENT),
    Oddity("1.38E+10: digits lost", 9, _phone(lambda p: f"1.{p[1:3]}E+10"), "phone_rounded"),
    Oddity("no number", 25, _phone(lambda _: ""), "phone_empty"),
    Oddity("a word", 8, _phone(lambda _: "待补"), "phone_not_a_number"),
    Oddity("a digit too few", 14, _phone(lambda p: p[:-1]), "phone_too_short"),
    Oddity("a digit too many", 9, _phone(lambda p: f"{p}7"), "phone_too_long"),
    Oddity("a landline", 11, _phone(lambda p: f"021-6{p[4:]}"), "phone_landline"),
    Oddity("a Hong Kong number", 7, _phone(lambda p: f"+852 9{p[4:]}"), "phone_foreign"),
    Oddity("two numbers", 7, _phone(lambda p: f"{p}/{p[:-4]}0001"), "phone_several"),
    Oddity("a number again", 60, _again(str), "duplicate_number"),
    Oddity("again, with +86", 20, _again(lambda p: f"+86 {p}"), "duplicate_number"),
    Oddity("no name", 15, _cell(1, lambda _: ""), "value_missing"),
    Oddity("only spaces for points", 6, _cell(3, lambda _: "  "), "value_missing"),
    Oddity("spaces around the name", 20, _cell(1, lambda name: f" {name}\u3000"), SENT),
    Oddity("a name with a rare character", 6, _cell(1, lambda name: f"{name[0]}㛃𠮷"), SENT),
    Oddity("a comma in the city", 10, _cell(4, lambda city: f"{city},浦东"), SENT),
    Oddity("a line break in the city", 6, _cell(4, lambda city: f"{city}\n二期"), SENT),
    Oddity("a seventh cell", 5, lambda m, _: (*m, "已联系"), "row_ragged", "text_beside_table"),
    Oddity("cells missing at the end", 5, lambda m, _: tuple(m[:3]), "row_ragged", "value_missing"),
    Oddity("a quotation mark left open", 4, _cell(1, lambda name: f'"{name}'), "row_ragged", SENT),
    Oddity("an empty row", 9, lambda _, __: (), BLANK),
    Oddity("a row of empty cells", 6, lambda m, _: ("",) * len(m), BLANK),
)


def totals(ends: Callable[[Oddity], str]) -> dict[str, int]:
    """Count what becomes of the rows: read, sent, and rejected for each reason."""
    by_end = Counter({ends(oddity): 0 for oddity in ODDITIES})
    for oddity in ODDITIES:
        by_end[ends(oddity)] += oddity.times
    read = ROWS - by_end.pop(BLANK)
    sent = by_end.pop(SENT) + ROWS - sum(oddity.times for oddity in ODDITIES)
    return {"rows read": read, "sendable": sent, **dict(sorted(by_end.items()))}


def csv_text(rows: Iterable[Cells]) -> str:
    """Write rows as Excel would, but for a quotation mark that is left open."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        if any(cell.startswith('"') for cell in row):
            text.write(",".join(row) + "\r\n")
        else:
            writer.writerow(row)
    return text.getvalue()


def workbook_bytes(rows: Sequence[Cells]) -> bytes:
    """Write rows as a workbook: points and every other plain number as numbers, the rest text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("会员")
    sheet.freeze_panes = "A2"
    for at, row in enumerate(rows):
        sheet.append([_typed(cell, column, at) for column, cell in enumerate(row)])
    written = io.BytesIO()
    book.save(written)
    return _timeless(written.getvalue())


def _typed(cell: str, column: int, row: int) -> str | int | None:
    plain = cell.isascii() and cell.isdigit()
    is_number = (column == HEADER.index("积分")) or (column == HEADER.index("手机号") and row % 2)
    if plain and is_number and not cell.startswith("0"):
        return int(cell)
    return cell or None


def _timeless(workbook: bytes) -> bytes:
    """Take the time of writing out of a workbook, so that the same rows make the same bytes."""
    stamp = datetime(2026, 11, 30, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = re.sub(rb"(?<=W3CDTF\">)[^<]+", stamp, old.read(name))
            new.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def readme(members: Members) -> str:
    """Write what is odd about the samples, on which lines, and what koosend makes of it."""
    text, book = totals(lambda o: o.in_text), totals(lambda o: o.ends_in_workbook)
    lines = [
        "# Sample spreadsheets",
        "",
        "Made-up members: names, numbers and points come from `make.py`, which writes these files",
        "and this page, byte for byte the same each time. All three files hold the same rows, with",
        f"the columns {', '.join(HEADER)}.",
        "",
        "| file | written as |",
        "|---|---|",
        "| `members.csv` | UTF-8 with a byte order mark, as Excel saves it |",
        "| `members-gb18030.csv` | GB18030, as older programs save it |",
        "| `members.xlsx` | a workbook, with some numbers as numbers and some as text |",
        "",
        "## Totals",
        "",
        'As koosend reads them with `phone = "手机号"` and the fields 姓名 and 积分. A row that is',
        "blank is no row.",
        "",
        "| | text files | workbook |",
        "|---|---|---|",
        *(
            f"| {key} | {text.get(key, 0)} | {book.get(key, 0)} |"
            for key in dict.fromkeys((*text, *book))
        ),
        "",
        "## What is odd, and where",
        "",
        "Lines as a spreadsheet shows them: the header is line 1. In the text files a row that is",
        "cut short or has an open quotation mark cannot be trusted; in a workbook a cell is known",
        "by its place, so what is not there is simply empty.",
        "",
        "| what | text files | workbook | lines |",
        "|---|---|---|---|",
        *(
            f"| {o.what} | {o.in_text} | {o.ends_in_workbook} | "
            f"{', '.join(map(str, members.lines[o.what]))} |"
            for o in ODDITIES
        ),
    ]
    return "\n".join(lines) + "\n"


def make(folder: Path) -> None:
    """Write the samples and the page that explains them."""
    members = Members()
    rows = [HEADER, *members.rows]
    text = csv_text(rows)
    (folder / "members.csv").write_bytes(text.encode("utf-8-sig"))
    (folder / "members-gb18030.csv").write_bytes(text.encode("gb18030"))
    (folder / "members.xlsx").write_bytes(workbook_bytes(rows))
    (folder / "README.md").write_text(readme(members), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
