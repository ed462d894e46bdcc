"""Say what is run for a campaign by itself, by whom and when, and refuse what no night would do."""

import hashlib
import os
import pwd
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.core.text import HIDDEN, one_line
from pipeline.core.times import CHINA, DAY_S, HOUR_S, Window, parse_clock
from pipeline.language import Words, filled
from pipeline.ports import Marks
from pipeline.runner.session.marks import marks_here
from pipeline.settings import Campaign

_SPAN_S_MAX = 12 * HOUR_S
"""A start that may be later than this is a slip: start_before lies before the start."""

_BACKUP_AFTER_S = 3 * 3600
_PURGE_AFTER_S = 4 * 3600
"""After the night has begun: a ledger is copied at rest, where there is any, and before a purge."""

_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DIGEST_CHARS = 6


@dataclass(frozen=True, slots=True)
class Job:
    """A command that is run by itself.

    words follow `koosend`. at_s is when in China's day, in seconds since midnight; None: every
    hour. is_quiet says that it prints what a person must know, and nothing else.
    """

    name: str
    words: Sequence[str]
    at_s: int | None
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks of a schedule. at is in China's time; user and env_file empty: the usual.

    is_late: a night that was missed is run as soon as the machine is there again.
    """

    at: str
    mail: str = ""
    user: str = ""
    env_file: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """A campaign's jobs, and who runs them. at_s is China's; mail is empty for nobody's.

    marks are what must be said first: that nobody would be sent anything.
    """

    campaign: Campaign
    user: pwd.struct_passwd
    at_s: int
    env_file: Path
    mail: str
    is_late: bool
    marks: Marks

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Return what is run: one more job is one more line here."""
        file, wish = str(self.campaign.file), self.campaign.schedule
        night = ("nightly", file, "--scheduled", self.at_text)
        backup = ("backup", file, "--to", wish.backup_to, "--keep", str(wish.backup_keep))
        days = str(wish.purge_after_days)
        purge = ("purge", "--campaign", file, "--older-than", days, "--files", "--yes")
        asked_for = {
            "backup": (wish.backup_to, Job("backup", backup, self._after(_BACKUP_AFTER_S))),
            "purge": (wish.purge_after_days, Job("purge", purge, self._after(_PURGE_AFTER_S))),
        }
        return (
            Job("nightly", night, self.at_s),
            Job("reconcile", ("reconcile", file, "--quiet"), None, is_quiet=True),
            *(job for wanted, job in asked_for.values() if wanted),
        )

    def _after(self, seconds: int) -> int:
        return (self.at_s + seconds) % int(DAY_S)

    @property
    def at_text(self) -> str:
        """Return the time of the run in China: 20:30."""
        return clock_text(self.at_s)

    @property
    def hourly_minute(self) -> int:
        """Return the minute of the hourly jobs: a little after the run's, which needs the run."""
        return (self.at_s // 60 + 7) % 60

    @property
    def koosend(self) -> Path:
        """Return the command, by its whole path: nobody's PATH is asked at night."""
        return Path(sys.executable).parent / "koosend"

    @property
    def logs(self) -> Path:
        """Return the folder of the log and of what was told."""
        return self.campaign.state / "logs"

    @property
    def log(self) -> Path:
        """Return the log that cron's lines write."""
        return self.logs / f"{self.campaign.file.stem}.log"

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that name what a night needs from its environment, and the names."""
        account = self.campaign.account
        of_account = () if account.is_emulator else account.variables
        notify, report = self.campaign.notify, self.campaign.report
        told = (
            ("notify.urls_env", notify.urls_env),
            ("notify.heartbeat_env", notify.heartbeat_env),
            ("report.deliver_env", report.deliver_env),
        )
        return (*of_account, *((key, name) for key, name in told if name))

    @property
    def slug(self) -> str:
        """Return the campaign's name as files may bear it; other letters leave a digest."""
        name = self.campaign.name
        plain = "-".join(re.findall("[a-z0-9]+", name.lower()))
        if _PLAIN.fullmatch(name):
            return name
        digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_CHARS]
        return f"{plain}-{digest}".lstrip("-")


