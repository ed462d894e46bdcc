"""Read a text file as one sheet, and prove that it stayed the same meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.reader.delimited import Dialect, find_dialect, read_delimited
from pipeline.reader.encoding import Encoding, Readable, decide, decoded
from pipeline.reader.options import ReaderOptions
from pipeline.reader.raw import RawBlock, RawSheet
from pipeline.reader.source import Fingerprinted, Watch, changed, reading

_SAMPLE_CHARS = 1 << 16


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text file is written."""

    encoding: Encoding
    dialect: Dialect

    @property
    def words(self) -> str:
        """Say how the file is read, and why so."""
        delimiter = self.dialect.delimiter.replace("\t", "tab")
        return f"{self.encoding.name} ({self.encoding.evidence}), delimiter '{delimiter}'"


def lay_out(file: BinaryIO, path: Path, encoding: str, wanted: Sequence[str]) -> TextLayout:
    """Find encoding and delimiter. Raises SourceDamaged and CampaignInvalid."""
    with reading(path):
        found = decide(file, encoding, path.name)
        file.seek(0)
        try:
            sample = next(decoded(file, found))[:_SAMPLE_CHARS]
        except UnicodeDecodeError:
            raise changed(path) from None
        return TextLayout(found, find_dialect(sample, wanted))


def text_sheet(file: BinaryIO, options: ReaderOptions, ended: Callable[[str], None]) -> RawSheet:
    """Return the one sheet that a text file is; its blocks must be read to the end.

    Then ended is told the fingerprint of what was read.
    """
    watch = Watch(file)
    layout = lay_out(file, options.path, options.encoding, options.columns)

    def blocks() -> Iterator[RawBlock]:
        file.seek(0)
        counted = Fingerprinted(file)
        yield from text_blocks(counted, layout, options.block_rows, options.path)
        if watch.disturbed():
            raise changed(options.path)
        ended(counted.sha256)

    return RawSheet("", blocks(), how=layout.words)


def text_blocks(
    file: Readable, layout: TextLayout, block_rows: int, path: Path
) -> Iterator[RawBlock]:
    """Cut a text file that stands at its start into blocks."""
    texts = decoded(file, layout.encoding)
    try:
        with reading(path):
            yield from read_delimited(texts, layout.dialect, block_rows, path.name)
    except UnicodeDecodeError:
        # The whole file was proved to decode before.
        raise changed(path) from None
