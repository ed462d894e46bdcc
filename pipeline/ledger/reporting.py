"""Count for reports, in SQL."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.core.lifecycle import State
from pipeline.core.model import Route, RunId, TaskId
from pipeline.core.outcome import Outcome, of_state
from pipeline.ledger.database import Database
from pipeline.ports import KeptReply, Reply


class ReportingLedger:
    """The part of the Ledger port that reports read beside the rows."""

    _database: Database

    def tally(self, run: RunId) -> Mapping[tuple[Outcome, str, str], int]:
        """Count a run's rows by outcome, reason and code."""
        of = {"run": run}
        with self._database.snapshot():
            settled: Any = self._database.all("tally_settled", of)
            unsettled: Any = self._database.all("tally_unsettled", of)
        counts: Counter[tuple[Outcome, str, str]] = Counter()
        for outcome, reason, code, count in settled:
            counts[Outcome(outcome), reason, code] += count
        for state, route, code, count in unsettled:
            counts[_unsettled(State(state), Route(route), code)] += count
        return +counts

    def parts_told(self, tasks: Sequence[TaskId]) -> Mapping[tuple[TaskId, str], int]:
        """Return into how many parts receipts say that SMS were cut, by task and number."""
        rows: Any = self._database.all("parts_told", {"tasks": json.dumps(list(tasks))})
        return {(TaskId(task), phone): parts for task, phone, parts in rows}

    def replies_since(self, at: float) -> Sequence[KeptReply]:
        """List the replies that came since a moment, in the order of their coming."""
        rows: Any = self._database.all("replies_since", {"since": at})
        return tuple(
            KeptReply(receipt, received_at, Reply(phone, content, said_at, task, bool(opts_out)))
            for receipt, received_at, phone, content, said_at, task, opts_out in rows
        )


def _unsettled(state: State, route: Route, code: str) -> tuple[Outcome, str, str]:
    outcome = of_state(state, route)
    match state:
        case State.REFUSED:
            return outcome, "", code
        case State.ABANDONED:
            return outcome, code, ""
        case _:
            return outcome, "", ""
