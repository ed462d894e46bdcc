"""Look into zip and gzip files without believing anything they say of themselves."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipeline.core.errors import SourceDamaged
from pipeline.language import Words, filled
from pipeline.reader.limits import ENTRIES_MAX, RATIO_FREE_BYTES, RATIO_MAX, UNZIPPED_BYTES_MAX

GZIP = b"\x1f\x8b"

_PIECE_BYTES = 1 << 20
_FED_BYTES = 1 << 14
_END = b"PK\x05\x06"
_END_TAIL_BYTES = 1 << 17
_END_64 = b"PK\x06\x06"
_END_RECORD = struct.Struct("<10xHI6x")
_END_RECORD_64 = struct.Struct("<32xQQ8x")
_LARGE_BYTES = _END_RECORD_64.size + 20
"""The record of a large archive, and after it the 20 bytes that say where it stands."""

_LOCAL = struct.Struct("<26xHH")
_DIRECTORY_BYTES_MAX = ENTRIES_MAX * 1_024
_SPREADSHEETS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
_WORKBOOK_PARTS = frozenset({"[content_types].xml", "content.xml", "xl/workbook.xml", "mimetype"})
"""In small letters: names of parts differ in more than that."""

_JUNK = ("__MACOSX/", "._")


@dataclass(slots=True)
class Zip:
    """A zip file in memory. Raises SourceDamaged, also where its entries overlap or are locked."""

    content: bytes
    where: str
    entries: tuple[zipfile.ZipInfo, ...] = field(init=False)
    _unzipped: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_long_directory(self.content, self.where)
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                self.entries = tuple(archive.infolist())
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            ValueError,
            OSError,
            struct.error,
        ) as error:
            raise unreadable(self.where, str(error)) from None
        self._refuse_strange_entries()

    @property
    def names(self) -> frozenset[str]:
        """Return the names of its entries."""
        return frozenset(entry.filename for entry in self.entries)

    def inflated(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """Unzip an entry in pieces, counting what really came out of this archive so far."""
        others = sum(size for at, size in self._unzipped.items() if at != entry.header_offset)
        own = 0
        start = self._start(entry)
        packed = memoryview(self.content)[start : start + entry.compress_size]
        if entry.compress_type == zipfile.ZIP_STORED:
            pieces = _sliced(packed)
        elif entry.compress_type == zipfile.ZIP_DEFLATED:
            pieces = _inflated(packed, -zlib.MAX_WBITS)
        else:
            raise unreadable(self.where, Words("packed in an unusual way"))
        try:
            for piece in pieces:
                own += len(piece)
                self._unzipped[entry.header_offset] = own
                refuse_bomb(others + own, len(self.content), self.where)
                yield piece
        except zlib.error:
            raise unreadable(self.where, Words("its content is damaged")) from None

    def _start(self, entry: zipfile.ZipInfo) -> int:
        at = entry.header_offset
        header = self.content[at : at + 30]
        if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
            raise unreadable(self.where, Words("an entry is not where it should be"))
        name_bytes, extra_bytes = _LOCAL.unpack(header)
        return int(at + _LOCAL.size + name_bytes + extra_bytes)

    def _refuse_strange_entries(self) -> None:
        if len(self.entries) > ENTRIES_MAX:
            raise _too_many(self.where)
        refuse_bomb(sum(entry.file_size for entry in self.entries), len(self.content), self.where)
        end = 0
        for entry in sorted(self.entries, key=lambda entry: entry.header_offset):
            if entry.flag_bits & 1:
                raise protected(self.where)
            if entry.header_offset < end:
                raise unreadable(self.where, Words("its entries overlap"))
            end = self._start(entry) + entry.compress_size


def packed_spreadsheet(archive: Zip) -> zipfile.ZipInfo | None:
    """Return the one spreadsheet of an archive, None where the zip is itself a workbook."""
    names = frozenset(name.replace("\\", "/").casefold() for name in archive.names)
    if names & _WORKBOOK_PARTS or any(name.startswith("xl/") for name in names):
        return None
    found = [entry for entry in archive.entries if _is_spreadsheet(entry)]
    if not found:
        raise unreadable(archive.where, Words("a zip file without a spreadsheet in it"))
    if len(found) > 1:
        raise SourceDamaged(
            filled(
                "{where} holds {found} spreadsheets: unzip it and name the one that is meant",
                where=archive.where,
                found=str(len(found)),
            ),
            "KS6503",
        )
    return found[0]


def gunzipped(content: bytes, where: str) -> Iterator[bytes]:
    """Unpack a gzip file in pieces."""
    unpacked = 0
    try:
        for piece in _inflated(memoryview(content), 16 + zlib.MAX_WBITS):
            unpacked += len(piece)
            refuse_bomb(unpacked, len(content), where)
            yield piece
    except (zlib.error, EOFError):
        raise SourceDamaged(
            filled("{where} is a gzip file that is damaged or cut off: copy it again", where=where),
            "KS6504",
        ) from None


def refuse_bomb(unzipped: int, zipped: int, where: str) -> None:
    """Refuse what unzips to far more than a spreadsheet does."""
    if unzipped > UNZIPPED_BYTES_MAX:
        raise SourceDamaged(
            filled(
                "{where} unzips to more than {most} GiB, which no list of recipients "
                "needs: split it, or save the table as CSV",
                where=where,
                most=str(UNZIPPED_BYTES_MAX >> 30),
            ),
            "KS6506",
        )
    if unzipped > max(RATIO_FREE_BYTES, RATIO_MAX * zipped):
        raise SourceDamaged(
            filled(
                "{where} unzips to more than {most} times its size, as no spreadsheet "
                "does: save the table again, as xlsx or CSV",
                where=where,
                most=str(RATIO_MAX),
            ),
            "KS6506",
        )


def _inflated(packed: memoryview, window: int) -> Iterator[bytes]:
    """Inflate, a gzip file's members one after the other. Raises zlib.error and EOFError."""
    at = 0
    while True:
        inflating = zlib.decompressobj(window)
        while not inflating.eof:
            fed = inflating.unconsumed_tail or packed[at : at + _FED_BYTES]
            if not fed:
                raise zlib.error(Words("cut off"))
            if not inflating.unconsumed_tail:
                at += len(fed)
            if piece := inflating.decompress(fed, _PIECE_BYTES):
                yield piece
        at -= len(inflating.unused_data)
        # Zeros after the last member are padding.
        if window < 0 or not bytes(packed[at : at + _FED_BYTES]).strip(b"\0"):
            return


