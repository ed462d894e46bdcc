"""The same workbook in every notation that its format allows, as read() sees it."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import SourceDamaged
from pipeline.core.model import Rejection
from pipeline.core.values import FieldRules, Shape
from tests.support.odd_files import styled_parts, text_cell, zip_of
from tests.support.spreadsheets import PLAIN, Seen, options_for, seen

Parts = dict[str, str | bytes]
Change = Callable[[Parts], Parts]

HEADER = f'<row r="1">{text_cell("A1", "手机号")}{text_cell("B1", "姓名")}</row>'
PEOPLE = [PLAIN, "13800138001", "13800138002"]
CELLS = (
    '<c r="B2" s="1"><v>0.125</v></c>',
    '<c r="B3" s="2"><v>46356</v></c>',
    '<c r="B4" t="e"><v>#N/A</v></c>',
)
SHOWN = ["12.50%", "2026-11-30"]
SHEET = "xl/worksheets/sheet1.xml"
LINKS = "xl/_rels/workbook.xml.rels"
OTHER = '<row r="1"><c r="A1" t="e"><v>#SPILL!</v></c></row>'


def parts() -> Parts:
    lines = "".join(
        f'<row r="{line}"><c r="A{line}"><v>{phone}</v></c>{cell}</row>'
        for line, (phone, cell) in enumerate(zip(PEOPLE, CELLS, strict=True), 2)
    )
    return styled_parts(HEADER + lines, "0.00%", 14)


def in_sheet(change: Callable[[str], str]) -> Change:
    return lambda parts: {**parts, SHEET: change(str(parts[SHEET]))}


def everywhere(change: Callable[[str], str]) -> Change:
    return lambda parts: {name: change(str(text)) for name, text in parts.items()}


def named(change: Callable[[str], str]) -> Change:
    return lambda parts: {change(name): text for name, text in parts.items()}


def prefixed(text: str) -> str:
    """Give each element of a sheet a prefix."""
    text = re.sub(r"<(/?)(?=[a-z])", r"<\1x:", text)
    return text.replace(" xmlns=", " xmlns:x=")


def moved(old: str, new: str, target: str) -> Change:
    """Give a part another name, and the link to it another target."""

    def change(parts: Parts) -> Parts:
        part = old.rpartition("/")[2]
        links = re.sub(f'Target="[^"]*{part}"', lambda _: f'Target="{target}"', str(parts[LINKS]))
        named = {new if name == old else name: text for name, text in parts.items()}
        return {**named, LINKS: links}

    return change


def strict(text: str) -> str:
    return text.replace(
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    ).replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    )


def dimension(ref: str) -> Change:
    return in_sheet(lambda xml: xml.replace("<sheetData>", f'<dimension ref="{ref}"/><sheetData>'))


def text_of(parts: Parts, name: str) -> str:
    return str(parts[name])


STYLES = "xl/styles.xml"
NOTATIONS: dict[str, Change] = {
    "as most write it": lambda parts: parts,
    "cells without a place": in_sheet(lambda xml: re.sub(r"(<c) r=\"[A-Z]+[0-9]+\"", r"\1", xml)),
    "rows without a number": in_sheet(lambda xml: re.sub(r"<row r=\"[0-9]+\"", "<row", xml)),
    "nothing with a place": in_sheet(lambda xml: re.sub(r" r=\"[A-Z]*[0-9]+\"", "", xml)),
    "pretty": in_sheet(lambda xml: xml.replace("><", ">\n   <")),
    "prefixed": in_sheet(prefixed),
    "single quotes": in_sheet(lambda xml: xml.replace('"', "'")),
    "blanks in tags": in_sheet(lambda xml: xml.replace('">', '"  >').replace(' r="', '\n  r="')),
    "other order of attributes": in_sheet(
        lambda xml: re.sub(r'<c (r="[^"]*") ([st]="[^"]*")', r"<c \2 \1", xml)
    ),
    "comments": in_sheet(lambda xml: xml.replace("<v>", "<!-- </row><v>9</v> --><v>")),
    "character data": in_sheet(
        lambda xml: re.sub(r"<v>([^<]*)</v>", r"<v><![CDATA[\1]]></v>", xml)
    ),
    "references": in_sheet(lambda xml: xml.replace("0.125", "0&#46;12&#x35;")),
    "formulas": in_sheet(lambda xml: xml.replace("<v>", "<f>IF(1&gt;0,1)</f><v>")),
    "not in Unicode's eight bits": lambda parts: {
        **parts,
        SHEET: f'<?xml version="1.0" encoding="UTF-16"?>{text_of(parts, SHEET)}'.encode("utf-16"),
    },
    "a byte order mark": lambda parts: {
        **parts,
        SHEET: b"\xef\xbb\xbf" + str(parts[SHEET]).encode(),
    },
    "strict": everywhere(strict),
    "backslashes": named(lambda name: name.replace("/", "\\")),
    "capitals": named(str.upper),
    "styles elsewhere": moved(STYLES, "xl/styles2.xml", "styles2.xml"),
    "styles in a folder": moved(STYLES, "xl/a b/styles.xml", "./x/../a%20b/styles.xml"),
    "styles from the root": moved(STYLES, "looks/s.xml", "/looks/s.xml"),
    "styles by a backslash": moved(STYLES, "xl/looks/s.xml", "looks\\s.xml"),
    "sheet from the root, unsaid": moved(SHEET, SHEET, "xl/worksheets/sheet1.xml"),
    "a book elsewhere": lambda parts: {
        name.replace("xl/", "other/"): str(text).replace("xl/workbook", "other/workbook")
        for name, text in parts.items()
    },
    **{
        f"dimension {ref}": dimension(ref)
        for ref in ("1:2", "A1:C", "$A$1:$C$4", "", "A1", "XFD1048576")
    },
    "UTF-16 in a query": lambda parts: {
        **parts,
        "customXml/item1.xml": '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"),
    },
    "an add-in's property": lambda parts: {
        **parts,
        "xl/customProperty1.bin": '<w id="1"/>'.encode("utf-16-le"),
    },
    "a picture with a DOCTYPE": lambda parts: {
        **parts,
        "xl/media/a.svg": "<!DOCTYPE svg []><svg/>",
    },
}


def written(folder: Path, change: Change) -> Path:
    return zip_of(change(parts()), folder, "source.xlsx")


@pytest.mark.parametrize("change", NOTATIONS.values(), ids=list(NOTATIONS))
def test_values_formats_and_errors_are_the_same_in_every_notation(
    tmp_path: Path, change: Change
) -> None:
    with_default = FieldRules(Shape(default="0"))
    found = seen(replace(options_for(written(tmp_path, change)), rules=(with_default,)))
    assert [row[1:] for row in found.sent] == [
        (2, PEOPLE[0], SHOWN[0]),
        (3, PEOPLE[1], SHOWN[1]),
    ]
    assert found.reasons == [(4, Rejection.VALUE_MISSING)]


def with_sheet(kind: str, part: str) -> Change:
    """Add another sheet, by a link of that type."""

    def change(parts: Parts) -> Parts:
        link = (
            f'<Relationship Id="r9" Type="{kind}" Target="worksheets/other.xml"/></Relationships>'
        )
        book = str(parts["xl/workbook.xml"])
        sheet = '<sheet name="其他" sheetId="2" r:id="r9"/></sheets>'
        return {
            **parts,
            LINKS: str(parts[LINKS]).replace("</Relationships>", link),
            "xl/workbook.xml": book.replace("</sheets>", sheet),
            "xl/worksheets/other.xml": part,
        }

    return change


WORKSHEET = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
MACROS = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"


@pytest.mark.parametrize("error", ["#SPILL!", "#CALC!", "#GETTING_DATA", "#NEVER_HEARD_OF!"])
def test_an_error_in_another_sheet_or_column_is_nothing_to_this_one(
    tmp_path: Path, error: str
) -> None:
    other = str(parts()[SHEET]).replace("#N/A", error).replace("手机号", "电话")
    found = seen(options_for(written(tmp_path, with_sheet(WORKSHEET, other))))
    assert len(found.sent) == 2
    cell = f'<c r="C2" t="e"><v>{error}</v></c></row><row r="3">'
    beside = in_sheet(
        lambda xml: xml.replace("</row>", f"{text_cell('C1', '备注')}</row>", 1).replace(
            '</row><row r="3">', cell
        )
    )
    assert len(seen(options_for(written(tmp_path, beside))).sent) == 2


@pytest.mark.parametrize("error", ["#SPILL!", "#NEVER_HEARD_OF!", ""])
def test_an_error_that_nobody_knows_rejects_its_row_whatever_the_default(
    tmp_path: Path, error: str
) -> None:
    path = written(tmp_path, in_sheet(lambda xml: xml.replace("#N/A", error)))
    found = seen(replace(options_for(path), rules=(FieldRules(Shape(default="0")),)))
    assert found.reasons == [(4, Rejection.VALUE_MISSING)]
    assert found.rejected[0].cells[1] == (error or "#UNKNOWN!")


def test_a_macro_sheet_beside_the_list_is_passed_over(tmp_path: Path) -> None:
    sheet = '<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"/>'
    assert len(seen(options_for(written(tmp_path, with_sheet(MACROS, sheet)))).sent) == 2


def doubted(folder: Path, cell: str, *codes: str | int) -> Seen:
    """Read a list of one row whose second cell is this one; a default stands ready."""
    row = f'<row r="2"><c r="A2"><v>{PLAIN}</v></c>{cell}</row>'
    path = zip_of(styled_parts(HEADER + row, *codes), folder, "source.xlsx")
    return seen(replace(options_for(path), rules=(FieldRules(Shape(default="0")),)))


@pytest.mark.parametrize(
    ("cell", "detail"),
    [
        ('<c r="B2" s="9"><v>0.125</v></c>', "B2: style 9"),
        ('<c r="B2" s="x"><v>5</v></c>', "B2: style x"),
        ('<c r="B2" s="1"><v>5</v></c>', "B2: [DBNum2]General"),
        ('<c r="B2" s="2"><v>5</v></c>', "B2: style 2"),
        ('<c r="B2" t="s"><v>7</v></c>', "B2: text 7"),
        ('<c r="B2" t="zz"><v>7</v></c>', "B2: type zz"),
        ('<c r="B2" t="b"><v>7</v></c>', "B2: truth value 7"),
        ('<c r="B2" t="d"><v>soon</v></c>', "B2: date soon"),
        ('<c r="B2"><v>1_0</v></c>', "B2: number 1_0"),
        ('<c r="B2"><v>nan</v></c>', "B2: number nan"),
        ('<c r="B2"><v>6222021234567890</v></c>', "B2: 6222021234567890"),
        ('<c r="B2"><v>3.51030001351351E17</v></c>', "B2: 351030001351351000"),
    ],
)
def test_a_cell_of_which_it_is_not_known_what_it_shows_rejects_its_row_by_name(
    tmp_path: Path, cell: str, detail: str
) -> None:
    found = doubted(tmp_path, cell, "[DBNum2]General", 44)
    assert [(row.reason, row.column, row.detail) for row in found.rejected] == [
        (Rejection.CELL_NOT_KNOWN, "姓名", detail)
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="B2" s="1" t="d"><v>2026-11-30T00:00:00.000Z</v></c>', "2026-11-30"),
        ('<c r="B2" t="d"><v>2026-11-30T08:05:59.6+08:00</v></c>', "2026-11-30 08:06:00"),
        ('<c r="B2" t="d"><v>2026-11-30</v></c>', "2026-11-30"),
        ('<c r="B2" t="d"><v>08:05:00</v></c>', "08:05:00"),
        ('<c r="B2" t="inlineStr"><is><r><t>王</t></r><r><rPr/><t>芳</t></r></is></c>', "王芳"),
        (
            '<c r="B2" t="inlineStr"><is><t>王芳</t><rPh sb="0" eb="1"><t>wang</t></rPh></is></c>',
            "王芳",
        ),
        ('<c r="B2" t="str"><f>A1</f><v>王_x005F_芳</v></c>', "王_芳"),
        ('<c r="B2" t="str"><v>_xD83D__xDE00_</v></c>', "😀"),
        ('<c r="B2"><v> 12 </v></c>', "12"),
        ('<c r="B2"><v>1.2E1</v></c>', "12"),
        ('<c r="B2"><v>007</v></c>', "7"),
        ('<c r="B2" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="B2"><v>5</v><extLst><ext><v>9</v></ext></extLst></c>', "5"),
        ('<c r="B2" t="n"/>', "0"),
        ('<c r="B2"><f>1+1</f></c>', "0"),
    ],
)
def test_a_cell_of_any_type_is_read_as_it_is_shown(tmp_path: Path, cell: str, text: str) -> None:
    assert [row[3] for row in doubted(tmp_path, cell, 14).sent] == [text]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (in_sheet(lambda xml: xml.replace('r="B3"', 'r="A3"')), "cell A3 is there twice"),
        (in_sheet(lambda xml: xml.replace('r="B3"', 'r="B9"')), "cell B9 stands in row 3"),
        (in_sheet(lambda xml: xml.replace('r="B3"', 'r="?"')), r"a cell is named \?"),
        (in_sheet(lambda xml: xml.replace('<row r="3">', '<row r="1">')), "row 1|row 3"),
        (in_sheet(lambda xml: xml.replace('<row r="3">', '<row r="x">')), "numbered x"),
        (in_sheet(lambda xml: xml.replace("worksheet", "chartsheet")), "no worksheet"),
        (moved(SHEET, "xl/gone.xml", "worksheets/sheet1.xml"), "sheet1.xml is not there"),
        (lambda parts: {**parts, "xl/Styles.xml": parts[STYLES]}, "xl/styles.xml is twice there"),
        (lambda parts: {**parts, LINKS: str(parts[LINKS]).replace('"r1"', '"r7"')}, "no part"),
        (
            lambda parts: {
                **parts,
                SHEET: f'<?xml version="1.0" encoding="gbk"?>{text_of(parts, SHEET)}'.encode("gbk"),
            },
            "not written in Unicode",
        ),
        (in_sheet(lambda xml: xml.replace("</sheetData>", "")), "mismatched tag"),
        (in_sheet(lambda xml: xml.replace("<v>", "<e>" * 300 + "<v>")), "nested more than 256"),
    ],
)
def test_what_is_contradictory_is_refused_in_a_sentence(
    tmp_path: Path, change: Change, sentence: str
) -> None:
    with pytest.raises(SourceDamaged, match=sentence):
        seen(options_for(written(tmp_path, change)))
