"""Find the ledger and the run that a command line names."""

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pipeline.core.errors import CampaignInvalid, NotRunYet, UsageError
from pipeline.core.model import RunId
from pipeline.language import Text, Words, filled
from pipeline.ledger import SqliteLedger
from pipeline.ledger.sqlite.files import LEDGER_NAME
from pipeline.logs import EventLog, LogOptions
from pipeline.ports import Clock, Ledger, RunRecord
from pipeline.ports.records import MENDED_OF, RERUN_OF, TRIAL
from pipeline.settings import Campaign, load_campaign
from pipeline.settings.bounds import at_home


def is_trial(record: RunRecord) -> bool:
    """Tell whether a run is a test send."""
    return record.plan.is_trial


def is_mended(record: RunRecord) -> bool:
    """Tell whether a run sends the mended rows of another."""
    return MENDED_OF in json.loads(record.plan.meaning)


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of run one is: empty for a campaign's own; of is the run that it belongs to."""

    name: Literal["", "test send", "mended rows", "rerun"] = ""
    of: str = ""

    @property
    def words(self) -> Text:
        """Say it as a table has room for it."""
        match self.name:
            case "rerun":
                return filled("rerun of {run}", run=self.of)
            case "mended rows":
                return filled("mended rows of {run}", run=self.of)
            case "test send":
                return Words("test send")
            case _:
                return Text()

    def __str__(self) -> str:
        """Say it: "rerun of x1", or nothing."""
        return f"{self.name} of {self.of}" if self.of else self.name


def run_kind(record: RunRecord) -> Kind:
    """Tell a campaign's own runs from those that belong to another run, and from test sends."""
    meaning = json.loads(record.plan.meaning)
    if TRIAL in meaning:
        return Kind("test send")
    if RERUN_OF in meaning:
        return Kind("rerun", str(meaning[RERUN_OF]))
    return Kind("mended rows", str(meaning[MENDED_OF])) if MENDED_OF in meaning else Kind()


def latest_run(ledger: Ledger, campaign: str) -> RunRecord | None:
    """Return the campaign's latest run that was no test send."""
    return next((run for run in ledger.runs(campaign) if not is_trial(run)), None)


def latest_own_run(ledger: Ledger, campaign: str) -> RunRecord | None:
    """Return the run that a campaign file stands for: its latest of a list, or the rerun of that.

    Who sends the mended rows of a list, or a test, still asks about the list by its campaign.
    """
    own = (run for run in ledger.runs(campaign) if not is_trial(run) and not is_mended(run))
    return next(own, None)


STATE_VARIABLE = "KOOSEND_STATE"
LEDGER_FILE = LEDGER_NAME
EVENTS_FILE = "events.jsonl"
"""What commands log in a run's folder."""


