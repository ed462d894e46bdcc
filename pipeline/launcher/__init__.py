"""Start koosend: what is installed as the package `koosend`.

Its code is the package `pipeline`, a name that other software bears as well. A wheel therefore puts
it into a folder of its own within this package, where nobody else finds it; only koosend's own
processes look there, and first. docs/explanation/adr/ says why.
"""

import sys
from pathlib import Path

_APP = Path(__file__).resolve().parent / "_app"
_EX_SOFTWARE = 70


def main() -> int:
    """Run one command and return its exit code."""
    if _APP.is_dir():  # in the source tree `pipeline` is found as it is
        sys.path.insert(0, str(_APP))
        loaded = sys.modules.get("pipeline")
        if loaded is not None and not str(loaded.__file__).startswith(str(_APP)):
            sys.stderr.write(
                "koosend: another package called pipeline was loaded into this process before; "
                "start koosend as a command of its own\n"
            )
            return _EX_SOFTWARE
    from pipeline.cli import main as command  # noqa: PLC0415 -- found only now

    return command()