def _sliced(packed: memoryview) -> Iterator[bytes]:
    for at in range(0, len(packed), _PIECE_BYTES):
        yield bytes(packed[at : at + _PIECE_BYTES])


def _is_spreadsheet(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    hidden = entry.filename.startswith(_JUNK) or path.name.startswith(".")
    return not entry.is_dir() and not hidden and path.suffix.lower() in _SPREADSHEETS


def _refuse_long_directory(content: bytes, where: str) -> None:
    """Refuse a directory that would take long to read; its own count of entries may lie."""
    tail = content[-_END_TAIL_BYTES:]
    at = tail.rfind(_END)
    if at < 0:
        raise SourceDamaged(
            filled(
                "{where} is cut off: the end of the workbook is missing; copy it again "
                "once it is written completely",
                where=where,
            ),
            "KS6504",
        )
    end = tail[at : at + _END_RECORD.size]
    if len(end) < _END_RECORD.size:
        raise unreadable(where, Words("its end is damaged"))
    count, size = _END_RECORD.unpack(end)
    large = tail[max(at - _LARGE_BYTES, 0) : at]
    if large.startswith(_END_64) and len(large) == _LARGE_BYTES:
        count, size = _END_RECORD_64.unpack_from(large)
    if count > ENTRIES_MAX or size > _DIRECTORY_BYTES_MAX:
        raise _too_many(where)


def _too_many(where: str) -> SourceDamaged:
    return SourceDamaged(
        filled(
            "{where} has more than {most} parts, as no spreadsheet has: save it again as xlsx",
            where=where,
            most=str(ENTRIES_MAX),
        ),
        "KS6506",
    )


def unreadable(where: str, why: str) -> SourceDamaged:
    """Say why something is no workbook that can be read."""
    return SourceDamaged(
        filled(
            "{where} is no workbook that can be read ({why}): open it in the spreadsheet "
            "program and save it again as xlsx",
            where=where,
            why=why,
        ),
        "KS6504",
    )


def damaged(where: str) -> SourceDamaged:
    """Say that something is a damaged workbook."""
    return SourceDamaged(
        filled("{where} is a damaged workbook: save it again as xlsx", where=where), "KS6504"
    )


def protected(where: str) -> SourceDamaged:
    """Say that something is protected by a password."""
    return SourceDamaged(
        filled("{where} is protected by a password: save it without one", where=where), "KS6505"
    )
