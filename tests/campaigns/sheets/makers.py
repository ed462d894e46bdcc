"""Write a sheet of drawn cells by several programs, and by hand in the notations that XML allows.

The first column says which cell the row has, the second is the cell, and the third holds the same
value in the format whose text koosend writes. The first row is a header.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import xlsxwriter
import xlwt

from tests.campaigns.sheets.cells import WITH_TEXT, Drawn
from tests.support.odd_files import zip_of

HEADER = ("手机号", "值", "时间")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Maker = Callable[[Path, Sequence[Drawn], random.Random], Path]


def by_openpyxl(folder: Path, cells: Sequence[Drawn], _chance: random.Random) -> Path:
    """Write an xlsx with openpyxl."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    for line, drawn in enumerate(cells, 2):
        sheet.cell(line, 1).value = f"{line}"
        for column, code in ((2, drawn.code), (3, drawn.canonical)):
            if code:
                cell = sheet.cell(line, column)
                cell.value = drawn.value
                cell.number_format = code
    path = folder / "openpyxl.xlsx"
    book.save(path)
    return path


def by_xlsxwriter(folder: Path, cells: Sequence[Drawn], _chance: random.Random) -> Path:
    """Write an xlsx with XlsxWriter."""
    path = folder / "xlsxwriter.xlsx"
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        formats: dict[str, object] = {}
        for line, drawn in enumerate(cells, 1):
            sheet.write_string(line, 0, f"{line + 1}")
            for column, code in ((1, drawn.code), (2, drawn.canonical)):
                if code:
                    form = formats.setdefault(code, book.add_format({"num_format": code}))
                    sheet.write(line, column, drawn.value, form)
    return path


