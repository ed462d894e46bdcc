"""Files made to harm, as read() sees them: one sentence, exit code 65, in bounded time."""

import gzip
import os
import resource
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Never

import pytest

from pipeline.core.errors import Exit, KoosendError, SourceDamaged
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.reading import read
from pipeline.reader.workbooks.protocol import First
from pipeline.reader.workbooks.sandbox import sandboxed
from tests.support.odd_files import (
    sheet_xml,
    styled_parts,
    text_cell,
    xlsx_of,
    xlsx_parts,
    zip_of,
    zipped,
)
from tests.support.spreadsheets import PLAIN, ods_file, options_for, seen, text_file, xlsx_file

GROWTH_KB_MAX = 60_000
SECONDS_MAX = 200.0
"""Far above what one takes, for a machine that is busy with other things."""

HEADER_ROW = f'<row r="1">{text_cell("A1", "手机号")}{text_cell("B1", "姓名")}</row>'
ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'


def far_cells(folder: Path) -> Path:
    return xlsx_of(
        folder, sheet_xml(HEADER_ROW + f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>')
    )


def far_row(folder: Path) -> Path:
    return xlsx_of(
        folder, sheet_xml(HEADER_ROW + f'<row r="1048576">{text_cell("GR1048576", "x")}</row>')
    )


def beyond_the_last_row(folder: Path) -> Path:
    return xlsx_of(
        folder, sheet_xml(HEADER_ROW + '<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>')
    )


def many_columns(folder: Path) -> Path:
    cells = "".join(f"<c><v>{at}</v></c>" for at in range(16_384))
    return xlsx_of(folder, sheet_xml(f'<row r="1">{cells}</row>'))


def million_columns(folder: Path) -> Path:
    return text_file(folder, "手机号,姓名" + ",x" * 1_000_000 + f"\n{PLAIN},a\n")


def long_cell(folder: Path) -> Path:
    path = folder / "source.csv"
    with path.open("wb") as file:
        file.write("手机号,姓名\n13800138000,".encode())
        file.seek(300_000_000, os.SEEK_CUR)
        file.write(b"x" * 5_000_000)
    return path


def long_quoted_cell(folder: Path) -> Path:
    return text_file(folder, '手机号,姓名\n13800138000,"' + "x" * 5_000_000)


def entity_bomb(folder: Path) -> Path:
    return xlsx_of(folder, sheet_xml('<row r="1"><c t="str"><v>&i;</v></c></row>', ENTITIES))


def outer_entity(folder: Path) -> Path:
    return xlsx_of(folder, sheet_xml('<row r="1"><c t="str"><v>&f;</v></c></row>', OUTSIDE))


def entity_behind_a_comment(folder: Path) -> Path:
    return xlsx_of(folder, sheet_xml("", "<!--" + "-x" * 900_000 + "-->" + OUTSIDE))


def wide_xml(folder: Path) -> Path:
    return xlsx_of(folder, sheet_xml(HEADER_ROW, OUTSIDE).encode("utf-16"))


def zip_bomb(folder: Path) -> Path:
    return xlsx_of(folder, sheet_xml("<!--" + " " * 100_000_000 + "-->"))


def lying_zip_bomb(folder: Path) -> Path:
    path = zip_bomb(folder)
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = content.rfind(mark)
        content[start + at : start + at + 4] = struct.pack("<I", 1_000)
    path.write_bytes(content)
    return path


def gzip_bomb(folder: Path) -> Path:
    return text_file(folder, gzip.compress(bytes(100_000_000), 9), "source.csv.gz")


def many_parts(folder: Path) -> Path:
    return zip_of({f"xl/{at}.xml": "" for at in range(50_000)}, folder, "source.xlsx")


def nested_archive(folder: Path) -> Path:
    inner = zipped({"b.csv": f"手机号,姓名\n{PLAIN},a\n"})
    return zip_of({"a.xlsx": inner}, folder)


def overlapping_parts(folder: Path) -> Path:
    path = zip_of(xlsx_parts(sheet_xml(HEADER_ROW)), folder, "source.xlsx")
    content = bytearray(path.read_bytes())
    second = content.find(b"PK\x01\x02", content.find(b"PK\x01\x02") + 4)
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(content)
    return path


def repeated_rows(folder: Path) -> Path:
    return ods_file(folder, (("x",), 1_000_000, 10_000))


def more_rows_than_are_read(folder: Path) -> Path:
    return ods_file(folder, (("手机号",), 1, 1), ((PLAIN,), 2_000_000, 1))


def locked_zip(folder: Path) -> Path:
    path = zip_of({"a.csv": f"手机号,姓名\n{PLAIN},a\n"}, folder)
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.find(mark) + at] |= 1
    path.write_bytes(content)
    return path


