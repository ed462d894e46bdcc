"""Propose a campaign for a spreadsheet, so that a person only fills in the template."""

import os
import re
from importlib import resources
from pathlib import Path
from string import Template

from pipeline.core.errors import SourceDamaged
from pipeline.core.phones import mask
from pipeline.reader.inspection import Inspection, SheetLook, inspect

_NO_NAME = re.compile(r"[^\w.-]+")


def propose(spreadsheet: Path, folder: Path) -> str:
    """Write a commented campaign file for a spreadsheet, to be kept in a folder.

    Raises SourceMissing and SourceDamaged as the reader does.
    """
    found = inspect(spreadsheet)
    sheet = found.best
    if sheet is None:
        raise SourceDamaged(f"{spreadsheet} holds no rows; name the spreadsheet with the numbers")
    others = [column for column in sheet.header if column and column != sheet.phone][:3]
    path = os.path.relpath(spreadsheet.absolute(), folder)
    name = _NO_NAME.sub("-", spreadsheet.stem).strip("-") or "campaign"
    template = resources.files("pipeline.runner.commands").joinpath("campaign.toml")
    return Template(template.read_text(encoding="utf-8")).substitute(
        seen="\n".join(f"#   {line}" for line in _seen(found, sheet)),
        name=_quoted(name),
        path=_quoted(path),
        phone=_quoted(sheet.phone or "FILL IN THE PHONE COLUMN"),
        params=", ".join(
            f"param_{n} = {_quoted(column)}" for n, column in enumerate(others, start=1)
        ),
        sms=", ".join(_quoted(column) for column in others),
    )


def _seen(found: Inspection, sheet: SheetLook) -> list[str]:
    how = (found.format, found.encoding, found.evidence)
    lines = [", ".join(filter(None, how))]
    if sheet.name:
        lines.append(f"sheets: {', '.join(look.name for look in found.sheets)}")
    lines.append(f"columns: {', '.join(sheet.header) or '(the file has no header)'}")
    for row in sheet.first_rows[:3]:
        cells = (_shown(cell) for cell in row)
        lines.append(f"row: {' | '.join(cells)}")
    return [re.sub(r"[\x00-\x1f\x7f]", " ", line) for line in lines]


def _shown(cell: str) -> str:
    digits = re.sub(r"\D", "", cell)
    return mask(digits) if len(digits) >= 7 else cell  # noqa: PLR2004 -- no shorter number needs hiding


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", " ", escaped) + '"'
