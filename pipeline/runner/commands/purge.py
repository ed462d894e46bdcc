"""Forget the people of old runs: what is due, what is not and why, and then do it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipeline.core.errors import RunHeld, UsageError
from pipeline.core.lifecycle import UNSETTLED
from pipeline.core.model import RunId, TaskName
from pipeline.core.outcome import OPEN
from pipeline.core.times import DAY_S
from pipeline.language import Words, filled
from pipeline.ledger.account import stores_in
from pipeline.ports import Clock, Forgotten, Ledger, RunRecord
from pipeline.runner.forgetting.files import delete_files, files_of, link_on_the_way
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import Place, named
from pipeline.runner.session.store_folder import folder_of_run

LOOK_BACK_DAYS = 31
"""How long digests of people are kept at the least, whatever the account's campaigns say."""


@dataclass(frozen=True, slots=True)
class PurgeWish:
    """Which runs to forget: those named, or those that ended so many days ago.

    unfinished takes those that still have work as well; files deletes what commands left in the
    runs' folders, and nothing that anybody else has put there.
    """

    runs: tuple[str, ...] = ()
    older_than_days: int | None = None
    unfinished: bool = False
    files: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that the wish names. why_not says what keeps it, where something does.

    files are the names of what commands left in its folder.
    """

    record: RunRecord
    why_not: str = ""
    files: tuple[str, ...] = ()

    @property
    def forgotten_before(self) -> bool:
        """Tell whether an earlier purge has forgotten its people."""
        return self.record.purged_at is not None


@dataclass(slots=True)
class Purged:
    """What was done: runs forgotten, what of them, files deleted, and runs that were left alone.

    beside_names counts the numbers that stood beside names of their tasks in an account's store.
    compact says that nothing of it is left in the ledger's files.
    """

    runs: list[RunId] = field(default_factory=list)
    forgotten: Forgotten = field(default_factory=Forgotten)
    files: int = 0
    beside_names: int = 0
    left_alone: dict[RunId, str] = field(default_factory=dict)
    compact: bool = True


def candidates(place: Place, wish: PurgeWish, now: float) -> tuple[Candidate, ...]:
    """List the runs that the wish names, the latest first. Raises UsageError for an unknown one."""
    if not wish.runs and wish.older_than_days is None:
        raise UsageError(
            Words("say which runs to forget: --older-than DAYS, or --run RUN"), "KS0207"
        )
    return tuple(
        Candidate(record, _why_not(place, record, wish), files_of(place.state, record.plan.run))
        for record in _records(place.ledger, wish, now)
    )


def purge(place: Place, wish: PurgeWish, clock: Clock) -> Purged:
    """Forget the people of every run that is due, and what was pushed before that age.

    Raises LedgerUnwritable, and ReportUnwritable where a file cannot be deleted.
    """
    done = Purged()
    now = clock.now()
    names: dict[Path, list[TaskName]] = defaultdict(list)
    for candidate in candidates(place, wish, now):
        run = candidate.record.plan.run
        if candidate.why_not:
            done.left_alone[run] = candidate.why_not
            continue
        try:
            writer = place.ledger.take(run)
        except RunHeld as error:
            done.left_alone[run] = str(error)
            continue
        with closing(writer):
            attempts = place.ledger.attempts(run)
            names[folder_of_run(place, candidate.record)] += [a.attempt.task_name for a in attempts]
            done.forgotten = done.forgotten.plus(writer.purge(now))
            done.runs.append(run)
            if wish.files:
                done.files += delete_files(place.state, run, candidate.files)
    # By these numbers SMS tasks are asked for; whoever the account is by now, each store is opened.
    look_back_days = LOOK_BACK_DAYS
    for folder, forgotten in names.items():
        for store in stores_in(folder):
            done.beside_names += store.forget_numbers(forgotten)
            days = [known.look_back_days for known in store.people_ledgers()]
            look_back_days = max([look_back_days, *days])
    place.ledger.people.forget(now - look_back_days * DAY_S)
    if wish.older_than_days is not None:
        before = now - wish.older_than_days * DAY_S
        done.forgotten = done.forgotten.plus(place.ledger.retention.purge_pushed(before))
    done.compact = place.ledger.retention.compact()
    return done


def as_json(
    found: Iterable[Candidate], done: Purged | None, texts: Mapping[RunId, str]
) -> dict[str, object]:
    """Return the one object that --json prints; texts are the ages' words by run."""
    forgotten = done.forgotten if done else Forgotten()
    return {
        "purged": done is not None,
        "runs": [
            {
                "run": candidate.record.plan.run,
                "campaign": candidate.record.plan.campaign,
                **marks_of(candidate.record).as_json(),
                "ended": texts[candidate.record.plan.run],
                "rows": candidate.record.rows,
                "left_alone": candidate.why_not
                or (done.left_alone.get(candidate.record.plan.run, "") if done else ""),
                "forgotten_before": candidate.forgotten_before,
                "files": len(candidate.files),
            }
            for candidate in found
        ],
        "forgotten": {**asdict(forgotten), "beside_names": done.beside_names if done else 0},
        "files_deleted": done.files if done else 0,
        "compact": done.compact if done else None,
    }


def ended_at(record: RunRecord) -> float:
    """Return when a run ended, or, while it has not, when it last began."""
    return record.finished_at or record.started_at or record.plan.planned_at


def _records(ledger: Ledger, wish: PurgeWish, now: float) -> Iterable[RunRecord]:
    if wish.runs:
        for name in dict.fromkeys(wish.runs):
            record = ledger.run(RunId(name))
            if record is None:
                raise UsageError(
                    filled(
                        "there is no run {name} in this ledger; koosend runs lists them", name=name
                    ),
                    "KS0210",
                )
            yield record
        return
    before = now - (wish.older_than_days or 0) * DAY_S
    yield from (record for record in ledger.runs() if ended_at(record) < before)


def _why_not(place: Place, record: RunRecord, wish: PurgeWish) -> str:
    ledger, run = place.ledger, record.plan.run
    link = link_on_the_way(place.state, record.plan.run) if wish.files else None
    if link is not None:
        return filled(
            "{link} is a symbolic link, and --files follows none: leave out --files", link=link
        )
    if wish.unfinished or record.purged_at is not None:
        return ""
    left = sum(submission.recipients for submission in ledger.submissions(run, UNSETTLED))
    if left or ledger.routes.unlinked(run):
        rows = filled("{rows} {rows:row|rows} {rows:is|are}", rows=left)
        return filled(
            "{rows} not sent yet or in doubt: koosend run or reconcile ends it", rows=rows
        )
    open_rows = sum(ledger.books(run).outcomes.get(outcome, 0) for outcome in OPEN)
    if open_rows:
        waits = filled("{rows} {rows:row|rows} {rows:waits|wait}", rows=open_rows)
        return filled(
            "{waits} for news: koosend reconcile {run} asks for it", waits=waits, run=named(record)
        )
    return ""
