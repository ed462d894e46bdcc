"""Write the result of a full matrix as a page."""

import errno
from collections.abc import Iterable, Mapping, Sequence

from tests.campaigns.crash.disk import COMPLETE, LEDGER_CANNOT_RECORD, DiskCell
from tests.campaigns.crash.matrix import Cell
from tests.support.shim import KILLS, Action

_HEAD = """# Crash matrix

Written by `make crash`. A recording pass numbers the system calls that `koosend run` makes on its \
ledger, its other files and its connections to KooMessage. Then, for each cell, a new run of the \
same shape is killed by SIGKILL at one of these calls, and the same command is started again until \
it ends. The judge is the journal of the emulator, a process of its own that is never killed. A \
cell holds when each number that may be sent to stands in the journal exactly once, the outcomes \
sum to the rows, the last start ended with exit code 0 and `koosend verify` with 0.

Each run is the first of a new account, so that its first requests have no known name beside them \
by which their absence could be proved. Where such a one is killed before it was taken, the run \
ends with 79 and is *held*: a person who finds nothing in the console releases it, and the same \
command goes on. No other request may be held, but one that was sent again by a policy before and \
was lost once more; *needlessly* counts any that is.

A run whose channel bears `+earlier` is no first one: one of the same day stands before it, which \
its ceiling stopped halfway. Its list holds who was reached by that, who was left by it, some of \
both with other values, and others; so many of its kill points are tried as drawn below. What was \
left goes first, whoever was reached is left out, and both runs are verified.

The runs of `aim` ask KooMessage about their templates first; those of the other channels are told \
not to, since these questions are the same.

- `before`, `after`: killed immediately before or after the call
- `half`: half of the bytes went through (a request, an answer, a page of the ledger)
- `head`: the head of a request went through, its body not
- `power`: killed before the call, and what was not yet synced of the write-ahead log is gone

Of a row of page writes to one file with nothing in between, the first, one in the middle and the \
last are kill points. Some cells are killed a second time, somewhere in the start that \
follows. A cell is passed by when the killed run did not come to that call: what two \
connections do at once is not always in the same order.
"""
_ACTIONS = {action: name for name, action in Action.__members__.items() if action in KILLS}
_SPOKEN = {errno.ENOSPC: "ENOSPC", errno.EIO: "EIO", errno.EROFS: "EROFS"}


def page(cells: Sequence[Cell], disk: Sequence[DiskCell], known: Mapping[str, int]) -> str:
    """Return the whole page, free of dates. known counts the kill points of each channel."""
    parts = [_HEAD, _totals(cells, known)]
    for channel in dict.fromkeys(cell.channel for cell in cells):
        of = [cell for cell in cells if cell.channel == channel]
        parts.append(f"## {channel}\n\n{_by_call(of)}")
    if disk:
        parts.append(_disk(disk))
    return "\n".join(parts)


def _totals(cells: Sequence[Cell], known: Mapping[str, int]) -> str:
    rows = []
    for channel, points in known.items():
        of = [cell for cell in cells if cell.channel == channel]
        rows.append((f"`{channel}`", points, *_figures(of)))
    rows.append(("all", sum(known.values()), *_figures(cells)))
    heads = (
        "channel",
        "kill points",
        "tried",
        "cells",
        "kills",
        "passed by",
        "duplicates",
        "losses",
        "not balanced",
        "held",
        "needlessly",
        "cells that hold",
    )
    return _table(heads, rows)


def _figures(cells: Sequence[Cell]) -> tuple[int, ...]:
    return (
        len({(cell.channel, cell.point) for cell in cells}),
        len(cells),
        sum(cell.kills for cell in cells),
        sum(not cell.reached for cell in cells),
        sum(cell.duplicates for cell in cells),
        sum(cell.losses for cell in cells),
        sum(not cell.balanced or cell.verify_exit != 0 for cell in cells),
        sum(bool(cell.held) for cell in cells),
        sum(bool(cell.needless) for cell in cells),
        sum(cell.holds for cell in cells),
    )


def _by_call(cells: Sequence[Cell]) -> str:
    heads = ("call", "on", *_ACTIONS, "duplicates", "losses")
    rows = []
    for kind, target in sorted({(cell.point.kind, cell.point.target) for cell in cells}):
        of = [cell for cell in cells if (cell.point.kind, cell.point.target) == (kind, target)]
        tried = (sum(cell.point.action == action for cell in of) for action in _ACTIONS)
        wrong = (sum(cell.duplicates for cell in of), sum(cell.losses for cell in of))
        rows.append((kind, f"`{target}`", *tried, *wrong))
    return _table(heads, rows)


def _disk(cells: Sequence[DiskCell]) -> str:
    heads = ("channel", "error", "cells", "stopped with 74", "was complete", "requests after it",
             "duplicates", "losses", "held for a person", "cells that hold")  # fmt: skip
    rows = []
    for channel, number in sorted({(cell.channel, cell.point.errno) for cell in cells}):
        of = [cell for cell in cells if (cell.channel, cell.point.errno) == (channel, number)]
        rows.append(
            (
                f"`{channel}`",
                _SPOKEN[number],
                len(of),
                sum(cell.exits[0] == LEDGER_CANNOT_RECORD for cell in of),
                sum(cell.exits[0] == COMPLETE for cell in of),
                sum(cell.posts_after + cell.unrecorded for cell in of),
                sum(cell.duplicates for cell in of),
                sum(cell.losses for cell in of),
                sum(bool(cell.held) for cell in of),
                sum(cell.holds for cell in of),
            )
        )
    return f"{_DISK_HEAD}\n{_table(heads, rows)}"


_DISK_HEAD = """## A disk that refuses

From the n-th write, sync, truncation or opening of a ledger file on, every such call is refused: \
a cell for each n of a run and each error. The run must stop with exit code 74 and one \
sentence and begin no request after the first refusal. It may end well only where all was \
recorded before, since folding the log into the file adds nothing. With room again, the same \
command goes on; only the first request of an account is held, since no known name stands beside \
it, and a person decides.
"""


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