_RUN_ID = re.compile(r"[0-9a-z]{8}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says on the command line, that nothing else could prove.

    same_account: the run's account is the campaign's, whose key or host was changed. new_ledger:
    this ledger may begin, although others sent by the account. restored: the ledger was put back
    and is to ask for everything that was sent since. only_looks: nothing is to be sent, now or
    later, so that an older ledger, or a copy, does no harm.
    """

    same_account: bool = False
    new_ledger: bool = False
    restored: bool = False
    only_looks: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger, and what of it was named. campaign is None where only a run id was given."""

    state: Path
    ledger: Ledger
    campaign: Campaign | None
    record: RunRecord | None
    said: Said = field(default_factory=Said)

    @property
    def run(self) -> RunRecord:
        """Return the run, or raise NotRunYet where the campaign has none yet."""
        if self.record is None:
            raise NotRunYet(
                Words("this campaign has not run yet; start it with: koosend run CAMPAIGN")
            )
        return self.record

    def campaign_of(self, record: RunRecord, at: float) -> Campaign:
        """Return the campaign that was named, else a run's own. Raises CampaignInvalid."""
        return self.campaign or load_campaign(Path(record.plan.campaign_path), at)

    def campaign_if_sound(self, record: RunRecord, at: float) -> Campaign | None:
        """Return the same; None where its file is gone or wrong by now."""
        return self.campaign or own_campaign(record, at)


def own_campaign(record: RunRecord, at: float) -> Campaign | None:
    """Return the campaign that a run was planned of; None where its file is gone or wrong."""
    try:
        return load_campaign(Path(record.plan.campaign_path), at)
    except CampaignInvalid:
        return None


def state_folder(given: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the state folder that the command line or the environment names.

    No shell reads the `~` of a crontab's variables, nor of --state=~/folder.
    """
    named = str(given) if given is not None else environ.get(STATE_VARIABLE)
    return Path(at_home(named)).absolute() if named else None


@contextmanager
def open_place(
    target: str | None, state: Path | None, clock: Clock, said: Said | None = None
) -> Iterator[Place]:
    """Open the ledger for a command that takes RUN: a run id, or a campaign file's latest run.

    Raises UsageError where there is no such ledger or run, of a campaign NotRunYet.
    """
    campaign = _campaign(target, clock)
    folder = folder_asked_for(state, campaign)
    if not (folder / LEDGER_FILE).exists():
        missing = UsageError if campaign is None else NotRunYet
        raise missing(
            filled(
                "there is no ledger in {folder}; name the state folder with --state DIR, or the "
                "campaign file instead of the run",
                folder=folder,
            ),
            "KS0211" if campaign is None else "",
        )
    with closing(SqliteLedger(folder)) as ledger:
        record = _record(ledger, target, campaign)
        yield Place(folder, ledger, campaign, record, said or Said())


def named(record: RunRecord) -> str:
    """Return how a command line names a run from here: with its state folder where that is needed.

    By its id alone a run is looked for where STATE_VARIABLE says, or in var/koosend.
    """
    found = folder_asked_for(None, None)
    return record.plan.run + _state_of(record, found)


def by_campaign(record: RunRecord) -> str:
    """Return how a command line names a run's campaign from here, with the folder as above."""
    campaign = own_campaign(record, record.plan.planned_at)
    own = campaign.state if campaign is not None else Path(record.folder)
    found = state_folder(None, os.environ) or own
    return shlex.quote(record.plan.campaign_path) + _state_of(record, found)


def _state_of(record: RunRecord, found: Path) -> str:
    if not record.folder or found.resolve() == Path(record.folder).resolve():
        return ""
    return f" --state {shlex.quote(record.folder)}"


def folder_asked_for(given: Path | None, campaign: Campaign | None) -> Path:
    """Return the state folder of a command: as given, else the campaign's, else the usual."""
    own = campaign.state if campaign is not None else None
    return state_folder(given, os.environ) or own or usual_folder()


def run_log(state: Path, record: RunRecord, options: LogOptions | None = None) -> EventLog:
    """Open a run's log, each line of which says whose it is."""
    about = {"campaign": record.plan.campaign, "run": record.plan.run}
    return EventLog(run_folder(state, record.plan.run) / EVENTS_FILE, options, about)


def usual_folder() -> Path:
    """Return the state folder where nothing names one."""
    return Path("var/koosend").absolute()


def load_here(file: Path, given: Path | None, now: float) -> Campaign:
    """Load a campaign for the state folder that a command line gave, if any.

    Raises what load_campaign does.
    """
    campaign = load_campaign(file, now)
    folder = state_folder(given, {})
    usual = state_folder(None, os.environ) or campaign.state
    if folder is None or folder.resolve() == usual.resolve():
        return campaign
    return replace(campaign, elsewhere=folder)


def is_run_id(text: str) -> bool:
    """Tell whether a command line's RUN is an id; a campaign's name ends in .toml."""
    return _RUN_ID.fullmatch(text) is not None


def run_folder(state: Path, run: RunId) -> Path:
    """Return the folder of a run's files."""
    return state / "runs" / run


def _campaign(target: str | None, clock: Clock) -> Campaign | None:
    if target is None or is_run_id(target):
        return None
    return load_campaign(Path(target), clock.now())


def _record(ledger: Ledger, target: str | None, campaign: Campaign | None) -> RunRecord | None:
    if campaign is not None:
        return latest_own_run(ledger, campaign.name)
    if target is None:
        return None
    record = ledger.run(RunId(target))
    if record is None:
        raise UsageError(
            filled(
                "there is no run {target} in this ledger; koosend runs lists them", target=target
            ),
            "KS0210",
        )
    return record
