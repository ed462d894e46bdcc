"""The part of the ledger in memory that says who is not to be sent to."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import ASSUMED_SENT, State
from pipeline.core.model import Recipients, RunId, is_mobile
from pipeline.core.outcome import Outcome
from pipeline.core.screening import SuppressionReason
from pipeline.ports import Reached, Submission, Suppression, SuppressionRecord
from pipeline.testing.ledger_run import MemoryRun

_TAKEN = frozenset({State.ACCEPTED, State.IN_FLIGHT, State.IN_DOUBT})
_MISSED = frozenset({Outcome.REFUSED, Outcome.UNDELIVERED, Outcome.SUPPRESSED})


class MemoryScreening:
    """Fake ScreeningBook. count_write is called before each transaction and may refuse it."""

    def __init__(self, count_write: Callable[[], None], runs: Mapping[RunId, MemoryRun]) -> None:
        """Start with an empty list; runs may grow."""
        self._count = count_write
        self._sent = runs
        self._entries: list[SuppressionRecord] = []

    def suppress(self, entries: Sequence[Suppression]) -> int:
        """Put numbers on the suppression list; count the new ones."""
        if not all(is_mobile(entry.phone) for entry in entries):
            raise UsageError("the suppression list takes mainland mobile numbers only")
        self._count()
        return self.add_suppressions(entries)

    def add_suppressions(self, entries: Sequence[Suppression]) -> int:
        """Add to the list within a transaction that is counted already."""
        new = 0
        for entry in entries:
            if not any(_same(known, entry) for known in self._entries):
                self._entries.append(SuppressionRecord(entry))
                new += 1
        return new

    def unsuppress(self, phones: Sequence[str], at: float, note: str) -> int:
        """Take numbers off the suppression list; count the numbers."""
        self._count()
        removed: set[str] = set()
        for position, known in enumerate(self._entries):
            if known.removed_at is None and known.suppression.phone in phones:
                self._entries[position] = replace(known, removed_at=at, removed_note=note)
                removed.add(known.suppression.phone)
        return len(removed)

    def suppressions(
        self, phones: Sequence[str] | None = None, *, history: bool = False
    ) -> Iterator[SuppressionRecord]:
        """Read the suppression list by number."""
        for known in sorted(self._entries, key=lambda known: known.suppression.phone):
            wanted = phones is None or known.suppression.phone in phones
            if wanted and (history or known.removed_at is None):
                yield known

    def suppressed(self) -> Mapping[SuppressionReason, Sequence[int]]:
        """Read the numbers on the list by reason."""
        standing = [known.suppression for known in self.suppressions()]
        return {
            reason: [int(entry.phone) for entry in standing if entry.reason is reason]
            for reason in SuppressionReason
        }

    def suppressions_end(self) -> int:
        """Return where the list ends."""
        return len(self._entries)

    def suppressed_since(self, end: int) -> Mapping[str, SuppressionReason]:
        """Read the numbers that came on the list behind that end and still stand there."""
        found: dict[str, SuppressionReason] = {}
        for reason in reversed(SuppressionReason):
            for known in self._entries[end:]:
                if known.removed_at is None and known.suppression.reason is reason:
                    found[known.suppression.phone] = reason
        return found

    def reached(self, account: str, since: float) -> Iterator[Reached]:
        """Read whom an account's runs reached since then."""
        for run in self._sent.values():
            if run.plan.account != account or run.purged_at is not None:
                continue
            for key in sorted(run.submissions):
                one = run.submissions[key]
                if _counts(one, since):
                    part = _present(run, one.part(run.chunks[key[0]].recipients))
                    at = one.attempted_at or 0.0
                    trial = "trial" in json.loads(run.plan.meaning)
                    message = run.plan.message.by(one.route)
                    yield Reached(run.plan.run, message, at, part, trial)


def _same(known: SuppressionRecord, entry: Suppression) -> bool:
    stands = known.suppression
    return known.removed_at is None and (stands.phone, stands.reason) == (entry.phone, entry.reason)


def _counts(one: Submission, since: float) -> bool:
    assumed = one.state is State.ABANDONED and one.code == ASSUMED_SENT
    sent = (assumed or one.state in _TAKEN) and one.messages > 0
    return sent and one.attempted_at is not None and one.attempted_at >= since


def _present(run: MemoryRun, part: Recipients) -> Recipients:
    missed = {row for row, known in run.standings.items() if known.outcome in _MISSED}
    return part.pick([at for at, row in enumerate(part.rows) if row not in missed])
