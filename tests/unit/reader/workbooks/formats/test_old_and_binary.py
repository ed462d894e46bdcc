"""What is odd in xls, xlsb and ods, as read() sees it."""

import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlwt
import xlwt.CompoundDoc

from pipeline.core.errors import SourceDamaged
from pipeline.core.model import Rejection
from pipeline.core.values import FieldRules, Shape
from pipeline.reader.inspection import inspect
from tests.support.odd_files import xlsb_of, zip_of
from tests.support.spreadsheets import PLAIN, options_for, seen

HEADER = ("手机号", "姓名")
SECOND = "13800138001"
CODE_PAGE = struct.pack("<HHH", 0x42, 2, 1200)


def xls(folder: Path, *rows: tuple[object, object], code: str = "General") -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for line, row in enumerate((HEADER, *rows)):
        for column, value in enumerate(row):
            style = xlwt.easyxf(num_format_str=code if column and line else "General")
            sheet.write(line, column, value, style)
    path = folder / "source.xls"
    book.save(str(path))
    return path


def changed(path: Path, old: bytes, new: bytes) -> Path:
    content = path.read_bytes()
    assert content.count(old) >= 1
    path.write_bytes(content.replace(old, new))
    return path


@pytest.mark.parametrize("page", [367, 437, 936, 1252, 10000, 10008, 65001])
def test_the_texts_of_an_xls_are_unicode_whatever_its_code_page_says(
    tmp_path: Path, page: int
) -> None:
    path = xls(tmp_path, (PLAIN, "王芳"), (SECOND, "Anna"))
    changed(path, CODE_PAGE, struct.pack("<HHH", 0x42, 2, page))
    assert [row[2:] for row in seen(options_for(path)).sent] == [(PLAIN, "王芳"), (SECOND, "Anna")]


@pytest.mark.parametrize("name", ["WORKBOOK", "workbook", "WorkBook"])
def test_the_stream_of_an_xls_may_be_named_in_any_case(tmp_path: Path, name: str) -> None:
    path = xls(tmp_path, (PLAIN, 0.125), code="0.00%")
    changed(path, "Workbook".encode("utf-16-le"), name.encode("utf-16-le"))
    assert [row[3] for row in seen(options_for(path)).sent] == ["12.50%"]


