"""Take rows out of a submission before it leaves: kept for good, with the reason."""

from collections.abc import Mapping
from typing import Any

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import SENDABLE, Event, IllegalStep
from pipeline.core.outcome import Fact, Standing, withheld
from pipeline.ledger.codec import pack_rows, unpack_facts
from pipeline.ledger.database import Database
from pipeline.ports import Conclusion, Submission, Withholding

SUPPRESSION = "suppression"
"""The source of the evidence by which a recipient was withheld."""


def fresh_reasons(known: Submission, withholding: Withholding) -> dict[int, str]:
    """Return what is new of a withholding. Raises IllegalStep for what may no longer change."""
    if known.state not in SENDABLE:
        raise IllegalStep(f"nobody can be withheld from a submission that is {known.state}")
    before = frozenset(known.withheld)
    return {row: why for row, why in withholding.reasons.items() if row not in before}


def facts_of(reasons: Mapping[int, str]) -> dict[int, tuple[Fact, ...]]:
    """Say of each row why it was withheld."""
    return {row: (Fact(NewsKind.WITHHELD, reasons[row], "", ""),) for row in sorted(reasons)}


def leave_out(database: Database, key: Mapping[str, object], known: Submission) -> None:
    """Record the rows that a submission leaves out; known has them all."""
    left = {"withheld": pack_rows(known.withheld), "messages": known.messages}
    database.do("withhold", {**key, **left})


def proved_standings(
    database: Database, key: Mapping[str, object], reasons: Mapping[int, str]
) -> dict[int, Standing]:
    """Return the outcomes of withheld rows, each with the evidence that was recorded of it."""
    said: dict[int, list[Fact]] = {}
    pages: Any = database.all("evidence", key)
    for number, source, text in pages:
        for row, fact in unpack_facts(text, f"{source}:{number}"):
            if row in reasons:
                said.setdefault(row, []).append(fact)
    found = ((row, withheld(facts)) for row, facts in said.items())
    return {row: standing for row, standing in found if standing is not None}


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
