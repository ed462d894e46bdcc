"""Keep what was decided about a run after its first recipients."""

from dataclasses import asdict
from typing import Any

from pipeline.core.canary import CanaryCount, Verdict
from pipeline.ledger.database import Database
from pipeline.ports import CanaryRecord


def add_canary(database: Database, run_no: int, record: CanaryRecord) -> None:
    """Append a decision."""
    said = {"run_no": run_no, "at": record.at, "verdict": record.verdict, "note": record.note}
    database.do("add_canary", said | asdict(record.count))


def read_canary(database: Database, run_no: int) -> tuple[CanaryRecord, ...]:
    """List a run's decisions, the latest last."""
    rows: Any = database.all("canary", {"run_no": run_no})
    return tuple(
        CanaryRecord(at, Verdict(verdict), CanaryCount(*counts), note)
        for at, verdict, *counts, note in rows
    )
