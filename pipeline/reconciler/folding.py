"""Record what was heard of a submission, and fold all evidence into its rows' outcomes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.outcome import Fact, Outcome, Standing, fold
from pipeline.reconciler.cases import Case, Heard, Page
from pipeline.reconciler.parts import Parts
from pipeline.reconciler.unsettled import REVISIONS


@dataclass(frozen=True, slots=True)
class Folded:
    """A submission's rows after the fold: what changed, how many closed, which stay open."""

    changed: Mapping[int, Standing]
    closed: int
    open: Counter[Outcome]


def record(parts: Parts, case: Case, heard: Heard) -> Mapping[int, tuple[Fact, ...]]:
    """Append only what is new, and return all facts of the submission by row."""
    appended = False
    for page in heard.pages:
        fresh = _fresh(case.facts, page)
        if fresh:
            parts.writer.add_evidence(case.submission, page.source, page.at, fresh)
            appended = True
    if heard.link_life_s is not None and heard.link_life_s != case.link_life_s:
        parts.writer.set_link_life(case.submission, heard.link_life_s)
    return parts.ledger.facts(parts.run, case.submission) if appended else case.facts


def fold_rows(
    parts: Parts, case: Case, facts: Mapping[int, tuple[Fact, ...]], heard: Heard
) -> Folded:
    """Fold each row that news can still change; what was once concluded from time stays so."""
    carrier = parts.carrier(case.submission)
    before = case.unsettled.standings
    changed: dict[int, Standing] = {}
    for row, old in before.items():
        if old.is_final and old.outcome not in REVISIONS:
            continue
        new = fold(
            carrier,
            facts.get(row, ()),
            link_expired=heard.link_expired or old.outcome is Outcome.FALLBACK_SMS,
            silent=heard.silent,
        )
        if _replaces(new, old):
            changed[row] = new
    closed = sum(new.is_final and not before[row].is_final for row, new in changed.items())
    still_open = Counter(
        standing.outcome
        for row, old in before.items()
        if not (standing := changed.get(row, old)).is_final
    )
    return Folded(changed, closed, still_open)


def _replaces(new: Standing, old: Standing) -> bool:
    if new == old:
        return False
    if old.is_final:
        # Time alone proves nothing that was not known when the row was closed.
        return new.outcome in REVISIONS[old.outcome] and new.evidence != "silence"
    return new.outcome is not Outcome.SUBMITTED


def _fresh(known: Mapping[int, tuple[Fact, ...]], page: Page) -> dict[int, tuple[Fact, ...]]:
    fresh: dict[int, tuple[Fact, ...]] = {}
    for row, facts in page.facts.items():
        before = known.get(row)
        if before is None:
            fresh[row] = tuple(dict.fromkeys(facts))
            continue
        seen = {(fact.kind, fact.code, fact.at) for fact in before}
        new = tuple(
            fact for fact in dict.fromkeys(facts) if (fact.kind, fact.code, fact.at) not in seen
        )
        if new:
            fresh[row] = new
    return fresh