def clock_text(at_s: int) -> str:
    """Write a time of day: 20:30."""
    return f"{at_s // 3600:02}:{at_s % 3600 // 60:02}"


def made_schedule(campaign: Campaign, wish: Wish, *, rehearsal: bool) -> Schedule:
    """Say what is run for a campaign by itself.

    Raises UsageError for what is no time, address or user, for a campaign that is a rehearsal
    where none was asked for, for a time at which it would not send, and for paths that cannot
    stand in a line.
    """
    marks = marks_here(campaign)
    if marks.rehearsal and not rehearsal:
        raise UsageError(
            filled(
                '{marks}: {file} has account.endpoint = "{endpoint}", so no night would '
                "reach anybody; write KooMessage's address there, or say --rehearsal",
                marks=marks.text,
                file=campaign.file,
                endpoint=campaign.account.endpoint,
            ),
            "KS0224",
        )
    at_s = parse_clock(wish.at)
    if at_s is None:
        raise UsageError(
            filled("--at {at} is no time of day; write it as 20:30", at=one_line(wish.at)), "KS0203"
        )
    if re.search(rf"[\s{HIDDEN}]", wish.mail) or wish.mail.startswith("-"):
        raise UsageError(Words("--mail takes one address"), "KS0203")
    env_file = Path(wish.env_file).absolute() if wish.env_file else campaign.state / "koosend.env"
    _refuse_unseen(campaign, env_file)
    _refuse_closed(campaign, at_s)
    user = user_of(wish.user)
    return Schedule(campaign, user, at_s, env_file, wish.mail, wish.is_late, marks)


def user_of(name: str) -> pwd.struct_passwd:
    """Return who runs the jobs: whoever is named, else who calls. Raises UsageError."""
    own = os.geteuid()
    try:
        found = pwd.getpwnam(name) if name else pwd.getpwuid(own)
    except (KeyError, ValueError):
        raise UsageError(
            filled("--user {name}: there is no such user here", name=str(one_line(name) or own)),
            "KS0225",
        ) from None
    if own not in {0, found.pw_uid}:
        raise UsageError(
            filled("--user {name}: only root can have another user run a campaign", name=name),
            "KS0225",
        )
    return found


def _refuse_unseen(campaign: Campaign, env_file: Path) -> None:
    """Refuse paths that would break a line, or that the one who installs it could not read."""
    for what, path in (
        (Words("campaign file"), campaign.file),
        (Words("state folder"), campaign.state),
        (Words("environment file"), env_file),
    ):
        if one_line(str(path)) != str(path):
            raise UsageError(
                filled(
                    "the path of the {what}, {path}, has a line break or another invisible "
                    "character in it, which neither a crontab nor a unit can hold: rename "
                    "it",
                    what=what,
                    path=path,
                ),
                "KS0221",
            )


def _refuse_closed(campaign: Campaign, at_s: int) -> None:
    """Refuse a start outside the campaign's hours, or later than it may be: nothing would leave."""
    limits = campaign.limits
    clock = clock_text(at_s)
    start = datetime(1970, 1, 2, at_s // 3600, at_s % 3600 // 60, tzinfo=CHINA).timestamp()
    if limits.outside_window == "stop" and not limits.window.is_open(start):
        raise UsageError(
            filled(
                '--at {clock}, China\'s time, is outside [limits] window = "{hours}", so '
                "that a run would send nothing: choose another time, or set outside_window "
                '= "wait"',
                clock=clock,
                hours=limits.hours,
            ),
            "KS0223",
        )
    before_s = parse_clock(campaign.schedule.start_before)
    if before_s is not None and Window(at_s, before_s).length_s > _SPAN_S_MAX:
        raise UsageError(
            filled(
                '--at {clock} is not before [schedule] start_before = "{start_before}", '
                "so that a run would never begin: choose an earlier time, or raise "
                "start_before",
                clock=clock,
                start_before=campaign.schedule.start_before,
            ),
            "KS0223",
        )