def excel_95(folder: Path, page: int | None, name: bytes) -> Path:
    """Write a workbook as Excel 95 did: its texts are bytes of a code page."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def book(begin: int) -> bytes:
        said = b"" if page is None else record(0x42, struct.pack("<H", page))
        sheet = record(0x85, struct.pack("<IBBB", begin, 0, 0, 1) + b"S")
        first = record(0x809, struct.pack("<HHHH", 0x500, 5, 0xDBB, 0x7CC))
        return first + said + record(0xE0, b"\0" * 16) * 16 + sheet + record(0x0A)

    cells = b""
    for line, row in enumerate(((b"phone", b"name"), (PLAIN.encode(), name))):
        for column, text in enumerate(row):
            place = struct.pack("<HHHH", line, column, 0, len(text))
            cells += record(0x204, place + text)
    sheet = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0xDBB, 0x7CC)) + cells + record(0x0A)
    path = folder / "source.xls"
    content = book(len(book(0))) + sheet
    xlwt.CompoundDoc.XlsDoc().save(str(path), content.ljust(4096, b"\0"))
    return path


@pytest.mark.parametrize(("page", "encoding"), [(936, "gbk"), (950, "big5"), (10008, "gbk")])
def test_the_texts_of_excel_95_are_in_the_code_page_that_it_says(
    tmp_path: Path, page: int, encoding: str
) -> None:
    path = excel_95(tmp_path, page, "王芳".encode(encoding))
    asked = replace(options_for(path, ("name",)), phone="phone")
    assert [row[3] for row in seen(asked).sent] == ["王芳"]


@pytest.mark.parametrize(
    ("page", "name", "encoding", "reads"),
    [
        (1252, "手机号与会员姓名", "gbk", "GB18030"),
        (936, "佐藤太郎さんの電話番号", "cp932", "Shift-JIS"),
        (936, "김민준 이서연 박지호 회원", "cp949", "EUC-KR"),
    ],
)
def test_texts_of_excel_95_that_read_as_those_of_another_page_are_refused(
    tmp_path: Path, page: int, name: str, encoding: str, reads: str
) -> None:
    path = excel_95(tmp_path, page, name.encode(encoding))
    asked = replace(options_for(path, ("name",)), phone="phone")
    with pytest.raises(SourceDamaged, match=f"in {reads} it reads as {name}: mend"):
        seen(asked)


@pytest.mark.parametrize("page", [None, 12345])
def test_a_code_page_that_nobody_knows_matters_only_where_it_is_needed(
    tmp_path: Path, page: int | None
) -> None:
    asked = replace(options_for(excel_95(tmp_path, page, b"Anna"), ("name",)), phone="phone")
    assert [row[3] for row in seen(asked).sent] == ["Anna"]
    excel_95(tmp_path, page, "王芳".encode("gbk"))
    with pytest.raises(SourceDamaged, match="does not say in which code page"):
        seen(asked)


def test_an_xls_with_a_password_says_so(tmp_path: Path) -> None:
    path = xls(tmp_path, (PLAIN, "a"))
    changed(path, CODE_PAGE, struct.pack("<HHH", 0x2F, 2, 1))
    with pytest.raises(SourceDamaged, match="protected by a password: save it without one"):
        seen(options_for(path))


def test_an_xls_of_which_a_cell_was_passed_over_is_refused(tmp_path: Path) -> None:
    path = xls(tmp_path, (PLAIN, 1 / 3), (SECOND, 2 / 3))
    # Both numbers in one place: one of them would vanish.
    place = struct.pack("<HHHHH", 0x203, 14, 2, 1, 0)[:8]
    moved = struct.pack("<HHHHH", 0x203, 14, 1, 1, 0)[:8]
    with pytest.raises(SourceDamaged, match="of 6 cells 5 were understood"):
        seen(options_for(changed(path, place, moved)))


def test_rows_of_an_xlsb_that_end_in_errors_alone_are_told(tmp_path: Path) -> None:
    error = bytes([0x2A])
    people: list[tuple[float, float]] = [(float(PLAIN), 1.0), (float(SECOND), 2.0)]
    path = xlsb_of(tmp_path, [HEADER, people[0], (error, error), people[1], (error, error)])
    found = seen(options_for(path))
    assert found.phones == [PLAIN, SECOND]
    assert [row.line for row in found.rejected] == [3, 5]


def test_a_style_that_an_xlsb_does_not_know_rejects_its_row(tmp_path: Path) -> None:
    path = xlsb_of(tmp_path, [HEADER, (float(PLAIN), (0.125, 7))], ("0%",))
    (row,) = seen(options_for(path)).rejected
    assert (row.reason, row.detail) == (Rejection.CELL_NOT_KNOWN, "B2: style 7")


def test_an_xlsb_that_is_cut_off_within_a_record_is_refused(tmp_path: Path) -> None:
    path = xlsb_of(tmp_path, [HEADER, (float(PLAIN), "a")])
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.bin"]
    assert isinstance(sheet, bytes)
    parts["xl/worksheets/sheet1.bin"] = sheet[:-30]
    with pytest.raises(SourceDamaged, match="damaged"):
        seen(options_for(zip_of(parts, tmp_path, "source.xlsb")))


_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        *(("office", "office"), ("table", "table"), ("text", "text"), ("style", "style")),
        *(("number", "datastyle"), ("dc", "drawing")),
    )
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
STYLES = """
<number:percentage-style style:name="N1"/><number:number-style style:name="N2"/>
<number:number-style style:name="N3"><number:text>约</number:text></number:number-style>
<number:time-style style:name="N4" number:truncate-on-overflow="false"/>
<number:time-style style:name="N5"/>
<style:style style:name="ce2" style:data-style-name="N2"/>
<style:style style:name="ce3" style:data-style-name="N3"/>
<style:style style:name="ce4" style:data-style-name="N4"/>
<style:style style:name="ce5" style:data-style-name="N5"/>
<style:style style:name="hid"><style:table-properties table:display="false"/></style:style>"""


def words(text: str) -> str:
    return (
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )


def ods(folder: Path, cell: str, more: str = "", manifest: str = "") -> Path:
    rows = f"<table:table-row>{''.join(map(words, HEADER))}</table:table-row>"
    rows += f"<table:table-row>{words(PLAIN)}{cell}</table:table-row>{more}"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} {CALC}>'
        f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:body>"
        f"<office:spreadsheet><table:tracked-changes><table:table-cell><text:p>gone</text:p>"
        f'</table:table-cell></table:tracked-changes><table:table table:name="S">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    parts: dict[str, str | bytes] = {"content.xml": content}
    if manifest:
        parts["META-INF/manifest.xml"] = manifest
    return zip_of(parts, folder, "source.ods")


def of_value(kind: str, value: str, text: str | None, style: str = "") -> str:
    named = f' table:style-name="{style}"' if style else ""
    shown = "" if text is None else f"<text:p>{text}</text:p>"
    held = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}
    return (
        f'<table:table-cell{named} office:value-type="{kind}" '
        f'office:{held.get(kind, "value")}="{value}">{shown}</table:table-cell>'
    )


SPACED = "<text:s/>¥1,234.50<text:s/>"
CELLS = (
    (of_value("float", "1234.5", SPACED), "¥1,234.50"),
    (of_value("currency", "1234.5", "<text:s text:c='3'/>¥<text:tab/>1,234.50"), "¥\t1,234.50"),
    (of_value("float", "1234.5", "1,234.50"), "1234.5"),
    (of_value("float", "1234.5", "1.234,50"), "1234.5"),
    (of_value("float", "-3", "(3.00)"), "-3"),
    (of_value("float", "12345", "1.23E+04"), "12345"),
    (of_value("float", "0.5", "1/2"), "0.5"),
    (of_value("float", "0", "免费"), "免费"),
    (of_value("float", "12345", "1.2万"), "1.2万"),
    (of_value("float", "5", None), "5"),
    (of_value("float", "5", None, "ce2"), "5"),
    (of_value("percentage", "0.125", "12.50%"), "12.50%"),
    (of_value("date", "2026-11-30", "星期一"), "2026-11-30"),
    (of_value("date", "2026-11-30T00:00:00.000Z", "11/30/26"), "2026-11-30"),
    (of_value("date", "2026-11-30T08:05:00", "2026-11-30 08:05"), "2026-11-30 08:05:00"),
    (of_value("time", "PT30H00M01S", "30:00:01", "ce4"), "30:00:01"),
    (of_value("time", "PT08H05M00S", "08:05", "ce5"), "08:05:00"),
    (of_value("boolean", "true", "WAHR"), "TRUE"),
    (words("张 三<text:line-break/>x<text:span>y</text:span>"), "张 三\nxy"),
    (words("  张\n   三  "), "张 三"),
    (
        words("a</text:p><text:p>b").replace(
            "<text:p>a", "<office:annotation><text:p>note</text:p></office:annotation><text:p>a"
        ),
        "a\nb",
    ),
)


@pytest.mark.parametrize(("cell", "text"), CELLS)
def test_a_cell_of_an_ods_is_read_as_it_is_shown(tmp_path: Path, cell: str, text: str) -> None:
    assert [row[3] for row in seen(options_for(ods(tmp_path, cell))).sent] == [text]


@pytest.mark.parametrize(
    "cell",
    [
        of_value("percentage", "0.125", None),
        of_value("currency", "5", None),
        of_value("float", "5", None, "ce3"),
        of_value("float", "x", "5"),
        of_value("float", "5", "###"),
        of_value("float", "1e15", "1E+15"),
        of_value("date", "soon", "2026-11-30"),
        of_value("time", "5", "5"),
        of_value("boolean", "2", "2"),
        of_value("void", "2", "2"),
    ],
)
def test_a_cell_of_an_ods_that_does_not_say_what_it_shows_rejects_its_row(
    tmp_path: Path, cell: str
) -> None:
    asked = replace(options_for(ods(tmp_path, cell)), rules=(FieldRules(Shape(default="0")),))
    (row,) = seen(asked).rejected
    assert row.reason is Rejection.CELL_NOT_KNOWN
    assert row.detail.startswith("B2: ")


def test_an_error_of_an_ods_rejects_its_row_whatever_the_default(tmp_path: Path) -> None:
    cell = words("Err:9999").replace(
        "<table:table-cell", '<table:table-cell calcext:value-type="error"'
    )
    asked = replace(options_for(ods(tmp_path, cell)), rules=(FieldRules(Shape(default="0")),))
    assert seen(asked).reasons == [(2, Rejection.VALUE_MISSING)]


def test_repeated_and_covered_cells_of_an_ods_keep_the_places_of_those_behind_them(
    tmp_path: Path,
) -> None:
    more = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        "<table:table-row-group><table:table-row>"
        f"{words(SECOND)}<table:covered-table-cell/></table:table-row></table:table-row-group>"
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="1024"/></table:table-row>'
    )
    asked = options_for(ods(tmp_path, words("a"), more))
    found = seen(replace(asked, rules=(FieldRules(Shape(default="0")),)))
    assert found.sent == [(0, 2, PLAIN, "a"), (1, 6, SECOND, "0")]


def test_a_hidden_sheet_of_an_ods_is_told_as_such(tmp_path: Path) -> None:
    hidden = '</table:table><table:table table:name="H" table:style-name="hid">'
    row = f"<table:table-row>{words('x')}</table:table-row>"
    path = ods(tmp_path, words("a"), hidden + row)
    assert [(look.name, look.hidden) for look in inspect(path).sheets] == [
        ("S", False),
        ("H", True),
    ]


def test_an_ods_with_a_password_says_so(tmp_path: Path) -> None:
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>'
    )
    with pytest.raises(SourceDamaged, match="protected by a password: save it without one"):
        seen(options_for(ods(tmp_path, words("a"), manifest=manifest)))
