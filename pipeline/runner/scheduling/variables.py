"""The file of environment variables that a night starts with: made once, never overwritten."""

import os
import pwd
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.language import filled, system_words
from pipeline.runner.scheduling.jobs import Schedule
from pipeline.settings.bounds import variable_shown

_LINE = re.compile(
    r"([A-Za-z_][A-Za-z0-9_]*)=(?:'([^'\\]*)'|\"([^\"\\$`]*)\"|([^\s'\"\\$`;&|<>()#*?~]*))"
)
"""What a shell and systemd read alike: no name and value that mean another thing to either."""


def env_text(schedule: Schedule) -> str:
    """Write the file with each variable that the campaign names, and no value."""
    lines = [
        f"# What koosend needs at night for {schedule.campaign.file}: cron and systemd start it",
        "# with an empty environment. One NAME='value' a line, the value between single quotes.",
        f"# Nobody but {schedule.user.pw_name} may read this file.",
    ]
    for key, name in schedule.variables:
        lines += ["", f"# {key}", f"{name}="]
    lines += ["", "# In which language reports are, where [report] language is auto:"]
    lines += ["# LANG=zh_CN.UTF-8"]
    return "\n".join(lines) + "\n"


def unfilled(schedule: Schedule) -> tuple[str, ...]:
    """Return the names of what the campaign needs and the file does not hold; all where it is none.

    Raises UsageError for a file that others can read or that is another user's, and for a line
    that a shell and systemd would not read alike. No value is shown.
    """
    file = schedule.env_file
    needed = [name for _, name in schedule.variables]
    try:
        with file.open("rb") as stream:
            _refuse_open(file, os.fstat(stream.fileno()), schedule.user)
            text = stream.read()
    except FileNotFoundError:
        return tuple(map(variable_shown, needed))
    except OSError as error:
        raise UsageError(
            filled(
                "the environment file {file} cannot be read ({why}); mend its rights",
                file=file,
                why=system_words(error),
            ),
            "KS0222",
        ) from None
    values = _values(file, text)
    return tuple(variable_shown(name) for name in needed if not values.get(name))


def _refuse_open(file: Path, found: os.stat_result, user: pwd.struct_passwd) -> None:
    if found.st_uid != user.pw_uid:
        raise UsageError(
            filled(
                "the environment file {file}, which holds secrets, is not of user "
                "{pw_name}: chown {pw_name} {file}",
                file=file,
                pw_name=user.pw_name,
            ),
            "KS0222",
        )
    if stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            filled(
                "others can read the environment file {file}, which holds secrets: chmod "
                "600 {file}",
                file=file,
            ),
            "KS0222",
        )


def _values(file: Path, text: bytes) -> Mapping[str, str]:
    try:
        return dict(_pairs(file, text.decode()))
    except UnicodeDecodeError:
        raise UsageError(
            filled("the environment file {file} is not UTF-8 text; save it as UTF-8", file=file),
            "KS0222",
        ) from None


def _pairs(file: Path, text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip(" \t")
        if not bare or bare.startswith("#"):
            continue
        if "\r" in line:
            raise UsageError(
                filled(
                    "line {number} of the environment file {file} ends as Windows ends "
                    "lines, which would become part of the value: save it with Unix line "
                    "ends (LF)",
                    number=str(number),
                    file=file,
                ),
                "KS0222",
            )
        shape = _LINE.fullmatch(bare)
        if shape is None:
            raise UsageError(
                filled(
                    "line {number} of the environment file {file} is not read alike by a "
                    "shell and by systemd; write it as NAME='value', the value between "
                    "single quotes and without one",
                    number=str(number),
                    file=file,
                ),
                "KS0222",
            )
        yield shape[1], shape[2] or shape[3] or shape[4] or ""


def make_env(schedule: Schedule) -> bool:
    """Make the file where there is none, for its user alone; tell whether it was made.

    Raises ReportUnwritable.
    """
    file, user = schedule.env_file, schedule.user
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise ReportUnwritable(
            filled("{file} cannot be written ({why})", file=file, why=system_words(error)), "KS7302"
        ) from None
    with os.fdopen(number, "w", encoding="utf-8") as stream:
        if os.geteuid() == 0:
            os.fchown(number, user.pw_uid, user.pw_gid)
        stream.write(env_text(schedule))
    return True
