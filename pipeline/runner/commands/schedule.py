"""Lines for cron: absolute paths, a log, a mail, and nothing to remember."""

import re
import shlex
import sys
from datetime import datetime
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.core.text import HIDDEN, one_line
from pipeline.core.times import in_china
from pipeline.runner.session.marks import marks_here
from pipeline.settings import Campaign

_AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def crontab(campaign: Campaign, at: str, mail: str, now: float, *, rehearsal: bool) -> str:
    """Write the lines that run a campaign every night and close its books every hour.

    at is a time of day of this machine, as its zone is now. Raises UsageError when it is none,
    where the campaign would not send then, and for a campaign that is a rehearsal where none was
    asked for, and where a line would not be one: for a path or an address with a line break or
    another invisible character. A second start while one still runs is refused by the
    run's own lock with exit 75, so that flock only keeps the log free of it.
    """
    marks = marks_here(campaign)
    if marks.rehearsal and not rehearsal:
        raise UsageError(
            f"{marks.text}: {campaign.file} has account.endpoint = "
            f'"{campaign.account.endpoint}", so no night would reach anybody; write KooMessage\'s '
            "address there, or say --rehearsal"
        )
    shape = _AT.fullmatch(at.strip())
    if shape is None:
        raise UsageError(f"--at {at} is no time of day; write it as 20:30")
    if re.search(rf"[\s{HIDDEN}]", mail):
        raise UsageError("--mail takes one address")
    _refuse_unseen(campaign)
    log = campaign.state / "logs" / f"{campaign.file.stem}.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    hour, minute = int(shape[1]), int(shape[2])
    _refuse_closed(
        campaign, datetime.fromtimestamp(now).astimezone().replace(hour=hour, minute=minute)
    )
    lines = [
        *([f"# {marks.text}"] if marks else []),
        f"# koosend: campaign {campaign.name}. Install with: crontab -e",
        "# Exit 75: run again later; the next night goes on with it. 79: a person must decide.",
        f"# A monitor may ask: koosend status {campaign.file} --check",
        "SHELL=/bin/sh",
        f"MAILTO={mail}" if mail else "# MAILTO=somebody@example.com",
        f"{minute} {hour} * * * {_command(campaign, log, 'run')}",
        f"{(minute + 7) % 60} * * * * {_command(campaign, log, 'reconcile')}",
    ]
    return "\n".join(lines) + "\n"


def _refuse_unseen(campaign: Campaign) -> None:
    """Refuse paths that would break a line, or that the one who installs it could not read."""
    for what, path in (("campaign file", campaign.file), ("state folder", campaign.state)):
        if one_line(str(path)) != str(path):
            raise UsageError(
                f"the path of the {what}, {path}, has a line break or another invisible "
                "character in it, which a crontab cannot hold: rename it"
            )


def _refuse_closed(campaign: Campaign, start: datetime) -> None:
    """Refuse a start outside the campaign's hours: every night would send nothing."""
    limits, at = campaign.limits, start.timestamp()
    if limits.outside_window == "wait" or limits.window.is_open(at):
        return
    raise UsageError(
        f"--at {start:%H:%M} of this machine is {in_china(at):%H:%M} in China, outside [limits] "
        f'window = "{limits.hours}", so that a run would send nothing: choose another time, or set '
        'outside_window = "wait"'
    )


def _command(campaign: Campaign, log: Path, verb: str) -> str:
    lock = campaign.state / "logs" / f"{campaign.file.stem}.{verb}.lock"
    koosend = Path(sys.executable).parent / "koosend"
    words = [
        *("cd", str(campaign.file.parent), "&&"),
        *("flock", "-n", "-E", "75", str(lock), str(koosend), verb, str(campaign.file)),
    ]
    line = " ".join(word if word == "&&" else shlex.quote(word) for word in words)
    # cron reads % as a line end; a failure keeps its exit code and its last words go to the mail.
    logged = f"{{ {line}; }} >> {shlex.quote(str(log))} 2>&1 || {{ code=$?; "
    mailed = f"tail -n 20 {shlex.quote(str(log))}; exit $code; }}"
    return (logged + mailed).replace("%", "\\%")
