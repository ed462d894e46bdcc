"""Write what a schedule needs below the machine's folders, and take it away again."""

import grp
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.language import filled, system_words
from pipeline.runner.scheduling.jobs import Schedule
from pipeline.runner.scheduling.systemd import header
from pipeline.runner.session.serve_lock import SERVICE_LOG
from pipeline.settings import Campaign

_WANTS = "timers.target.wants"
_READABLE = 0o644
"""Units and rotations hold no secret, and tools of any user look at them."""


def rotation(schedule: Schedule) -> str:
    """Write how logrotate keeps the log of cron's lines, and that of `koosend serve`."""
    user = schedule.user
    try:
        group = grp.getgrgid(user.pw_gid).gr_name
    except KeyError:
        group = user.pw_name
    logs = (schedule.log, schedule.campaign.state / SERVICE_LOG)
    files = "\n".join(map(_quoted, logs))
    return f"""{header(schedule.campaign)}
# Each start opens its log anew, and serve before each line looks whether it is still the same file:
# they are renamed, nothing is copied, nobody gets a signal.
{files} {{
    su {user.pw_name} {group}
    weekly
    rotate 12
    compress
    delaycompress
    missingok
    notifempty
    nocreate
}}
"""


def _quoted(log: Path) -> str:
    escaped = "".join(f"\\{char}" if char in '*?[]"\\' else char for char in str(log))
    return f'"{escaped}"'


def own_files(folder: Path, campaign: Campaign) -> tuple[Path, ...]:
    """Return what was written into a folder for a campaign: each file says so in its first line."""
    return tuple(file for file in sorted(folder.glob("koosend-*")) if _is_of(file, campaign))


def _is_of(file: Path, campaign: Campaign) -> bool:
    try:
        with file.open(encoding="utf-8", errors="surrogateescape") as stream:
            return stream.readline().rstrip("\n") == header(campaign)
    except OSError:
        return False


def refuse_taken(file: Path, campaign: Campaign) -> None:
    """Refuse to write over what is not the campaign's. Raises UsageError."""
    if file.exists() and not _is_of(file, campaign):
        raise UsageError(
            filled(
                "{file} was not written for {file_2}: give the campaign another [campaign] "
                "name, or remove that file; nothing was written",
                file=file,
                file_2=campaign.file,
            ),
            "KS0221",
        )


def write_file(file: Path, text: str) -> None:
    """Write a file, whole or not at all. Raises ReportUnwritable."""
    try:
        file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, prefix=f".{file.name}.", delete=False
        ) as stream:
            stream.write(text)
            os.fchmod(stream.fileno(), _READABLE)
        Path(stream.name).replace(file)
    except OSError as error:
        raise ReportUnwritable(
            filled("{file} cannot be written ({why})", file=file, why=system_words(error)), "KS7302"
        ) from None


def remove_file(file: Path) -> None:
    """Take a file away, and the link by which a timer of that name is started.

    Raises ReportUnwritable.
    """
    try:
        file.unlink(missing_ok=True)
        (file.parent / _WANTS / file.name).unlink(missing_ok=True)
    except OSError as error:
        raise ReportUnwritable(
            filled("{file} cannot be removed ({why})", file=file, why=system_words(error)), "KS7302"
        ) from None


def make_folder(folder: Path, schedule: Schedule) -> None:
    """Make a folder and those above it that are missing, for the user alone.

    Raises ReportUnwritable, and UsageError where the folder is there and another user's.
    """
    user = schedule.user
    try:
        for step in reversed(list(_missing(folder))):
            step.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(step, user.pw_uid, user.pw_gid, follow_symlinks=False)
        owner = folder.stat().st_uid
    except OSError as error:
        raise ReportUnwritable(
            filled("{folder} cannot be made ({why})", folder=folder, why=system_words(error)),
            "KS7304",
        ) from None
    if owner != user.pw_uid:
        raise UsageError(
            filled(
                "the folder {folder} is not of user {pw_name}, who is to run the campaign: "
                "chown -R {pw_name} {folder}, or name its owner with --user",
                folder=folder,
                pw_name=user.pw_name,
            ),
            "KS0225",
        )


def _missing(folder: Path) -> Iterator[Path]:
    while not folder.exists():
        yield folder
        folder = folder.parent
