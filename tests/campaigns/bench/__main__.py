"""Print, side by side in one run, what koosend takes and what a user's own script would.

python -m tests.campaigns.bench [--quick]: with --quick a tenth of the rows.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.campaigns.bench.files import write_csv, write_xlsx
from tests.campaigns.bench.flood import RATE, SECONDS, flooded, print_flood
from tests.campaigns.bench.measure import Figures, measured
from tests.campaigns.bench.polling import polled, print_polled
from tests.campaigns.bench.repeats import print_repeats, repeated
from tests.campaigns.bench.report import print_reported, reported

CSV_ROWS = 1_000_000
XLSX_ROWS = 300_000
AIM_RECIPIENTS = 200_000
AIM_BASIC_RECIPIENTS = 200_000
RECEIPT_ROWS = 1_000_000
RECEIPTS_PER_BODY = 500
POLLED_ROWS = 100_000
REPORT_ROWS = 1_000_000
REPEATED_ROWS = 1_000_000


def main() -> None:
    """Measure and print."""
    share = 10 if "--quick" in sys.argv[1:] else 1
    with tempfile.TemporaryDirectory() as folder:
        table = write_csv(Path(folder) / "rows.csv", CSV_ROWS // share)
        print_ingest("CSV", *measured(*ingest_jobs(table)))
        print_check(*measured(["tests.campaigns.bench.check", str(table)], ingest_jobs(table)[2]))
        book = write_xlsx(Path(folder) / "rows.xlsx", XLSX_ROWS // share)
        print_ingest("XLSX", *measured(*ingest_jobs(book)))
    print_repeats(*repeated(REPEATED_ROWS // share))
    for channel, count in (("aim", AIM_RECIPIENTS), ("aim_basic", AIM_BASIC_RECIPIENTS)):
        print_send(channel, *send_pair(channel, count // share))
    for channel in ("aim_basic", "aim"):
        rows, per_body = str(RECEIPT_ROWS // share), str(RECEIPTS_PER_BODY)
        job = ["tests.campaigns.bench.receipts", channel, rows, per_body]
        print_receipts(channel, *measured(job, rounds=1))
    print_flood(flooded(RATE * SECONDS // share, RATE))
    print_polled("aim", polled(POLLED_ROWS // share))
    print_reported("aim", reported(REPORT_ROWS // share))


def ingest_jobs(path: Path) -> list[list[str]]:
    """Name the jobs for one file."""
    module = "tests.campaigns.bench.ingest"
    return [[module, who, str(path)] for who in ("koosend", "checked", "plain")]


def send_pair(channel: str, count: int) -> list[Figures]:
    """Measure both senders against one stub server."""
    command = [sys.executable, "-m", "tests.campaigns.bench.stub"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as stub:
        assert stub.stdout is not None
        url = f"http://127.0.0.1:{int(stub.stdout.readline())}"
        jobs = [["tests.campaigns.bench.send", who, channel, url, str(count)] for who in WHO]
        figures = measured(*jobs)
        assert stub.stdin is not None
        stub.stdin.close()
    return figures


WHO = ("koosend", "official")


def print_ingest(kind: str, ours: Figures, checked: Figures, plain: Figures) -> None:
    """Print one comparison of reading."""
    print(f"{kind}, {ours.rows:,} rows")
    jobs = (
        ("source to chunked ledger", ours),
        ("rows and values judged", checked),
        ("plain pandas read", plain),
    )
    for name, figures in jobs:
        print(
            f"  {name:<26} {figures.rows_per_s:>10,.0f} rows/s  {figures.wall_s:6.2f} s"
            f"  {figures.cpu_s:6.2f} CPU s  peak {figures.peak_mb:5.0f} MB"
        )
    print(f"  {'ledger: times the plain':<26} {ours.wall_s / plain.wall_s:>10.2f}")
    print(f"  {'judging: times the plain':<26} {checked.wall_s / plain.wall_s:>10.2f}")


def print_check(ours: Figures, plain: Figures) -> None:
    """Print what the whole command costs, its start and the preflight included."""
    print(f"koosend check, {ours.rows:,} rows of CSV, values judged by the templates")
    print(
        f"  {'the command':<26} {ours.rows_per_s:>10,.0f} rows/s  {ours.wall_s:6.2f} s"
        f"  {ours.cpu_s:6.2f} CPU s  peak {ours.peak_mb:5.0f} MB"
    )
    print(f"  {'times the plain read':<26} {ours.cpu_s / plain.cpu_s:>10.2f} (CPU)")


def print_receipts(channel: str, figures: Figures) -> None:
    """Print what the receipts of a run cost, from their bodies to its closed books."""
    print(f"receipts, {channel}, a run of {figures.rows:,} rows")
    print(
        f"  {'kept and folded':<26} {figures.rows_per_s:>10,.0f} rows/s  {figures.wall_s:6.2f} s"
        f"  {figures.cpu_s:6.2f} CPU s  peak {figures.peak_mb:5.0f} MB"
    )


def print_send(channel: str, ours: Figures, theirs: Figures) -> None:
    """Print one comparison of sending."""
    print(f"send, {channel}, {ours.rows:,} recipients, same stub server")
    for name, figures in (("koosend, ledger included", ours), ("official SDK, 32 threads", theirs)):
        print(
            f"  {name:<26} {figures.rows_per_cpu_s:>10,.0f} recipients per CPU second"
            f"  {figures.wall_s:6.2f} s  {figures.cpu_s:6.2f} CPU s"
        )
    print(f"  {'times the SDK':<26} {ours.rows_per_cpu_s / theirs.rows_per_cpu_s:>10.2f}")


if __name__ == "__main__":
    main()
