"""Keep how KooMessage's daily reports stood to the ledger when they were last asked for."""

import contextlib
from pathlib import Path

import msgspec

from pipeline.ports import DaysCompared
from pipeline.report.drafts import Drafts

COMPARED_FILE = "online.json"


def keep_compared(folder: Path, compared: DaysCompared) -> None:
    """Leave it in the run's folder; where that cannot be written, only the report goes without."""
    with contextlib.suppress(OSError), Drafts(folder) as drafts:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        drafts.path(COMPARED_FILE).write_bytes(msgspec.json.encode(compared))
        drafts.publish()


def compared_in(folder: Path) -> DaysCompared | None:
    """Return what was left there the last time, None where nothing whole was."""
    try:
        return msgspec.json.decode((folder / COMPARED_FILE).read_bytes(), type=DaysCompared)
    except (OSError, msgspec.MsgspecError):
        return None
