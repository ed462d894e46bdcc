"""Fill one workbook with outcomes, in a process of its own with limits.

It can write no file: the filled workbook leaves on standard output, in pieces. What it is started
with is what the process that reads workbooks is started with: see pipeline.reader.workbooks.child.
The two differ in what they load, and so stand apart: reading knows nothing of reports, and each has
no memory to spare for what it does not use.
"""

import sys

from pipeline.reader.workbooks.child import serve


def main() -> int:
    """Serve the parent until it asks for nothing more."""
    # The workbook library loads it where it is installed, to know its kinds of numbers. Its threads
    # take address space for each processor, of which this process is given little.
    sys.modules["numpy"] = None  # type: ignore[assignment]  # so Python notes what is not there
    from pipeline.runner.giving.filling import fill  # noqa: PLC0415 -- loads that library

    return serve(fill)


if __name__ == "__main__":
    sys.exit(main())