def large_file(folder: Path) -> Path:
    path = text_file(folder, b"PK\x03\x04", "source.xlsx")
    os.truncate(path, 101 << 20)
    return path


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "source.csv")
    return folder / "source.csv"


def loop(folder: Path) -> Path:
    (folder / "source.csv").symlink_to(folder / "other.csv")
    (folder / "other.csv").symlink_to(folder / "source.csv")
    return folder / "source.csv"


def entities_in(part: str) -> Callable[[Path], Path]:
    """Declare entities in another part that is read."""

    def build(folder: Path) -> Path:
        parts = styled_parts(HEADER_ROW, "0%")
        return zip_of({**parts, part: ENTITIES + str(parts[part])}, folder, "source.xlsx")

    build.__name__ = f"entities in {part}"
    return build


def entities_in_an_ods(folder: Path) -> Path:
    path = ods_file(folder, (("手机号", "姓名"), 1, 1))
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").replace(b"?>", b"?>" + ENTITIES.encode(), 1)
    return zip_of({"content.xml": content}, folder, "source.ods")


def nested_in(around: str) -> Callable[[Path], Path]:
    """Nest elements deeply within one."""

    def build(folder: Path) -> Path:
        deep = "<e>" * 100_000
        rows = HEADER_ROW if around == "worksheet" else f"<{around}>{deep}"
        before = "" if around != "worksheet" else f"<sheetPr>{deep}"
        xml = sheet_xml(rows).replace("<sheetData>", f"{before}<sheetData>")
        return xlsx_of(folder, xml)

    build.__name__ = f"nested in {around}"
    return build


def many_runs(folder: Path) -> Path:
    """Hold a text of many pieces, and the same element within itself over and over."""
    runs = "<r><t>a</t></r>" * 300_000
    cell = f'<c r="B2" t="inlineStr"><is>{runs}</is></c>'
    return xlsx_of(
        folder, sheet_xml(HEADER_ROW + f'<row r="2">{text_cell("A2", PLAIN)}{cell}</row></row>')
    )


HOSTILE: tuple[tuple[Callable[[Path], Path], str], ...] = (
    (far_cells, "columns"),
    (far_row, "GR1048576.* lies far"),
    (beyond_the_last_row, "rows in a sheet"),
    (more_rows_than_are_read, "more than 1048576 rows in a sheet: split it"),
    (many_columns, "200 columns"),
    (million_columns, "1000002 columns"),
    (long_cell, "line of more than"),
    (long_quoted_cell, "line of more than|more than"),
    (entity_bomb, "XML entities"),
    (outer_entity, "XML entities"),
    (entity_behind_a_comment, "XML entities"),
    (wide_xml, "XML entities"),
    *(
        (entities_in(part), "XML entities")
        for part in (
            *("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml"),
            "xl/_rels/workbook.xml.rels",
        )
    ),
    (entities_in_an_ods, "XML entities"),
    *((nested_in(around), "nested more than") for around in ("worksheet", "row", "c")),
    (many_runs, "mismatched tag"),
    (zip_bomb, "times its size"),
    (lying_zip_bomb, "times its size"),
    (gzip_bomb, "times its size"),
    (many_parts, "2000 parts"),
    (nested_archive, "archive within an archive"),
    (overlapping_parts, "overlap"),
    (repeated_rows, "200 columns"),
    (locked_zip, "password"),
    (large_file, "100 MB"),
    (pipe, "regular file"),
    (loop, "leads back to itself"),
)


