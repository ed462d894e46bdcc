"""What LibreOffice makes of our CSV where a person has it split at something else than a comma."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.model import Rejection
from pipeline.core.outcome import Outcome, Standing
from pipeline.ports import Rejects
from pipeline.report.write import write_report
from tests.support.report import RUN, TableLedger, block, record, rejected

OFFICE = shutil.which("soffice")
LIMIT_S = 240
TRICKS = (
    "a;=2+40;b",
    "a|=2+40|b",
    "a\t=2+40\tb",
    "a\n=2+40\nb",
    'a;"=2+40";b',
    "a; =2+40",
    ";=2+40",
    "a,b;=2+40",
    'say "x";=2+40',
    "a;+2+40",
    "a;-2+40",
)
SEPARATORS = {";": 59, "|": 124, "tab": 9}

pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


def opened(folder: Path, file: Path, separator: int) -> list[str]:
    """Open a CSV as a person may, split at that, and return the cells that compute something."""
    # Separator, quote, UTF-8, first line, no formats, language, quoted fields are no text, numbers
    # are found, and formulas are computed.
    how = f"CSV:{separator},34,76,1,,0,false,true,false,false,false,0,true"
    command = [
        str(OFFICE),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        f"--infilter={how}",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(folder),
        str(file),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=LIMIT_S)
    book = openpyxl.load_workbook(folder / f"{file.stem}.xlsx")
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(cell.value for cell in cells)
    return [str(cell.value) for cell in cells if cell.data_type == "f"]


def test_no_value_becomes_a_formula_whatever_libreoffice_splits_at(tmp_path: Path) -> None:
    tricks = list(TRICKS)
    count = len(tricks)
    found = block([Standing(Outcome.UNDELIVERED, text) for text in tricks], [], [-1] * count)
    rows = tuple(
        rejected(at, Rejection.VALUE_FORBIDDEN, (text, text)) for at, text in enumerate(tricks)
    )
    ledger = TableLedger(record(count, 0), [found], [Rejects("", ("手机号", tricks[0]), rows)])
    files = write_report(ledger, RUN, tmp_path / "run")
    naive = tmp_path / "naive.csv"
    naive.write_text("\n".join(f'1,"{trick}"' for trick in tricks[:3]), encoding="utf-8")
    assert opened(tmp_path, naive, SEPARATORS[";"]), "it computes nothing at all"
    for name, separator in SEPARATORS.items():
        assert opened(tmp_path, files.rejected, separator) == [], name