def by_xlwt(folder: Path, cells: Sequence[Drawn], _chance: random.Random) -> Path:
    """Write an xls with xlwt."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    styles: dict[str, object] = {}
    for column, name in enumerate(HEADER):
        sheet.write(0, column, name)
    for line, drawn in enumerate(cells, 1):
        sheet.write(line, 0, f"{line + 1}")
        for column, code in ((1, drawn.code), (2, drawn.canonical)):
            if code and isinstance(drawn.value, bool):
                # LibreOffice shows a style otherwise once one of its cells is a truth value.
                sheet.write(line, column, drawn.value)
            elif code:
                style = styles.setdefault(code, xlwt.easyxf(num_format_str=code))
                sheet.write(line, column, drawn.value, style)
    path = folder / "xlwt.xls"
    book.save(str(path))
    return path


def by_hand(folder: Path, cells: Sequence[Drawn], chance: random.Random) -> Path:
    """Write an xlsx whose XML is as odd as it may be."""
    codes = list(dict.fromkeys(code for one in cells for code in (one.code, one.canonical) if code))
    styles = {code: at + 1 for at, code in enumerate(codes)}
    notation = _Notation(chance, styles)
    lines = [notation.row(1, [_text(name) for name in HEADER])]
    for line, drawn in enumerate(cells, 2):
        row = [_text(f"{line}"), drawn]
        row += [Drawn(drawn.value, drawn.canonical)] if drawn.canonical else []
        lines.append(notation.row(line, row))
    return zip_of(_parts(notation, "".join(lines), codes), folder, "hand.xlsx")


MAKERS: Mapping[str, Maker] = {
    "openpyxl": by_openpyxl,
    "xlsxwriter": by_xlsxwriter,
    "xlwt": by_xlwt,
    "hand": by_hand,
}


def _text(text: str) -> Drawn:
    return Drawn(text, "")


class _Notation:
    """How a workbook is written: one draw for all of it, and others for each row and cell."""

    def __init__(self, chance: random.Random, styles: Mapping[str, int]) -> None:
        self.chance = chance
        self.styles = styles
        self.shared: list[str] = []
        self.prefix = chance.choice(("", "", "x:"))
        self.main, self.office = chance.choice(((_MAIN, _OFFICE), (_STRICT, _STRICT_OFFICE)))
        self.places = chance.random() < 0.6
        self.pretty = chance.random() < 0.3
        self.folder = chance.choice(("xl", "xl", "book/deep"))

    def row(self, line: int, cells: Sequence[Drawn]) -> str:
        """Write a row."""
        written = "".join(self._cell(f"{'ABC'[at]}{line}", one) for at, one in enumerate(cells))
        note = "<!-- </row> -->" if self.chance.random() < 0.02 else ""
        number = f' r="{line}"' if self.places or self.chance.random() < 0.5 else ""
        return f"<{self.prefix}row{number}>{note}{written}</{self.prefix}row>{self._space()}"

    def named(self) -> str:
        """Declare the name space."""
        mark = f":{self.prefix[:-1]}" if self.prefix else ""
        return f'xmlns{mark}="{self.main}"'

    def _space(self) -> str:
        return "\n   " if self.pretty else ""

    def _cell(self, place: str, drawn: Drawn) -> str:
        kind, inner = self._value(drawn)
        attributes = [f't="{kind}"'] if kind else []
        attributes += [f's="{self.styles[drawn.code]}"'] if drawn.code else []
        attributes += [f'r="{place}"'] if self.places else []
        self.chance.shuffle(attributes)
        tag, space = f"{self.prefix}c", self._space()
        head = " ".join((tag, *attributes))
        return f"{space}<{head}>{space}{inner}{space}</{tag}>"

    def _value(self, drawn: Drawn) -> tuple[str, str]:
        value, code = drawn.value, drawn.code
        v, f = f"{self.prefix}v", f"{self.prefix}f"
        formula = f"<{f}>1+1</{f}>" if self.chance.random() < 0.1 else ""
        if isinstance(value, bool):
            return "b", f"{formula}<{v}>{int(value)}</{v}>"
        if isinstance(value, str):
            return self._words(value, has_own_form=code in WITH_TEXT)
        kind = self.chance.choice(("", "", "n"))
        return kind, f"{formula}<{v}>{value!r}</{v}>"

    def _words(self, text: str, *, has_own_form: bool) -> tuple[str, str]:
        # LibreOffice shows a text of several runs without the format of its cell.
        ways = ("s", "inlineStr", "str", "data", "rich")[: 4 if has_own_form else 5]
        way = self.chance.choice(ways)
        v, i, t, r = (f"{self.prefix}{tag}" for tag in ("v", "is", "t", "r"))
        if way == "s":
            self.shared.append(text)
            return "s", f"<{v}>{len(self.shared) - 1}</{v}>"
        if way == "str":
            return "str", f"<{v}>{escape(text)}</{v}>"
        if way == "rich":
            half = len(text) // 2
            runs = (text[:half], text[half:])
            inner = "".join(f'<{r}><{t} xml:space="preserve">{escape(x)}</{t}></{r}>' for x in runs)
            return "inlineStr", f"<{i}>{inner}</{i}>"
        inner = f"<![CDATA[{text}]]>" if way == "data" else escape(text)
        return "inlineStr", f"<{i}><{t}>{inner}</{t}></{i}>"


def _parts(notation: _Notation, rows: str, codes: Sequence[str]) -> dict[str, str | bytes]:
    p, named, folder = notation.prefix, notation.named(), notation.folder

    def link(at: int, kind: str, target: str) -> str:
        return f'<Relationship Id="k{at}" Type="{notation.office}/{kind}" Target="{target}"/>'

    def links(*those: str) -> str:
        return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(those)}</Relationships>'

    formats = "".join(
        f'<{p}numFmt numFmtId="{200 + at}" formatCode={quoteattr(code)}/>'
        for at, code in enumerate(codes)
    )
    used = "".join(f'<{p}xf numFmtId="{200 + at}" xfId="0"/>' for at in range(len(codes)))
    strings = "".join(f"<{p}si><{p}t>{escape(one)}</{p}t></{p}si>" for one in notation.shared)
    types = (
        ("workbook.xml", "sheet.main"),
        ("tables/one.xml", "worksheet"),
        ("looks.xml", "styles"),
        ("words.xml", "sharedStrings"),
    )
    overrides = "".join(
        f'<Override PartName="/{folder}/{name}" ContentType="{_BOOK_TYPE}.{kind}+xml"/>'
        for name, kind in types
    )
    # No rows are as these say.
    odd = notation.chance.choice(("", f'<{p}dimension ref="1:2"/>', f'<{p}dimension ref="A1:C"/>'))
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": links(link(1, "officeDocument", f"{folder}/workbook.xml")),
        f"{folder}/workbook.xml": f'<{p}workbook {named} xmlns:q="{notation.office}"><{p}sheets>'
        f'<{p}sheet name="名单" sheetId="1" q:id="k1"/></{p}sheets></{p}workbook>',
        f"{folder}/_rels/workbook.xml.rels": links(
            link(1, "worksheet", f"/{folder}/tables/one.xml"),
            link(2, "styles", "looks.xml"),
            link(3, "sharedStrings", "tables/../words.xml"),
        ),
        f"{folder}/tables/one.xml": f"<{p}worksheet {named}>{odd}<{p}sheetData>{rows}"
        f"</{p}sheetData></{p}worksheet>",
        f"{folder}/looks.xml": f"<{p}styleSheet {named}><{p}numFmts>{formats}</{p}numFmts>"
        f'<{p}fonts count="1"><{p}font/></{p}fonts><{p}fills count="1"><{p}fill/></{p}fills>'
        f'<{p}borders count="1"><{p}border/></{p}borders>'
        f'<{p}cellStyleXfs><{p}xf numFmtId="0"/></{p}cellStyleXfs>'
        f'<{p}cellXfs><{p}xf numFmtId="0"/>{used}</{p}cellXfs></{p}styleSheet>',
        f"{folder}/words.xml": f"<{p}sst {named}>{strings}</{p}sst>",
    }
