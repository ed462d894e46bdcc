"""Hold an account's store against a run's ledger."""

from collections.abc import Iterable, Iterator

from pipeline.audit.books import Finding, FindingCode
from pipeline.core.model import TaskName
from pipeline.language import Words, filled
from pipeline.ports import TakenTask


def check_store(
    damage: str, counted: Iterable[TakenTask], taken: Iterable[TaskName]
) -> Iterator[Finding]:
    """Yield what is wrong with an account's store, as far as a run is concerned.

    damage is what is wrong with its file; counted, the names of the run that it counts as taken;
    taken, those that the ledger does. A name that was not taken would never be found, and so make
    the list of the account worthless; one that the store lacks only costs questions.
    """
    if damage:
        sentence = filled(
            "the file is damaged ({damage}): put it back, or move it away and begin anew",
            damage=damage,
        )
        yield Finding(FindingCode.STORE_DAMAGED, sentence, Words("account's store"))
        return
    known = frozenset(taken)
    for task in counted:
        if task.name not in known:
            sentence = Words("the account's store counts it as taken, and the ledger does not")
            yield Finding(FindingCode.STORE_DIFFERS, sentence, task.name)
