"""Spoil workbooks of each format, and have them read in the sandbox as any other."""

import io
import random
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.reading import read
from tests.campaigns.sheets.cells import drawn
from tests.campaigns.sheets.makers import by_hand, by_openpyxl, by_xlwt
from tests.support.odd_files import XlsbCell, xlsb_of, zipped
from tests.support.spreadsheets import PLAIN, ods_file, options_for

CELLS = 30
LIMITS = SandboxLimits(memory_bytes=512 << 20, cpu_s=20, wait_s=30.0)
SECONDS_MAX = 60.0
_WORDS = (b"", b"0", b"-1", b"99999999999", b"<", b"&", b"\0", b"A1", b"../", b'"', b"\xff\xfe")


@dataclass(frozen=True, slots=True)
class Spoilt:
    """How a spoilt workbook ended: read, refused, or broken, and in which words."""

    ended: str
    words: str


def sound(folder: Path) -> Mapping[str, bytes]:
    """Write a workbook of each format, and return what is in it."""
    chance = random.Random(0)
    cells = drawn(chance, CELLS)
    rows: list[Sequence[XlsbCell]] = [
        ("手机号", "值"),
        *((PLAIN, float(at)) for at in range(CELLS)),
        (PLAIN, b"\x2a"),
    ]
    table = [(("手机号", "值"), 1, 1), ((PLAIN, "王芳"), CELLS, 1)]
    files = {
        "xlsx": by_openpyxl(folder, cells, chance),
        "xlsx by hand": by_hand(folder, cells, chance),
        "xls": by_xlwt(folder, cells, chance),
        "xlsb": xlsb_of(folder, rows, ("0.00%",)),
        "ods": ods_file(folder, *table),
    }
    return {name: path.read_bytes() for name, path in files.items()}


def spoil(content: bytes, chance: random.Random) -> bytes:
    """Spoil a workbook somewhere: the file itself, or a part before it is zipped."""
    if not content.startswith(b"PK") or chance.random() < 0.3:
        return _changed(content, chance)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(parts))
    if chance.random() < 0.1:
        del parts[name]
    else:
        part = parts[name]
        assert isinstance(part, bytes)
        parts[name] = _changed(part, chance)
    return zipped(parts)


def _changed(content: bytes, chance: random.Random) -> bytes:
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(made) + 1)
        length = chance.choice((0, 1, 1, 4, 40))
        match chance.randrange(4):
            case 0:
                made[at : at + length] = chance.choice(_WORDS)
            case 1:
                made[at : at + length] = chance.randbytes(length)
            case 2:
                other = chance.randrange(len(made) + 1)
                made[at:at] = made[other : other + chance.choice((4, 40, 400))]
            case _:
                del made[at : at + chance.choice((1, 10, 1000))]
    return bytes(made)


def tried(folder: Path, content: bytes) -> Spoilt:
    """Read a spoilt workbook to its end."""
    path = folder / "spoilt"
    path.write_bytes(content)
    began = time.monotonic()
    try:
        for _ in read(options_for(path, ("值",)), LIMITS):
            pass
    except (CampaignInvalid, SourceDamaged) as refused:
        ended = Spoilt("refused", str(refused))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
        return Spoilt("broken", repr(error))
    else:
        ended = Spoilt("read", "")
    is_late = time.monotonic() - began > SECONDS_MAX
    return Spoilt("broken", "it took too long") if is_late else ended


def campaign(folder: Path, count: int, seed: int = 0) -> Iterator[tuple[str, int, Spoilt]]:
    """Spoil each format's workbook so many times; yield its name, the number, and the end."""
    for name, content in sound(folder).items():
        for at in range(count):
            chance = random.Random(f"{name} {seed} {at}")
            yield name, at, tried(folder, spoil(content, chance))


def broken(found: Sequence[tuple[str, int, Spoilt]]) -> list[tuple[str, int, Spoilt]]:
    """Return those that ended in anything but rows or one sentence."""
    return [one for one in found if one[2].ended == "broken" or "\n" in one[2].words]
