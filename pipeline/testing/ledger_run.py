"""What the ledger in memory holds of one run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.lifecycle import IllegalStep
from pipeline.core.model import Chunk, RejectedRow, TaskName
from pipeline.core.outcome import Fact, Standing
from pipeline.ports import (
    AttemptRecord,
    CanaryRecord,
    Question,
    Rejects,
    RunPlan,
    RunRecord,
    Submission,
)

Key = tuple[int, int]
"""A submission within its run: chunk, submission."""


@dataclass(slots=True)
class MemoryRun:
    """Everything that is known of one run."""

    plan: RunPlan
    chunks: dict[int, Chunk] = field(default_factory=dict)
    rejects: list[Rejects] = field(default_factory=list)
    rejected: dict[int, RejectedRow] = field(default_factory=dict)
    submissions: dict[Key, Submission] = field(default_factory=dict)
    of_row: dict[int, tuple[Key, int]] = field(default_factory=dict)
    standings: dict[int, Standing] = field(default_factory=dict)
    attempts: dict[TaskName, AttemptRecord] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    evidence: dict[Key, dict[str, Mapping[int, tuple[Fact, ...]]]] = field(default_factory=dict)
    link_life: dict[Key, float] = field(default_factory=dict)
    links: dict[Key, dict[int, str]] = field(default_factory=dict)
    continued: set[int] = field(default_factory=set)
    canary: list[CanaryRecord] = field(default_factory=list)
    epoch: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    purged_at: float | None = None
    held: bool = False

    def record(self) -> RunRecord:
        """Return the run as the port shows it."""
        return RunRecord(
            plan=self.plan,
            rows=len(self.of_row) + len(self.rejected),
            recipients=len(self.of_row),
            chunks=len(self.chunks),
            epoch=self.epoch,
            started_at=self.started_at,
            finished_at=self.finished_at,
            purged_at=self.purged_at,
        )

    def submission(self, key: Key) -> Submission:
        """Look a submission up, or raise IllegalStep."""
        try:
            return self.submissions[key]
        except KeyError:
            raise IllegalStep(f"chunk {key[0]} has no submission {key[1]}") from None


def append_facts(
    run: MemoryRun,
    place: tuple[Key, str],
    facts: Mapping[int, Sequence[Fact]],
    number: Callable[[], int],
) -> None:
    """Append facts of one source, unless the source has said just that before."""
    key, source = place
    said = {row: tuple(replace(f, evidence="") for f in of) for row, of in facts.items() if of}
    known = run.evidence.setdefault(key, {})
    if not said or any(n.startswith(f"{source}:") and _bare(s) == said for n, s in known.items()):
        return
    name = f"{source}:{number()}"
    known[name] = {row: tuple(replace(f, evidence=name) for f in of) for row, of in said.items()}


def _bare(facts: Mapping[int, tuple[Fact, ...]]) -> dict[int, tuple[Fact, ...]]:
    return {row: tuple(replace(f, evidence="") for f in of) for row, of in facts.items()}
