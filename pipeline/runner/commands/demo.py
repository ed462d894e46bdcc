"""`demo`: lay the demo's files out in a folder of the user's choice."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.language import filled, system_words

SHIPPED = Path(__file__).resolve().parents[3]
"""What lies beside the package: the source tree, or the folder that a wheel has put it in."""

CAMPAIGN = "configs/demo.toml"
_PATTERNS = ("configs/*.toml", "sample_data/*.csv", "sample_data/*.xlsx", "sample_data/README.md")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The demo's campaign, and how many files were written; those that were there stay."""

    campaign: Path
    written: int


def lay_out(folder: Path) -> LaidOut:
    """Copy the demo's files below a folder, over none that is there.

    Raises UsageError for a folder that holds other things under their names, and ReportUnwritable.
    """
    written = 0
    for source in (path for pattern in _PATTERNS for path in sorted(SHIPPED.glob(pattern))):
        target = folder / source.relative_to(SHIPPED)
        if target.is_dir():
            raise UsageError(
                filled("{target} is a folder; name another folder for the demo", target=target),
                "KS0207",
            )
        if target.exists():
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        except OSError as error:
            raise ReportUnwritable(
                filled(
                    "{target} cannot be written ({why}); name another folder for the demo",
                    target=target,
                    why=system_words(error),
                )
            ) from None
        written += 1
    return LaidOut(folder / CAMPAIGN, written)