@pytest.fixture(autouse=True, scope="module")
def warmed_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load what reading loads, so that only the files themselves count."""
    folder = tmp_path_factory.mktemp("harmless")
    rows = [("手机号", "姓名"), (PLAIN, "a")]
    for path in (text_file(folder, f"手机号,姓名\n{PLAIN},a\n"), xlsx_file(folder, {"S": rows})):
        assert len(seen(options_for(path)).sent) == 1


@pytest.mark.parametrize(
    ("build", "sentence"), HOSTILE, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_hostile_file_is_refused_in_one_sentence_with_time_and_memory_bounded(
    tmp_path: Path, build: Callable[[Path], Path], sentence: str
) -> None:
    path = build(tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with pytest.raises(SourceDamaged, match=sentence) as refused:
        seen(options_for(path))
    assert time.monotonic() - began < SECONDS_MAX
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KB_MAX
    assert refused.value.exit_code is Exit.SOURCE_DAMAGED
    assert len(str(refused.value)) < 250


def test_a_row_that_is_only_formatted_to_its_end_is_no_reason_to_refuse(tmp_path: Path) -> None:
    formats = "".join(f'<c r="{column}2" s="0"/>' for column in ("C", "GZ", "XFD"))
    rows = HEADER_ROW + f'<row r="2">{text_cell("A2", PLAIN)}{text_cell("B2", "a")}{formats}</row>'
    path = xlsx_of(tmp_path, sheet_xml(rows + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'))
    assert seen(options_for(path)).sent == [(0, 2, PLAIN, "a")]


def test_a_doctype_that_is_only_text_in_a_cell_is_no_reason_to_refuse(tmp_path: Path) -> None:
    cell = '<c r="B2" t="inlineStr"><is><t><![CDATA[<!DOCTYPE x>]]></t></is></c>'
    path = xlsx_of(
        tmp_path, sheet_xml(HEADER_ROW + f'<row r="2">{text_cell("A2", PLAIN)}{cell}</row>')
    )
    (sent,) = seen(options_for(path)).sent
    assert sent[:3] == (0, 2, PLAIN)


def test_a_child_that_is_out_of_memory_leaves_its_parent_alive(tmp_path: Path) -> None:
    rows = [
        ("手机号", "姓名"),
        *((13_800_000_000 + at, "名" * 40 + str(at)) for at in range(20_000)),
    ]
    path = xlsx_file(tmp_path, {"S": rows})
    with pytest.raises(SourceDamaged, match="MB of memory"):
        list(read(options_for(path), SandboxLimits(memory_bytes=40 << 20)))
    assert len(seen(options_for(path)).sent) == 20_000


def test_a_child_that_computes_too_long_is_ended(tmp_path: Path) -> None:
    rows = [("手机号", "姓名"), *((13_800_000_000 + at, "n") for at in range(20_000))]
    path = xlsx_file(tmp_path, {"S": rows})
    with pytest.raises(SourceDamaged, match="takes longer than 1 s to be read"):
        read_again_and_again(path, SandboxLimits(cpu_s=1))


def read_again_and_again(path: Path, limits: SandboxLimits) -> Never:
    """However quick the machine is, the child's second of computing comes to its end."""
    with path.open("rb") as file, sandboxed(file, path.name, limits) as sandbox:
        sandbox.receive()
        while True:
            sandbox.ask(First(sheet=0, rows=1_000))
            sandbox.receive()


def test_a_child_that_does_not_answer_in_time_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeper = tmp_path / "python"
    sleeper.write_text("#!/bin/sh\nexec sleep 600\n", encoding="utf-8")
    sleeper.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    path = xlsx_file(tmp_path, {"S": [("手机号", "姓名"), (PLAIN, "a")]})
    with pytest.raises(KoosendError, match="cannot be started"):
        list(read(options_for(path), SandboxLimits(wait_s=0.1)))


def test_a_reader_that_is_given_up_leaves_no_process_behind(tmp_path: Path) -> None:
    rows = [("手机号", "姓名"), *((13_800_000_000 + at, "n") for at in range(3_000))]
    blocks = read(options_for(xlsx_file(tmp_path, {"S": rows})))
    next(blocks)
    close = getattr(blocks, "close")  # noqa: B009 -- a generator, given as an iterator
    close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
