"""Judge files as a hostile reader would: does anything in them do more than show itself?"""

import csv
import itertools
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

# After OWASP's page on CSV injection, with what spreadsheets pass over before they look.
_BEFORE = (
    "",
    " ",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\n",
    "\r",
    "\t",
    "\x00",
    "\x1f",
)
_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫")
_AFTER = (
    "cmd|' /C calc'!A0",
    '1+1";=1+1',
    'HYPERLINK("http://127.0.0.1/?x="&A1,"看")',
    'WEBSERVICE("http://127.0.0.1/")',
    'DDE("cmd";"/C calc";"x")',
    "<img src=x onerror=alert(1)>",
)
VARIANTS = tuple("".join(parts) for parts in itertools.product(_BEFORE, _SIGNS, _AFTER))
"""Texts of which none may come out as a formula or as markup."""

_STARTS = frozenset("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")
_PASSED_OVER = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff\x00-\x1f\x7f-\x9f]*")
_PHONE = re.compile(r"\+?[1-9][0-9]{6,14}")
_FORMULA = re.compile(rb"<f[\s>/]|<ddeLink|<oleLink|<hyperlink|<externalReference")
_ACTIVE_TAGS = frozenset(
    {"script", "img", "iframe", "object", "embed", "a", "link", "form", "base"}
)


def csv_formulas(file: Path) -> list[str]:
    """Return the fields of a CSV that a spreadsheet would take for a formula."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        fields = [field for row in csv.reader(stream) for field in row]
    assert fields
    return [field for field in fields if _is_formula(field)]


def workbook_formulas(file: Path) -> list[str]:
    """Return the parts of a workbook that hold a formula or lead elsewhere.

    What a chart draws is named by a formula as well; nobody else writes there.
    """
    with zipfile.ZipFile(file) as parts:
        sheets = [name for name in parts.namelist() if not name.startswith("xl/charts/")]
        return [name for name in sheets if _FORMULA.search(parts.read(name))]


def page_dangers(file: Path) -> list[str]:
    """Return the tags and attributes of a page that load, lead or run."""
    finder = _Finder()
    finder.feed(file.read_text(encoding="utf-8"))
    finder.close()
    assert finder.tags
    return finder.found


def _is_formula(field: str) -> bool:
    if _PHONE.fullmatch(field):
        return False
    start = field[_PASSED_OVER.match(field).end() :][:1]  # type: ignore[union-attr]  # it matches nothing too
    return start in _STARTS if start else field[:1] in _STARTS


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        if tag in _ACTIVE_TAGS:
            self.found.append(tag)
        self.found += [
            name for name, _ in attrs if name.startswith("on") or name in {"src", "href"}
        ]
