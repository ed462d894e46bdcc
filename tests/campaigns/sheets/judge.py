"""Hold what koosend reads of a sheet against what LibreOffice shows of it."""

import csv
import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.reader.content import Book, content_of
from pipeline.reader.limits import SandboxLimits
from tests.campaigns.sheets.cells import Drawn
from tests.campaigns.sheets.makers import MAKERS

_AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true"
_FORMS = ("ods", "xls")
"""What LibreOffice makes of the first file, which shows the same."""

_NUMBER = re.compile(r"\(?-?[0-9]*\.?[0-9]*(?:E[+-][0-9]+)?\)?")


@dataclass(frozen=True, slots=True)
class Read:
    """A cell as koosend reads it; is_doubted says that its row would be rejected for it."""

    text: str
    is_doubted: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that koosend would send otherwise than LibreOffice shows it."""

    drawn: Drawn
    ours: str
    theirs: str


def converted(office: str, folder: Path, paths: Sequence[Path], form: str) -> None:
    """Let LibreOffice write files again in another form, beside the folder's own."""
    subprocess.run(
        [
            *(office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"),
            *("--convert-to", form, "--outdir", str(folder), *map(str, paths)),
        ],
        check=True,
        capture_output=True,
        timeout=600,
    )


def shown_by_office(office: str, folder: Path, paths: Sequence[Path]) -> list[list[list[str]]]:
    """Return the texts that LibreOffice shows of each file's first sheet, without its header."""
    converted(office, folder, paths, _AS_SHOWN)
    shown = []
    for path in paths:
        with (folder / f"{path.stem}.csv").open(encoding="utf-8", newline="") as file:
            shown.append(list(csv.reader(file))[1:])
    return shown


def compared(
    office: str, folder: Path, cells: Sequence[Drawn], chance: random.Random
) -> Iterator[tuple[str, Sequence[Read], Sequence[Difference]]]:
    """Have a sheet written in every way, and in every form that LibreOffice makes of it.

    Yields each file's name, its cells as koosend reads them, and what differs.
    """
    paths = [make(folder, cells, chance) for make in MAKERS.values()]
    shown = shown_by_office(office, folder, paths)
    for form in _FORMS:
        converted(office, folder, paths[:1], form)
        paths.append(paths[0].with_suffix(f".{form}"))
        shown.append(shown[0])
    for path, theirs in zip(paths, shown, strict=True):
        ours = read_by_us(path)
        yield path.name, ours, tuple(differences(cells, ours, theirs))


def read_by_us(path: Path) -> list[Read]:
    """Return the cells of the second column as koosend reads them, below the header."""
    found: list[Read] = []
    with content_of(path, SandboxLimits()) as content:
        assert isinstance(content, Book)
        for block in content.read(content.sheets[0], 20_000).blocks:
            assert block.notes is not None
            doubts = block.notes.faults.get(1, {})
            found += [Read(text, at in doubts) for at, text in enumerate(block.columns[1])]
    return found[1:]


def differences(
    cells: Sequence[Drawn], ours: Sequence[Read], theirs: Sequence[Sequence[str]]
) -> Iterator[Difference]:
    """Yield the cells that differ; a day or time is held against its canonical form."""
    assert len(cells) == len(ours) == len(theirs)
    for drawn, read, (_, shown, canonical) in zip(cells, ours, theirs, strict=True):
        wanted = canonical if drawn.canonical else shown
        if not read.is_doubted and not agree(drawn, read.text, wanted.strip()):
            yield Difference(drawn, read.text, wanted)


def agree(drawn: Drawn, ours: str, theirs: str) -> bool:
    """Tell whether both say the same: a number held and the same number rounded do."""
    if isinstance(drawn.value, bool):
        # Whatever its format makes of it elsewhere; LibreOffice may write it as a number.
        return ours in {str(drawn.value).upper(), theirs}
    if drawn.canonical:
        return ours == theirs.removesuffix(" 00:00:00")
    if ours.strip() == theirs:
        return True
    value = drawn.value
    if isinstance(value, str) or not _NUMBER.fullmatch(theirs.replace(",", "")):
        return False
    return _is_number(ours) and _is_near(theirs.replace(",", ""), value, float(ours))


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text))


def _is_near(shown: str, value: float, ours: float) -> bool:
    """Tell whether a text is a number to the places that it has, and ours is it to all of them."""
    mantissa, _, power = shown.strip("()").partition("E")
    if not mantissa.strip("-."):
        return False
    said = float(mantissa) * 10.0 ** int(power or 0) * (-1 if shown.startswith("(") else 1)
    unit = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return (
        abs(said - value) <= 0.5000001 * unit + abs(value) * 1e-15
        and abs(ours - value) <= abs(value) * 1e-14
    )
