"""Prove that the books balance: from the source file, the ledger and the evidence."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.audit.account_store import check_store
from pipeline.audit.books import MENDED_BY_ASKING, Finding, FindingCode, Proof, check_books
from pipeline.audit.earlier_runs import Numbers, attempted_in, check_earlier_runs
from pipeline.audit.opt_outs import check_opt_outs, unkept
from pipeline.audit.releases import check_releases
from pipeline.audit.replay import check_steps
from pipeline.core.errors import KoosendError, LedgerUnwritable
from pipeline.core.lifecycle import Event
from pipeline.core.model import RunId
from pipeline.language import Words
from pipeline.ledger import SqliteLedger
from pipeline.ports import AttemptRecord, KeptReply, RunRecord
from pipeline.ports.erasing import ErasedKind
from pipeline.reader.files.source import fingerprint
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.place import LEDGER_FILE, Place
from pipeline.runner.session.store_folder import folder_of_run, store_if_there
from pipeline.settings.account import kind_of

_TAKEN = frozenset({Event.WAS_ACCEPTED, Event.WAS_FOUND})
_NOT_WRONG = MENDED_BY_ASKING | {FindingCode.FORGOTTEN}
_CHANGED = Words(
    "the source is no longer what was read when the run was planned; the run's rows are safe in "
    "the ledger, but the file can no longer bear them out"
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was proved. findings is empty when the books balance.

    late holds what is not wrong but only late: news that came after an outcome was recorded, which
    the next reconcile folds in. receipts_late counts the receipts that came after the last fold,
    where they brought some of it.
    source says how the source file stands to what was planned: unchanged, changed or gone. A
    source that is gone is told, but is no finding: its rows are in the ledger.
    erased counts the rows of people who were erased: nothing shows that they were sent to once.
    forgotten counts outcomes that rest on what a purge has forgotten: nothing bears them out now.
    asked counts the attempts that KooMessage was asked about, where it was. drift is where its
    daily reports count otherwise; since others may send by the same template, and the reports may
    lag, that is told and proves nothing.
    """

    record: RunRecord
    findings: tuple[Finding, ...]
    source: str
    late: tuple[Finding, ...] = ()
    receipts_late: int = 0
    asked: int = 0
    drift: tuple[Finding, ...] = ()
    forgotten: int = 0
    erased: int = 0

    @property
    def proved(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.findings

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        return {
            "run": self.record.plan.run,
            "campaign": self.record.plan.campaign,
            **marks_of(self.record).as_json(),
            "proved": self.proved,
            "source": self.source,
            "late": len(self.late),
            "receipts_late": self.receipts_late,
            "asked": self.asked,
            "purged": self.record.purged_at is not None,
            "forgotten": self.forgotten,
            "erased": self.erased,
            "findings": [_as_json(found) for found in self.findings],
            "drift": [_as_json(found) for found in self.drift],
        }


def verify_run(place: Place) -> Verification:
    """Recompute a run's books from the raw evidence."""
    record = place.run
    ledger, run = place.ledger, record.plan.run
    source = _source(record)
    # Before anything else is read: what comes meanwhile is late, not wrong.
    folded_to = ledger.receipts.folded_to(run)
    attempts = ledger.attempts(run)
    proof = Proof(
        run=record,
        books=ledger.books(run),
        submissions=ledger.submissions(run),
        facts=partial(ledger.facts, run),
        attempts=[known.attempt for known in attempts],
        source_changed=_CHANGED if source == "changed" else "",
        folded_to=folded_to,
    )
    found = list(check_books(ledger.outcomes(run), proof))
    found += check_steps(proof.submissions, attempts)
    found += check_releases(attempts, ledger.questions(run))
    found += check_earlier_runs(ledger.rejects(run), partial(_attempted_by, place))
    found += _check_account(place, attempts)
    found += check_opt_outs(_unkept(place))
    late = tuple(finding for finding in found if finding.code in MENDED_BY_ASKING)
    return Verification(
        record,
        tuple(finding for finding in found if finding.code not in _NOT_WRONG),
        source,
        late,
        ledger.receipts.unfolded(run) if late else 0,
        forgotten=sum(finding.code is FindingCode.FORGOTTEN for finding in found),
        erased=sum(kind is ErasedKind.PERSON for kind, _ in ledger.erasures.rows(run).values()),
    )


def _attempted_by(place: Place, run: RunId) -> Numbers | None:
    """Return whom an earlier run of the account sent to, in whatever ledger it stands."""
    if place.ledger.run(run) is not None:
        return attempted_in(place.ledger, run)
    folder = folder_of_run(place, place.run)
    with store_if_there(folder, place.run.plan.account) as store:
        for known in store.people_ledgers() if store is not None else ():
            if (Path(known.folder) / LEDGER_FILE).is_file():
                with closing(SqliteLedger(Path(known.folder))) as ledger:
                    if ledger.run(run) is not None:
                        return attempted_in(ledger, run)
    return None


def _check_account(place: Place, attempts: Iterable[AttemptRecord]) -> tuple[Finding, ...]:
    """Look at the account's store as well, where there is one."""
    taken = [made.attempt.task_name for made in attempts if made.event in _TAKEN]
    try:
        folder = folder_of_run(place, place.run)
        with store_if_there(folder, place.run.plan.account) as store:
            if store is None:
                return ()
            damage = store.damage()
            counted = () if damage else store.tasks_of(place.run.plan.run)
            return tuple(check_store(damage, counted, taken))
    except LedgerUnwritable as error:
        return tuple(check_store(str(error), (), taken))


def _unkept(place: Place) -> Sequence[KeptReply]:
    """Return the opt-outs that came since the account sends from here and that no list keeps.

    What was answered to a rehearsal is kept by the rehearsal's list, and the other way round.
    """
    ledger, account = place.ledger, place.run.plan.account
    runs = {record.plan.account: record for record in ledger.runs()}
    began = [run.started_at for run in ledger.runs() if run.plan.account == account]
    since = min((at for at in began if at is not None), default=float("inf"))
    replies: Sequence[KeptReply] = [
        kept for kept in ledger.receipts.opt_outs() if kept.received_at >= since
    ]
    others = [of for of in runs if of and kind_of(of) != kind_of(account)]
    try:
        for known in (account, *others):
            if replies:
                replies = _unkept_by(place, runs[known], replies)
    except LedgerUnwritable:
        return ()  # a store that is damaged is a finding of its own
    return replies


def _unkept_by(
    place: Place, record: RunRecord, replies: Sequence[KeptReply]
) -> Sequence[KeptReply]:
    """Return those that the list of a run's account does not keep, nor the folder's own before."""
    with store_if_there(folder_of_run(place, record), record.plan.account) as store:
        if store is not None:
            replies = unkept(replies, store.suppressions)
            if store.suppressions.has_joined(place.ledger.identity()):
                return replies
    return unkept(replies, place.ledger.screening)


def _as_json(found: Finding) -> dict[str, str]:
    return {"code": str(found.code), "where": found.where, "what": found.sentence}


def _source(record: RunRecord) -> str:
    path = Path(record.plan.source_path)
    try:
        sha256, _ = fingerprint(path)
    except KoosendError:
        return "gone"
    return "unchanged" if sha256 == record.plan.source_sha256 else "changed"
