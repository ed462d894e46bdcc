"""Start an emulator from the command line: `python -m pipeline.emulator --help`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.emulator.options import EmulatorOptions, SetupError
from pipeline.emulator.server import OrphanedError, serve

_EX_UNAVAILABLE, _EX_CONFIG = 69, 78


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, and return the exit code."""
    options = EmulatorOptions(**vars(_parser().parse_args(arguments)))
    try:
        serve(options)
    except SetupError as error:
        return _failed(error, _EX_CONFIG)
    except (OrphanedError, OSError) as error:
        return _failed(error, _EX_UNAVAILABLE)
    return 0


def _failed(error: Exception, code: int) -> int:
    sys.stderr.write(f"emulator: {error}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.emulator",
        description="A local KooMessage on 127.0.0.1; prints its address as one line of JSON.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 takes a free one (default)")
    add("--seed", type=int, default=7, help="decides what every number does (default 7)")
    add("--journal", type=Path, help="the record of what was taken; read again at a restart")
    add("--rate", type=int, default=0, help="calls per second, 0 for no limit (default)")
    add("--world", type=Path, help="a TOML file that replaces keys of the default world")
    add("--faults", type=Path, help="a TOML list of rules: which calls meet which fault")
    add("--link-lifetime-s", type=float, help="how long links live, instead of the days asked for")
    add("--report-timeout-s", type=float, help="when a silent message has failed, instead of 72 h")
    add("--token-lifetime-s", type=float, help="how long IAM tokens are good for, instead of 24 h")
    add("--parent-pid", type=int, help="end when this process, our parent, ends")
    add("--fsync", action="store_true", help="put the journal on the disk itself at every task")
    return parser


if __name__ == "__main__":
    sys.exit(main())
