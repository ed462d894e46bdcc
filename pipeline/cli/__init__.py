"""The command line: parses, prints, and turns what stops a command into an exit code.

Nothing is decided here. Results go to stdout, everything else to stderr.
"""

from pipeline.cli.main import main

__all__ = ["main"]
