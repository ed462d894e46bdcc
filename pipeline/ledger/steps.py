"""Write the steps of many submissions: judged one by one, written statement by statement."""

from collections.abc import Iterator, Mapping

from pipeline.core.answer import NewsKind
from pipeline.core.errors import Outdated
from pipeline.core.lifecycle import SENDABLE, Event, IllegalStep, State, advance
from pipeline.core.model import TaskName
from pipeline.core.outcome import Fact, Standing, withheld
from pipeline.ledger.codec import ROWS, pack_facts, pack_numbers, submission_of, unpack_facts
from pipeline.ledger.sqlite.database import Database
from pipeline.ports import Answered, Attempt, Conclusion, Submission, Withholding


class Steps:
    """The steps of one transaction. Nothing is written before `write`."""

    def __init__(self, database: Database, run_no: int) -> None:
        self._database = database
        self._run_no = run_no
        self._stands: dict[tuple[int, int], tuple[State, TaskName | None]] = {}
        self._names: set[TaskName] = set()
        self._attempts: list[tuple[object, ...]] = []
        self._begun: list[tuple[object, ...]] = []
        self._moved: list[tuple[object, ...]] = []
        self._renamed: list[tuple[object, ...]] = []
        self._logged: list[tuple[object, ...]] = []
        self._reopens = False

    def begin(self, attempt: Attempt) -> None:
        """Take an intent. Raises IllegalStep, and Outdated where none is called for any more."""
        key = attempt.place
        before, _ = self._stand(key)
        state = advance(before, Event.ATTEMPTED)
        if before is State.DEFERRED and self._database.first("proved", (self._run_no, *key)):
            raise Outdated("a receipt proves that an earlier attempt was taken")
        name, at = attempt.task_name, attempt.at
        if name in self._names or self._database.first("attempt_named", (name,)) is not None:
            raise IllegalStep(f"the task name {name} was used before")
        self._names.add(name)
        self._stands[key] = (state, name)
        self._attempts.append((name, self._run_no, *key, attempt.attempt, at))
        self._begun.append((state, name, at, self._run_no, *key))
        begun = Conclusion(*key, Event.ATTEMPTED, at)
        self._log((before, state), begun, name)

    def conclude(self, conclusion: Conclusion) -> None:
        """Take what became known. Raises IllegalStep."""
        if conclusion.event is Event.ATTEMPTED:
            raise IllegalStep("an attempt is begun, it is no conclusion")
        key = (conclusion.chunk, conclusion.submission)
        before, name = self._stand(key)
        state = advance(before, conclusion.event)
        if before is not State.ACCEPTED:
            self._move(key, conclusion, state)
            name = self._named(key, conclusion) or name
        self._stands[key] = (state, name)
        self._log((before, state), conclusion, name)

    def write(self) -> None:
        """Write all steps, in the order in which they were taken."""
        if self._attempts:
            self._database.do_many("add_attempt", self._attempts)
            self._database.do_many("begin_attempt", self._begun)
        if self._moved:
            self._database.do_many("conclude_attempt", self._moved)
        if self._renamed:
            self._database.do_many("name_submission", self._renamed)
        if self._logged:
            self._database.do_many("add_step", self._logged)
        if self._reopens:
            self._database.do("reopen_run", {"run_no": self._run_no})

    def _named(self, key: tuple[int, int], conclusion: Conclusion) -> TaskName | None:
        """Take notice of the earlier attempt that a conclusion is about, if it is."""
        name = conclusion.task_name
        if name is None:
            return None
        at = self._database.value("attempt_of_submission", (name, self._run_no, *key))
        if at is None or conclusion.event is not Event.WAS_FOUND:
            raise IllegalStep(f"{name} is no attempt of this submission that could be found")
        self._renamed.append((name, at, self._run_no, *key))
        return name

    def _stand(self, key: tuple[int, int]) -> tuple[State, TaskName | None]:
        """Return a submission's state and the name that it goes by."""
        known = self._stands.get(key)
        if known is not None:
            return known
        row = self._database.first("submission_stand", (self._run_no, *key))
        if row is None:
            raise IllegalStep(f"chunk {key[0]} has no submission {key[1]}")
        return State(row[0]), row[1]

    def _move(self, key: tuple[int, int], conclusion: Conclusion, state: State) -> None:
        accepted = state is State.ACCEPTED
        if accepted and not conclusion.task_id:
            raise IllegalStep("a submission cannot be accepted without a task id")
        # What a refusal names is kept too: news of it would say that something was taken.
        task_id = conclusion.task_id if accepted or state is State.REFUSED else None
        what = (state, conclusion.event, task_id, conclusion.at)
        self._moved.append((*what, conclusion.code, conclusion.message, self._run_no, *key))
        self._reopens = self._reopens or state in SENDABLE

    def _log(
        self, states: tuple[State, State], conclusion: Conclusion, name: TaskName | None
    ) -> None:
        before, after = states
        place = (self._run_no, conclusion.chunk, conclusion.submission)
        said = (conclusion.task_id, conclusion.code, conclusion.message, conclusion.note)
        step = (before, conclusion.event, after, conclusion.at)
        self._logged.append((*place, name, *step, *said))


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


def key_of(run_no: int, of: Submission | Conclusion | Withholding) -> dict[str, object]:
    """Return what names a submission in a statement."""
    return {"run_no": run_no, "chunk": of.chunk, "submission": of.submission}


def stored(
    database: Database, run_no: int, of: Submission | Conclusion | Withholding
) -> Submission:
    """Read a submission as it stands. Raises IllegalStep where there is none."""
    row = database.first("submission", key_of(run_no, of))
    if row is None:
        raise IllegalStep(f"chunk {of.chunk} has no submission {of.submission}")
    return submission_of(row)


def add_facts(database: Database, key: Mapping[str, object], said: Answered) -> None:
    """Append evidence of a submission; the same from the same source changes nothing."""
    text, digest = pack_facts(said.facts)
    page = {"source": said.source, "at": said.at, "digest": digest, "facts": text}
    database.do("add_evidence", {**key, **page})


def recorded_facts(database: Database, key: Mapping[str, object]) -> Iterator[tuple[int, Fact]]:
    """Yield a submission's evidence, in the order of its recording, each fact with its row."""
    for number, source, text in database.all("evidence", key):
        yield from unpack_facts(text, f"{source}:{number}")


def leave_out(database: Database, key: Mapping[str, object], known: Submission) -> None:
    """Record the rows that a submission leaves out; known has them all."""
    left = {"withheld": pack_numbers(known.withheld, ROWS), "messages": known.messages}
    database.do("withhold", {**key, **left})


def proved_standings(
    database: Database, key: Mapping[str, object], reasons: Mapping[int, str]
) -> dict[int, Standing]:
    """Return the outcomes of withheld rows, each with the evidence that was recorded of it."""
    said: dict[int, list[Fact]] = {}
    for row, fact in recorded_facts(database, key):
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
