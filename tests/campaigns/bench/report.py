"""The report of a large run: `koosend report` itself, and how it grows with the rows.

python -m tests.campaigns.bench.report [ROWS] [--channel aim|aim_basic]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pipeline.chunker import plan_chunks
from pipeline.core.answer import News, NewsKind
from pipeline.core.model import RowBlock, TaskId
from pipeline.core.outcome import FallbackReason, Outcome, Standing
from pipeline.core.routing import Router
from pipeline.ledger import SqliteLedger
from pipeline.ports import PushedReceipt, RunPlan
from tests.campaigns.bench.receipts import accept_all
from tests.campaigns.bench.send import MESSAGES, RUN, recipients

ROWS = 1_000_000
PER_BODY = 500

_AT = "2026-11-06T20:38:35"
_GROUP_ROWS = 10_000
_FAILED = Standing(Outcome.UNDELIVERED, "", "MK:0001", "", "", "receipt:1")
_NO_CARD = FallbackReason.HANDSET_UNSUPPORTED
_STANDINGS: Mapping[str, Sequence[Standing]] = MappingProxyType(
    {
        "aim": (
            *[Standing(Outcome.CARD, "", "", _AT, _AT, "receipt:1")] * 16,
            *[Standing(Outcome.FALLBACK_SMS, _NO_CARD, "", _AT, "", "receipt:1")] * 3,
            _FAILED,
        ),
        "aim_basic": (
            *[Standing(Outcome.VIDEO, "", "DELIVRD", _AT, "", "receipt:1")] * 19,
            _FAILED,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Reported:
    """What one report cost, and how large its files are."""

    rows: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    file_mb: Mapping[str, float]


def reported(rows: int, channel: str = "aim") -> Reported:
    """Build a ledger in which every row has its outcome, and have the command report of it."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.campaigns.bench.report",
                "--build",
                folder,
                channel,
                str(rows),
            ],
            check=True,
        )
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        command = [sys.executable, "-m", "tests.campaigns.bench.report", "--report", folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        wall_s = time.perf_counter() - began
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        files = (state / "runs" / RUN).iterdir()
        return Reported(
            rows,
            wall_s,
            now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime,
            float(json.loads(done.stdout.splitlines()[-1])),
            {file.name: file.stat().st_size / 1e6 for file in sorted(files) if file.is_file()},
        )


def build(state: Path, channel: str, rows: int) -> None:
    """Plan a run, have all of it accepted, told of by receipts, and settled."""
    ledger = SqliteLedger(state)
    message = MESSAGES[channel]
    plan = RunPlan(RUN, "bench", "", message, "{}", "", "", 0, time.time(), account="bench")
    everybody = recipients(rows)
    block = RowBlock("", (), everybody, [row + 2 for row in everybody.rows], ())
    ledger.plan(plan, plan_chunks([block], Router(message, lambda _: {})))
    of = [task for count, task in accept_all(ledger, time.time()) for _ in range(count)]
    writer = ledger.take(RUN)
    for start in range(0, rows, _GROUP_ROWS):
        some = range(start, min(start + _GROUP_ROWS, rows))
        news = [(TaskId(of[row]), _delivered(everybody.phones[row])) for row in some]
        ledger.receipts.store_receipts(
            [
                PushedReceipt(0.0, "sms", b"{}", tuple(news[at : at + PER_BODY]))
                for at in range(0, len(news), PER_BODY)
            ]
        )
        kinds = _STANDINGS[channel]
        writer.settle({row: kinds[row % len(kinds)] for row in some})
    writer.finish(time.time())
    writer.close()
    ledger.close()


def report(state: Path) -> float:
    """Run the command in a process of its own; return the most memory that it held, in MB."""
    command = [sys.executable, "-m", "pipeline", "report", RUN, "--state", str(state)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _delivered(phone: str) -> News:
    return News(phone, NewsKind.DELIVERED, "", _AT, 1)


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--build"]:
        build(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
        return
    if sys.argv[1:2] == ["--report"]:
        print(report(Path(sys.argv[2])))
        return
    parser = argparse.ArgumentParser(description="Report of a large run.")
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("--channel", choices=tuple(_STANDINGS), default="aim")
    given = parser.parse_args()
    print_reported(given.channel, reported(given.rows, given.channel))
    print(f"  load of the machine        {os.getloadavg()[0]:10.1f}")


def print_reported(channel: str, done: Reported) -> None:
    """Print the figures of one report."""
    print(f"koosend report, {channel}, a run of {done.rows:,} rows")
    print(f"  wall                       {done.wall_s:10.2f} s")
    print(f"  CPU                        {done.cpu_s:10.2f} s")
    print(f"  peak memory                {done.peak_mb:10.0f} MB")
    for name, size in done.file_mb.items():
        print(f"  {name:<26} {size:10.1f} MB")


if __name__ == "__main__":
    main()
