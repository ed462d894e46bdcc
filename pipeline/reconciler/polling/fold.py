"""Record what was heard of a submission, and fold all evidence into its rows' outcomes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.outcome import Fact, Outcome, Standing, fold
from pipeline.ports import Answered, Learned, refusal_of
from pipeline.reconciler.context import OneRun, Parts
from pipeline.reconciler.polling.cases import REVISIONS, Case, PollAnswer


@dataclass(frozen=True, slots=True)
class Folded:
    """A submission's rows after the fold: what changed, how many closed, which stay open."""

    changed: Mapping[int, Standing]
    closed: int
    open: Counter[Outcome]


def record(
    parts: Parts, cases: Sequence[Case], polled: Sequence[PollAnswer]
) -> Iterator[Mapping[int, tuple[Fact, ...]]]:
    """Append only what is new, in one transaction; then yield all facts of each case by row."""
    learned = [_learned(case, news) for case, news in zip(cases, polled, strict=True)]
    said = [new for new in learned if new.answers or new.link_life_s is not None]
    if said:
        parts.writer.add_evidence(said)
    for case, new in zip(cases, learned, strict=True):
        yield parts.ledger.facts(parts.run, case.submission) if new.answers else case.facts


def _learned(case: Case, polled: PollAnswer) -> Learned:
    pages = ((page, _fresh(case.facts, page)) for page in polled.pages)
    answers = [replace(page, facts=fresh) for page, fresh in pages if fresh]
    life_s = None if polled.link_life_s == case.link_life_s else polled.link_life_s
    return Learned(case.submission, answers, life_s)


def fold_rows(
    parts: OneRun, case: Case, facts: Mapping[int, tuple[Fact, ...]], polled: PollAnswer
) -> Folded:
    """Fold each row that news can still change; what was once concluded from time stays so."""
    carrier = parts.carrier(case.submission)
    before = case.unsettled.standings
    refusal = refusal_of(case.submission)
    changed: dict[int, Standing] = {}
    for row, old in before.items():
        if old.is_final and old.outcome not in REVISIONS:
            continue
        new = fold(
            carrier,
            [*facts.get(row, ()), *refusal],
            link_expired=polled.link_expired or old.outcome is Outcome.FALLBACK_SMS,
            silent=polled.silent or old.outcome is Outcome.EXPIRED,
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


def note_folded(parts: OneRun, receipt: int) -> None:
    """Record that a pass which began when that receipt was the last has gone over all rows."""
    if receipt > parts.ledger.receipts.folded_to(parts.run):
        parts.writer.fold_to(receipt)


def _replaces(new: Standing, old: Standing) -> bool:
    if new == old:
        return False
    if old.is_final:
        # Time alone proves nothing that was not known when the row was closed.
        return new.outcome in REVISIONS[old.outcome] and new.evidence != "silence"
    return new.outcome is not Outcome.SUBMITTED


def _fresh(known: Mapping[int, tuple[Fact, ...]], page: Answered) -> dict[int, tuple[Fact, ...]]:
    fresh: dict[int, tuple[Fact, ...]] = {}
    for row, facts in page.facts.items():
        seen = {(fact.kind, fact.code, fact.at) for fact in known.get(row, ())}
        new = tuple(
            fact for fact in dict.fromkeys(facts) if (fact.kind, fact.code, fact.at) not in seen
        )
        if new or row not in known:
            fresh[row] = new
    return fresh
