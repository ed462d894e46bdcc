"""Build the files that real writers would not: byte by byte."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def zip_of(
    members: Mapping[str, str | bytes],
    folder: Path,
    name: str = "source.zip",
    *,
    stored: bool = False,
) -> Path:
    """Write a zip file with these members."""
    path = folder / name
    path.write_bytes(zipped(members, stored=stored))
    return path


def zipped(members: Mapping[str, str | bytes], *, stored: bool = False) -> bytes:
    """Zip these members."""
    made = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def sheet_xml(rows: str, before: str = "") -> str:
    """Write a worksheet's XML around its rows."""
    return f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def styles_xml(*codes: str | int) -> str:
    """Write styles: number 1 has the first of the formats, a code or the number of one."""
    own = {170 + at: code for at, code in enumerate(codes) if isinstance(code, str)}
    ids = [code if isinstance(code, int) else 170 + at for at, code in enumerate(codes)]
    formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        for number, code in own.items()
    )
    used = "".join(f'<xf numFmtId="{number}"/>' for number in (0, *ids))
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts>{formats}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs>{used}</cellXfs></styleSheet>'
    )


def styled_parts(rows: str, *codes: str | int) -> dict[str, str | bytes]:
    """Name the parts of a workbook with one sheet of these rows, and with styles."""
    parts = xlsx_parts(sheet_xml(rows))
    links = str(parts["xl/_rels/workbook.xml.rels"])
    styles = f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = links.replace(
        "</Relationships>", f"{styles}</Relationships>"
    )
    return {**parts, "xl/styles.xml": styles_xml(*codes)}


def text_cell(place: str, text: str) -> str:
    """Write a cell that holds its text itself."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx_parts(sheet: str | bytes, **more: str | bytes) -> dict[str, str | bytes]:
    """Name the parts of a workbook with one sheet, given its XML."""
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'{_RELATIONS}<Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_RELATIONS}<Relationship Id="r1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        **more,
    }


def xlsx_of(folder: Path, sheet: str | bytes) -> Path:
    """Write a workbook with one sheet, given its XML."""
    return zip_of(xlsx_parts(sheet), folder, "source.xlsx")


XlsbCell = str | float | tuple[float, int] | bytes
"""A text, a number, a number with its style, or the one byte that is an error's number."""


def xlsb_of(folder: Path, rows: Sequence[Sequence[XlsbCell]], formats: Sequence[str] = ()) -> Path:
    """Write a binary workbook with one sheet. Style 1 is the first of the formats."""
    cells = b"".join(
        _record(0, struct.pack("<IIHHBI", line, 0, 300, 0, 0, 0))
        + b"".join(_cell(column, value) for column, value in enumerate(row))
        for line, row in enumerate(rows)
    )
    extent = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = _record(129) + _record(148, extent) + _record(145) + cells + _record(146) + _record(130)
    bundle = struct.pack("<II", 0, 1) + _wide("r1") + _wide("S")
    book = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    parts = xlsx_parts("")
    del parts["xl/worksheets/sheet1.xml"], parts["xl/workbook.xml"]
    relations = str(parts.pop("xl/_rels/workbook.xml.rels")).replace("sheet1.xml", "sheet1.bin")
    styles = f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.bin"/>'
    relations = relations.replace("</Relationships>", f"{styles}</Relationships>")
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("workbook.xml", "workbook.bin")
    parts |= {
        "xl/_rels/workbook.bin.rels": relations,
        "xl/workbook.bin": book,
        "xl/worksheets/sheet1.bin": sheet,
        "xl/styles.bin": _styles(formats),
    }
    return zip_of(parts, folder, "source.xlsb")


def _styles(formats: Sequence[str]) -> bytes:
    codes = (
        _record(44, struct.pack("<H", 164 + at) + _wide(code)) for at, code in enumerate(formats)
    )
    used = (0, *range(164, 164 + len(formats)))
    styles = (_record(47, struct.pack("<HHHHHI", 0, number, 0, 0, 0, 0)) for number in used)
    return (
        _record(278)
        + _record(615, struct.pack("<I", len(formats)))
        + b"".join(codes)
        + _record(616)
        + _record(617, struct.pack("<I", len(used)))
        + b"".join(styles)
        + _record(618)
        + _record(279)
    )


def _cell(column: int, value: XlsbCell) -> bytes:
    match value:
        case str():
            return _record(6, struct.pack("<II", column, 0) + _wide(value))
        case bytes():
            return _record(3, struct.pack("<II", column, 0) + value)
        case (number, style):
            return _record(5, struct.pack("<IId", column, style, number))
        case _:
            return _record(5, struct.pack("<IId", column, 0, value))


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while length > 0x7F:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + size + bytes([length]) + content
