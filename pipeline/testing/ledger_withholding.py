"""The ledger in memory: rows that are taken out of a submission before it leaves."""

from collections.abc import Mapping
from dataclasses import replace

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import SENDABLE, Event, IllegalStep
from pipeline.core.outcome import Fact, withheld
from pipeline.ports import Conclusion, Submission, Withholding
from pipeline.testing.ledger_run import Key, MemoryRun

SUPPRESSION = "suppression"
"""The source of the evidence by which a recipient was withheld."""


def leave_out(
    run: MemoryRun, withholding: Withholding
) -> tuple[Submission, Mapping[int, tuple[Fact, ...]]]:
    """Return the submission without the rows, and why each new one of them is out."""
    known = run.submission((withholding.chunk, withholding.submission))
    if known.state not in SENDABLE:
        raise IllegalStep(f"nobody can be withheld from a submission that is {known.state}")
    facts = {
        row: (Fact(NewsKind.WITHHELD, why, "", ""),)
        for row, why in sorted(withholding.reasons.items())
        if row not in known.withheld
    }
    return replace(known, withheld=tuple(sorted({*known.withheld, *facts}))), facts


def settle_withheld(run: MemoryRun, key: Key) -> None:
    """Settle the rows that a submission leaves out."""
    for said in run.evidence.get(key, {}).values():
        found = ((row, withheld(facts)) for row, facts in said.items())
        run.standings.update({row: one for row, one in found if one is not None})


def giving_up(known: Submission, withholding: Withholding) -> Conclusion:
    """Conclude that a submission which carries nobody any more is never attempted."""
    return Conclusion(
        withholding.chunk,
        withholding.submission,
        Event.WAS_ABANDONED,
        withholding.at,
        code=min(withholding.reasons.values()),
        message=f"all its {known.recipients} recipients are withheld",
    )


def source_of(facts: Mapping[int, tuple[Fact, ...]]) -> str:
    """Name the source of what is said of rows when a chunk goes on."""
    kinds = {fact.kind for of_row in facts.values() for fact in of_row}
    return SUPPRESSION if kinds == {NewsKind.WITHHELD} else "capabilities"
