"""LibreOffice, which saves workbooks as a colleague's office does."""

import shutil
import subprocess
from pathlib import Path

OFFICE = shutil.which("soffice")


def saved_by_office(book: Path, form: str, folder: Path) -> Path:
    """Let LibreOffice open a workbook and save it in a form, such as xlsx, into a folder.

    A machine without it fails the test instead of passing it by.
    """
    assert OFFICE, "there is no LibreOffice: install it with 'make office'"
    profile = (folder / "profile").as_uri()
    subprocess.run(
        [
            *(OFFICE, f"-env:UserInstallation={profile}"),
            *("--headless", "--convert-to", form, "--outdir", str(folder), str(book)),
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    return folder / f"{book.stem}.{form}"
